"""What was said at a vendor's, by colleagues and by people who have no account here (A15)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from activity.models import Event, SystemActor
from chat import actions, changes
from chat.errors import SaidByThePortal
from chat.live.announce import payload_of
from chat.models import CameFrom, Message, Note
from chat.search import index
from chat.summaries import summaries
from milestones.promises import first_answers_owed
from notifications.notices import Notification
from notifications.rounds import go_round
from tests.chat.conftest import in_threads
from tests.conftest import World
from tests.factories import AttachmentFactory
from workstreams.choices import CloseReason, EntryPoint, Side
from workstreams.models import Membership, WorkStream

KEY = UUID("00000000-0000-4000-8000-000000000007")
YESTERDAY = timezone.now() - timedelta(days=1)


def say(workstream: WorkStream, author: User | None = None, **about: Any) -> Message:
    told: dict[str, Any] = {
        "came_from": CameFrom.INTERCOM,
        "said_by": "Kofi Unknown",
        "side": Side.TEAM,
        "body": "Here is the quote",
        "client_key": uuid4(),
        "at": timezone.now(),
    }
    return actions.post_from_outside(workstream=workstream, author=author, **(told | about))


def note(workstream: WorkStream, author: User | None = None, **about: Any) -> Note:
    told: dict[str, Any] = {
        "came_from": CameFrom.INTERCOM,
        "said_by": "Kofi Unknown",
        "body": "They are in a hurry",
        "client_key": uuid4(),
        "at": timezone.now(),
    }
    return actions.write_note_from_outside(workstream=workstream, author=author, **(told | about))


def test_an_unknown_teammate_is_shown_by_name_and_becomes_nothing(world: World) -> None:
    before = Membership.objects.filter(workstream=world.labels).count()
    message = say(world.labels)

    world.labels.refresh_from_db()
    event = Event.objects.get(verb="chat.message_posted")
    assert (message.author, message.author_name, message.side) == (None, "Kofi Unknown", Side.TEAM)
    assert world.labels.lead is None
    assert Membership.objects.filter(workstream=world.labels).count() == before
    assert (event.system_actor, event.data["came_from"]) == (SystemActor.INTERCOM, "intercom")


def test_a_colleague_becomes_member_and_lead_as_here(world: World) -> None:
    message = say(world.labels, world.isr)

    world.labels.refresh_from_db()
    event = Event.objects.get(verb="chat.message_posted")
    assert (message.author, message.said_by, message.came_from) == (world.isr, "", CameFrom.INTERCOM)
    assert world.labels.lead == world.isr
    assert event.actor == world.isr
    assert event.data == {"number": 1, "side": "team", "came_from": "intercom"}


def test_a_customer_becomes_no_lead_and_stands_on_their_side(world: World) -> None:
    message = say(world.labels, world.owner, side=Side.CLIENT)

    world.labels.refresh_from_db()
    assert (message.side, world.labels.lead) == (Side.CLIENT, None)


@pytest.mark.parametrize("author", [None, "isr"])
def test_it_is_stored_once(world: World, author: str | None) -> None:
    who = getattr(world, author) if author else None
    first = say(world.labels, who, client_key=KEY)

    assert say(world.labels, who, client_key=KEY, body="Something else by now") == first
    assert note(world.labels, who, client_key=KEY) == note(world.labels, who, client_key=KEY)
    assert (Message.objects.count(), Note.objects.count()) == (1, 1)
    assert Event.objects.filter(verb__startswith="chat.").count() == 2


@pytest.mark.django_db(transaction=True)
def test_it_is_stored_once_by_two_workers_at_once(world: World) -> None:
    acts = [lambda: say(world.labels, world.isr, client_key=KEY).pk for _ in range(4)]

    assert len({each.result() for each in in_threads(*acts)}) == 1
    assert Message.objects.count() == 1


def test_it_is_stored_when_the_workstream_is_closed_or_its_author_left(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(
        status="closed", close_reason=CloseReason.COMPLETED, closed_at=timezone.now()
    )
    Membership.objects.filter(workstream=world.labels, user=world.member).delete()

    assert say(world.labels, world.member, side=Side.CLIENT).number == 1


def test_it_has_the_time_of_the_vendor_but_none_to_come(world: World) -> None:
    late, ahead = say(world.labels, at=YESTERDAY), say(world.labels, at=timezone.now() + timedelta(days=1))

    assert (late.created_at, late.number) == (YESTERDAY, 1)
    assert ahead.created_at <= timezone.now()
    assert ahead.number == 2


@pytest.mark.parametrize(
    ("told", "kept"),
    [("  Kofi\r\n\tUnknown ", "Kofi Unknown"), ("", "Intercom"), ("x" * 300, "x" * 120), ("\u202eKofi", "Kofi")],
)
def test_a_name_is_one_line_and_never_empty(world: World, told: str, kept: str) -> None:
    assert say(world.labels, said_by=told).author_name == kept


def test_the_page_shows_the_name_the_initials_and_the_side(client: Client, world: World) -> None:
    say(world.labels, said_by="Kofi <b>Unknown")
    say(world.labels, said_by="Ama Unknown")
    note(world.labels)
    client.force_login(world.isr)
    page = client.get(world.labels.get_absolute_url()).content.decode()

    assert page.count('<article class="message message--team"') == 3  # two heads and the blank
    assert 'data-author="Kofi &lt;b&gt;Unknown" data-outside' in page
    assert '<span class="avatar avatar--team" aria-hidden="true">AU</span>' in page
    assert page.count('<span class="message__via">by Intercom</span>') == 3


def test_a_client_reads_the_message_and_never_the_note(client: Client, world: World) -> None:
    say(world.labels)
    note(world.labels, said_by="Ama Noted")
    client.force_login(world.owner)
    page = client.get(world.labels.get_absolute_url()).content.decode()
    api = client.get(f"/api/v1/workstreams/{world.labels.public_id}/messages/").json()["results"]

    assert "Kofi Unknown" in page
    assert "in a hurry" not in page
    assert "Ama Noted" not in page
    assert [(row["author"], row["is_automatic"], row["came_from"]) for row in api] == [
        ("Kofi Unknown", False, "intercom")
    ]
    assert client.get(f"/api/v1/workstreams/{world.labels.public_id}/notes/").status_code == 404


def test_open_pages_lists_and_searches_name_them(client: Client, world: World) -> None:
    message = say(world.labels)
    index.index_waiting()
    client.force_login(world.owner)

    assert "Kofi Unknown" in payload_of(message)
    assert summaries([world.labels], world.owner)[world.labels.pk].author == "Kofi Unknown"
    assert "Kofi Unknown" in client.get("/search/?q=quote").content.decode()


def test_an_answer_of_an_unknown_teammate_is_the_promised_answer(world: World) -> None:
    WorkStream.objects.update(milestone=None, entry_point=EntryPoint.APP_DIRECT)
    rows = WorkStream.objects.filter(pk=world.labels.pk)
    actions.post_automatic_message(workstream=world.labels, body="Welcome")

    assert world.labels.pk in first_answers_owed(rows)
    say(world.labels)
    assert first_answers_owed(rows) == {}


def test_the_other_side_is_told_of_it(world: World) -> None:
    say(world.labels)
    go_round(now=timezone.now())

    told = Notification.objects.filter(workstream=world.labels, topic="team_message")
    assert world.owner.pk in set(told.values_list("person", flat=True))


def test_an_administrator_may_remove_it_and_nobody_edits_it(client: Client, world: World) -> None:
    message = say(world.labels)
    client.force_login(world.admin)
    page = client.get(world.labels.get_absolute_url()).content.decode()
    assert f"/chat/{message.number}/remove/" in page
    assert f"/chat/{message.number}/edit/" not in page

    changes.remove_message(message=message, actor=world.admin)
    message.refresh_from_db()
    assert (message.body, message.author_name) == ("", "Kofi Unknown")
    with pytest.raises(SaidByThePortal):
        changes.remove_message(
            message=actions.post_automatic_message(workstream=world.labels, body="x"), actor=world.admin
        )


def test_what_is_taken_away_there_goes_here_once(world: World) -> None:
    message, written = say(world.labels), note(world.labels)
    for _ in range(2):
        changes.remove_from_outside(message, actor=SystemActor.INTERCOM)
        changes.remove_from_outside(written, actor=SystemActor.INTERCOM)

    message.refresh_from_db()
    written.refresh_from_db()
    assert (message.body, written.body) == ("", "")
    assert list(Event.objects.filter(verb__endswith="_removed").values_list("verb", "system_actor")) == [
        ("chat.note_removed", "intercom"),
        ("chat.message_removed", "intercom"),
    ]


def test_files_that_come_later_are_shown_once(world: World) -> None:
    message = say(world.labels, world.isr, body="", has_files=True)
    file = AttachmentFactory.create(workstream=world.labels, uploaded_by=world.isr)
    for _ in range(2):
        message = changes.add_files(message, [file])

    assert [each.attachment_id for each in message.shown_files] == [file.pk]
    assert message.change == 1
    assert file.name in payload_of(message)
