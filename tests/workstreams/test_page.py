"""The WorkStream page."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.capabilities import CAPABILITIES, Can, Standing
from accounts.models import User
from milestones.models import MilestoneChange
from tests.conftest import World
from tests.factories import ClientFactory, ColleagueFactory, OrganizationFactory, WorkStreamFactory, join
from workstreams.actions import close
from workstreams.choices import CloseReason, EntryPoint
from workstreams.models import WorkStream

STANDINGS = [standing for standing in Standing if standing != Standing.STRANGER]


def person(world: World, standing: Standing) -> User:
    """Somebody who is this to `world.labels`."""
    names = {Standing.CLIENT_MEMBER: "member"}
    found: User = getattr(world, names.get(standing, standing.value))
    return found


def page(client: Client, viewer: User, workstream: WorkStream, query: str = "") -> str:
    """The page as this person sees it, in one line."""
    client.force_login(viewer)
    response = client.get(workstream.get_absolute_url() + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("standing", STANDINGS)
def test_everybody_on_it_sees_what_it_is_and_how_it_stands(client: Client, world: World, standing: Standing) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(
        description="Boxes around street signs", milestone="preparing_proposal"
    )
    html = page(client, person(world, standing), world.labels)

    for words in (
        "<h1><bdi>Street labels</bdi></h1>",
        "<title>Street labels - WorkStream Portal",
        'chip--open">Open<',
        ">AGILE<",
        "Owner: <bdi>Olive Owner</bdi>",
        "<bdi>Acme</bdi>",
        "Step 2 of 5",
        "Boxes around street signs",
        "WorkStream Members",
    ):
        assert words in html


# What on the page depends on which line of the permission matrix (ledger 1.14).
DEPENDS_ON = {
    Can.CHAT: 'data-section="chat"',
    Can.SEE_ADDRESSES: "mailto:owner@acme.example",
    Can.ADMINISTER: "/administration/",
}


@pytest.mark.parametrize("capability", DEPENDS_ON)
@pytest.mark.parametrize("standing", STANDINGS)
def test_the_page_follows_the_permission_matrix(
    client: Client, world: World, standing: Standing, capability: Can
) -> None:
    html = page(client, person(world, standing), world.labels)

    assert (DEPENDS_ON[capability] in html) is (capability in CAPABILITIES[standing])


@pytest.mark.parametrize("role", ["agile_worker", "member"])
def test_who_is_not_on_it_does_not_find_it(client: Client, world: World, role: str) -> None:
    client.force_login(getattr(world, role))

    assert client.get(world.scans.get_absolute_url()).status_code == 404


def test_both_start_dates_stand_side_by_side(client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(
        intended_start=date(2026, 12, 1), starts_on=date(2026, 12, 14), entry_point=EntryPoint.PRICING_CALCULATOR
    )
    html = page(client, world.owner, world.labels)

    assert "<dt>Intended Start Date</dt><dd>1 Dec 2026</dd>" in html
    assert "<dt>WorkStream Starting</dt><dd>14 Dec 2026</dd>" in html
    assert "<dt>Came from</dt><dd>Pricing calculator</dd>" in html


def test_what_is_not_known_is_said(client: Client, world: World) -> None:
    html = page(client, world.owner, world.labels)

    assert html.count("Not known yet") >= 2
    assert "No description yet" in html


def test_one_that_staff_started_has_no_owner_yet(client: Client, world: World) -> None:
    workstream = WorkStreamFactory.create(owner=None, organization=world.acme, created_by=world.isr)
    html = page(client, world.isr, workstream)

    assert "No owner yet" in html
    assert "The first person who is added becomes its owner" in html


def test_a_closed_one_says_since_when_and_the_reason_that_is_shared(client: Client, world: World) -> None:
    closed = close(
        workstream=world.labels, actor=world.isr, reason=CloseReason.LOST, note="You decided for another way."
    )
    WorkStream.objects.filter(pk=closed.pk).update(closed_at=datetime(2026, 11, 3, 12, tzinfo=UTC))

    html = page(client, world.owner, world.labels)
    assert "This WorkStream was closed on 3 Nov 2026." in html
    assert "You decided for another way." in html
    assert "Lost" not in html
    assert "Reason, for the team only: Lost." in page(client, world.isr, world.labels)


@pytest.mark.parametrize(
    ("query", "shown"), [("", "chat"), ("?tab=details", "details"), ("?tab=members", "members"), ("?tab=<b>", "chat")]
)
def test_narrow_screens_show_the_part_that_the_address_names(
    client: Client, world: World, query: str, shown: str
) -> None:
    html = page(client, world.owner, world.labels, query)

    assert f'data-shows="{shown}" aria-current="true"' in html
    assert html.count('aria-current="true"') == 1


def test_an_agile_worker_has_two_parts(client: Client, world: World) -> None:
    html = page(client, world.agile_worker, world.labels, "?tab=chat")

    assert 'data-shows="chat"' not in html
    assert 'data-shows="details" aria-current="true"' in html


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "مشروع تصنيف", "🚦" * 60, "w" * 120, "\u202etxet desrever"]
)
def test_any_name_is_only_text(client: Client, world: World, name: str) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(name=name)
    html = page(client, world.owner, world.labels)

    assert "<script>alert" not in html
    assert name in html.replace("&lt;", "<").replace("&gt;", ">")


def _grow(workstream: WorkStream, times: int) -> None:
    for _ in range(times):
        join(workstream, ClientFactory.create(organization=workstream.organization))
        join(workstream, ColleagueFactory.create())
        MilestoneChange.objects.create(
            workstream=workstream, kind="advanced", after="gathering_requirements", actor=ColleagueFactory.create()
        )


@pytest.mark.parametrize("viewer", ["owner", "isr", "agile_worker"])
def test_the_page_costs_the_same_however_much_there_is(
    client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries, viewer: str
) -> None:
    client.force_login(getattr(world, viewer))
    counts = []
    for times in (1, 6):
        _grow(world.labels, times)
        with django_assert_max_num_queries(40) as captured:
            client.get(world.labels.get_absolute_url())
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert counts[0] <= 18


# --- The address of every WorkStream action that exists, by the capability it takes

ACTIONS = {
    "workstreams:administration": Can.ADMINISTER,
    "workstreams:administration_lead": Can.ADMINISTER,
    "milestones:administration": Can.ADMINISTER,
    "milestones:go_ahead": Can.GIVE_CLIENT_GO_AHEAD,
    "milestones:withdraw_own_go_ahead": Can.GIVE_CLIENT_GO_AHEAD,
    "workstreams:page": Can.OPEN_WORKSTREAM,
    "workstreams:members": Can.OPEN_WORKSTREAM,
}


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("standing", STANDINGS)
def test_addresses_follow_the_permission_matrix(client: Client, world: World, standing: Standing, name: str) -> None:
    client.force_login(person(world, standing))
    response = client.get(reverse(name, args=[world.labels.public_id]))

    if ACTIONS[name] in CAPABILITIES[standing]:
        assert response.status_code in {200, 302}
    else:
        assert response.status_code == 403
        assert f"You may not {ACTIONS[name]}" in response.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize("standing", STANDINGS)
def test_the_grid_follows_the_permission_matrix(client: Client, world: World, standing: Standing) -> None:
    client.force_login(person(world, standing))

    assert client.get("/workstreams/").status_code == (200 if Can.SEARCH_GRID in CAPABILITIES[standing] else 403)


def test_a_client_of_two_organisations_worth_of_names_stays_one_person(client: Client, world: World) -> None:
    """An organisation's name may hold anything as well."""
    odd = OrganizationFactory.create(name="<b>&\"Oddly 'named'")
    workstream = WorkStreamFactory.create(owner=ClientFactory.create(organization=odd))

    assert "<b>&" not in page(client, world.isr, workstream)
