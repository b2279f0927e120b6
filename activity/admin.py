"""The administrators' view into the tables. It reads; what changes goes through actions."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from activity.models import Event

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin  # takes no type when it runs


class ReadsOnly(_ModelAdmin):
    """A table that administrators may look at."""

    show_full_result_count = False
    list_per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever the site lets in."""
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever the site lets in."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are made by actions."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Rows are changed by actions."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Rows stay."""
        return False


@admin.register(Event)
class EventAdmin(ReadsOnly):
    """What happened."""

    list_display = ["at", "verb", "actor_name", "workstream", "data"]
    list_select_related = ["actor", "workstream"]
    list_filter = ["verb", "system_actor"]
    search_fields = ["workstream__name", "workstream__public_id", "actor__email"]
