"""Which milestone a stage of Salesforce means (R103), and whether the portal agrees with it (A28)."""

from django.conf import settings

from milestones import tracks
from workstreams.choices import Milestone
from workstreams.models import WorkStream

# The ledger's table. Booked never means more than step 4: step 5 is set by hand (R104).
STEPS = {"validation": 1, "analysis": 1, "proposal": 2, "contracting": 3, "booked": 4}
HIGHEST_STEP = 4


def step_of(stage: str) -> int | None:
    """The position on the track that a stage means, from 1; None for a stage without milestone (A25).

    Stages are names that each Salesforce organisation chooses, so SALESFORCE_STAGE_STEPS adds to the table.
    """
    own = {name.strip().casefold(): step for name, step in settings.SALESFORCE_STAGE_STEPS.items()}
    return {**STEPS, **own}.get(stage.strip().casefold())


def milestone_of(workstream: WorkStream, stage: str) -> str:
    """The milestone a stage means for this WorkStream, in words; both while its fork is undecided; empty for none."""
    step = step_of(stage)
    if step is None:
        return ""
    decided = tracks.at(workstream.subscription_type, step, workstream.delivery_mode)
    possible = (decided,) if decided else tracks.track_of(workstream.subscription_type)[step - 1]
    return " or ".join(Milestone(milestone).label for milestone in possible)


def drifts(workstream: WorkStream, stage: str) -> bool:
    """Whether the portal's milestone is another one than the stage means; Processing Data is beyond every stage."""
    step = step_of(stage)
    if step is None:
        return False
    here = tracks.position(workstream.subscription_type, workstream.milestone)
    return here != step and not (step == HIGHEST_STEP and here > HIGHEST_STEP)
