"""Intercom, for programs of colleagues."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from api import query
from api.base import ApiRequest, ApiView
from integrations.intercom.standing import Standing, standings
from workstreams.api.one import fetch


class StretchSerializer(serializers.Serializer[Any]):
    """Which messages or notes."""

    kind = serializers.ChoiceField(choices=[("message", "Messages"), ("note", "Internal Notes")])
    first = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    last = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="At most 400 are looked at.")


class StandingsSerializer(serializers.Serializer[Any]):
    """Where each is on its way."""

    standing = serializers.DictField(
        child=serializers.ChoiceField(choices=[(each.value, each.value) for each in Standing]),
        help_text="By number; what Intercom knows nothing of is not in it.",
    )


class StandingView(ApiView):
    """Messages on their way to Intercom."""

    known_with = Can.READ_NOTES

    @extend_schema(
        operation_id="intercom_standing",
        tags=["Intercom"],
        summary="Read which messages are in Intercom",
        parameters=[StretchSerializer],
        responses=StandingsSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """Which messages or notes are in Intercom, wait for it, or were refused by it. For colleagues."""
        workstream = fetch(request, public_id, Can.READ_NOTES)
        asked = query.read(request, StretchSerializer)
        return Response({"standing": standings(request.user, workstream, **asked)})
