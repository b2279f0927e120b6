"""Lists of WorkStreams: the grid for colleagues, the own list for everybody else, and the counts of the boxes."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.utils import timezone
from django_filters import MultipleChoiceFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from api import etags, paging, query
from api.base import ApiRequest, ApiView
from api.errors import BadCursor
from api.fields import Moment
from api.paging import PAGE_SIZE, Order, PageQuery
from workstreams import grid
from workstreams.api import shapes
from workstreams.api.shapes import NewWorkStreamSerializer, WorkStreamRowSerializer, WorkStreamSerializer
from workstreams.choices import Status, SubscriptionType
from workstreams.facets import can_answer, facets_for
from workstreams.filters import Reading, WorkStreamFilter, read
from workstreams.for_clients import start_for_client
from workstreams.grid import COUNT_CAP, LONGEST_NAME, NotACursor
from workstreams.listing import OwnList
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of, require

LATEST = Order("workstreams", ("last_activity_at", "public_id"), descending=True)
NOT_KNOWN = "“{value}” is not known here."

_HELP = {
    "q": "A part of the name; one or two letters are looked for where a word begins.",
    "lead": "Ids of colleagues, `me`, `none` for nobody, `any`. An address that asks nothing asks for `me`.",
    "owner": "Ids of people, or `none` for nobody.",
    "client": "Ids of client organisations.",
    "lifecycle": "Whether anything of the client is in production.",
    "active": "Active within so many days.",
    "sort": "The order; a minus turns it round. Newest activity first by default.",
}


def parameters(*names: str) -> list[OpenApiParameter]:
    found = []
    for name in names:
        declared = WorkStreamFilter.base_filters[name]
        choices = [str(value) for value, _ in declared.extra.get("choices", [])]
        found.append(
            OpenApiParameter(
                name,
                OpenApiTypes.DATE if name.endswith(("_from", "_to")) else OpenApiTypes.STR,
                many=isinstance(declared, MultipleChoiceFilter),
                enum=choices or None,
                description=_HELP.get(name, str(declared.label)),
            )
        )
    return found


QUESTION = tuple(name for name in WorkStreamFilter.base_filters if name != "sort")


_OF_A_PAGE = frozenset(PageQuery().fields)
_KNOWN = {*WorkStreamFilter.base_filters, *_OF_A_PAGE}


class OwnListQuery(PageQuery):
    """What the own list can be asked."""

    status = serializers.ChoiceField(choices=Status.choices, required=False)


class WorkStreamsView(ApiView):
    """All WorkStreams the caller may know."""

    @extend_schema(
        operation_id="workstreams",
        parameters=[PageQuery, *parameters(*QUESTION, "sort")],
        responses=paging.paged(
            WorkStreamRowSerializer,
            name="WorkStreamPage",
            count=serializers.IntegerField(
                required=False,
                allow_null=True,
                help_text=f"How many there are, counted up to {COUNT_CAP:,}; null where counting would take too long."
                " Colleagues only.",
            ),
            count_is_capped=serializers.BooleanField(
                required=False, help_text="Whether there are more than `count`. Colleagues only."
            ),
        ),
    )
    def get(self, request: ApiRequest) -> Response:
        """For colleagues the grid: the same parameters as on the page mean the same, so an address that asks nothing
        asks for those the caller leads; `lead=any` asks for all. What the page ignores is refused here.

        Clients and Agile Workers get the WorkStreams they are members of, newest activity first, and may ask for
        `status` only.
        """
        if request.user.may(Can.SEARCH_GRID):
            return _grid(request)
        return _own_list(request)

    @extend_schema(
        operation_id="workstreams_start", request=NewWorkStreamSerializer, responses={201: WorkStreamSerializer}
    )
    def post(self, request: ApiRequest) -> Response:
        """Start a WorkStream for a client who did not start it themselves; for ISRs and administrators."""
        require(request.user, Can.START_FOR_CLIENT)
        told = query.body(request, NewWorkStreamSerializer)
        started = start_for_client(
            actor=request.user,
            organization=told.get("organization") or told["new_organization"],
            name=told["name"],
            description=told.get("description", ""),
            intended_start=told.get("intended_start"),
            subscription_type=SubscriptionType(told["subscription_type"]),
            first_person=told.get("first_person", ""),
            public_id=uuid4(),
        )
        return one(request, started, status=201)


def one(request: ApiRequest, workstream: WorkStream, *, status: int = 200) -> Response:
    """A WorkStream after something was done with it, with its ETag."""
    fresh = WorkStream.objects.visible_to(request.user).for_page().get(pk=workstream.pk)
    rights = capabilities_of(request.user, fresh)
    shape = shapes.whole(fresh, reader=request.user, rights=rights)
    return etags.answer(request, shape, version=fresh.version, status=status)


def _grid(request: ApiRequest) -> Response:
    asked = _page_query(request)
    reading = question_of(request)
    visible = WorkStream.objects.visible_to(request.user)
    cursor = None
    try:
        for direction in ("after", "before"):
            if sealed := asked.get(direction):
                cursor = grid.read_cursor(sealed, direction, reading.query)
    except NotACursor as error:
        raise BadCursor(
            "This place in the list was not written by this portal, or for another order. "
            "Begin without it, and follow `next`."
        ) from error
    page = grid.page_of_ids(visible, reading.query, cursor, size=asked["page_size"])
    rows = shapes.rows_of(page.items, for_team=True)
    count = page.total if page.total is not None else grid.quick_count(visible, reading.query)
    return Response(
        {
            **paging.links(request, page.next, page.previous),
            "count": None if count is None else min(count, COUNT_CAP),
            "count_is_capped": count is None or count > COUNT_CAP,
            "results": rows,
        }
    )


def _own_list(request: ApiRequest) -> Response:
    asked = query.read(request, OwnListQuery)
    own = OwnList(request.user)
    statuses = {Status(asked["status"])} if asked.get("status") else set(Status)

    def find(place: Sequence[Any] | None, size: int, is_backwards: bool) -> list[WorkStream]:
        cursor = own.place(*place, direction="before" if is_backwards else "after") if place else None
        return own.rows(statuses, size=size, place=cursor)

    found = paging.page_found_by(find, asked, LATEST)
    return paging.answer(request, found, lambda workstream: shapes.row(shapes.values_of(workstream), for_team=False))


def _page_query(request: ApiRequest) -> dict[str, Any]:
    """The parameters of the page alone; those of the question are the filter's."""
    query.refuse_unknown(request, _KNOWN)
    if _OF_A_PAGE.isdisjoint(request.query_params):
        return {"page_size": PAGE_SIZE}
    serializer = PageQuery(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def question_of(request: ApiRequest, asked: QueryDict | None = None) -> Reading:
    """The grid's question that the address asks, or the query string that was sent.

    Raises: ValidationError, naming each parameter with a value that the grid's page would leave out.
    """
    asked = request.query_params if asked is None else asked
    filters = WorkStreamFilter(asked, user=request.user, now=timezone.now())
    reading = read(filters)
    wrong: dict[str, list[str]] = {}
    for name, field in filters.form.fields.items():
        if ignored := getattr(field, "ignored", ()):
            wrong[name] = [NOT_KNOWN.format(value=value[:100]) for value in ignored[:10]]
    if asked.get("q") and not reading.query.name:
        wrong["q"] = ["There is nothing in it that could be looked for."]
    if len(asked.get("q", "")) > LONGEST_NAME:
        wrong["q"] = [f"A part of a name has {LONGEST_NAME} characters at most."]
    if not wrong and reading.has_ignored:
        for name in ("lead", "owner", "client"):
            given, understood = asked.getlist(name), {v for n, v in reading.address.pairs if n == name}
            if given and len(understood) < len(set(given) - {"any"}):
                wrong[name] = ["One of these ids is not known here."]
        wrong = wrong or {"entries": ["Something in this question is not known here."]}
    if wrong:
        raise serializers.ValidationError(wrong)
    return reading


class FacetsView(ApiView):
    """The counts beside the grid's boxes."""

    @extend_schema(
        operation_id="workstreams_facets",
        parameters=parameters(*QUESTION),
        responses=inline_serializer(
            "Facets",
            {
                "counted_at": Moment(
                    allow_null=True,
                    help_text="When they were counted; null where a question cannot be counted so, "
                    "because it asks for more than lead, status, type and milestone.",
                ),
                "type": serializers.DictField(child=serializers.IntegerField()),
                "status": serializers.DictField(child=serializers.IntegerField()),
                "milestone": serializers.DictField(
                    child=serializers.IntegerField(), help_text="`none`: no milestone yet."
                ),
                "lead": serializers.DictField(
                    child=serializers.IntegerField(), help_text="By the id of the colleague; `none`: nobody."
                ),
            },
        ),
    )
    def get(self, request: ApiRequest) -> Response:
        """How many WorkStreams each value of a box would find on top of the question; counted once a minute. Only
        values that would find something are named. For colleagues.
        """
        require(request.user, Can.SEARCH_GRID)
        query.refuse_unknown(request, set(QUESTION))
        question = question_of(request).query
        shape: dict[str, Any] = {"counted_at": None, "type": {}, "status": {}, "milestone": {}, "lead": {}}
        if can_answer(question):
            facets = facets_for(request.user, question)
            shape["counted_at"] = shapes.moment(facets.at)
            for (name, value), n in facets.counts.items():
                if n and (name, value) != ("lead", "me"):
                    shape[name][value] = n
        return Response(shape)
