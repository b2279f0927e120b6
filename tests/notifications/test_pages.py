"""The bell, its list and the pages of settings."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from activity.models import Event
from chat.actions import mark_read
from notifications import bell
from notifications.notices import Level, Notification, Preferences
from notifications.tasks import write_due_mails
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams.models import Membership, WorkStream

pytestmark = pytest.mark.django_db


def told(person: User, workstream: WorkStream, count: int = 1, **fields: object) -> list[Notification]:
    """Rows of the bell, as an event each leaves them."""
    rows = []
    for _ in range(count):
        event = Event.objects.create(
            verb="milestone.advanced", system_actor="portal", workstream=workstream, data={"after": "Processing Data"}
        )
        rows.append(
            Notification(person=person, workstream=workstream, topic="milestone", event=event, because="x", **fields)
        )
    return Notification.objects.bulk_create(rows)


def unread(client: Client) -> str:
    """What stands on the bell."""
    return str(client.get("/notifications/count/").json()["label"])


def test_the_list_says_what_happened_where_and_what_is_unread(client: Client, world: World) -> None:
    told(world.owner, world.labels)
    told(world.owner, world.labels, read_at=timezone.now())
    told(world.member, world.labels)
    client.force_login(world.owner)
    page = client.get("/notifications/").text

    assert page.count("It stands at Processing Data now") == 2
    assert page.count("notice-row--unread") == 1
    assert "1 unread" in page
    assert unread(client) == "1"


def test_an_empty_list_says_what_will_stand_there(client: Client, world: World) -> None:
    client.force_login(world.owner)
    assert "Nothing to tell you yet" in client.get("/notifications/").text
    assert "Nothing yet." in client.get("/notifications/", headers={"HX-Request": "true"}).text


def test_following_one_reads_it_and_leads_there(client: Client, world: World) -> None:
    first, _ = told(world.owner, world.labels, 2)
    client.force_login(world.owner)
    response = client.get(f"/notifications/{first.public_id}/")
    assert response["Location"] == world.labels.get_absolute_url()
    assert unread(client) == "1"


def test_those_of_others_cannot_be_followed_or_read(client: Client, world: World) -> None:
    (theirs,) = told(world.member, world.labels)
    client.force_login(world.owner)
    assert client.get(f"/notifications/{theirs.public_id}/").status_code == 404
    client.post("/notifications/read/", {"id": theirs.public_id})
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_opening_a_workstream_reads_what_is_about_it(client: Client, world: World) -> None:
    other = WorkStreamFactory.create(owner=world.owner)
    told(world.owner, world.labels, 3)
    told(world.owner, other)
    client.force_login(world.owner)
    page = client.get(world.labels.get_absolute_url()).text
    assert f'data-opened-workstream="{world.labels.public_id}"' in page
    answer = client.post(
        "/notifications/read/", {"workstream": world.labels.public_id}, headers={"Accept": "application/json"}
    )
    assert answer.json() == {"count": 1, "label": "1"}


def test_all_are_read_at_once(client: Client, world: World) -> None:
    told(world.owner, world.labels, 3)
    client.force_login(world.owner)
    assert client.post("/notifications/read/", {"next": "https://evil.example/"})["Location"] == "/notifications/"
    assert unread(client) == "0"


def test_a_chat_is_one_row_that_is_read_where_it_is_read(client: Client, world: World, say: object) -> None:
    assert callable(say)
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.architect)
    world.labels.refresh_from_db()
    for _ in range(4):
        say(world.labels, world.owner)
        write_due_mails()
    client.force_login(world.architect)
    assert "Olive Owner wrote last; 4 new messages" in client.get("/notifications/").text
    assert unread(client) == "1"
    mark_read(workstream=world.labels, reader=world.architect, message=4)
    assert unread(client) == "0"
    assert "notice-row--unread" not in client.get("/notifications/").text

    say(world.labels, world.owner)
    write_due_mails()
    assert "Olive Owner wrote in the chat" in client.get("/notifications/").text


def test_of_a_workstream_one_was_taken_off_nothing_is_left(client: Client, world: World) -> None:
    told(world.member, world.labels)
    Membership.objects.filter(user=world.member).delete()
    client.force_login(world.member)
    assert world.labels.name not in client.get("/notifications/").text
    assert unread(client) == "0"


def test_counting_stops_at_a_hundred_and_costs_the_same(client: Client, world: World) -> None:
    told(world.isr, world.labels, 3)
    client.force_login(world.isr)
    with CaptureQueriesContext(connection) as few:
        assert unread(client) == "3"
    told(world.isr, world.labels, 120)
    with CaptureQueriesContext(connection) as many:
        assert unread(client) == "99+"
    assert len(few) == len(many)


@pytest.mark.parametrize("rows", [1, 6])
def test_the_list_costs_the_same_however_long(
    client: Client, world: World, rows: int, django_assert_num_queries: object
) -> None:
    assert callable(django_assert_num_queries)
    told(world.owner, world.labels, rows)
    client.force_login(world.owner)
    with django_assert_num_queries(5):  # session, person, how many rows, the page, unread ones
        client.get("/notifications/")


# --- Settings


def test_what_is_not_ticked_is_switched_off(client: Client, world: World) -> None:
    client.force_login(world.owner)
    page = client.get("/notifications/preferences/").text
    assert "A colleague mentions you" not in page, "clients do not know of notes"
    assert "They keep your account safe. It cannot be switched off." in page
    client.post(
        "/notifications/preferences/",
        {"in_app": ["team_message", "milestone"], "by_mail": ["team_message"], "digest_at": "09:30"},
    )

    stored = Preferences.objects.get(user=world.owner)
    assert "milestone" in stored.not_by_mail
    assert "milestone" not in stored.not_in_app
    assert "team_message" not in stored.not_by_mail
    assert "invitation_missed" not in stored.not_by_mail
    assert not stored.has_quiet_hours
    assert str(stored.digest_at) == "09:30:00"


def test_colleagues_choose_themselves_whether_they_hear_of_new_workstreams(client: Client, world: World) -> None:
    client.force_login(world.architect)
    client.post("/notifications/preferences/", {"digest_at": "08:00", "told_of_unassigned": "on"})
    world.architect.refresh_from_db()
    assert world.architect.told_of_unassigned is True
    client.force_login(world.owner)
    client.post("/notifications/preferences/", {"digest_at": "08:00", "told_of_unassigned": "on"})
    world.owner.refresh_from_db()
    assert world.owner.told_of_unassigned is None


def test_a_time_that_is_none_keeps_what_was_entered(client: Client, world: World) -> None:
    client.force_login(world.owner)
    response = client.post("/notifications/preferences/", {"digest_at": "25:99", "by_mail": ["closed"]})
    assert response.status_code == 422
    assert 'name="by_mail" value="closed" checked' in response.text
    assert not Preferences.objects.exists()


def test_a_workstream_is_muted_and_heard_again(client: Client, world: World) -> None:
    client.force_login(world.owner)
    address = f"/workstreams/{world.labels.public_id}/notifications/"
    assert client.post(address, {"level": "nothing"})["Location"] == world.labels.get_absolute_url()
    assert 'value="nothing" checked' in client.get(address).text
    page = client.get("/notifications/preferences/").text
    assert "Hear everything again" in page
    client.post(address, {"level": "everything", "next": "/notifications/preferences/"})
    assert not Level.objects.exists()
    assert client.post(address, {"level": "loud"}).status_code == 422


def test_the_count_is_nobody_elses(world: World) -> None:
    told(world.owner, world.labels)
    assert bell.count_of(world.owner).number == 1
    assert bell.count_of(world.stranger).number == 0
