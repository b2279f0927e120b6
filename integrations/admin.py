"""What vendors told us, in Django's admin, which reads only."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from integrations.models import InboundEvent

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[InboundEvent]
else:
    _Admin = admin.ModelAdmin


@admin.register(InboundEvent)
class InboundEventAdmin(_Admin):
    """Every notification, also those of opportunities that no WorkStream is tied to."""

    list_display = ["received_at", "provider", "subject_id", "happened_at", "state", "reason", "workstream", "attempts"]
    list_filter = ["state", "provider"]
    search_fields = ["subject_id", "workstream__name"]
    list_select_related = ["workstream"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only vendors add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Only workers change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """It is a record."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Administrators look."""
        return bool(getattr(request.user, "is_staff", False))
