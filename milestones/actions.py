"""How milestones change: by hand one step at a time, back with a reason, or after Salesforce."""

from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Can
from accounts.models import User
from activity.models import SystemActor
from activity.record import record
from milestones import events, tracks
from milestones.errors import ForkUndecided, GoAheadMissing, NotTheNextMilestone, NotUnderReview
from milestones.models import GoAhead, MilestoneChange
from workstreams.actions import lock, touch
from workstreams.choices import DeliveryMode, Milestone, Side, SubscriptionType
from workstreams.errors import ChangedMeanwhile, Closed, ReasonMissing
from workstreams.models import WorkStream
from workstreams.tenancy import require

STEP_AFTER_AGREEMENT = 4


@transaction.atomic
def advance(
    *,
    workstream: WorkStream,
    to: Milestone,
    actor: User,
    override_reason: str = "",
    seen: str | None = None,
) -> WorkStream:
    """Move a WorkStream one step forward on the track of its subscription type (R46, R48, R54).

    Step 4 needs the go-ahead of both sides or `override_reason` (A13), which is kept only where it was needed. For
    BATCH the step itself is the choice of delivery, which is stored. Advancing to where it already stands changes and
    records nothing. `seen` is the milestone the person saw when deciding, empty for none; if it moved since, nothing
    happens.

    Raises: NotAllowed, Closed, ChangedMeanwhile, NotTheNextMilestone, GoAheadMissing.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.SET_FIRST_MILESTONE if workstream.milestone is None else Can.ADVANCE_MILESTONE, workstream)

    if workstream.milestone == to:
        return workstream
    _refuse_if_closed(workstream)
    _refuse_if_moved(workstream, seen)
    possible = tracks.next_steps(workstream.subscription_type, workstream.milestone)
    if to not in possible:
        next_words = " or ".join(step.label for step in possible)
        raise NotTheNextMilestone(
            f"“{workstream.name}” cannot go from {workstream.milestone_label} to {Milestone(to).label}. "
            + (f"What comes next is {next_words}." if possible else "It is at its last milestone.")
        )
    without_go_aheads = False
    if tracks.position(workstream.subscription_type, to) == STEP_AFTER_AGREEMENT:
        missing = GoAhead.objects.filter(workstream=workstream).missing_sides()
        if missing and not override_reason.strip():
            sides = " and ".join({Side.CLIENT: "the client's", Side.TEAM: "our own"}[side] for side in missing)
            raise GoAheadMissing(f"Record {sides} go-ahead first, or override it with a reason.")
        without_go_aheads = bool(missing)
        _remember_fork(workstream, to)

    return _move(
        workstream,
        to,
        kind=MilestoneChange.Kind.ADVANCED,
        verb=events.ADVANCED,
        actor=actor,
        reason=override_reason.strip() if without_go_aheads else "",
        without_go_aheads=without_go_aheads,
    )


@transaction.atomic
def go_back(*, workstream: WorkStream, to: Milestone, actor: User, reason: str, seen: str | None = None) -> WorkStream:
    """Take a WorkStream back to an earlier milestone, with a reason (A11).

    Going back before step 4 withdraws the go-aheads and forgets the choice of delivery: the agreement is being looked
    at anew. `seen` is the milestone the person saw when deciding; if it moved since, nothing happens.

    Raises: NotAllowed, Closed, ReasonMissing, NotTheNextMilestone, ChangedMeanwhile.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.ADVANCE_MILESTONE, workstream)

    if workstream.milestone == to:
        return workstream
    _refuse_if_closed(workstream)
    _refuse_if_moved(workstream, seen)
    if not reason.strip():
        raise ReasonMissing("Say why it goes back; the others read it in the history.")
    if to not in tracks.earlier_steps(workstream.subscription_type, workstream.milestone, workstream.delivery_mode):
        raise NotTheNextMilestone(
            f"{Milestone(to).label} does not lie before {workstream.milestone_label} on the track of this WorkStream."
        )
    if tracks.position(workstream.subscription_type, to) < STEP_AFTER_AGREEMENT:
        _withdraw_all(workstream, actor)
        _forget_fork(workstream)
    return _move(
        workstream, to, kind=MilestoneChange.Kind.WENT_BACK, verb=events.WENT_BACK, actor=actor, reason=reason.strip()
    )


@transaction.atomic
def follow_salesforce(*, workstream: WorkStream, step: int) -> WorkStream:
    """Go where the opportunity's stage says: position `step` of the track (R103, A11, A12, A28).

    Jumps either way are allowed; steps that were jumped over are recorded. A WorkStream that already stands there, or
    stands at Processing Data while the stage says step 4 (R104), stays.

    Go-aheads and the choice of delivery are people's decisions and stand, also when Salesforce goes back: often it is
    only catching up with what was done here. Who looks at the agreement anew withdraws them by hand.

    Raises: Closed (A27); ForkUndecided at step 4 of a BATCH WorkStream without a delivery mode (A24).
    """
    workstream = lock(workstream, SystemActor.SALESFORCE)
    _refuse_if_closed(workstream)
    here = tracks.position(workstream.subscription_type, workstream.milestone)
    last = len(tracks.track_of(workstream.subscription_type))
    if here == step or (here == last and step == STEP_AFTER_AGREEMENT):
        return workstream
    to = tracks.at(workstream.subscription_type, step, workstream.delivery_mode)
    if to is None:
        raise ForkUndecided(
            f"“{workstream.name}” is BATCH: choose in-house squad or distributed workers before it can follow."
        )
    skipped = [
        str(between)
        for number in range(here + 1, step)
        if (between := tracks.at(workstream.subscription_type, number, workstream.delivery_mode))
    ]
    without_go_aheads = step >= STEP_AFTER_AGREEMENT and bool(
        GoAhead.objects.filter(workstream=workstream).missing_sides()
    )
    return _move(
        workstream,
        to,
        kind=MilestoneChange.Kind.FOLLOWED,
        verb=events.FOLLOWED,
        actor=SystemActor.SALESFORCE,
        skipped=skipped,
        without_go_aheads=without_go_aheads,
    )


@transaction.atomic
def follow_type(*, workstream: WorkStream, before: SubscriptionType, actor: User | SystemActor) -> WorkStream:
    """After a change of the subscription type: keep the position on the new type's track (A32).

    How a BATCH job is delivered is asked anew, so one that stood at the fork waits a step before it. Go-aheads stand.
    """
    workstream = lock(workstream, actor)
    here = tracks.position(before, workstream.milestone)
    to = tracks.at(workstream.subscription_type, here)
    if to is None and here:
        to = tracks.at(workstream.subscription_type, here - 1)
    if to is None or to == workstream.milestone:
        return workstream
    return _move(
        workstream,
        to,
        kind=MilestoneChange.Kind.TYPE_CHANGED,
        verb=events.FOLLOWED_TYPE,
        actor=actor,
        reason=f"Changed from {before.label} to {SubscriptionType(workstream.subscription_type).label}",
    )


@transaction.atomic
def choose_delivery(*, workstream: WorkStream, mode: DeliveryMode, actor: User) -> WorkStream:
    """Decide how a BATCH WorkStream is delivered, before step 4 (R54, A24).

    Raises: NotAllowed, Closed, NotTheNextMilestone when it is not BATCH or already past the fork.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.ADVANCE_MILESTONE, workstream)
    if workstream.delivery_mode == mode:
        return workstream
    _refuse_if_closed(workstream)
    fork = tracks.track_of(workstream.subscription_type)[STEP_AFTER_AGREEMENT - 1]
    if len(fork) == 1:
        raise NotTheNextMilestone("Only BATCH WorkStreams have a choice of delivery.")
    if tracks.position(workstream.subscription_type, workstream.milestone) >= STEP_AFTER_AGREEMENT:
        raise NotTheNextMilestone(
            f"“{workstream.name}” is already at {workstream.milestone_label}. Go back first to choose anew."
        )
    workstream.delivery_mode = mode
    workstream.save(update_fields=["delivery_mode"])
    record(
        events.DELIVERY_CHOSEN,
        actor=actor,
        workstream=workstream,
        data={"mode": DeliveryMode(mode).label, "value": str(mode)},
    )
    return workstream


@transaction.atomic
def give_go_ahead(*, workstream: WorkStream, side: Side, actor: User, note: str = "") -> GoAhead:
    """Record one side's go-ahead for the service agreement (R52, A13).

    Client members give the client's; colleagues give their own side's, and may record the client's with a note that
    says how it was given. A second one changes nothing.

    Raises: NotAllowed, Closed, NotUnderReview, ReasonMissing.
    """
    workstream = lock(workstream, actor)
    if actor.is_team or side == Side.TEAM:
        require(actor, Can.ADMINISTER, workstream)
    else:
        require(actor, Can.GIVE_CLIENT_GO_AHEAD, workstream)
    standing = GoAhead.objects.filter(workstream=workstream, side=side).standing().first()
    if standing:
        return standing
    _refuse_if_closed(workstream)
    if workstream.milestone != Milestone.REVIEWING_AGREEMENT:
        raise NotUnderReview("The go-ahead is given while the service agreement is being reviewed.")
    if side == Side.CLIENT and actor.is_team and not note.strip():
        raise ReasonMissing("Say how the client gave their go-ahead, for example “by phone, Ann, 3 May”.")
    go_ahead = GoAhead.objects.create(workstream=workstream, side=side, given_by=actor, note=note.strip())
    record(events.GO_AHEAD_GIVEN, actor=actor, workstream=workstream, data={"side": side_word(side)})
    return go_ahead


@transaction.atomic
def withdraw_go_ahead(*, workstream: WorkStream, side: Side, actor: User) -> None:
    """Take a go-ahead back, while the agreement is still being reviewed.

    Raises: NotAllowed, Closed, NotUnderReview.
    """
    workstream = lock(workstream, actor)
    if actor.is_team or side == Side.TEAM:
        require(actor, Can.ADMINISTER, workstream)
    else:
        require(actor, Can.GIVE_CLIENT_GO_AHEAD, workstream)
    standing = GoAhead.objects.filter(workstream=workstream, side=side).standing()
    if not standing.exists():
        return
    _refuse_if_closed(workstream)
    if workstream.milestone != Milestone.REVIEWING_AGREEMENT:
        raise NotUnderReview("The agreement is no longer under review, so its go-ahead stands.")
    _withdraw(workstream, side, actor)


def _refuse_if_closed(workstream: WorkStream) -> None:
    if not workstream.is_open:
        raise Closed(f"“{workstream.name}” is closed. Reopen it first.")


def _refuse_if_moved(workstream: WorkStream, seen: str | None) -> None:
    if seen is not None and seen != (workstream.milestone or ""):
        raise ChangedMeanwhile(
            f"“{workstream.name}” has moved to {workstream.milestone_label} meanwhile, so nothing was changed. "
            "Look again."
        )


def _remember_fork(workstream: WorkStream, to: Milestone) -> None:
    """Store the choice that taking one branch of the fork makes; a different one stored before gives way."""
    if len(tracks.track_of(workstream.subscription_type)[STEP_AFTER_AGREEMENT - 1]) > 1:
        mode = next(mode for mode, milestone in tracks.BY_DELIVERY_MODE.items() if milestone == to)
        workstream.delivery_mode = mode


def _forget_fork(workstream: WorkStream) -> None:
    workstream.delivery_mode = ""


def _withdraw_all(workstream: WorkStream, actor: User) -> None:
    for side in GoAhead.objects.filter(workstream=workstream).standing().values_list("side", flat=True):
        _withdraw(workstream, Side(side), actor)


def _withdraw(workstream: WorkStream, side: Side, actor: User) -> None:
    GoAhead.objects.filter(workstream=workstream, side=side).standing().update(withdrawn_at=timezone.now())
    record(events.GO_AHEAD_WITHDRAWN, actor=actor, workstream=workstream, data={"side": side_word(side)})


def side_word(side: Side) -> str:
    """Whose go-ahead, as it stands in a sentence: “the client's go-ahead”."""
    return "client's" if side == Side.CLIENT else "team's"


def _move(
    workstream: WorkStream,
    to: Milestone,
    *,
    kind: MilestoneChange.Kind,
    verb: str,
    actor: User | SystemActor,
    reason: str = "",
    skipped: list[str] | None = None,
    without_go_aheads: bool = False,
) -> WorkStream:
    before = workstream.milestone
    MilestoneChange.objects.create(
        workstream=workstream,
        kind=kind,
        before=before,
        after=to,
        actor=None if isinstance(actor, SystemActor) else actor,
        system_actor=actor if isinstance(actor, SystemActor) else "",
        reason=reason,
        skipped=skipped or [],
        without_go_aheads=without_go_aheads,
    )
    workstream.milestone = to
    workstream.save(update_fields=["milestone", "delivery_mode"])
    touch(workstream)
    record(
        verb,
        actor=actor,
        workstream=workstream,
        data={
            "before": Milestone(before).label if before else None,
            "after": Milestone(to).label,
            "milestone": str(to),
            "skipped": skipped or [],
            "without_go_aheads": without_go_aheads,
        },
    )
    return workstream
