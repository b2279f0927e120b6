"""Nothing is lost, nothing comes twice and the order stays, whatever happens between the portal and Intercom (D1, D2).

The schedules are the same in every run. `STORM_EXAMPLES` plays more of them than a run of all tests should, and with
`STORM_SEED` others.
"""

import os
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, seed
from hypothesis import settings as limits
from hypothesis import strategies as st
from pytest_django import Settings

from integrations.models import InboundEvent, Mailbox
from integrations.simulator.server import Server
from tests.conftest import World
from tests.integrations.storm import OWNERS, Step, Storm, is_edited
from tests.vendors import begin

EXAMPLES = int(os.environ.get("STORM_EXAMPLES", "5"))
SEED = os.environ.get("STORM_SEED")

TEXTS = st.sampled_from(["ok", "ok", "thanks", "one", "two & <b>three</b>", "four\nfive"])
ANSWERS = st.sampled_from(["sure", "sure", "soon", "done", "we look"])
ROOMS = st.sampled_from(["labels", "labels", "labels", "scans"])
WRONG = st.sampled_from(
    [
        {"status": 429, "headers": {"Retry-After": "7"}},
        {"status": 429},
        {"status": 401},
        {"status": 500},
        {"status": 500, "has_effect": True},
        {"status": 502, "has_effect": True},
        {"status": 503},
        {"status": 504, "has_effect": True},
        {"drop": True},
        {"drop": True, "has_effect": True},
        {"html": True},
        {"html": True, "has_effect": True},
    ]
)
WHERE = st.sampled_from(
    [
        {},
        {"method": "POST", "path": "/conversations"},
        {"method": "POST", "path": "/conversations/*/reply"},
        {"method": "POST", "path": "/conversations/*/reply"},
        {"method": "GET", "path": "/conversations/*"},
        {"method": "POST", "path": "/conversations/search"},
    ]
)
# How a vendor is away, for twelve hours each.
AWAY: list[dict[str, Any]] = [{"status": 503}, {"drop": True}, {"status": 500}, {"html": True}]
WORKERS = st.sampled_from(["send", "work"])


def faults() -> st.SearchStrategy[Step]:
    """Something goes wrong on the way, once or twice."""
    return st.builds(
        lambda what, where, times, skip: ("fault", {**what, **where, "times": times, "skip": skip}),
        WRONG,
        WHERE,
        st.integers(1, 2),
        st.integers(0, 2),
    )


TALK = st.one_of(
    st.tuples(st.just("say"), st.just("labels"), st.sampled_from(["owner", "member", "isr", "architect"]), TEXTS),
    st.tuples(st.just("say"), st.just("scans"), st.sampled_from(["stranger", "isr"]), TEXTS),
    st.tuples(st.just("note"), ROOMS, st.sampled_from(["isr", "architect"]), TEXTS),
    st.tuples(
        st.just("answer"),
        ROOMS,
        st.sampled_from(["reply_as", "reply_as", "note_as", "say_as_customer"]),
        st.sampled_from(["isr", "joe"]),
        ANSWERS,
    ),
    st.tuples(st.just("edit"), st.integers(0, 9), TEXTS.map("Rather: {}".format)),
    st.tuples(st.just("remove"), st.integers(0, 9)),
)
MEANWHILE = st.lists(
    st.one_of(
        TALK,
        st.just(("carry",)),
        st.just(("work",)),
        st.just(("send",)),
        st.just(("look",)),
        st.tuples(st.just("wait"), st.sampled_from([1, 100])),
    ),
    min_size=1,
    max_size=3,
)
TROUBLE = st.one_of(
    faults(),
    faults(),
    st.tuples(
        st.just("disturb"),
        st.sampled_from(["drop", "double", "hold", "delay", "lose_answer"]),
        st.integers(1, 3),
        st.sampled_from([0.0, 30.0, 400.0]),
    ),
    st.tuples(st.just("die"), WORKERS, st.integers(1, 40)),
    st.tuples(st.just("meet"), WORKERS, st.integers(1, 40), MEANWHILE),
)
COURSE = st.sampled_from([("send",), ("send",), ("carry",), ("work",), ("look",), ("wait", 8), ("wait", 100)])
SCHEDULES = st.builds(
    lambda beginning, rest: [*beginning, *rest],
    st.sampled_from([[], [("settle_in",)], [("settle_in",)]]),
    st.lists(st.one_of(TALK, TALK, TROUBLE, COURSE, COURSE), min_size=8, max_size=30),
)

REPLY = {"method": "POST", "path": "/conversations/*/reply", "times": 1, "has_effect": True}
# What few schedules have in it: our own words come back before, or after, we know that they were said.
UNHEARD: list[Step] = [
    ("settle_in",),
    ("fault", {**REPLY, "drop": True}),
    ("say", "labels", "owner", "ok"),
    ("send",),
    ("carry",),
    ("work",),
    ("fault", {**REPLY, "status": 504}),
    ("say", "scans", "stranger", "ok"),
    ("say", "scans", "stranger", "ok"),
    ("send",),
    ("wait", 100),
    ("send",),
    ("note", "labels", "isr", "one"),
    ("meet", "send", 12, [("carry",), ("work",), ("say", "labels", "member", "two")]),
    ("disturb", "drop", 2, 0.0),
    ("answer", "labels", "reply_as", "isr", "sure"),
    ("answer", "scans", "note_as", "joe", "soon"),
    ("say", "labels", "owner", "ok"),
    ("die", "send", 12),
    ("wait", 100),
]


def _as_often(test: Any) -> Any:
    """As many schedules as are asked for, the same ones unless others are."""
    chosen = limits(
        max_examples=EXAMPLES,
        derandomize=SEED is None,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate] + ([Phase.shrink] if EXAMPLES >= 50 else []),
        suppress_health_check=list(HealthCheck),
    )(test)
    return chosen if SEED is None else seed(int(SEED))(chosen)


@pytest.mark.django_db
@_as_often
@given(schedule=SCHEDULES)
@example(schedule=UNHEARD)
def test_whatever_happens_both_sides_agree_in_the_end(
    simulator: Server, settings: Settings, world: World, schedule: list[Step]
) -> None:
    settings.VENDOR_RATES = {}
    with transaction.atomic(), time_machine.travel(timezone.now(), tick=True) as time:
        storm = _storm(simulator, settings, world, time)
        storm.play(schedule)
        storm.clear_up()
        assert_that_both_sides_agree(storm)
        transaction.set_rollback(True)


def assert_that_both_sides_agree(storm: Storm) -> None:
    """Everything once, in order, by the right people, on the right side, and nothing waits for anybody."""
    assert storm.waiting() == []
    unworked = InboundEvent.objects.exclude(state__in=["applied", "unchanged", "ignored"])
    assert list(unworked.values_list("state", "attempts", "reason")) == []
    assert not Mailbox.objects.exclude(due_at=None, parked_at=None, attempts=0, lease=None).exists()
    for room in OWNERS:
        written, shown = storm.written(room), storm.shown(room)
        assert sorted(shown) == sorted(written)
        assert [line for line in shown if not is_edited(line)] == [line for line in written if not is_edited(line)]
        assert storm.taken_in(room) == storm.answered(room)
    assert storm.vendors.log.violations == []


def _storm(simulator: Server, settings: Settings, world: World, time: time_machine.Traveller) -> Storm:
    vendors = begin(simulator, settings)
    seat = vendors.intercom.add_teammate(name=world.isr.name, email=world.isr.email)
    return Storm(vendors, world, time, seat)


@pytest.mark.django_db
def test_two_days_without_intercom_and_everything_follows_in_order(
    simulator: Server, settings: Settings, world: World
) -> None:
    settings.VENDOR_RATES = {}
    with time_machine.travel(timezone.now(), tick=True) as time:
        storm = _storm(simulator, settings, world, time)
        # What it hears of its own would only be read again and again.
        storm.vendors.intercom.state.subscription.echo = False
        storm.settle_in()
        for part in range(16):  # of three hours
            storm.vendors.faults.clear()
            storm.fault({**AWAY[part // 4], "times": None})
            storm.play(
                [
                    *[("say", "labels", who, f"{who} in {part}") for who in ("owner", "isr")],
                    ("note", "labels", "architect", f"Noted in {part}"),
                    *[("say", "scans", "stranger", f"{word} in {part}") for word in ("First", "Second", "Third")],
                ]
            )
            if part % 4 == 0:
                storm.play([("answer", room, "reply_as", "joe", f"Back in {part}") for room in OWNERS])
            for _ in range(6):
                storm.play([("carry",), ("work",), ("send",), ("look",), ("wait", 1800)])
        asked = len(storm.vendors.log.of("intercom"))
        storm.clear_up()

        assert_that_both_sides_agree(storm)
        assert len(storm.shown("labels")) + len(storm.shown("scans")) == 2 + 16 * 6
        assert len(storm.taken_in("labels")) == 4
        assert asked < 96 * 12  # half-hours
