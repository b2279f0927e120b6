"""What vendors told us, in Django's admin, which reads only."""

from django.contrib import admin

from activity.admin import ReadsOnly
from integrations.models import InboundEvent


@admin.register(InboundEvent)
class InboundEventAdmin(ReadsOnly):
    """Every notification, also those of opportunities that no WorkStream is tied to."""

    list_display = ["received_at", "provider", "subject_id", "happened_at", "state", "reason", "workstream", "attempts"]
    list_filter = ["state", "provider"]
    search_fields = ["subject_id", "workstream__name"]
    list_select_related = ["workstream"]
