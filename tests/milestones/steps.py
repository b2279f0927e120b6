"""The steps of the tracks by short names, and WorkStreams that stand on them."""

from milestones import actions
from tests.conftest import World
from workstreams.choices import Milestone, Side
from workstreams.models import WorkStream

FIRST = Milestone.GATHERING_REQUIREMENTS
SECOND = Milestone.PREPARING_PROPOSAL
THIRD = Milestone.REVIEWING_AGREEMENT
SQUAD = Milestone.ASSEMBLING_DATASQUAD
PROTOTYPE = Milestone.RAPID_PROTOTYPING
LAST = Milestone.PROCESSING_DATA


def stand_at(workstream: WorkStream, milestone: Milestone | None, subscription_type: str = "agile") -> WorkStream:
    """Put a WorkStream there without a history."""
    workstream.subscription_type = subscription_type
    workstream.milestone = milestone
    workstream.save()
    return workstream


def both_go_ahead(workstream: WorkStream, world: World) -> None:
    actions.give_go_ahead(workstream=workstream, side=Side.CLIENT, actor=world.owner)
    actions.give_go_ahead(workstream=workstream, side=Side.TEAM, actor=world.architect)
