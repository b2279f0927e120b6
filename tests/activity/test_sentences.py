"""What happened, in words."""

import pytest

from activity.models import Event
from activity.registry import registry
from activity.sentences import in_words, sentence
from tests.conftest import World


@pytest.mark.parametrize(
    ("verb", "data", "says"),
    [
        ("workstream.edited", {"words": ["the name", "the description"]}, "edited the name and the description"),
        ("workstream.edited", {"words": ["a", "b", "c"]}, "edited a, b and c"),
        ("workstream.closed", {"reason": "Lost"}, "closed the WorkStream as “Lost”"),
        ("milestone.advanced", {"after": "Preparing a Proposal"}, "advanced it to Preparing a Proposal"),
        ("milestone.advanced", {}, "advanced it to …"),
        ("workstream.member_added", {"name": "{0.__class__} {x}"}, "added {0.__class__} {x}"),
        ("gone.since_then", {}, "gone: since then"),
    ],
)
def test_an_event_is_a_sentence(verb: str, data: dict[str, object], says: str) -> None:
    assert sentence(Event(verb=verb, data=data)) == says


def test_clients_do_not_read_what_is_meant_for_colleagues() -> None:
    event = Event(verb="workstream.closed", data={"reason": "Not qualified"})
    assert sentence(event, for_clients=True) == "closed the WorkStream"


def test_who_acts_on_themselves_joins_rather_than_adds_themselves(world: World) -> None:
    data = {"user_id": world.isr.pk, "name": "Ivy"}
    assert sentence(Event(verb="workstream.member_added", actor=world.isr, data=data)) == "joined"
    assert sentence(Event(verb="workstream.member_added", actor=world.admin, data=data)) == "added Ivy"


@pytest.mark.parametrize("verb", sorted(registry.verbs))
def test_every_verb_says_something_even_without_its_data(verb: str) -> None:
    assert sentence(Event(verb=verb, data={}))


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "…"), ([], "…"), (True, "yes"), (7, "7"), ("a\n b", "a b"), ("x" * 300, "x" * 199 + "…")],
)
def test_a_value_in_words(value: object, words: str) -> None:
    assert in_words(value) == words
