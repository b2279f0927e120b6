"""The Lead and members tab of the administration screen."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activity.models import Event
from notifications.models import Mail
from tests.conftest import World
from tests.factories import ColleagueFactory, join
from workstreams import actions
from workstreams.errors import NotATeamMember
from workstreams.models import Membership, WorkStream


def url(workstream: WorkStream) -> str:
    return f"/workstreams/{workstream.public_id}/administration/lead/"


def led_by(workstream: WorkStream, lead: object) -> None:
    WorkStream.objects.filter(pk=workstream.pk).update(lead=lead)
    workstream.refresh_from_db()


@pytest.mark.parametrize("who", ["isr", "architect", "solutions", "delivery", "admin"])
def test_who_administers_sets_the_lead(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    response = client.post(url(world.labels), {"lead": world.architect.public_id, "seen": ""}, follow=True)

    world.labels.refresh_from_db()
    assert "Solutions Architect Colleague is WorkStream Lead." in response.text
    assert world.labels.lead == world.architect
    assert Membership.objects.filter(workstream=world.labels, user=world.architect).exists()
    assert [e.verb for e in Event.objects.order_by("id")] == ["workstream.member_added", "workstream.lead_set"]


@pytest.mark.parametrize("typed", ["", "x", "0", "00000000-0000-4000-8000-000000000000", "\x00"])
def test_nobody_in_particular_cannot_lead(typed: str, client: Client, world: World) -> None:
    client.force_login(world.isr)
    assert client.post(url(world.labels), {"lead": typed, "seen": ""}).status_code == 422
    assert not Event.objects.exists()


@pytest.mark.parametrize("who", ["owner", "agile_worker", "left"])
def test_only_active_colleagues_are_offered_and_taken(who: str, client: Client, world: World) -> None:
    person = ColleagueFactory.create(is_active=False) if who == "left" else getattr(world, who)
    client.force_login(world.isr)
    offered = {colleague.pk for colleague in client.get(url(world.labels)).context["colleagues"]}
    response = client.post(url(world.labels), {"lead": person.public_id, "seen": ""})

    world.labels.refresh_from_db()
    assert person.pk not in offered
    assert response.status_code == 422
    assert "Choose an active colleague." in response.text
    with pytest.raises(NotATeamMember):
        actions.set_lead(workstream=world.labels, actor=world.isr, lead=person)
    assert world.labels.lead is None
    assert not Event.objects.exists()
    assert not Mail.objects.exists()


def test_the_list_is_narrowed_to_one_role(client: Client, world: World) -> None:
    client.force_login(world.isr)
    assert list(client.get(url(world.labels) + "?role=delivery").context["colleagues"]) == [world.delivery]
    assert len(client.get(url(world.labels) + "?role=client").context["colleagues"]) == 7


def test_a_choice_made_on_a_stale_page_changes_nothing(client: Client, world: World) -> None:
    client.force_login(world.isr)
    client.post(url(world.labels), {"lead": world.architect.public_id, "seen": ""})
    response = client.post(url(world.labels), {"lead": world.delivery.public_id, "seen": ""})

    world.labels.refresh_from_db()
    assert response.status_code == 409
    assert "Solutions Architect Colleague is WorkStream Lead meanwhile" in response.text
    assert world.labels.lead == world.architect


def test_a_double_click_is_harmless(client: Client, world: World) -> None:
    client.force_login(world.isr)
    for _ in range(2):
        assert client.post(url(world.labels), {"lead": world.isr.public_id, "seen": ""}).status_code == 302
    assert Event.objects.filter(verb="workstream.lead_set").count() == 1


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_leads_back_only_within_the_portal(back: str, client: Client, world: World) -> None:
    client.force_login(world.isr)
    response = client.post(url(world.labels), {"lead": world.isr.public_id, "seen": "", "next": back})
    assert response["Location"] == url(world.labels)


def test_the_lead_stays_first_on_the_first_page(client: Client, world: World) -> None:
    for colleague in ColleagueFactory.create_batch(12):
        join(world.labels, colleague)
    last = ColleagueFactory.create(name="Last Joined")
    join(world.labels, last)
    led_by(world.labels, last)
    client.force_login(world.isr)
    page = client.get(url(world.labels)).context["team_page"]

    assert page[0].user == last
    assert (len(page), page.paginator.count) == (10, 14)


def test_more_members_cost_no_more_queries(client: Client, world: World) -> None:
    client.force_login(world.isr)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url(world.labels))
        return len(captured)

    few = queries()
    for colleague in ColleagueFactory.create_batch(6):
        join(world.labels, colleague)
    assert queries() == few


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("who", "status"), [("owner", 403), ("agile_worker", 403), ("stranger", 404)])
def test_clients_and_agile_workers_choose_no_lead(
    who: str, status: int, method: str, client: Client, world: World
) -> None:
    client.force_login(getattr(world, who))
    response = getattr(client, method)(url(world.labels), {"lead": world.isr.public_id, "seen": ""})

    world.labels.refresh_from_db()
    assert response.status_code == status
    assert world.labels.lead is None
    assert not Event.objects.exists()


def test_people_are_invited_and_removed_from_here_too(client: Client, world: World) -> None:
    client.force_login(world.isr)
    here = url(world.labels)
    answer = client.post(
        f"/workstreams/{world.labels.public_id}/members/", {"addresses": "new@acme.example", "next": here}
    )
    assert f'href="{here}">Back</a>' in answer.text

    page = client.get(here).text
    assert "Invited (1)" in page
    removing = f"/workstreams/{world.labels.public_id}/members/{world.member.public_id}/remove/"
    assert f"{removing}?next=" in page
    assert client.post(removing, {"next": here})["Location"] == here
    assert not Membership.objects.filter(workstream=world.labels, user=world.member).exists()
