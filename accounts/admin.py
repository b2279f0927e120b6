"""People and organisations for administrators. A person is edited by the action, which records it."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.actions import edit_person
from accounts.capabilities import Role
from accounts.models import Organization, User
from activity.admin import ReadsOnly

# Roles and the table of capabilities take their place.
admin.site.unregister(Group)


@admin.register(Organization)
class OrganizationAdmin(ReadsOnly):
    """Client organisations."""

    list_display = ["name", "region", "created_at"]
    list_filter = ["region"]
    search_fields = ["name"]


@admin.register(User)
class UserAdmin(ReadsOnly):
    """Everybody who registered. Colleagues register like clients and are given their role here (R80)."""

    list_display = ["email", "name", "role", "organization", "is_active", "last_seen_at"]
    list_select_related = ["organization"]
    list_filter = ["role", "is_active"]
    search_fields = ["email", "name", "organization__name"]
    fields = [
        "email",
        "name",
        "role",
        "is_active",
        "told_of_unassigned",
        "organization",
        "time_zone",
        "date_joined",
        "last_seen_at",
    ]
    readonly_fields = ["email", "organization", "time_zone", "date_joined", "last_seen_at"]

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever the site lets in."""
        return self.admin_site.has_permission(request)

    def save_model(self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool) -> None:
        """Edit through the action (raises its refusals, which become a page)."""
        assert isinstance(request.user, User)  # noqa: S101  the site lets nobody else in
        edit_person(
            person=obj,
            actor=request.user,
            name=form.cleaned_data["name"],
            role=Role(form.cleaned_data["role"]),
            is_active=form.cleaned_data["is_active"],
            told_of_unassigned=form.cleaned_data["told_of_unassigned"],
        )
