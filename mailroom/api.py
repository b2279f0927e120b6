"""Held mails, for programs of colleagues."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from api import query
from api.base import ApiRequest, ApiView
from api.fields import Line, Moment
from mailroom import actions
from mailroom.models import IncomingMail
from notifications.models import ReplyAddress

MOST = 100


class HeldMailSerializer(serializers.Serializer[IncomingMail]):
    """A mail that waits for a colleague."""

    id = serializers.UUIDField(source="public_id")
    state = serializers.ChoiceField(choices=IncomingMail.State.choices)
    reason = serializers.CharField(help_text="Why it was held.")
    sender = serializers.CharField(help_text="The address it says it is from; empty for none that is clear.")
    subject = serializers.CharField()
    text = serializers.CharField(help_text="What is new in it.")
    files = serializers.IntegerField(help_text="How many files it brings.")
    kind = serializers.ChoiceField(
        choices=ReplyAddress.Kind.choices, allow_blank=True, help_text="What the address it came to is for."
    )
    workstream = serializers.UUIDField(source="workstream.public_id", allow_null=True, default=None)
    received_at = Moment()


class HeldMailsSerializer(serializers.Serializer[Any]):
    """The newest hundred."""

    results = HeldMailSerializer(many=True)


class AcceptMailSerializer(serializers.Serializer[Any]):
    """Where it goes."""

    where = serializers.ChoiceField(choices=[("chat", "The chat"), ("note", "An Internal Note")])


class DiscardMailSerializer(serializers.Serializer[Any]):
    """Why nobody is to read it."""

    reason = Line(max_length=200)


class HeldMailsView(ApiView):
    """All that are held."""

    known_with = Can.READ_NOTES

    @extend_schema(operation_id="held_mails", summary="List held mails", responses=HeldMailsSerializer)
    def get(self, request: ApiRequest) -> Response:
        """Mails that could not be posted by themselves, newest first. For colleagues."""
        mails = IncomingMail.objects.visible_to(request.user).held()[:MOST]
        return Response(HeldMailsSerializer({"results": mails}).data)


class HeldMailView(ApiView):
    """One of them."""

    known_with = Can.READ_NOTES

    @extend_schema(operation_id="held_mail", summary="Read a held mail", responses=HeldMailSerializer)
    def get(self, request: ApiRequest, mail_id: UUID) -> Response:
        """One mail, held or settled. For colleagues."""
        return Response(HeldMailSerializer(_found(request, mail_id)).data)


class AcceptMailView(ApiView):
    """It goes where it belongs."""

    known_with = Can.READ_NOTES

    @extend_schema(
        operation_id="held_mail_accept",
        summary="Accept a held mail",
        request=AcceptMailSerializer,
        responses=HeldMailSerializer,
    )
    def post(self, request: ApiRequest, mail_id: UUID) -> Response:
        """Post it to the chat in the name of whose address it came to, or keep it as an Internal Note of your own."""
        found = _found(request, mail_id)
        told = query.body(request, AcceptMailSerializer)
        accepted = actions.accept(mail=found, actor=request.user, as_note=told["where"] == "note")
        return Response(HeldMailSerializer(accepted).data)


class DiscardMailView(ApiView):
    """It goes nowhere."""

    known_with = Can.READ_NOTES

    @extend_schema(
        operation_id="held_mail_discard",
        summary="Discard a held mail",
        request=DiscardMailSerializer,
        responses=HeldMailSerializer,
    )
    def post(self, request: ApiRequest, mail_id: UUID) -> Response:
        """Settle it without posting it."""
        found = _found(request, mail_id)
        told = query.body(request, DiscardMailSerializer)
        return Response(HeldMailSerializer(actions.discard(mail=found, actor=request.user, reason=told["reason"])).data)


def _found(request: ApiRequest, mail_id: UUID) -> IncomingMail:
    mails = IncomingMail.objects.visible_to(request.user).select_related("workstream").defer("raw")
    found: IncomingMail = get_object_or_404(mails, public_id=mail_id)
    return found
