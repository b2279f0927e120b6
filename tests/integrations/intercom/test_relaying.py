"""The chat goes to Intercom: everything once, in order, in the voice it has there (R58, R60, R61, R68, D4)."""

import html
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from chat import changes
from chat.actions import post_automatic_message, post_from_outside, post_note, write_note_from_outside
from chat.models import CameFrom, Message
from integrations.intercom import parts
from integrations.intercom.client import client
from integrations.intercom.models import Contact, Conversation, Part
from integrations.models import Delivery, Provider
from integrations.outgoing import write
from tests.conftest import World
from tests.factories import AttachmentFactory
from tests.integrations.intercom.conftest import Inbox, outcome_of, say, waiting
from workstreams import membership
from workstreams.actions import close, reopen, start
from workstreams.choices import CloseReason, Side
from workstreams.models import Attachment

pytestmark = pytest.mark.django_db

OF_ANYBODY = {"field": "created_at", "operator": ">", "value": 1}


def test_three_write_and_one_contact_says_it_with_the_real_name_in_front(inbox: Inbox, world: World) -> None:
    seat = inbox.seat(world.isr)
    say(world.labels, world.owner, "Any news?\nWe <b>wait</b> & see.")
    say(world.labels, world.member, "I would like to know, too.")
    say(world.labels, world.isr, "Tomorrow, **for sure**.")
    say(world.labels, world.architect, "I <i>promise</i>.")
    post_automatic_message(workstream=world.labels, body="The portal was busy.")
    inbox.send(minutes=1)

    assert waiting() == []
    said = inbox.parts_of(world.labels)
    texts = [parts_text(part.body) for part in said]
    assert texts == [
        "Any news? We <b>wait</b> & see.",
        "Milo Member: I would like to know, too.",
        "Tomorrow, for sure.",
        f"{world.architect.display_name}: I <i>promise</i>.",
        "The portal was busy.",
    ]
    owner = Contact.objects.get(person=world.owner).contact_id
    assert [(part.author_type, part.author_id) for part in said] == [
        ("user", owner),
        ("user", owner),
        ("admin", seat),
        ("admin", "493880"),
        ("admin", "493880"),
    ]
    assert inbox.conversation_of(world.labels).contact_ids == (owner,)
    assert not Contact.objects.filter(person=world.member).exists()
    kept = Part.objects.filter(direction="out").order_by("pk").values_list("part_id", "message__number")
    assert list(kept) == [(part.id, number) for number, part in enumerate(said, start=1)]


def parts_text(body: str) -> str:
    """HTML as a reader sees it."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split()).replace(" .", ".").replace(" :", ":")


def test_starting_opens_one_unassigned_conversation_with_its_note(inbox: Inbox, world: World) -> None:
    started = start(actor=world.owner, organization=world.acme, name="Night <photos>")
    inbox.send(minutes=1)
    inbox.send(minutes=2)

    seen = inbox.conversation_of(started)
    assert started.full_url in seen.source.body
    assert (seen.assignee_id, seen.title) == ("", "Night <photos>")
    assert inbox.asked("POST", "/conversations") == 1
    note, greeting = inbox.parts_of(started)
    assert (note.kind, greeting.kind) == ("note", "comment")
    assert "Night &lt;photos&gt;" in note.body
    assert f'href="{started.full_url}"' in note.body
    assert waiting() == []


def test_an_answer_that_was_not_heard_is_looked_for_and_not_said_twice(inbox: Inbox, world: World) -> None:
    say(world.labels, world.owner, "First")
    inbox.send(minutes=1)
    inbox.vendors.faults.add("intercom", "POST", "/conversations/*/reply", drop=True, has_effect=True)
    say(world.labels, world.owner, "Second")
    say(world.labels, world.owner, "First")
    inbox.send(minutes=1)
    assert [operation for operation, _ in waiting()] == ["message.relay", "message.relay"]

    inbox.send(hours=1)

    assert [parts_text(said) for said in inbox.said_in(world.labels)] == ["First", "Second", "First"]
    assert inbox.asked("POST", "/conversations/*/reply") == 3
    assert Part.objects.filter(part_id=None).count() == 0


def test_what_was_refused_or_lost_before_it_was_said_is_said_once(inbox: Inbox, world: World) -> None:
    inbox.vendors.faults.add("intercom", "POST", "/conversations/*/reply", drop=True)
    message = say(world.labels, world.owner, "Frist")
    inbox.send(minutes=1)
    changes.edit_message(message=message, actor=world.owner, body="First")

    inbox.send(hours=1)

    assert [parts_text(said) for said in inbox.said_in(world.labels)] == ["(edited) First"]
    assert waiting() == []


def test_words_that_were_said_unheard_and_edited_then_are_redacted(inbox: Inbox, world: World) -> None:
    inbox.vendors.faults.add("intercom", "POST", "/conversations/*/reply", drop=True, has_effect=True)
    message = say(world.labels, world.owner, "The code is 1234")
    inbox.send(minutes=1)
    changes.edit_message(message=message, actor=world.owner, body="The code comes by phone")

    inbox.send(hours=1)

    assert [parts_text(said) for said in inbox.said_in(world.labels)] == ["(edited) The code comes by phone"]
    first, second = inbox.conversation_of(world.labels).parts
    assert (first.is_redacted, "1234" in first.body, second.is_redacted) == (True, False, False)


def test_what_is_removed_goes_out_never_or_is_taken_back(inbox: Inbox, world: World) -> None:
    kept = say(world.labels, world.owner, "Stays")
    relayed = say(world.labels, world.owner, "A secret")
    note = post_note(workstream=world.labels, author=world.isr, body="A note to regret", client_key=uuid4())
    inbox.send(minutes=1)
    unsent = say(world.labels, world.owner, "Another secret")
    changes.remove_message(message=relayed, actor=world.owner)
    changes.remove_message(message=unsent, actor=world.owner)
    changes.remove_note(note=note, actor=world.isr)

    inbox.send(minutes=2)

    assert [parts_text(part.body) for part in inbox.parts_of(world.labels)] == [kept.body]
    assert all(b"Another secret" not in entry.body for entry in inbox.vendors.log.of("intercom"))
    assert Part.objects.filter(redacted_at=None).get().message == kept
    assert waiting() == []


@pytest.mark.parametrize("path", ["/conversations/*/reply", "/conversations/redact", "/conversations/*/parts"])
def test_what_is_not_found_for_a_moment_keeps_nothing_and_loses_nothing(inbox: Inbox, world: World, path: str) -> None:
    message = say(world.labels, world.owner, "A secret")
    inbox.send()
    inbox.vendors.faults.add("intercom", "POST", path, status=404)
    say(world.labels, world.owner, "Next")
    changes.remove_message(message=message, actor=world.owner)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    inbox.send(minutes=1)
    inbox.send(hours=1)

    assert waiting() == []
    assert [parts_text(said) for said in inbox.said_in(world.labels)] == ["Next"]
    assert inbox.conversation_of(world.labels).state == "closed"


def test_notes_are_notes_and_nobodys_words_become_markup(inbox: Inbox, world: World) -> None:
    body = "<img src=x onerror=alert(1)> they pay https://example.com/?a=1&b=2 late"
    seat = inbox.seat(world.isr)
    post_note(workstream=world.labels, author=world.isr, body=body, client_key=uuid4())
    inbox.send(minutes=1)

    (part,) = inbox.parts_of(world.labels)
    assert (part.kind, part.author_id) == ("note", seat)
    assert "<img" not in part.body
    assert parts_text(part.body) == body
    assert inbox.said_in(world.labels) == []


def test_what_came_from_intercom_is_not_sent_back(inbox: Inbox, world: World) -> None:
    say(world.labels, world.owner, "Hello")
    inbox.send(minutes=1)
    said: dict[str, Any] = {"came_from": CameFrom.INTERCOM, "author": None, "said_by": "Joe", "at": timezone.now()}
    answer = post_from_outside(workstream=world.labels, side=Side.TEAM, body="Typed there", client_key=uuid4(), **said)
    write_note_from_outside(workstream=world.labels, body="Noted there", client_key=uuid4(), **said)
    write(Provider.INTERCOM, "message.relay", about=world.labels, data={"number": answer.number})
    inbox.send(minutes=2)

    assert [parts_text(part.body) for part in inbox.parts_of(world.labels)] == ["Hello"]
    assert outcome_of("message.relay") == {"skipped": "it came from Intercom"}
    assert Delivery.objects.filter(operation="note.relay").count() == 0


def test_a_teammate_who_left_is_spoken_for_by_the_portals_own(inbox: Inbox, world: World) -> None:
    seat = inbox.seat(world.isr)
    say(world.labels, world.isr, "Still here")
    inbox.send()
    inbox.vendors.intercom.remove_teammate(admin=seat)
    say(world.labels, world.isr, "Gone")
    say(world.labels, world.isr, "And never back")
    inbox.send(minutes=1)

    assert [(part.author_id, parts_text(part.body)) for part in inbox.parts_of(world.labels)] == [
        (seat, "Still here"),
        ("493880", f"{world.isr.display_name}: Gone"),
        ("493880", f"{world.isr.display_name}: And never back"),
    ]
    # Once it is known, it is not tried again.
    assert inbox.asked("POST", "/conversations/*/reply") == 4


def test_our_own_parts_are_known_when_they_come_back(inbox: Inbox, world: World) -> None:
    inbox.vendors.faults.add("intercom", "POST", "/conversations/*/reply", drop=True, has_effect=True, skip=1)
    say(world.labels, world.owner, "Known")
    say(world.labels, world.owner, "Not heard of yet")
    inbox.send(minutes=1)
    conversation = Conversation.objects.get()
    known, unheard = inbox.conversation_of(world.labels).parts

    echoes = [parts.echo(conversation, seen) for seen in (known, unheard)]
    client().reply_as_contact(str(conversation.conversation_id), conversation.written_as, "Typed in the Messenger")
    theirs = parts.echo(conversation, inbox.conversation_of(world.labels).parts[-1])

    assert [echo.message and echo.message.body for echo in echoes if echo] == ["Known", "Not heard of yet"]
    assert theirs is None
    inbox.send(hours=1)
    assert inbox.asked("POST", "/conversations/*/reply") == 3
    assert waiting() == []


def test_files_go_along_and_what_cannot_is_named_with_a_link(inbox: Inbox, world: World) -> None:
    plan = AttachmentFactory.create(workstream=world.labels, name="plan.csv")
    bad = AttachmentFactory.create(workstream=world.labels, name="bad.exe")
    fresh = AttachmentFactory.create(workstream=world.labels, name="fresh.csv")
    say(world.labels, world.owner, "", files=[plan.public_id, bad.public_id])
    waits = say(world.labels, world.owner, "Look", files=[fresh.public_id])
    Attachment.objects.filter(pk=bad.pk).update(scan=Attachment.Scan.QUARANTINED)
    Attachment.objects.filter(pk=fresh.pk).update(scan=Attachment.Scan.WAITING)
    inbox.send(minutes=1)

    (part,) = inbox.parts_of(world.labels)
    assert [file.name for file in part.files] == ["plan.csv"]
    assert parts_text(part.body) == f"Attached: plan.csv In the portal: bad.exe {world.labels.full_url}"
    assert waiting()[0] == ("message.relay", "A file of the message is being looked into for viruses.")

    Attachment.objects.filter(pk=fresh.pk).update(scan=Attachment.Scan.CLEAN)
    inbox.send(minutes=10)
    assert [file.name for file in inbox.parts_of(world.labels)[-1].files] == ["fresh.csv"]
    assert waits.number == 2


def test_a_message_goes_without_the_file_that_intercom_does_not_take(inbox: Inbox, world: World) -> None:
    plan = AttachmentFactory.create(workstream=world.labels, name="plan.csv")
    inbox.vendors.faults.add("intercom", "POST", "/conversations/*/reply", status=413)
    say(world.labels, world.owner, "Look", files=[plan.public_id])
    inbox.send(minutes=1)

    assert [parts_text(said) for said in inbox.said_in(world.labels)] == [
        f"Look In the portal: plan.csv {world.labels.full_url}"
    ]


def test_a_scan_that_takes_long_keeps_no_message_waiting(inbox: Inbox, world: World) -> None:
    plan = AttachmentFactory.create(workstream=world.labels, name="plan.csv")
    with time_machine.travel(timezone.now() - timedelta(minutes=3)):
        say(world.labels, world.owner, "Look", files=[plan.public_id])
    Attachment.objects.filter(pk=plan.pk).update(scan=Attachment.Scan.WAITING)
    inbox.send(minutes=1)

    assert [part.files for part in inbox.parts_of(world.labels)] == [()]


def test_a_new_owner_takes_over_and_the_one_before_leaves(inbox: Inbox, world: World) -> None:
    say(world.labels, world.owner, "Mine")
    inbox.send(minutes=1)
    membership.transfer(workstream=world.labels, actor=world.owner, to=world.member)
    say(world.labels, world.member, "Now mine")
    say(world.labels, world.owner, "No longer mine")
    inbox.send(minutes=2)
    inbox.send(minutes=3)

    heir = inbox.contact_of(world.member).id
    assert inbox.conversation_of(world.labels).contact_ids == (heir,)
    assert [(part.author_id, parts_text(part.body)) for part in inbox.parts_of(world.labels)[1:]] == [
        (heir, "Now mine"),
        (heir, "Olive Owner: No longer mine"),
    ]
    assert waiting() == []


def test_closing_and_reopening_follow_and_twice_is_once(inbox: Inbox, world: World) -> None:
    say(world.labels, world.owner, "Hello")
    inbox.send(minutes=1)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    write(Provider.INTERCOM, "conversation.close", about=world.labels)
    inbox.send(minutes=2)
    assert inbox.conversation_of(world.labels).state == "closed"
    assert inbox.asked("POST", "/conversations/*/parts") == 1

    reopen(workstream=world.labels, actor=world.isr)
    inbox.send(minutes=3)
    assert inbox.conversation_of(world.labels).state == "open"


def test_nothing_is_written_while_intercom_is_off(world: World) -> None:
    say(world.labels, world.owner, "Hello")
    start(actor=world.owner, organization=world.acme, name="Quiet")

    assert not Delivery.objects.exists()
    assert Message.objects.count() == 2


def test_whatever_goes_wrong_everything_arrives_once_and_in_order(inbox: Inbox, world: World) -> None:
    inbox.seat(world.isr)
    authors = [world.owner, world.member, world.isr, world.architect]
    for number in range(16):
        # Some say the same as somebody before them.
        say(world.labels, authors[number % 4], f"Message {number // 2}")
    for fault in (
        {"drop": True, "has_effect": True},
        {"drop": True},
        {"status": 500, "has_effect": True},
        {"status": 503, "has_effect": True},
        {"status": 429, "headers": {"Retry-After": "7"}},
        {"html": True},
    ):
        inbox.vendors.faults.add("intercom", "*", "/con*", chance=0.1, times=6, **fault)
    inbox.vendors.faults.add("intercom", "POST", "/conversations/*/reply", chance=0.1, times=6, status=404)
    for hours in range(100):
        if waiting():
            inbox.send(hours=hours + 1)
    inbox.vendors.faults.clear()

    assert waiting() == []
    expected = [
        message.body if message.author in {world.owner, world.isr} else f"{message.author}: {message.body}"
        for message in Message.objects.filter(workstream=world.labels).order_by("number").select_related("author")
    ]
    assert [parts_text(part.body) for part in inbox.parts_of(world.labels)] == expected
    inbox.vendors.clock.step(days=3)
    assert len(list(client().search_conversations(OF_ANYBODY))) == 1
    hits = [entry for entry in inbox.vendors.log.of("intercom") if entry.fault]
    assert len(hits) > 10, hits
