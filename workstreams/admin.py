"""WorkStreams and their people, to look at; they are changed on their own screens."""

from django.contrib import admin

from activity.admin import ReadsOnly
from workstreams.models import Membership, WorkStream
from workstreams.runs import BulkChange, Export


@admin.register(WorkStream)
class WorkStreamAdmin(ReadsOnly):
    """Every WorkStream."""

    list_display = ["name", "organization", "subscription_type", "milestone", "status", "lead", "owner", "created_at"]
    list_select_related = ["organization", "lead", "owner"]
    list_filter = ["subscription_type", "status", "milestone", "entry_point"]
    search_fields = ["name", "public_id", "opportunity_id", "organization__name"]


@admin.register(Membership)
class MembershipAdmin(ReadsOnly):
    """Who is on which WorkStream."""

    list_display = ["workstream", "user", "side", "origin", "joined_at"]
    list_select_related = ["workstream", "user"]
    list_filter = ["side", "origin"]
    search_fields = ["workstream__name", "user__email"]


@admin.register(BulkChange)
class BulkChangeAdmin(ReadsOnly):
    """Who changed many WorkStreams at once."""

    list_display = ["created_at", "actor", "kind", "state", "lead", "close_reason"]
    list_select_related = ["actor", "lead"]
    list_filter = ["kind", "state"]
    search_fields = ["public_id", "actor__email"]


@admin.register(Export)
class ExportAdmin(ReadsOnly):
    """Who took which rows of the grid as a file."""

    list_display = ["started_at", "actor", "question", "rows", "state"]
    list_select_related = ["actor"]
    list_filter = ["state"]
    search_fields = ["public_id", "actor__email", "question"]
