"""The sync pages for programs of administrators: how vendors are doing, the ledgers, and mending by hand."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from accounts.errors import NotAllowed
from api import query
from api.base import ApiRequest, ApiView
from api.fields import Line, Moment
from integrations import mending
from integrations.models import Delivery, InboundEvent, Provider
from integrations.movements import Kind, Movement, movements
from integrations.sync import listing
from integrations.sync.overview import Doing, overview

TAG = "Sync"


class VendorSerializer(serializers.Serializer[Doing]):
    """How one vendor is doing."""

    provider = serializers.ChoiceField(choices=Provider.choices)
    health = serializers.CharField(source="health.value", help_text="In words.")
    is_on = serializers.BooleanField(help_text="Whether it is configured.")
    reason = serializers.CharField(help_text="Why it is paused or waited for; empty while it is neither.")
    paused_at = Moment(source="connector.paused_at", allow_null=True)
    open_until = Moment(source="connector.open_until", allow_null=True, help_text="Nothing goes out before this time.")
    waiting = serializers.IntegerField(help_text="Deliveries to go out; counted up to 10,000.")
    oldest_at = Moment(allow_null=True, help_text="Since when the oldest of them waits.")
    parked = serializers.IntegerField(help_text="Deliveries that were refused and wait for a person.")
    a_minute = serializers.FloatField(help_text="Deliveries a minute, of the last five.")
    incoming = serializers.IntegerField(help_text="Events of the vendor to be worked.")
    incoming_failed = serializers.IntegerField(help_text="Events that could not be worked.")
    last_success_at = Moment(source="connector.last_success_at", allow_null=True)
    last_failure_at = Moment(source="connector.last_failure_at", allow_null=True)
    last_error = serializers.CharField(source="connector.last_error")


class VendorsSerializer(serializers.Serializer[Any]):
    """All of them."""

    results = VendorSerializer(many=True)


class DeliverySerializer(serializers.Serializer[Delivery]):
    """One thing that goes or went to a vendor."""

    id = serializers.IntegerField(source="pk")
    provider = serializers.ChoiceField(choices=Provider.choices, source="mailbox.provider")
    operation = serializers.CharField()
    workstream = serializers.UUIDField(source="mailbox.workstream.public_id", allow_null=True, default=None)
    person = serializers.UUIDField(source="mailbox.person.public_id", allow_null=True, default=None)
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    attempts = serializers.IntegerField()
    last_error = serializers.CharField()
    digest = serializers.CharField(help_text="SHA-256 of what was sent last; empty before.")
    created_at = Moment()
    settled_at = Moment(allow_null=True)
    ignored_because = serializers.CharField()


class DeliveriesSerializer(serializers.Serializer[Any]):
    """Fifty of them."""

    results = DeliverySerializer(many=True)
    older = serializers.IntegerField(allow_null=True, help_text="Send it as `before` for older ones; null at the end.")


class VendorEventSerializer(serializers.Serializer[InboundEvent]):
    """One thing a vendor told us."""

    id = serializers.IntegerField(source="pk")
    provider = serializers.ChoiceField(choices=Provider.choices)
    subject_id = serializers.CharField(help_text="The vendor's own id of what it is about.")
    workstream = serializers.UUIDField(source="workstream.public_id", allow_null=True, default=None)
    state = serializers.ChoiceField(choices=InboundEvent.State.choices)
    reason = serializers.CharField()
    attempts = serializers.IntegerField()
    repeats = serializers.IntegerField(help_text="How often the same was sent again.")
    digest = serializers.SerializerMethodField(help_text="SHA-256 of what was told.")
    happened_at = Moment(allow_null=True)
    received_at = Moment()
    settled_at = Moment(allow_null=True)

    def get_digest(self, event: InboundEvent) -> str:
        """No word of it."""
        return listing.digest_of(event)


class VendorEventsSerializer(serializers.Serializer[Any]):
    """Fifty of them."""

    results = VendorEventSerializer(many=True)
    older = serializers.IntegerField(allow_null=True, help_text="Send it as `before` for older ones; null at the end.")


class AskedDeliveriesSerializer(serializers.Serializer[Any]):
    """Which of them."""

    vendor = serializers.ChoiceField(choices=Provider.choices, required=False)
    state = serializers.ChoiceField(choices=Delivery.State.choices, required=False)
    before = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class AskedVendorEventsSerializer(serializers.Serializer[Any]):
    """Which of them."""

    vendor = serializers.ChoiceField(choices=Provider.choices, required=False)
    state = serializers.ChoiceField(choices=InboundEvent.State.choices, required=False)
    before = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = Line(max_length=500)


class MovementSerializer(serializers.Serializer[Movement]):
    """One movement of data."""

    name = serializers.CharField()
    says = serializers.CharField()
    comes_from = serializers.CharField(source="source")
    goes_to = serializers.CharField(source="target")
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Kind])
    gaps = serializers.CharField(help_text="What is known not to arrive.")


class VendorMovementsSerializer(serializers.Serializer[Any]):
    """The movements of one vendor."""

    provider = serializers.ChoiceField(choices=Provider.choices)
    movements = MovementSerializer(many=True)


class DataFlowSerializer(serializers.Serializer[Any]):
    """All of them."""

    results = VendorMovementsSerializer(many=True)


class VendorsView(ApiView):
    """Every vendor."""

    @extend_schema(
        operation_id="sync_vendors", tags=[TAG], summary="Read how vendors are doing", responses=VendorsSerializer
    )
    def get(self, request: ApiRequest) -> Response:
        """What waits, how fast it goes and what ails each vendor. For administrators."""
        _insist_on_an_administrator(request)
        return Response(VendorsSerializer({"results": overview()}).data)


class PauseView(ApiView):
    """Nothing goes to a vendor."""

    looks_something_up = True

    @extend_schema(
        operation_id="sync_pause",
        tags=[TAG],
        summary="Pause a vendor",
        request=ReasonSerializer,
        responses=VendorSerializer,
    )
    def post(self, request: ApiRequest, provider: str) -> Response:
        """Stop everything that goes to a vendor. It is kept, and goes out in order afterwards."""
        _insist_on_an_administrator(request)
        found, told = _vendor(provider), query.body(request, ReasonSerializer)
        mending.pause(provider=found, actor=request.user, reason=told["reason"])
        return _one(found)


class GoOnView(ApiView):
    """It goes on."""

    looks_something_up = True

    @extend_schema(
        operation_id="sync_go_on", tags=[TAG], summary="Let a vendor go on", request=None, responses=VendorSerializer
    )
    def post(self, request: ApiRequest, provider: str) -> Response:
        """Let what was kept go out, and try a vendor that was waited for at once."""
        _insist_on_an_administrator(request)
        found = _vendor(provider)
        mending.go_on(provider=found, actor=request.user)
        return _one(found)


class DeliveriesView(ApiView):
    """The ledger of what goes out."""

    @extend_schema(
        operation_id="sync_deliveries",
        tags=[TAG],
        summary="List deliveries",
        parameters=[AskedDeliveriesSerializer],
        responses=DeliveriesSerializer,
    )
    def get(self, request: ApiRequest) -> Response:
        """What goes or went to vendors, newest first. For administrators."""
        _insist_on_an_administrator(request)
        page = listing.deliveries(request.user, **query.read(request, AskedDeliveriesSerializer))
        return Response(DeliveriesSerializer({"results": page.rows, "older": page.older}).data)


class DeliveryView(ApiView):
    """One of them."""

    @extend_schema(operation_id="sync_delivery", tags=[TAG], summary="Read a delivery", responses=DeliverySerializer)
    def get(self, request: ApiRequest, delivery_id: int) -> Response:
        """One delivery, with the vendor's answer. For administrators."""
        return Response(DeliverySerializer(_delivery(request, delivery_id)).data)


class ReplayView(ApiView):
    """Once more."""

    @extend_schema(
        operation_id="sync_replay",
        tags=[TAG],
        summary="Send a delivery again",
        request=None,
        responses=DeliverySerializer,
    )
    def post(self, request: ApiRequest, delivery_id: int) -> Response:
        """Send it again now; what an earlier attempt may have done is looked up first."""
        mending.replay(delivery=_delivery(request, delivery_id), actor=request.user)
        return Response(DeliverySerializer(_delivery(request, delivery_id)).data)


class IgnoreView(ApiView):
    """Not at all."""

    @extend_schema(
        operation_id="sync_ignore",
        tags=[TAG],
        summary="Leave out a delivery",
        request=ReasonSerializer,
        responses=DeliverySerializer,
    )
    def post(self, request: ApiRequest, delivery_id: int) -> Response:
        """Leave out what a vendor refused; what waits behind it goes on."""
        found = _delivery(request, delivery_id)
        told = query.body(request, ReasonSerializer)
        mending.ignore(delivery=found, actor=request.user, reason=told["reason"])
        return Response(DeliverySerializer(_delivery(request, delivery_id)).data)


class InboundView(ApiView):
    """The ledger of what vendors told us."""

    @extend_schema(
        operation_id="sync_inbound",
        tags=[TAG],
        summary="List events of vendors",
        parameters=[AskedVendorEventsSerializer],
        responses=VendorEventsSerializer,
    )
    def get(self, request: ApiRequest) -> Response:
        """What vendors told us, newest first. For administrators."""
        _insist_on_an_administrator(request)
        page = listing.inbound(request.user, **query.read(request, AskedVendorEventsSerializer))
        return Response(VendorEventsSerializer({"results": page.rows, "older": page.older}).data)


class InboundEventView(ApiView):
    """One of them."""

    @extend_schema(
        operation_id="sync_event", tags=[TAG], summary="Read an event of a vendor", responses=VendorEventSerializer
    )
    def get(self, request: ApiRequest, event_id: int) -> Response:
        """One event, with what became of it. For administrators."""
        return Response(VendorEventSerializer(_event(request, event_id)).data)


class ReplayEventView(ApiView):
    """Once more."""

    @extend_schema(
        operation_id="sync_event_replay",
        tags=[TAG],
        summary="Work an event of a vendor again",
        request=None,
        responses=VendorEventSerializer,
    )
    def post(self, request: ApiRequest, event_id: int) -> Response:
        """Work again what could not be worked."""
        mending.replay_event(event=_event(request, event_id), actor=request.user)
        return Response(VendorEventSerializer(_event(request, event_id)).data)


class IgnoreEventView(ApiView):
    """Not at all."""

    @extend_schema(
        operation_id="sync_event_ignore",
        tags=[TAG],
        summary="Leave out an event of a vendor",
        request=ReasonSerializer,
        responses=VendorEventSerializer,
    )
    def post(self, request: ApiRequest, event_id: int) -> Response:
        """Leave out what could not be worked."""
        found = _event(request, event_id)
        told = query.body(request, ReasonSerializer)
        mending.ignore_event(event=found, actor=request.user, reason=told["reason"])
        return Response(VendorEventSerializer(_event(request, event_id)).data)


class DataFlowView(ApiView):
    """Every movement of data."""

    @extend_schema(operation_id="data_flow", tags=[TAG], summary="Read the data flow", responses=DataFlowSerializer)
    def get(self, request: ApiRequest) -> Response:
        """Every movement of data between the portal and vendors, as the code declares it (F5). For administrators."""
        _insist_on_an_administrator(request)
        found = [
            {"provider": provider, "movements": movements.of(provider)}
            for provider in Provider
            if movements.of(provider)
        ]
        return Response(DataFlowSerializer({"results": found}).data)


def _insist_on_an_administrator(request: ApiRequest) -> None:
    if not request.user.may(Can.MANAGE_PORTAL):
        raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")


def _vendor(provider: str) -> Provider:
    try:
        return Provider(provider)
    except ValueError as error:
        raise Http404("There is no such vendor.") from error


def _one(provider: Provider) -> Response:
    doing = next(doing for doing in overview() if doing.provider == provider)
    return Response(VendorSerializer(doing).data)


def _delivery(request: ApiRequest, delivery_id: int) -> Delivery:
    _insist_on_an_administrator(request)
    rows = Delivery.objects.visible_to(request.user).select_related("mailbox__workstream", "mailbox__person")
    found: Delivery = get_object_or_404(rows, pk=delivery_id)
    return found


def _event(request: ApiRequest, event_id: int) -> InboundEvent:
    _insist_on_an_administrator(request)
    rows = InboundEvent.objects.visible_to(request.user).select_related("workstream")
    found: InboundEvent = get_object_or_404(rows, pk=event_id)
    return found
