"""The milestones of a WorkStream over the API: where it stands, how it came there, and every way on (R44-R54)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from accounts.models import User
from api import query
from api.base import ApiRequest, ApiView
from api.fields import Moment, Prose
from milestones import actions, tracks
from milestones.hand_over import HandOver, proposal
from milestones.history import Stay, stays
from milestones.promises import first_answers_owed
from milestones.tracker import Decision, State, Step, decisions_on, steps_of
from workstreams.api.one import fetch
from workstreams.choices import DeliveryMode, Milestone, Side
from workstreams.models import WorkStream

TAG = "Milestones"


class ExplainedMilestoneSerializer(serializers.Serializer[Any]):
    """A milestone with what a client reads about it."""

    milestone = serializers.ChoiceField(choices=Milestone.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    what = serializers.CharField(source="explanation.what", help_text="What happens there.")
    needs = serializers.CharField(source="explanation.needs", help_text="What the client is asked for.")
    carried_by = serializers.CharField(source="explanation.who", help_text="The role that carries it.")
    usual_time = serializers.CharField(source="explanation.usual_time")


class MilestoneStepSerializer(serializers.Serializer[Step]):
    """One step of the track; two milestones while the fork of BATCH is undecided."""

    number = serializers.IntegerField(help_text="1 to 5.")
    state = serializers.ChoiceField(choices=[(state.value, state.value.capitalize()) for state in State])
    milestones = ExplainedMilestoneSerializer(many=True, source="branches")
    reached_at = Moment(allow_null=True, help_text="When it was reached last, as far as that is known.")


class GoAheadSerializer(serializers.Serializer[Decision]):
    """One side's decision on the service agreement; null where it has not been given."""

    side = serializers.ChoiceField(choices=Side.choices)
    whose = serializers.CharField(source="who", help_text="The organisation that decides.")
    given_by = serializers.CharField(source="given.given_by.display_name", allow_null=True)
    given_at = Moment(source="given.given_at", allow_null=True)


class MilestoneTrackSerializer(serializers.Serializer[Any]):
    """Where a WorkStream stands on the track of its subscription type."""

    milestone = serializers.ChoiceField(choices=Milestone.choices, allow_null=True, help_text="Null before the first.")
    label = serializers.CharField()  # type: ignore[assignment]
    step = serializers.IntegerField(help_text="0 before the first milestone, then 1 to 5.")
    of = serializers.IntegerField(help_text="How many steps the track has.")
    what = serializers.CharField(help_text="What happens now.")
    needs = serializers.CharField(help_text="What the client is asked for now.")
    carried_by = serializers.CharField(help_text="The role that carries this step.")
    delivery_mode = serializers.ChoiceField(
        choices=DeliveryMode.choices, allow_blank=True, help_text="How a BATCH job is delivered; empty: not chosen."
    )
    next = serializers.ListField(
        child=serializers.ChoiceField(choices=Milestone.choices),
        help_text="What may come next by hand: two at the fork of BATCH, none at the end or while closed.",
    )
    steps = MilestoneStepSerializer(many=True)
    go_aheads = GoAheadSerializer(many=True, help_text="The client's and the team's.")
    first_answer_due = Moment(allow_null=True, help_text="By when the team's first answer is owed, while it is.")


class MilestoneStaySerializer(serializers.Serializer[Stay]):
    """One stay at a milestone."""

    label = serializers.CharField()  # type: ignore[assignment]
    entered_at = Moment()
    left_at = Moment(allow_null=True, help_text="Null for the present one.")
    duration = serializers.CharField(help_text="How long it lasted, or lasts by now, in words.")
    is_current = serializers.BooleanField()
    how = serializers.CharField(help_text="How it came there; `who` completes the sentence.")
    who = serializers.CharField()
    reason = serializers.CharField(help_text="Why it went back, or went on without the go-aheads; else empty.")
    skipped = serializers.CharField(help_text="Milestones that Salesforce jumped over; else empty.")
    went_back = serializers.BooleanField()
    approval_not_recorded = serializers.BooleanField(help_text="It went past the agreement without both go-aheads.")


class MilestoneHistorySerializer(serializers.Serializer[Any]):
    """Every stay, newest first, down to the time before the first milestone."""

    results = MilestoneStaySerializer(many=True)


class CandidateSerializer(serializers.Serializer[User]):
    """A colleague who could lead."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField(source="display_name")


class HandOverSerializer(serializers.Serializer[HandOver]):
    """Who could lead instead, because another role carries the present step (A18)."""

    step = serializers.CharField()
    role = serializers.CharField(help_text="The role that carries it.")
    candidates = CandidateSerializer(many=True)


class HandOverProposalSerializer(serializers.Serializer[Any]):
    """The proposal; null where the lead's role carries the step, or the WorkStream is closed."""

    proposal = HandOverSerializer(allow_null=True)


_SEEN = {
    "required": False,
    "allow_null": True,
    "choices": Milestone.choices,
    "help_text": "The milestone you saw when deciding, null for none. If it moved since, nothing happens (409).",
}


class AdvanceSerializer(serializers.Serializer[Any]):
    """One step forward."""

    to = serializers.ChoiceField(choices=Milestone.choices)
    override_reason = Prose(
        required=False, allow_blank=True, max_length=500, help_text="Why without both go-aheads, if one is missing."
    )
    seen = serializers.ChoiceField(**_SEEN)  # type: ignore[arg-type]


class GoBackSerializer(serializers.Serializer[Any]):
    """Back to an earlier milestone."""

    to = serializers.ChoiceField(choices=Milestone.choices)
    reason = Prose(max_length=500, help_text="The team reads it in the history; the client does not.")
    seen = serializers.ChoiceField(**_SEEN)  # type: ignore[arg-type]


class ChooseDeliverySerializer(serializers.Serializer[Any]):
    """How a BATCH WorkStream is delivered."""

    mode = serializers.ChoiceField(choices=DeliveryMode.choices)


class WithdrawGoAheadSerializer(serializers.Serializer[Any]):
    """Whose go-ahead."""

    side = serializers.ChoiceField(choices=Side.choices)


class GiveGoAheadSerializer(WithdrawGoAheadSerializer):
    """A go-ahead."""

    note = Prose(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="How the client said so; wanted when a colleague records the client's.",
    )


class TrackView(ApiView):
    """Where a WorkStream stands."""

    @extend_schema(
        operation_id="milestones_read",
        tags=[TAG],
        summary="Where a WorkStream stands",
        description="The track of its subscription type with every step, what happens now, and both go-aheads.",
        responses=MilestoneTrackSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """The track."""
        return Response(_track(fetch(request, public_id)))


class HistoryView(ApiView):
    """How a WorkStream came to where it stands."""

    @extend_schema(
        operation_id="milestones_history",
        tags=[TAG],
        summary="How it came there",
        description="Every stay at a milestone with its length, who moved it and why. For colleagues.",
        responses=MilestoneHistorySerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """The stays, newest first."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        return Response(MilestoneHistorySerializer({"results": stays(workstream)}).data)


class HandOverView(ApiView):
    """Whether somebody else should lead now."""

    @extend_schema(
        operation_id="milestones_hand_over",
        tags=[TAG],
        summary="Who could lead instead",
        description=(
            "Where the WorkStream Lead's role is not the one that carries the present step: colleagues who could take "
            "over. Nothing changes by itself; set the lead to hand over. For colleagues."
        ),
        responses=HandOverProposalSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """The proposal, if there is one."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        return Response(HandOverProposalSerializer({"proposal": proposal(workstream)}).data)


class AdvanceView(ApiView):
    """One step forward."""

    @extend_schema(
        operation_id="milestones_advance",
        tags=[TAG],
        summary="Advance one step",
        description=(
            "One step forward on the track (R48). The first takes an ISR or an administrator; step 4 needs both "
            "go-aheads or a reason; for BATCH the step itself chooses the delivery. Advancing to where it stands "
            "already changes nothing."
        ),
        request=AdvanceSerializer,
        responses=MilestoneTrackSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Advance."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        told = query.body(request, AdvanceSerializer)
        moved = actions.advance(
            workstream=workstream,
            to=Milestone(told["to"]),
            actor=request.user,
            override_reason=told.get("override_reason", ""),
            seen=_seen(told),
        )
        return Response(_track(moved))


class GoBackView(ApiView):
    """Back to an earlier milestone."""

    @extend_schema(
        operation_id="milestones_go_back",
        tags=[TAG],
        summary="Go back",
        description=(
            "Back to an earlier milestone, with a reason (A11). Going back before step 4 withdraws both go-aheads and "
            "the choice of delivery."
        ),
        request=GoBackSerializer,
        responses=MilestoneTrackSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Go back."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        told = query.body(request, GoBackSerializer)
        moved = actions.go_back(
            workstream=workstream,
            to=Milestone(told["to"]),
            actor=request.user,
            reason=told["reason"],
            seen=_seen(told),
        )
        return Response(_track(moved))


class DeliveryView(ApiView):
    """The fork of BATCH."""

    @extend_schema(
        operation_id="milestones_choose_delivery",
        tags=[TAG],
        summary="Choose how BATCH is delivered",
        description="The choice at the fork of BATCH, ahead of it (R54, A24). A stage of Salesforce may wait for it.",
        request=ChooseDeliverySerializer,
        responses=MilestoneTrackSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Choose."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        mode = DeliveryMode(query.body(request, ChooseDeliverySerializer)["mode"])
        return Response(_track(actions.choose_delivery(workstream=workstream, mode=mode, actor=request.user)))


class GiveGoAheadView(ApiView):
    """A go-ahead for the service agreement."""

    @extend_schema(
        operation_id="milestones_give_go_ahead",
        tags=[TAG],
        summary="Give a go-ahead",
        description=(
            "Record one side's go-ahead while the service agreement is reviewed (R52). Client members give the "
            "client's; colleagues give the team's, and may record the client's with a word on how it was given. A "
            "second one changes nothing."
        ),
        request=GiveGoAheadSerializer,
        responses=MilestoneTrackSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Give it."""
        workstream = fetch(request, public_id)
        told = query.body(request, GiveGoAheadSerializer)
        actions.give_go_ahead(
            workstream=workstream, side=Side(told["side"]), actor=request.user, note=told.get("note", "")
        )
        return Response(_track(workstream))


class WithdrawGoAheadView(ApiView):
    """A go-ahead taken back."""

    @extend_schema(
        operation_id="milestones_withdraw_go_ahead",
        tags=[TAG],
        summary="Withdraw a go-ahead",
        description="Take one side's go-ahead back while the agreement is still reviewed. Twice is harmless.",
        request=WithdrawGoAheadSerializer,
        responses=MilestoneTrackSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Take it back."""
        workstream = fetch(request, public_id)
        side = Side(query.body(request, WithdrawGoAheadSerializer)["side"])
        actions.withdraw_go_ahead(workstream=workstream, side=side, actor=request.user)
        return Response(_track(workstream))


def _seen(told: dict[str, Any]) -> str | None:
    """The milestone the caller saw, as the actions take it: empty for none, None where nothing was said."""
    return (told["seen"] or "") if "seen" in told else None


def _track(workstream: WorkStream) -> Any:
    kind, milestone = workstream.subscription_type, workstream.milestone
    now = tracks.explanation(milestone, kind)
    promise = first_answers_owed([workstream]).get(workstream.pk)
    track = {
        "milestone": milestone,
        "label": workstream.milestone_label,
        "step": tracks.position(kind, milestone),
        "of": len(tracks.track_of(kind)),
        "what": now.what,
        "needs": now.needs,
        "carried_by": now.who,
        "delivery_mode": workstream.delivery_mode,
        "next": tracks.next_steps(kind, milestone) if workstream.is_open else (),
        "steps": steps_of(workstream, workstream.milestone_changes.order_by("at", "id")),
        "go_aheads": decisions_on(workstream, workstream.go_aheads.standing(), provider=settings.PROVIDER_NAME),
        "first_answer_due": promise.due if promise else None,
    }
    return MilestoneTrackSerializer(track).data
