"""Several WorkStreams at once: planned, confirmed, followed and undone; and the grid's answer as a file."""

from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from accounts.models import User
from api import query
from api.base import ApiRequest, ApiView
from api.fields import Known, Moment, Prose
from workstreams import bulk, export
from workstreams.api.lists import QUESTION, parameters, question_of
from workstreams.api.shapes import NamedSerializer, moment
from workstreams.choices import CloseReason
from workstreams.downloads import download
from workstreams.errors import NotATeamMember, ReasonMissing
from workstreams.runs import BulkChange, BulkItem
from workstreams.tenancy import require

Kind, State = BulkChange.Kind, BulkChange.State
LONGEST_QUERY = 8000


class NewBulkChangeSerializer(serializers.Serializer[BulkChange]):
    """Which WorkStreams are to change, and how."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    workstreams = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        min_length=1,
        max_length=bulk.MOST,
        help_text="Their ids; or `query`.",
    )
    query = serializers.CharField(
        required=False, max_length=LONGEST_QUERY, help_text="A query string of the grid: all that answer it now."
    )
    lead = Known(User, required=False, help_text="Who is to lead them.")
    reason = serializers.ChoiceField(choices=CloseReason.choices, required=False, help_text="Why they are closed.")
    note = Prose(max_length=500, required=False, allow_blank=True, default="", help_text="The clients read it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Chosen one way or the other."""
        if ("workstreams" in attrs) == ("query" in attrs):
            raise serializers.ValidationError({"workstreams": ["Send `workstreams` or `query`."]})
        return attrs


class BulkChangeSerializer(serializers.Serializer[BulkChange]):
    """A change of several WorkStreams."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    state = serializers.ChoiceField(choices=State.choices)
    lead = NamedSerializer(allow_null=True)
    reason = serializers.ChoiceField(choices=CloseReason.choices, allow_blank=True)
    would_change = serializers.IntegerField(allow_null=True, help_text="Before it is confirmed: how many would change.")
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many WorkStreams of it are in each state."
    )
    undo_until = Moment(allow_null=True, help_text="Until when it can be undone; null before it is done.")


class BulkChangesView(ApiView):
    """Changes of several WorkStreams."""

    @extend_schema(
        operation_id="bulk_change_plan", request=NewBulkChangeSerializer, responses={201: BulkChangeSerializer}
    )
    def post(self, request: ApiRequest) -> Response:
        """Plan to set the lead of several WorkStreams, or to close them. Nothing changes before it is confirmed."""
        require(request.user, Can.SEARCH_GRID)
        told = query.body(request, NewBulkChangeSerializer)
        kind, lead, reason = Kind(told["kind"]), told.get("lead"), told.get("reason", "")
        if kind == Kind.LEAD and lead is None:
            raise NotATeamMember("Say in `lead` who is to lead them.")
        if kind == Kind.CLOSE and not reason:
            raise ReasonMissing("Say in `reason` why they are closed.")
        ids, question = _chosen(request, told)
        planned = bulk.plan(actor=request.user, kind=kind, ids=ids, question=question, public_id=uuid4())
        planned = bulk.choose(bulk=planned, actor=request.user, lead=lead, reason=reason, note=told["note"])
        return Response(_shape(planned), status=201)


class BulkChangeView(ApiView):
    """One change of several."""

    @extend_schema(operation_id="bulk_change", responses=BulkChangeSerializer)
    def get(self, request: ApiRequest, bulk_id: UUID) -> Response:
        """A change of several WorkStreams, and how far it is."""
        return Response(_shape(_fetch(request, bulk_id)))


class ConfirmBulkChangeView(ApiView):
    """Doing it."""

    @extend_schema(operation_id="bulk_change_confirm", request=None, responses={202: BulkChangeSerializer})
    def post(self, request: ApiRequest, bulk_id: UUID) -> Response:
        """Begin to do it; a worker goes on, so ask how far it is. Confirming twice does it once."""
        begun = bulk.confirm(bulk=_fetch(request, bulk_id), actor=request.user)
        bulk.carry_on(begun, seconds=0)
        return Response(_shape(_fetch(request, bulk_id)), status=202)


class UndoBulkChangeView(ApiView):
    """Putting it back."""

    @extend_schema(operation_id="bulk_change_undo", request=None, responses={202: BulkChangeSerializer})
    def post(self, request: ApiRequest, bulk_id: UUID) -> Response:
        """Begin to put back what nobody changed since, as long as that is offered. Undoing twice does it once."""
        begun = bulk.undo(bulk=_fetch(request, bulk_id), actor=request.user)
        bulk.carry_on(begun, seconds=0)
        return Response(_shape(_fetch(request, bulk_id)), status=202)


class ExportView(ApiView):
    """The grid as a file."""

    # No HEAD: asking for a file is remembered as having taken it.
    http_method_names = ["get"]

    @extend_schema(
        operation_id="workstreams_export",
        parameters=[
            *parameters(*QUESTION, "sort"),
            OpenApiParameter(
                "column", OpenApiTypes.STR, many=True, description="Columns by their keys, in order; all without it."
            ),
        ],
        responses={(200, export.CONTENT_TYPE.partition(";")[0]): OpenApiTypes.STR},
    )
    def get(self, request: ApiRequest) -> StreamingHttpResponse:
        """Every WorkStream that answers, as CSV, however many there are. One at a time for a person."""
        require(request.user, Can.SEARCH_GRID)
        query.refuse_unknown(request, {*QUESTION, "sort", "column"})
        known = [column.key for column in export.columns_for(request.user)]
        keys = request.query_params.getlist("column")
        if unknown := sorted(set(keys) - set(known)):
            raise serializers.ValidationError({"column": [f"“{key[:100]}” is not known here." for key in unknown[:10]]})
        reading = question_of(request)
        begun = export.begin(actor=request.user, question=f"?{reading.address.in_full}", keys=keys)
        return download(request._request, begun, reading.query)  # noqa: SLF001  Django's own request


def _chosen(request: ApiRequest, told: dict[str, Any]) -> tuple[list[int], str]:
    """The primary keys of the chosen WorkStreams, and the question they were chosen by.

    Raises: ValidationError for ids that the caller may not know of, and for a question the grid would not understand.
    """
    if "workstreams" in told:
        ids = bulk.chosen_ids(actor=request.user, public_ids=told["workstreams"])
        if len(ids) < len(set(told["workstreams"])):
            raise serializers.ValidationError({"workstreams": ["One of these ids is not known here."]})
        return ids, ""
    asked = QueryDict(told["query"].removeprefix("?"))
    if unknown := set(asked) - {*QUESTION, "sort"}:
        raise serializers.ValidationError({f"query.{name[:100]}": [query.NO_SUCH_PARAMETER] for name in unknown})
    try:
        reading = question_of(request, asked)
    except serializers.ValidationError as refusal:
        raise serializers.ValidationError({"query": refusal.detail}) from refusal
    return bulk.matching_ids(actor=request.user, query=reading.query), f"?{reading.address.in_full}"


def _fetch(request: ApiRequest, bulk_id: UUID) -> BulkChange:
    require(request.user, Can.SEARCH_GRID)
    found: BulkChange = get_object_or_404(
        BulkChange.objects.visible_to(request.user).select_related("actor", "lead"), public_id=bulk_id
    )
    return found


def _shape(change: BulkChange) -> dict[str, Any]:
    is_planned = change.state == State.PLANNED
    counts = change.items.counts()
    return {
        "id": str(change.public_id),
        "kind": change.kind,
        "state": change.state,
        "lead": {"id": str(change.lead.public_id), "name": change.lead.display_name} if change.lead else None,
        "reason": change.close_reason,
        "would_change": len(bulk.preview(change).changes) if is_planned else None,
        "counts": {str(BulkItem.State(state)): n for state, n in counts.items()},
        "undo_until": moment(change.undo_until if change.may_be_undone(timezone.now()) else None),
    }
