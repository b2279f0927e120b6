"""One's own sessions and data, as on the pages of the profile; and erasing, which administrators also do for others.

A token is something that lies in a file. So what is handed out or cannot be taken back wants a code besides: one that
is mailed, or the one of the authenticator app. A browser's session counts as fresh as it does on the pages.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts import confirming, devices, erasure, own_data
from accounts.capabilities import Can
from accounts.errors import CodeRefused, NotAllowed, NotErasableYet
from accounts.models import DataExport, MailedCode, User
from accounts.views.my_data import file_of
from api import paging, query
from api.base import ApiRequest, ApiView
from api.errors import UseTheApp
from api.fields import Line, Moment
from api.models import ApiToken
from api.paging import Order, PageQuery

ASKED = Order("own data", ("asked_at", "public_id"), descending=True)
LONGEST_CODE = 20


class SessionSerializer(serializers.Serializer[devices.SignedIn]):
    """A browser that somebody is signed in with."""

    id = serializers.CharField(help_text="Names the session without being it.")
    device = serializers.CharField(help_text="The browser in words.")
    address = serializers.CharField(help_text="The network it came from; empty: not known.")
    since = Moment(allow_null=True)
    last_seen_at = Moment(allow_null=True, help_text="Exact to five minutes.")
    is_this = serializers.BooleanField(help_text="Whether the request came from it; never with a token.")


class SessionsSerializer(serializers.Serializer[Any]):
    """Everywhere somebody is signed in."""

    results = SessionSerializer(many=True)


class EndedSerializer(serializers.Serializer[Any]):
    """How many were signed out."""

    ended = serializers.IntegerField()


class CopySerializer(serializers.Serializer[DataExport]):
    """A copy of everything the portal keeps about somebody."""

    id = serializers.UUIDField(source="public_id")
    state = serializers.ChoiceField(choices=DataExport.State.choices)
    size = serializers.IntegerField(help_text="In bytes; 0 until it is ready.")
    asked_at = Moment()
    ready_at = Moment(allow_null=True)
    expires_at = Moment(allow_null=True, help_text="When it is deleted.")
    file = serializers.SerializerMethodField(help_text="Where to fetch it with a POST; null while there is none.")

    def get_file(self, export: DataExport) -> str | None:
        """The address of the bytes."""
        if export.state != DataExport.State.READY:
            return None
        return f"{settings.BASE_URL}{reverse('api:own_copy_file', args=[export.public_id])}"


class CodeSerializer(serializers.Serializer[Any]):
    """What a code is wanted for."""

    purpose = serializers.ChoiceField(
        choices=[(purpose.value, purpose.label) for purpose in (MailedCode.Purpose.CONFIRM, MailedCode.Purpose.ERASE)],
        help_text="`confirm` to fetch a copy, `erase` to have one's personal data erased.",
    )


class CodeSentSerializer(serializers.Serializer[Any]):
    """Where a code went."""

    mailed_to = serializers.EmailField()


class ProofSerializer(serializers.Serializer[Any]):
    """That it is the person."""

    code = Line(
        required=False,
        max_length=LONGEST_CODE,
        help_text="The mailed code, or the one of the authenticator app for those who have one. Not needed by a "
        "browser that signed in, or gave a code, within ten minutes.",
    )


class EraseSerializer(serializers.Serializer[Any]):
    """That it is the person, and that they mean it."""

    code = Line(max_length=LONGEST_CODE, help_text="The code that was mailed for erasing.")
    app_code = Line(
        required=False,
        max_length=LONGEST_CODE,
        help_text="For those who have an authenticator app, the code it shows now.",
    )


class EraseSomebodySerializer(serializers.Serializer[Any]):
    """That the administrator means this person."""

    email = serializers.CharField(max_length=254, help_text="Their e-mail address, typed to confirm.")


class SessionsView(ApiView):
    """Where one is signed in."""

    @extend_schema(operation_id="own_sessions", responses=SessionsSerializer)
    def get(self, request: ApiRequest) -> Response:
        """Every browser one is signed in with. Tokens are not among them."""
        found = devices.sessions_of(request.user, this=_session_key(request))
        return Response(SessionsSerializer({"results": found}).data)


class SessionView(ApiView):
    """One of one's sessions."""

    @extend_schema(operation_id="own_session_end", responses={200: EndedSerializer})
    def delete(self, request: ApiRequest, session_id: str) -> Response:
        """Sign one other session out; 0 when it had ended already. Its open pages stop at once."""
        ended = devices.end(person=request.user, actor=request.user, names=[session_id], but=_session_key(request))
        return Response({"ended": ended})


class EndOthersView(ApiView):
    """All of one's other sessions."""

    @extend_schema(operation_id="own_sessions_end_others", request=None, responses=EndedSerializer)
    def post(self, request: ApiRequest) -> Response:
        """Sign out everywhere but here; with a token, everywhere. Tokens stay: revoke them on their page."""
        ended = devices.end(person=request.user, actor=request.user, but=_session_key(request))
        return Response({"ended": ended})


class CodesView(ApiView):
    """Codes by mail."""

    @extend_schema(operation_id="own_code", request=CodeSerializer, responses={202: CodeSentSerializer})
    def post(self, request: ApiRequest) -> Response:
        """Have a code mailed to oneself; it lives a quarter of an hour, and makes the one before worthless."""
        person, purpose = request.user, MailedCode.Purpose(query.body(request, CodeSerializer)["purpose"])
        if purpose == MailedCode.Purpose.CONFIRM and confirming.has_second_factor(person):
            raise UseTheApp("You have an authenticator app: send the code it shows. None is mailed.")
        confirming.send_code(request._request, person=person, purpose=purpose, email=person.email)  # noqa: SLF001
        return Response({"mailed_to": person.email}, status=202)


class CopiesView(ApiView):
    """Copies of one's own data."""

    @extend_schema(operation_id="own_copies", parameters=[PageQuery], responses=paging.paged(CopySerializer))
    def get(self, request: ApiRequest) -> Response:
        """The copies one asked for, the newest first, and how far they are."""
        asked = query.read(request, PageQuery)
        found = paging.page(DataExport.objects.visible_to(request.user), asked, ASKED)
        return paging.answer(request, found, lambda row: CopySerializer(row).data)

    @extend_schema(operation_id="own_copy_ask", request=None, responses={202: CopySerializer})
    def post(self, request: ApiRequest) -> Response:
        """Have a copy put together, once a day (429, `asked_lately`). While one is being made, that one is told."""
        return Response(CopySerializer(own_data.ask(person=request.user, actor=request.user)).data, status=202)


class CopyView(ApiView):
    """One copy of one's own data."""

    @extend_schema(operation_id="own_copy", responses=CopySerializer)
    def get(self, request: ApiRequest, export_id: UUID) -> Response:
        """How far a copy of one's own data is."""
        return Response(CopySerializer(_copy(request, export_id)).data)


class CopyFileView(ApiView):
    """The bytes of a copy."""

    # They are not remembered, and a wrong code has to count whatever becomes of the request.
    answers_once = False

    @extend_schema(
        operation_id="own_copy_file",
        request=ProofSerializer,
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="A ZIP file.")},
    )
    def post(self, request: ApiRequest, export_id: UUID) -> HttpResponseBase:
        """Fetch a copy that is ready, with a code."""
        export = _copy(request, export_id, state=DataExport.State.READY)
        _prove(request, query.body(request, ProofSerializer).get("code", ""))
        return file_of(export)


class EraseView(ApiView):
    """The end of oneself in the portal."""

    # A wrong code has to count whatever becomes of the request.
    answers_once = False

    @extend_schema(
        operation_id="own_erasure",
        request=EraseSerializer,
        responses={204: OpenApiResponse(description="It is done; no token and no session works any more.")},
    )
    def post(self, request: ApiRequest) -> Response:
        """Have one's personal data erased for good. Owner and lead hand over first (409, `not_erasable_yet`)."""
        person = request.user
        told = query.body(request, EraseSerializer)
        if sentences := erasure.hindrances(person):
            raise NotErasableYet(" ".join(sentences))
        if confirming.has_second_factor(person):
            _prove(request, told.get("app_code", ""))
        confirming.check_code(person=person, purpose=MailedCode.Purpose.ERASE, code=told["code"])
        erasure.erase(person=person, actor=person)
        if not isinstance(request.auth, ApiToken):
            logout(request._request)  # noqa: SLF001  Django's own request
        return Response(status=204)


class EraseSomebodyView(ApiView):
    """The end of somebody in the portal, who asked for it."""

    @extend_schema(
        operation_id="person_erase",
        request=EraseSomebodySerializer,
        responses={204: OpenApiResponse(description="It is done; copies of the name go within minutes.")},
    )
    def post(self, request: ApiRequest, person_id: UUID) -> Response:
        """Erase the personal data of somebody who asked for it. For administrators; it cannot be undone."""
        if not request.user.may(Can.MANAGE_PORTAL):
            raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")
        person = get_object_or_404(User.objects.visible_to(request.user), public_id=person_id)
        typed = query.body(request, EraseSomebodySerializer)["email"].strip().lower()
        if person.erased_at is None and typed != person.email:
            raise serializers.ValidationError({"email": ["This is not their address; nothing was erased."]})
        erasure.erase(person=person, actor=request.user)
        return Response(status=204)


def _session_key(request: ApiRequest) -> str | None:
    """The browser's session; None with a token, whatever cookies came along."""
    return None if isinstance(request.auth, ApiToken) else request.session.session_key


def _copy(request: ApiRequest, export_id: UUID, **states: Any) -> DataExport:
    return get_object_or_404(DataExport.objects.visible_to(request.user), public_id=export_id, **states)


def _prove(request: ApiRequest, code: str) -> None:
    """Insist that it is the person. Raises: CodeRefused."""
    if code:
        confirming.check(person=request.user, code=code)
    elif isinstance(request.auth, ApiToken) or not confirming.is_fresh(request._request):  # noqa: SLF001
        raise CodeRefused("Send a code: the one of your authenticator app, or have one mailed by /me/codes/.")
