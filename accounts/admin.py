"""People and organisations for administrators. A person is edited by the action, which records it."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts import erasure, second_factor
from accounts.actions import edit_person
from accounts.capabilities import Role
from accounts.models import Organization, User
from activity.admin import ReadsOnly

# Roles and the table of capabilities take the place of groups; the other two hold secrets of people.
admin.site.unregister([Group, Authenticator, UserSession])


@admin.register(Organization)
class OrganizationAdmin(ReadsOnly):
    """Client organisations."""

    list_display = ["name", "region", "created_at"]
    list_filter = ["region"]
    search_fields = ["name"]


@admin.register(User)
class UserAdmin(ReadsOnly):
    """Everybody who registered. Colleagues register like clients and are given their role here (R80)."""

    list_display = ["email", "name", "role", "organization", "is_active", "second_factor", "last_seen_at"]
    change_form_template = "accounts/admin/person.html"
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

    def get_queryset(self, request: HttpRequest) -> "QuerySet[User]":
        """With whether they have a second factor."""
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        people: QuerySet[User] = super().get_queryset(request).annotate(has_second_factor=Exists(factors))
        return people

    @admin.display(description="Second factor", boolean=True)
    def second_factor(self, person: User) -> bool:
        """Whether an authenticator app is set up."""
        return bool(getattr(person, "has_second_factor", False))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form; its button for a lost device takes the second factor away."""
        if request.method == "POST" and "_reset" in request.POST and self.has_change_permission(request):
            person = get_object_or_404(User, pk=object_id)
            assert isinstance(request.user, User)  # noqa: S101  the site lets nobody else in
            if second_factor.reset(person=person, actor=request.user, request=request):
                messages.success(request, f"The second factor of {person} is reset; they were told and signed out.")
            else:
                messages.info(request, f"{person} has no second factor.")
            return redirect("admin:accounts_user_change", object_id)
        if request.method == "POST" and "_erase" in request.POST and self.has_change_permission(request):
            person = get_object_or_404(User, pk=object_id)
            assert isinstance(request.user, User)  # noqa: S101
            if request.POST.get("confirm", "").strip().lower() == person.email:
                erasure.erase(person=person, actor=request.user)
                messages.success(request, "Their personal data is erased. Copies of the name go within minutes.")
            else:
                messages.error(request, "Nothing was erased: type the e-mail address of this person to confirm.")
            return redirect("admin:accounts_user_change", object_id)
        person_now = get_object_or_404(User, pk=object_id)
        told = {"hindrances": [] if person_now.erased_at else erasure.hindrances(person_now)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **told})

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
