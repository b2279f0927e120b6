"""What administrators do about people: roles, and who is what (R80)."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.actions import edit_person
from accounts.capabilities import CAPABILITIES, Can, Role, Standing
from accounts.errors import NotAllowed
from accounts.models import User
from api import query
from api.base import ApiRequest, ApiView
from api.fields import Line
from api.views.people import PersonSerializer


class StandingSerializer(serializers.Serializer[Any]):
    """What somebody can be to a WorkStream, and what that lets them do."""

    standing = serializers.ChoiceField(choices=[(each.value, each.label) for each in Standing])
    may = serializers.ListField(child=serializers.CharField(), help_text="Names of capabilities.")


class RolesSerializer(serializers.Serializer[Any]):
    """The table that the portal itself goes by."""

    results = StandingSerializer(many=True)


class EditPersonSerializer(serializers.Serializer[User]):
    """Who somebody is; what is not sent stays."""

    name = Line(required=False, allow_blank=True, max_length=120)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    is_active = serializers.BooleanField(required=False, help_text="Whether they may sign in.")
    told_of_unassigned = serializers.BooleanField(
        required=False, allow_null=True, help_text="Mails about new WorkStreams; null: what is usual for the role."
    )


class RolesView(ApiView):
    """Who may do what."""

    @extend_schema(operation_id="roles", responses=RolesSerializer)
    def get(self, request: ApiRequest) -> Response:
        """The table of what owners, members and every role may do. For administrators."""
        if not request.user.may(Can.MANAGE_PORTAL):
            raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")
        rows = [
            {"standing": standing, "may": [can.name.lower() for can in Can if can in CAPABILITIES[standing]]}
            for standing in Standing
        ]
        return Response(RolesSerializer({"results": rows}).data)


class EditPersonView(ApiView):
    """Who somebody is."""

    @extend_schema(operation_id="person_edit", request=EditPersonSerializer, responses=PersonSerializer)
    def post(self, request: ApiRequest, person_id: UUID) -> Response:
        """Change name, role, or whether somebody may sign in. For administrators, of whom one always stays."""
        if not request.user.may(Can.MANAGE_PORTAL):
            raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")
        person = get_object_or_404(User.objects.visible_to(request.user), public_id=person_id)
        told = query.body(request, EditPersonSerializer)
        edited = edit_person(
            person=person,
            actor=request.user,
            name=told.get("name", person.name),
            role=Role(told.get("role", person.role)),
            is_active=told.get("is_active", person.is_active),
            told_of_unassigned=told.get("told_of_unassigned", person.told_of_unassigned),
        )
        return Response(PersonSerializer(edited).data)
