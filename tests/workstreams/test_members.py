"""The members panel."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.capabilities import CAPABILITIES, Standing
from accounts.models import User
from notifications import bounces
from tests.conftest import World
from tests.factories import ClientFactory, ColleagueFactory, join
from workstreams import people
from workstreams.actions import set_lead
from workstreams.invitations import invite
from workstreams.models import Invitation, WorkStream

COLLEAGUE = CAPABILITIES[Standing.ISR]


def sections(workstream: WorkStream, **pages: int) -> list[people.Section]:
    workstream.refresh_from_db()
    found: list[people.Section] = people.panel(workstream, viewer=User(), rights=COLLEAGUE, **pages)["sections"]
    return found


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


def test_colleagues_see_whom_mails_do_not_reach(client: Client, world: World) -> None:
    bounces.mark(world.member.email.upper(), "5.1.1 No such user")
    client.force_login(world.admin)
    screen = client.get(f"{world.labels.administration_url}lead/").content.decode()

    assert panel(client, world.isr, world.labels).count("Mails do not arrive") == 1
    assert screen.count("Mails do not arrive") == 1
    assert "Mails do not arrive" not in panel(client, world.owner, world.labels)


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


def test_of_many_pages_the_first_the_last_and_those_around_are_offered() -> None:
    pages = [(number, f"page={number}") for number in range(1, 14)]

    def offered(page: int) -> list[int | None]:
        return [near and near[0] for near in people.Pages(page=page, pages=pages).near]

    assert offered(1) == [1, 2, None, 13]
    assert offered(6) == [1, None, 5, 6, 7, None, 13]
    assert offered(13) == [1, None, 12, 13]


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


def test_job_titles_are_told(client: Client, world: World) -> None:
    User.objects.filter(pk=world.owner.pk).update(title="Head of <Maps>")

    assert panel(client, world.isr, world.labels).count("Head of &lt;Maps&gt;") == 1
    assert panel(client, world.member, world.labels).count('<p class="person__about"><bdi>') == 1


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


def menus(client: Client, viewer: User, workstream: WorkStream) -> dict[str, list[str]]:
    """What each person's menu offers this viewer."""
    html = panel(client, viewer, workstream)
    found = re.findall(r'aria-label="More for ([^"]+)".*?<div class="menu__list">(.*?)</div>', html)
    return {name: re.findall(r">([^<>]+)</a>", items) for name, items in found}


def test_menus_offer_what_the_viewer_may_do(client: Client, world: World) -> None:
    join(world.labels, world.isr)
    set_lead(workstream=world.labels, actor=world.admin, lead=world.architect)
    helper = {"Agile Worker Colleague": ["Remove"]}
    milo = {"Milo Member": ["Make owner", "Remove"]}

    assert menus(client, world.owner, world.labels) == milo
    assert menus(client, world.member, world.labels) == {"Milo Member": ["Leave"]}
    assert menus(client, world.agile_worker, world.labels) == {}
    assert menus(client, world.isr, world.labels) == milo | helper | {"ISR / Sales Colleague": ["Leave"]}
    assert menus(client, world.admin, world.labels) == milo | helper | {"ISR / Sales Colleague": ["Remove"]}


def test_who_is_invited_stands_in_a_list_with_its_buttons(client: Client, world: World) -> None:
    addresses = [f"new{number}@acme.example" for number in range(7)]
    invite(workstream=world.labels, actor=world.owner, addresses=addresses)
    html = panel(client, world.owner, world.labels)
    last = panel(client, world.owner, world.labels, "?invited_page=2")

    assert "Invited (7)" in html
    assert (html.count(">Resend<"), html.count(">Withdraw<"), last.count(">Withdraw<")) == (5, 5, 2)
    assert "new6@acme.example" in last
    seen = panel(client, world.member, world.labels)
    assert "new0@acme.example" in seen
    assert "Resend" not in seen
    assert "new0" not in panel(client, world.agile_worker, world.labels)


@pytest.mark.parametrize(
    ("viewer", "offered"), [("owner", True), ("isr", True), ("member", False), ("agile_worker", False)]
)
def test_the_head_of_the_page_leads_whoever_may_invite_to_the_form(
    client: Client, world: World, viewer: str, offered: bool
) -> None:
    client.force_login(getattr(world, viewer))
    html = client.get(f"{world.labels.get_absolute_url()}?tab=members&invite=yes").content.decode()

    assert ("?tab=members&amp;invite=yes#invite" in html) is offered
    assert ('id="invite" open' in html) is offered


def test_an_expired_invitation_and_the_owners_place_say_so(client: Client, world: World) -> None:
    invite(workstream=world.labels, actor=world.owner, addresses=["new@acme.example"])
    Invitation.objects.update(becomes_owner=True, expires_at=timezone.now() - timedelta(days=1))
    html = panel(client, world.isr, world.labels)
    assert "Owner (invited)" in html
    assert "Link has expired" in html


@pytest.mark.parametrize("htmx", [True, False])
def test_inviting_answers_with_what_became_of_each_address(client: Client, world: World, htmx: bool) -> None:
    client.force_login(world.owner)
    url = f"{world.labels.get_absolute_url()}members/"
    headers = {"HX-Request": "true"} if htmx else {}
    response = client.post(url, {"addresses": "new@acme.example, nobody\nmember@acme.example"}, headers=headers)

    html = " ".join(response.text.split())
    assert "<bdi>new@acme.example</bdi></b> is invited. The link works for 14 days." in html
    assert "<bdi>member@acme.example</bdi></b> is a member already." in html
    assert "<bdi>nobody</bdi></b> is not an e-mail address." in html
    # What could not be read stays in the field to be corrected.
    assert re.search(r"<textarea[^>]*> ?nobody</textarea>", html)
    assert ("<html" in html) is not htmx


@pytest.mark.parametrize(
    ("typed", "says"), [("", "Give at least one"), (" , ", "Give at least one"), ("x " * 2600, "too")]
)
def test_a_wrong_entry_invites_nobody_and_is_kept(client: Client, world: World, typed: str, says: str) -> None:
    client.force_login(world.owner)
    response = client.post(f"{world.labels.get_absolute_url()}members/", {"addresses": typed})
    assert (response.status_code, says in response.text) == (422, True)
    assert not Invitation.objects.exists()


def test_too_many_at_once_are_refused_and_kept(client: Client, world: World) -> None:
    client.force_login(world.owner)
    typed = ",".join(f"p{number}@acme.example" for number in range(31))
    response = client.post(f"{world.labels.get_absolute_url()}members/", {"addresses": typed})
    assert (response.status_code, "give at most 30 at a time" in response.text) == (422, True)
    assert "p30@acme.example" in response.text


@pytest.mark.parametrize("htmx", [True, False])
def test_resend_and_withdraw_say_what_they_did(client: Client, world: World, htmx: bool) -> None:
    [result] = invite(workstream=world.labels, actor=world.owner, addresses=["new@acme.example"])
    assert result.invitation
    client.force_login(world.owner)
    headers = {"HX-Request": "true"} if htmx else {}
    url = f"{world.labels.get_absolute_url()}members/invitations/{result.invitation.public_id}/"
    again = client.post(f"{url}send-again/", headers=headers, follow=not htmx)
    gone = client.post(f"{url}withdraw/", headers=headers, follow=not htmx)

    assert "A new invitation is on its way to new@acme.example." in again.text
    assert "The invitation of new@acme.example is withdrawn" in gone.text
    assert not Invitation.objects.pending().exists()
    assert client.get(f"{url}withdraw/")["Location"].endswith("?tab=members#members")


def test_more_people_and_invitations_cost_no_more_queries(client: Client, world: World) -> None:
    client.force_login(world.isr)
    invite(workstream=world.labels, actor=world.isr, addresses=["new@acme.example"])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(world.labels.get_absolute_url())
        return len(captured)

    few = queries()
    for _ in range(12):
        join(world.labels, ColleagueFactory.create())
        join(world.labels, ClientFactory.create(organization=world.acme))
    invite(workstream=world.labels, actor=world.isr, addresses=[f"new{n}@acme.example" for n in range(12)])
    assert queries() == few
