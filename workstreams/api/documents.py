"""Documents the team asks the client for."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from accounts.models import User
from api import paging, query
from api.base import ApiRequest, ApiView
from api.fields import Line, Moment, PlanDate
from api.paging import Order, PageQuery
from workstreams import requests
from workstreams.api import shapes
from workstreams.api.one import fetch
from workstreams.asked import is_overdue
from workstreams.choices import AttachmentKind
from workstreams.models import DocumentRequest, WorkStream

LATEST = Order("document_requests", ("created_at", "public_id"), descending=True)


class DocumentQuery(PageQuery):
    """A page of requests."""

    open = serializers.BooleanField(default=False, help_text="Only what is still waited for.")


class DocumentRequestSerializer(serializers.Serializer[DocumentRequest]):
    """A document that the client is asked for."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=AttachmentKind.choices)
    note = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField(allow_null=True, help_text="One of the client's days.")
    state = serializers.ChoiceField(choices=[("open", "Open"), ("done", "Done"), ("withdrawn", "Withdrawn")])
    is_overdue = serializers.BooleanField()
    requested_by = shapes.NamedSerializer()
    requested_at = Moment()
    done_at = Moment(allow_null=True)
    done_by = shapes.NamedSerializer(allow_null=True, help_text="Who sent it, or ticked it off.")


class AskSerializer(serializers.Serializer[DocumentRequest]):
    """What to ask for."""

    kind = serializers.ChoiceField(choices=requests.ASKABLE_CHOICES)
    note = Line(max_length=500, required=False, default="", allow_blank=True)
    due_on = PlanDate(required=False, allow_null=True, default=None)


class DocumentRequestsView(ApiView):
    """All of a WorkStream."""

    @extend_schema(
        operation_id="document_requests",
        parameters=[DocumentQuery],
        responses=paging.paged(DocumentRequestSerializer),
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """What the client was asked for, the latest first. Agile Workers are told of none."""
        workstream = fetch(request, public_id, Can.VIEW_ATTACHMENTS)
        asked = query.read(request, DocumentQuery)
        rows = _rows(request).filter(workstream=workstream)
        page = paging.page(rows.open() if asked["open"] else rows, asked, LATEST)  # type: ignore[attr-defined]
        return paging.answer(request, page, lambda row: _shape(row, workstream))

    @extend_schema(operation_id="document_request", request=AskSerializer, responses={201: DocumentRequestSerializer})
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Ask the client for a document, perhaps by a day. For colleagues."""
        workstream = fetch(request, public_id, Can.REQUEST_DOCUMENTS)
        told = query.body(request, AskSerializer)
        made = requests.request_document(
            workstream=workstream,
            actor=request.user,
            kind=AttachmentKind(told["kind"]),
            note=told["note"],
            due_on=told["due_on"],
        )
        return Response(_shape(_rows(request).get(pk=made.pk), workstream), status=201)


class TickDocumentView(ApiView):
    """Ticking off."""

    @extend_schema(operation_id="document_request_tick", request=None, responses=DocumentRequestSerializer)
    def post(self, request: ApiRequest, public_id: UUID, request_id: UUID) -> Response:
        """Say that it has come, by whatever way; an upload that answers it does so by itself."""
        found = _fetch(request, public_id, request_id)
        return _answer(request, requests.tick_off(request=found, actor=request.user))


class WithdrawDocumentView(ApiView):
    """Withdrawing."""

    @extend_schema(operation_id="document_request_withdraw", request=None, responses=DocumentRequestSerializer)
    def post(self, request: ApiRequest, public_id: UUID, request_id: UUID) -> Response:
        """Say that it is not wanted any more. What has come stays ticked."""
        found = _fetch(request, public_id, request_id)
        return _answer(request, requests.withdraw(request=found, actor=request.user))


class AskAgainView(ApiView):
    """Asking again."""

    @extend_schema(operation_id="document_request_ask_again", request=None, responses=DocumentRequestSerializer)
    def post(self, request: ApiRequest, public_id: UUID, request_id: UUID) -> Response:
        """Wait for it again: what came was not it, or it is wanted after all."""
        found = _fetch(request, public_id, request_id)
        return _answer(request, requests.ask_again(request=found, actor=request.user))


def _rows(request: ApiRequest) -> "QuerySet[DocumentRequest]":
    return DocumentRequest.objects.visible_to(request.user).select_related("requested_by", "done_by")


def _fetch(request: ApiRequest, public_id: UUID, request_id: UUID) -> DocumentRequest:
    workstream = fetch(request, public_id)
    found: DocumentRequest = get_object_or_404(
        _rows(request).select_related("workstream__owner"), workstream=workstream, public_id=request_id
    )
    return found


def _answer(request: ApiRequest, changed: DocumentRequest) -> Response:
    row = _rows(request).get(pk=changed.pk)
    return Response(_shape(row, changed.workstream))


def _shape(row: DocumentRequest, workstream: WorkStream) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "kind": row.kind,
        "note": row.note,
        "due_on": row.due_on,
        "state": "open" if row.is_open else "done" if row.done_at else "withdrawn",
        "is_overdue": is_overdue(row, requests.today_of(workstream)),
        "requested_by": _named(row.requested_by),
        "requested_at": shapes.moment(row.created_at),
        "done_at": shapes.moment(row.done_at),
        "done_by": _named(row.done_by) if row.done_by else None,
    }


def _named(person: User) -> dict[str, str]:
    return {"id": str(person.public_id), "name": person.display_name}
