"""The tie to a Salesforce opportunity over the API (R23, R99-R101). Everything here is for colleagues."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from api import query
from api.base import ApiRequest, ApiView
from api.fields import Moment
from api.schema import ErrorSerializer
from integrations.models import InboundEvent
from integrations.salesforce import actions
from integrations.salesforce.ids import LONGEST_PASTE
from integrations.salesforce.models import Opportunity
from integrations.salesforce.tab import Tab, Told, Understood
from milestones.models import MilestoneChange
from workstreams.api.one import fetch
from workstreams.models import WorkStream

TAG = "Salesforce"


class StageToldSerializer(serializers.Serializer[Told]):
    """One stage that Salesforce reported, and what became of it."""

    stage = serializers.CharField()
    state = serializers.ChoiceField(choices=InboundEvent.State.choices, source="event.state")
    heard_by = serializers.CharField(source="source", help_text="How the portal came to know.")
    reason = serializers.CharField(source="event.reason", help_text="Why it was ignored, or what it waits for.")
    is_newest = serializers.BooleanField(help_text="Whether what is known of the opportunity comes from it.")
    happened_at = Moment(source="event.happened_at", allow_null=True, help_text="When it changed there.")
    received_at = Moment(source="event.received_at")
    repeats = serializers.IntegerField(source="event.repeats", help_text="How often the same was sent again.")


class MilestoneChangedSerializer(serializers.Serializer[MilestoneChange]):
    """Who changed the portal's milestone, and when."""

    kind = serializers.ChoiceField(choices=MilestoneChange.Kind.choices)
    actor = serializers.CharField(source="actor_name")
    at = Moment()


class SalesforceTieSerializer(serializers.Serializer[Any]):
    """Both sides of the tie."""

    opportunity_id = serializers.CharField(allow_null=True, help_text="18 characters; null while nothing is tied.")
    record_url = serializers.CharField(help_text="The opportunity in Salesforce; empty where that is not configured.")
    name = serializers.CharField(help_text="The opportunity's name; empty while it was not read.")
    presence = serializers.ChoiceField(
        choices=[("", "Not asked"), *Opportunity.Presence.choices],
        help_text="Whether Salesforce has it, as far as it was asked.",
    )
    read_at = Moment(allow_null=True, help_text="When Salesforce was asked last and answered.")
    stage = serializers.CharField(allow_null=True, help_text="The newest stage known.")
    stage_since = Moment(allow_null=True, help_text="Since when it has this stage, where that was read.")
    milestone = serializers.CharField(help_text="The milestone that stage means; empty for none.")
    drifts = serializers.BooleanField(help_text="Whether the portal's milestone is another one.")
    last_word = serializers.ChoiceField(
        choices=[("", "Nobody can say"), ("portal", "The portal"), ("salesforce", "Salesforce")],
        help_text="Which of the two sides changed last.",
    )
    last_change = MilestoneChangedSerializer(allow_null=True, help_text="How the portal's milestone changed last.")
    needs_opportunity = serializers.BooleanField(help_text="Whether the lead waits to be converted and tied (R99).")
    needs_decision = serializers.BooleanField(help_text="Whether a stage waits for the choice of delivery (A24).")
    suggests_closing = serializers.BooleanField(help_text="Whether the opportunity was closed without a milestone.")
    tied_by = serializers.CharField(allow_null=True)
    tied_at = Moment(allow_null=True)
    told = StageToldSerializer(many=True, help_text="The latest fifty, newest first.")


class PastedOpportunitySerializer(serializers.Serializer[Any]):
    """An opportunity as people paste it."""

    opportunity = serializers.CharField(
        max_length=LONGEST_PASTE, help_text="The ID of 15 or 18 characters, or the link of the record in Salesforce."
    )


class TakenBySerializer(serializers.Serializer[WorkStream]):
    """The WorkStream that has it."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class UnderstoodOpportunitySerializer(serializers.Serializer[Understood]):
    """What was understood; nothing is saved."""

    opportunity_id = serializers.CharField(source="parsed.opportunity_id", help_text="In its form of 18 characters.")
    warnings = serializers.ListField(child=serializers.CharField(), source="parsed.warnings")
    exists = serializers.BooleanField(
        allow_null=True, help_text="Whether Salesforce has it and not deleted; null when it could not be asked."
    )
    not_verified_because = serializers.CharField(help_text="Why Salesforce was not asked; empty when it was.")
    name = serializers.CharField(
        source="reading.name", allow_null=True, default=None, help_text="As Salesforce has it."
    )
    stage = serializers.CharField(help_text="The newest stage known; empty for none.")
    milestone = serializers.CharField(help_text="Where tying would move the WorkStream; empty for nowhere.")
    taken_by = TakenBySerializer(allow_null=True, help_text="The WorkStream it is tied to already.")


class UntieSerializer(serializers.Serializer[Any]):
    """The tie that is meant."""

    opportunity_id = serializers.CharField(max_length=18, help_text="The ID you saw. If it is another one now: 409.")


class TriedAgainSerializer(serializers.Serializer[Any]):
    """What was handed back."""

    count = serializers.IntegerField()


class TieView(ApiView):
    """The tie."""

    @extend_schema(
        operation_id="salesforce_read",
        tags=[TAG],
        summary="Read the tie",
        description="The tied opportunity, its stage beside the portal's milestone, and all that Salesforce reported.",
        responses=SalesforceTieSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """Both sides."""
        return _answer(request, public_id)


class UnderstandView(ApiView):
    """A look before tying."""

    @extend_schema(
        operation_id="salesforce_understand",
        tags=[TAG],
        summary="Understand a pasted ID or link",
        description="What a pasted ID or link names, and who has it already. Nothing is saved (R100, R101).",
        parameters=[PastedOpportunitySerializer],
        responses={200: UnderstoodOpportunitySerializer, 422: ErrorSerializer},
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """What it names."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        pasted = query.read(request, PastedOpportunitySerializer)["opportunity"]
        understood = Understood.of(actions.understand(pasted), workstream, request.user)
        return Response(UnderstoodOpportunitySerializer(understood).data)


class TyingView(ApiView):
    """A tie is made."""

    @extend_schema(
        operation_id="salesforce_tie",
        tags=[TAG],
        summary="Tie an opportunity",
        description="Tie the WorkStream to its opportunity; the stage known so far is followed at once (R23, A26).",
        request=PastedOpportunitySerializer,
        responses=SalesforceTieSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Tie it."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        told = query.body(request, PastedOpportunitySerializer)
        actions.tie_opportunity(workstream=workstream, pasted=told["opportunity"], actor=request.user)
        return _answer(request, public_id)


class UntyingView(ApiView):
    """A tie is undone."""

    @extend_schema(
        operation_id="salesforce_untie",
        tags=[TAG],
        summary="Untie the opportunity",
        description="Milestone and history stay; a later tie follows the stage anew. Untying twice is harmless.",
        request=UntieSerializer,
        responses=SalesforceTieSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Untie it."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        told = query.body(request, UntieSerializer)
        actions.untie_opportunity(workstream=workstream, actor=request.user, seen=told["opportunity_id"])
        return _answer(request, public_id)


class TryAgainView(ApiView):
    """What failed is worked again."""

    @extend_schema(
        operation_id="salesforce_try_again",
        tags=[TAG],
        summary="Work failed stages again",
        description="Hand the stages that could not be worked back to the workers. For administrators.",
        request=None,
        responses=TriedAgainSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Hand them back."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        return Response({"count": actions.try_failed_again(workstream=workstream, actor=request.user)})


def _answer(request: ApiRequest, public_id: UUID) -> Response:
    workstream = fetch(request, public_id, Can.ADMINISTER)
    tab = Tab.of(workstream, request.user)
    tie = {
        "opportunity_id": workstream.opportunity_id,
        "record_url": tab.record_url,
        "name": tab.opportunity.name if tab.opportunity else "",
        "presence": tab.opportunity.presence if tab.opportunity else "",
        "read_at": tab.opportunity.read_at if tab.opportunity else None,
        "stage": tab.opportunity.stage or None if tab.opportunity else None,
        "stage_since": tab.opportunity.stage_since if tab.opportunity else None,
        "milestone": tab.milestone,
        "drifts": tab.drifts,
        "last_word": tab.last_word,
        "last_change": tab.last_change,
        "needs_opportunity": tab.needs_opportunity,
        "needs_decision": tab.needs_decision,
        "suggests_closing": tab.suggests_closing,
        "tied_by": tab.tied.actor_name if tab.tied else None,
        "tied_at": tab.tied.at if tab.tied else None,
        "told": tab.told,
    }
    return Response(SalesforceTieSerializer(tie).data)
