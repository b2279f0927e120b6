"""The members panel."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.capabilities import CAPABILITIES, Standing
from accounts.models import User
from tests.conftest import World
from tests.factories import ClientFactory, ColleagueFactory, join
from workstreams import people
from workstreams.actions import set_lead
from workstreams.models import WorkStream

COLLEAGUE = CAPABILITIES[Standing.ISR]


def sections(workstream: WorkStream, **pages: int) -> list[people.Section]:
    workstream.refresh_from_db()
    return people.sections(workstream, rights=COLLEAGUE, **pages)


def panel(client: Client, viewer: User, workstream: WorkStream, query: str = "") -> str:
    """The panel as htmx fetches it, in one line."""
    client.force_login(viewer)
    response = client.get(f"{workstream.get_absolute_url()}members/{query}", headers={"HX-Request": "true"})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_clients_people_stand_on_top_and_ours_below(world: World) -> None:
    join(world.labels, world.isr)
    client, team = sections(world.labels)

    assert (client.title, [row.name for row in client.rows]) == ("Acme", ["Olive Owner", "Milo Member"])
    assert (team.title, [row.name for row in team.rows]) == (
        "CloudFactory",
        ["Agile Worker Colleague", "ISR / Sales Colleague"],
    )


def test_owner_and_lead_come_first_and_say_so(world: World) -> None:
    for _ in range(7):
        join(world.labels, ColleagueFactory.create())
    world.labels.owner = world.member
    world.labels.save()
    set_lead(workstream=world.labels, actor=world.admin, lead=world.architect)
    client, team = sections(world.labels)

    assert (client.rows[0].name, client.rows[0].tag) == ("Milo Member", "Owner")
    assert (team.rows[0].name, team.rows[0].tag) == ("Solutions Architect Colleague", "WorkStream Lead")
    assert [row.tag for row in team.rows[1:]] == ["", "", "", ""]


def test_a_new_lead_takes_the_first_place(world: World) -> None:
    for lead in (world.isr, world.delivery):
        set_lead(workstream=world.labels, actor=world.admin, lead=lead)

    assert [row.name for row in sections(world.labels)[1].rows][:1] == ["Delivery Squad Colleague"]


def test_five_stand_on_a_page_and_nobody_twice(world: World) -> None:
    for _ in range(11):
        join(world.labels, ColleagueFactory.create())
    set_lead(workstream=world.labels, actor=world.admin, lead=world.isr)

    names = [[row.name for row in sections(world.labels, team_page=page)[1].rows] for page in (1, 2, 3)]
    assert [len(page) for page in names] == [5, 5, 3]
    assert len({name for page in names for name in page}) == 13
    assert names[0][0] == "ISR / Sales Colleague"


def test_each_side_turns_its_own_pages(world: World) -> None:
    for _ in range(6):
        join(world.labels, ColleagueFactory.create())
        join(world.labels, ClientFactory.create(organization=world.acme))
    client, team = sections(world.labels, team_page=2)

    assert (client.page, team.page) == (1, 2)
    assert client.pages == [(1, "client_page=1&team_page=2"), (2, "client_page=2&team_page=2")]


@pytest.mark.parametrize(
    "query", ["?team_page=99", "?team_page=0", "?team_page=-1", "?team_page=x", "?team_page=9e9", "?team_page="]
)
def test_a_page_that_does_not_exist_shows_one_that_does(client: Client, world: World, query: str) -> None:
    assert "Agile Worker Colleague" in panel(client, world.owner, world.labels, query)


@pytest.mark.parametrize(
    ("viewer", "shown"), [("owner", True), ("member", True), ("isr", True), ("agile_worker", False)]
)
def test_addresses_are_not_for_agile_workers(client: Client, world: World, viewer: str, shown: bool) -> None:
    html = panel(client, getattr(world, viewer), world.labels)

    assert ("@" in html) is shown
    assert "Olive Owner" in html


def test_role_and_last_visit_are_told(client: Client, world: World) -> None:
    User.objects.filter(pk=world.owner.pk).update(last_seen_at=timezone.now() - timedelta(hours=3))
    User.objects.filter(pk=world.member.pk).update(last_seen_at=None)
    html = panel(client, world.isr, world.labels)

    assert re.search(r"Olive Owner</bdi> <span class=\"tag tag--accent\">Owner<.*?Client, last seen <time", html)
    assert re.search(r"Milo Member</bdi></p>.*?not here yet", html)


def test_without_htmx_the_whole_page_shows_the_same_people(client: Client, world: World) -> None:
    for _ in range(6):
        join(world.labels, ColleagueFactory.create())
    client.force_login(world.owner)
    response = client.get(f"{world.labels.get_absolute_url()}members/?team_page=2", follow=True)

    html = response.content.decode()
    assert response.redirect_chain[0][0].endswith("?tab=members&client_page=1&team_page=2#members")
    assert 'id="team-page-2"\n' in html
    assert "Colleague" in html


def test_a_stranger_does_not_find_the_people(client: Client, world: World) -> None:
    client.force_login(world.stranger)

    response = client.get(f"{world.labels.get_absolute_url()}members/", headers={"HX-Request": "true"})
    assert response.status_code == 404
