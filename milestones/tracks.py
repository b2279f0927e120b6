"""Which milestones follow which, as data (table 1.7; LEAN by A10)."""

from dataclasses import dataclass, replace

from accounts.capabilities import Role
from workstreams.choices import DeliveryMode, Milestone, SubscriptionType

# A step that is one of two until somebody chooses is written as a tuple of both.
Step = tuple[Milestone, ...]

_FIRST_THREE: tuple[Step, ...] = (
    (Milestone.GATHERING_REQUIREMENTS,),
    (Milestone.PREPARING_PROPOSAL,),
    (Milestone.REVIEWING_AGREEMENT,),
)

TRACKS: dict[SubscriptionType, tuple[Step, ...]] = {
    SubscriptionType.AGILE: (
        *_FIRST_THREE,
        (Milestone.ASSEMBLING_DATASQUAD,),
        (Milestone.PROCESSING_DATA,),
    ),
    SubscriptionType.BATCH: (
        *_FIRST_THREE,
        (Milestone.ASSEMBLING_DATASQUAD, Milestone.RAPID_PROTOTYPING),
        (Milestone.PROCESSING_DATA,),
    ),
    SubscriptionType.LEAN: (
        *_FIRST_THREE,
        (Milestone.RAPID_PROTOTYPING,),
        (Milestone.PROCESSING_DATA,),
    ),
}

BY_DELIVERY_MODE: dict[DeliveryMode, Milestone] = {
    DeliveryMode.IN_HOUSE: Milestone.ASSEMBLING_DATASQUAD,
    DeliveryMode.DISTRIBUTED: Milestone.RAPID_PROTOTYPING,
}


@dataclass(frozen=True)
class Explanation:
    """What a client reads about a milestone: what happens, what we need, who carries it (R86), how long it takes."""

    what: str
    needs: str
    owner_roles: tuple[Role, ...]
    usual_time: str

    @property
    def who(self) -> str:
        """The role that carries the milestone, in words."""
        return self.owner_roles[0].label


EXPLANATIONS: dict[Milestone | None, Explanation] = {
    None: Explanation(
        "We read what you told us and get in touch in the chat.",
        "Nothing yet. A sample of your data and the instructions you would give a person help from the first day.",
        (Role.ISR,),
        "One working day",
    ),
    Milestone.GATHERING_REQUIREMENTS: Explanation(
        "We get to know your use case and settle the package that fits it.",
        "Answers in the chat: what goes in, what should come out, how much, how exact.",
        (Role.ARCHITECT,),
        "3 to 5 working days",
    ),
    Milestone.PREPARING_PROPOSAL: Explanation(
        "We write the proposal: scope, team, quality measures and price.",
        "Nothing, unless we ask in the chat.",
        (Role.ARCHITECT,),
        "5 to 7 working days",
    ),
    Milestone.REVIEWING_AGREEMENT: Explanation(
        "You and we read the service agreement. Work begins once both sides have given their go-ahead.",
        "Read the terms, ask in the chat what is unclear, and give your go-ahead here.",
        (Role.ARCHITECT,),
        "1 to 2 weeks",
    ),
    Milestone.ASSEMBLING_DATASQUAD: Explanation(
        "We choose and train the DataSquad that will work for you.",
        "Quick answers to the squad's questions while it learns your task.",
        (Role.DELIVERY,),
        "1 to 2 weeks",
    ),
    Milestone.RAPID_PROTOTYPING: Explanation(
        "We build the microtasks and try them with a first portion of your data.",
        "A first portion of real data, and your verdict on the first results.",
        (Role.DELIVERY,),
        "1 to 2 weeks",
    ),
    Milestone.PROCESSING_DATA: Explanation(
        "Your data is being processed in continuous production.",
        "Word in the chat whenever instructions, volume or quality should change.",
        (Role.DELIVERY,),
        "As long as you need us",
    ),
}

# What the first milestone settles depends on what was already estimated before it (R50).
_FIRST_BY_TYPE: dict[SubscriptionType, str] = {
    SubscriptionType.AGILE: "We get to know your use case, check the hours against it and settle package and price.",
    SubscriptionType.BATCH: "We get to know your use case and turn the estimated range into the total cost.",
    SubscriptionType.LEAN: "We get to know your use case and settle the package and the range per unit.",
}


def explanation(milestone: str | None, subscription_type: str) -> Explanation:
    """What a client of this subscription type reads about a milestone; None is the time before the first."""
    found = EXPLANATIONS[Milestone(milestone) if milestone else None]
    if milestone == Milestone.GATHERING_REQUIREMENTS:
        return replace(found, what=_FIRST_BY_TYPE[SubscriptionType(subscription_type)])
    return found


def track_of(subscription_type: str) -> tuple[Step, ...]:
    """The steps of a subscription type, in order."""
    return TRACKS[SubscriptionType(subscription_type)]


def position(subscription_type: str, milestone: str | None) -> int:
    """How far along: 0 before the first milestone, 1 to 5 on the track.

    Raises: ValueError for a milestone that is not on this track.
    """
    if milestone is None:
        return 0
    for number, step in enumerate(track_of(subscription_type), start=1):
        if milestone in step:
            return number
    raise ValueError(f"{milestone} is not on the {subscription_type} track.")


def number_of(milestone: str) -> int:
    """The step a milestone is on every track that has it, 1 to 5; histories may tell of another type's milestones."""
    return position(SubscriptionType.BATCH, milestone)


def next_steps(subscription_type: str, milestone: str | None) -> Step:
    """What may come next by hand: one milestone, two at the BATCH fork, none at the end (R48, R49, R54)."""
    track = track_of(subscription_type)
    here = position(subscription_type, milestone)
    return track[here] if here < len(track) else ()


def at(subscription_type: str, number: int, delivery_mode: str = "") -> Milestone | None:
    """The milestone at a position from 1; None for 0 and for an undecided fork (A24: never guess)."""
    if number == 0:
        return None
    step = track_of(subscription_type)[number - 1]
    if len(step) == 1:
        return step[0]
    return BY_DELIVERY_MODE[DeliveryMode(delivery_mode)] if delivery_mode else None


def earlier_steps(subscription_type: str, milestone: str | None, delivery_mode: str = "") -> list[Milestone]:
    """Where one may go back to, nearest first; a fork gives the branch that was taken."""
    here = position(subscription_type, milestone)
    return [m for number in range(here - 1, 0, -1) if (m := at(subscription_type, number, delivery_mode))]
