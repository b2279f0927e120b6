"""Subscriptions over the API: a WorkStream's terms, another type for it, and a client's start (R20, R37-R43, A32)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.capabilities import Can
from accounts.models import User, validate_time_zone
from api import etags, query
from api.base import ApiRequest, ApiView
from api.errors import ChangedSince
from api.fields import Line, Prose
from api.schema import IF_NONE_MATCH, AnyOf
from subscriptions import actions
from subscriptions.attributes import fields_of
from subscriptions.errors import ForeignAttribute
from subscriptions.forms import problem_of_start
from subscriptions.models import AgileTerms, BatchTerms, LeanTerms, Terms
from subscriptions.panel import Panel, earlier_terms, panel_for
from workstreams.api.one import fetch
from workstreams.choices import SubscriptionType
from workstreams.errors import ChangedMeanwhile
from workstreams.models import WorkStream

TAG = "Subscription"


class AgileTermsSerializer(serializers.ModelSerializer[AgileTerms]):
    """What an AGILE subscription is made of: hours a month, dollars a month."""

    class Meta:
        model = AgileTerms
        fields = fields_of(SubscriptionType.AGILE)


class BatchTermsSerializer(serializers.ModelSerializer[BatchTerms]):
    """What a BATCH subscription is made of: seconds a unit, prices in dollars."""

    project_price_reason = Line(required=False, allow_blank=True, max_length=300)

    class Meta:
        model = BatchTerms
        fields = fields_of(SubscriptionType.BATCH)


class LeanTermsSerializer(serializers.ModelSerializer[LeanTerms]):
    """What a LEAN subscription is made of: seconds a unit, prices in cents."""

    unit_price_reason = Line(required=False, allow_blank=True, max_length=300)

    class Meta:
        model = LeanTerms
        fields = fields_of(SubscriptionType.LEAN)


SERIALIZERS: dict[SubscriptionType, type[serializers.ModelSerializer[Any]]] = {
    SubscriptionType.AGILE: AgileTermsSerializer,
    SubscriptionType.BATCH: BatchTermsSerializer,
    SubscriptionType.LEAN: LeanTermsSerializer,
}
ANY_TERMS = AnyOf(component_name="Terms", serializers=list(SERIALIZERS.values()), resource_type_field_name=None)


class TermsAttributeSerializer(serializers.Serializer[Any]):
    """One attribute as a page prints it."""

    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField(source="attribute.unit.value", help_text="Empty for a choice.")
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(), source="attribute.fields", help_text="One value, or both ends of a range."
    )
    text = serializers.CharField(source="value", help_text="The value with its unit; empty while it is not known.")
    remark = serializers.CharField(source="note", help_text="What there is to say about it; else empty.")
    may_edit = serializers.BooleanField()


class SubscriptionSerializer(serializers.Serializer[Any]):
    """The subscription of a WorkStream: only what belongs to its type, and only what you may see."""

    subscription_type = serializers.ChoiceField(choices=SubscriptionType.choices, source="kind")
    values = serializers.SerializerMethodField(help_text="The fields of the type; null or empty while not known.")
    attributes = TermsAttributeSerializer(many=True, source="rows")

    @extend_schema_field(ANY_TERMS)
    def get_values(self, panel: Panel) -> dict[str, Any]:
        """Stored values; without prices for those who may not see them (A7)."""
        return _values(panel)


class EarlierTermsSerializer(serializers.Serializer[Any]):
    """What was entered for the types this WorkStream had before."""

    results = SubscriptionSerializer(many=True)


class ChangeTypeSerializer(serializers.Serializer[Any]):
    """Another subscription type."""

    to = serializers.ChoiceField(choices=SubscriptionType.choices)


class StartWorkStreamSerializer(serializers.Serializer[Any]):
    """What a client asks for: three inputs, the type, and whatever is known of it (R37)."""

    id = serializers.UUIDField(
        required=False,
        help_text="A UUID you make, or that of the start you began on the pages. The same one again starts nothing "
        "new and answers with what was started first.",
    )
    name = Line(max_length=120)
    intended_start = serializers.DateField(help_text="From today to two years ahead, in your time zone.")
    description = Prose(max_length=2000)
    subscription_type = serializers.ChoiceField(
        choices=SubscriptionType.choices, required=False, help_text="AGILE when it is left out (R22)."
    )
    details = serializers.DictField(required=False, help_text="Fields of the type that clients estimate themselves.")
    person_name = Line(required=False, allow_blank=True, max_length=120, help_text="Yours, while it is not known.")
    company = Line(required=False, allow_blank=True, max_length=120, help_text="Yours, while it is not known.")
    time_zone = serializers.CharField(required=False, allow_blank=True, max_length=60, help_text="Like Europe/Berlin.")

    def validate_time_zone(self, value: str) -> str:
        """Refuse what is no time zone."""
        if value:
            validate_time_zone(value)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Judge the day in the person's own zone, and the details by the type."""
        person: User = self.context["request"].user
        zone = attrs.get("time_zone", "") if person.time_zone == "UTC" else person.time_zone
        if problem := problem_of_start(attrs["intended_start"], zone=zone):
            raise ValidationError({"intended_start": [problem]})
        kind = SubscriptionType(attrs.get("subscription_type", SubscriptionType.AGILE))
        try:
            attrs["details"] = _entries(attrs.get("details", {}), kind, for_clients=True)
        except ValidationError as problems:
            raise ValidationError({"details": problems.detail}) from problems
        return attrs


class StartedWorkStreamSerializer(serializers.Serializer[WorkStream]):
    """What was started."""

    id = serializers.UUIDField(source="public_id", help_text="The WorkStream's.")
    name = serializers.CharField()
    subscription_type = serializers.ChoiceField(choices=SubscriptionType.choices)
    url = serializers.URLField(source="full_url", help_text="Its page.")


class SubscriptionView(ApiView):
    """The terms of a WorkStream."""

    @extend_schema(
        operation_id="subscription_read",
        tags=[TAG],
        summary="Read the terms",
        description=(
            "Every attribute of the WorkStream's type and of no other (R40); prices only for those who may see them. "
            "The ETag goes into If-Match when you change something."
        ),
        parameters=[IF_NONE_MATCH],
        responses={200: SubscriptionSerializer, 304: None},
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """The terms."""
        return _answer(request, fetch(request, public_id))

    @extend_schema(
        operation_id="subscription_edit",
        tags=[TAG],
        summary="Fill in terms",
        description=(
            "Save the fields that are sent; the others stay. Clients fill in what they estimate, colleagues "
            "everything (R20). Fields of another type are refused (R40), and so are ranges that run downwards; a final "
            "price outside its range needs a reason (R43)."
        ),
        request=ANY_TERMS,
        responses=SubscriptionSerializer,
    )
    def patch(self, request: ApiRequest, public_id: UUID) -> Response:
        """Save what was sent."""
        workstream = fetch(request, public_id, Can.EDIT_DETAILS)
        values = _entries(request.data, SubscriptionType(workstream.subscription_type), for_clients=False)
        seen = etags.seen_version(request)
        stored = actions.terms_of(workstream)
        try:
            actions.edit_terms(
                workstream=workstream,
                actor=request.user,
                values=values,
                seen=None if seen is None else actions.fingerprint(stored) if seen == _version(stored) else "another",
            )
        except ChangedMeanwhile as refusal:
            raise ChangedSince("Somebody else saved this subscription since. Read it again, then save.") from refusal
        return _answer(request, fetch(request, public_id))


class EarlierView(ApiView):
    """The terms of types a WorkStream had before."""

    @extend_schema(
        operation_id="subscription_earlier",
        tags=[TAG],
        summary="Terms of earlier types",
        description="What was entered for the types this WorkStream had before (A32). For colleagues.",
        responses=EarlierTermsSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """What is kept."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        return Response(EarlierTermsSerializer({"results": earlier_terms(workstream)}).data)


class TypeView(ApiView):
    """Another subscription type."""

    @extend_schema(
        operation_id="subscription_change_type",
        tags=[TAG],
        summary="Change the type",
        description=(
            "Change the subscription type (A32). The terms of the old type are kept; the milestone keeps its position; "
            "the choice of delivery is asked for anew. The present type again changes nothing. For colleagues."
        ),
        request=ChangeTypeSerializer,
        responses=SubscriptionSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Change it."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        to = SubscriptionType(query.body(request, ChangeTypeSerializer)["to"])
        actions.change_type(workstream=workstream, actor=request.user, to=to)
        return _answer(request, fetch(request, public_id))


class StartView(ApiView):
    """A client's start."""

    @extend_schema(
        operation_id="start",
        tags=["WorkStreams"],
        summary="Start a WorkStream",
        description=(
            "A client starts a WorkStream and becomes its owner (R37, R39). Colleagues start one for a client "
            "elsewhere (R74)."
        ),
        request=StartWorkStreamSerializer,
        responses={201: StartedWorkStreamSerializer},
    )
    def post(self, request: ApiRequest) -> Response:
        """Start it."""
        told = query.body(request, StartWorkStreamSerializer)
        wish = actions.Wish(
            name=told["name"],
            intended_start=told["intended_start"],
            description=told["description"],
            subscription_type=SubscriptionType(told.get("subscription_type", SubscriptionType.AGILE)),
            details=told["details"],
            person_name=told.get("person_name", ""),
            company=told.get("company", ""),
            time_zone=told.get("time_zone", ""),
        )
        workstream = actions.start_at_once(
            actor=request.user,
            wish=wish,
            public_id=told.get("id") or uuid4(),
            chose_type="subscription_type" in told,
        )
        return Response(StartedWorkStreamSerializer(workstream).data, status=201)


def _entries(data: Any, kind: SubscriptionType, *, for_clients: bool) -> dict[str, Any]:
    """What was sent, as fields of the type's terms.

    Raises: ValidationError; ForeignAttribute, also for names that no type has.
    """
    if not isinstance(data, Mapping):
        raise ValidationError("Send an object with the fields to save.")
    if foreign := sorted(set(data) - set(fields_of(kind, for_clients=for_clients))):
        names = ", ".join(str(name)[:40] for name in foreign[:5])
        raise ForeignAttribute(f"{kind.label} has no {names}{' for clients to fill in' if for_clients else ''}.")
    serializer = SERIALIZERS[kind](data=data, partial=True)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _values(panel: Panel) -> dict[str, Any]:
    """The stored fields of the attributes that the panel shows."""
    shown = {name for row in panel.rows for name in (*row.attribute.fields, row.attribute.reason)}
    stored = SERIALIZERS[panel.kind](actions.terms_of(panel.workstream, panel.kind)).data
    return {name: value for name, value in stored.items() if name in shown}


def _version(terms: Terms) -> int:
    """The terms' fingerprint as the number that an ETag begins with."""
    return int(actions.fingerprint(terms)[:7], 16)


def _answer(request: ApiRequest, workstream: WorkStream) -> Response:
    panel = panel_for(workstream, request.user)
    return etags.answer(request, SubscriptionSerializer(panel).data, version=_version(actions.terms_of(workstream)))
