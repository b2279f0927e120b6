"""What of ours is what at Intercom, in Django's admin, which reads only."""

from django.contrib import admin

from activity.admin import ReadsOnly
from integrations.intercom.models import Contact, Conversation, Part, Teammate


@admin.register(Contact)
class ContactAdmin(ReadsOnly):
    """People of clients."""

    list_display = ["person", "contact_id", "state", "synced_at"]
    list_filter = ["state"]
    search_fields = ["contact_id", "person__email", "former__contact_id"]
    list_select_related = ["person"]


@admin.register(Conversation)
class ConversationAdmin(ReadsOnly):
    """The conversations that carry WorkStreams, and those that did."""

    list_display = ["workstream", "conversation_id", "state", "contact", "opened_at", "gone_at"]
    list_filter = ["state"]
    search_fields = ["conversation_id", "workstream__name"]
    list_select_related = ["workstream", "contact"]


@admin.register(Part)
class PartAdmin(ReadsOnly):
    """Which part is which message or note."""

    list_display = ["conversation", "part_id", "direction", "message", "note", "change", "said_at", "redacted_at"]
    list_filter = ["direction"]
    search_fields = ["part_id", "conversation__conversation_id"]
    list_select_related = ["conversation", "message", "note"]


@admin.register(Teammate)
class TeammateAdmin(ReadsOnly):
    """Who of the Team Inbox is which colleague."""

    list_display = ["name", "admin_id", "email", "person", "seen_at"]
    search_fields = ["admin_id", "email", "name"]
    list_select_related = ["person"]
