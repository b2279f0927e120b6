"""Tokens for administrators to look at; a person who should have none any more is deactivated."""

from django.contrib import admin

from activity.admin import ReadsOnly
from api.models import ApiToken


@admin.register(ApiToken)
class ApiTokenAdmin(ReadsOnly):
    """Everybody's tokens, without their secrets, which nobody has."""

    list_display = ["name", "person", "beginning", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"]
    list_select_related = ["person"]
    search_fields = ["name", "beginning", "person__email"]
    exclude = ["digest"]
