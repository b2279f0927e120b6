"""The cast every test plays with."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.capabilities import Role
from accounts.models import Organization, User
from tests.browser.stage import STAGE
from tests.factories import ClientFactory, ColleagueFactory, OrganizationFactory, WorkStreamFactory
from workstreams.choices import SubscriptionType
from workstreams.models import WorkStream

JOURNEYS = Path(__file__).parent / "browser"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the journeys, so that `-m "not browser"` leaves them out, and put them first: they share what they need.

    A journey that fails is tried once more, because a browser and four servers on a busy machine can be late; the
    summary counts those, and one that fails twice has failed.
    """
    for item in items:
        if item.path.is_relative_to(JOURNEYS):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: item.path.is_relative_to(JOURNEYS), reverse=True)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Other tests may want the database and Redis to themselves."""
    if not item.path.is_relative_to(JOURNEYS):
        STAGE.close()


@pytest.fixture(autouse=True)
def _mails_are_rows(settings: Settings) -> None:
    """Mails go the portal's own way; Django's test runner would keep them in memory."""
    settings.EMAIL_BACKEND = "notifications.backend.QueueBackend"


@pytest.fixture(autouse=True)
def _tests_ask_as_much_as_they_like(settings: Settings) -> None:
    """Every test asks from one address, and hundreds do in a minute; what is too much has tests of its own."""
    settings.API_CALLS_PER_MINUTE = settings.API_ANONYMOUS_CALLS_PER_MINUTE = 1_000_000


@dataclass
class World:
    """Two client organisations that never meet, a colleague of every role, and one WorkStream of each client.

    `labels` belongs to acme: `owner` owns it, `member` is on it, `agile_worker` is on it too. `scans` belongs to
    globex, whose `stranger` owns it. Neither has a lead or a milestone.
    """

    acme: Organization
    globex: Organization
    owner: User
    member: User
    stranger: User
    isr: User
    architect: User
    solutions: User
    delivery: User
    accounts: User
    billing: User
    admin: User
    agile_worker: User
    labels: WorkStream
    scans: WorkStream


@pytest.fixture
def world(db: None) -> World:
    """The cast, freshly made."""
    acme = OrganizationFactory.create(name="Acme")
    globex = OrganizationFactory.create(name="Globex")
    owner = ClientFactory.build(name="Olive Owner", email="owner@acme.example", organization=acme)
    member = ClientFactory.build(name="Milo Member", email="member@acme.example", organization=acme)
    stranger = ClientFactory.build(name="Stella Stranger", email="stranger@globex.example", organization=globex)
    colleagues = {
        role: ColleagueFactory.build(
            name=f"{role.label} Colleague", email=f"{role.value}@cloudfactory.example", role=role
        )
        for role in Role
        if role != Role.CLIENT
    }
    # Two thousand tests begin with them.
    User.objects.bulk_create([owner, member, stranger, *colleagues.values()])
    labels = WorkStreamFactory.create(
        name="Street labels", owner=owner, members=[member, colleagues[Role.AGILE_WORKER]]
    )
    scans = WorkStreamFactory.create(name="Invoice scans", owner=stranger, subscription_type=SubscriptionType.BATCH)
    return World(
        acme=acme,
        globex=globex,
        owner=owner,
        member=member,
        stranger=stranger,
        isr=colleagues[Role.ISR],
        architect=colleagues[Role.ARCHITECT],
        solutions=colleagues[Role.SOLUTIONS],
        delivery=colleagues[Role.DELIVERY],
        accounts=colleagues[Role.ACCOUNTS],
        billing=colleagues[Role.BILLING],
        admin=colleagues[Role.ADMIN],
        agile_worker=colleagues[Role.AGILE_WORKER],
        labels=labels,
        scans=scans,
    )
