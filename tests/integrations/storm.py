"""A bad time: people talk on both sides while calls, answers, webhooks and workers are lost; then it clears up.

One process plays everybody, in turns. What other workers would do at the same moment is let in between two statements
of a worker that holds no transaction; a worker dies at one of its statements.
"""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import time_machine
from django.db import connection

from accounts.models import User
from activity.models import Event
from chat import changes
from chat.actions import post_message, post_note
from chat.models import CameFrom, Message, Note
from integrations.drain import send_all
from integrations.failures import VendorFailure
from integrations.intercom import contacts
from integrations.intercom.models import Contact
from integrations.intercom.poll import poll
from integrations.intercom.simulator.state import Part
from integrations.models import Delivery, InboundEvent, Provider
from integrations.work import work_next
from tests.conftest import World
from tests.vendors import Vendors
from workstreams.choices import Side
from workstreams.models import WorkStream

PORTAL, JOE = "493880", "493881"
# By design a delivery over which five workers died, one after another, waits for a person.
MOST_DEATHS = 3
MOST_TURNS = 200
POSTED: dict[str, type[Message] | type[Note]] = {"chat.message_posted": Message, "chat.note_posted": Note}

# Who said it, as a note or not, and the words.
Line = tuple[str, bool, str]
# What happens: the name of a method of Storm, and what it is given.
Step = tuple[Any, ...]


class Death(BaseException):
    """A worker is killed: nothing that it would still have done is done."""


@dataclass
class Interruption:
    """Something that happens at a certain statement of a worker, or at the first after it with no transaction open."""

    statement: int
    happens: Callable[[], None]
    is_deadly: bool
    depth: int = 0
    is_over: bool = False

    def __call__(self, execute: Callable[..., Any], text: str, *rest: Any) -> Any:
        """Be one of Django's execute wrappers."""
        if not self.is_over and not text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.statement -= 1
            is_alone = len(connection.savepoint_ids) == self.depth
            if self.statement <= 0 and (self.is_deadly or is_alone):
                self.is_over = True
                self.happens()
        return execute(text, *rest)


@dataclass
class Storm:
    """Both sides of two WorkStreams, and all that befalls them."""

    vendors: Vendors
    world: World
    time: time_machine.Traveller
    seat: str
    deaths: int = 0
    posted: list[Message | Note] = field(default_factory=list)

    # --- What may happen

    def say(self, room: str, who: str, text: str) -> None:
        """Somebody writes in the portal."""
        author = getattr(self.world, who)
        self.posted.append(post_message(workstream=self.room(room), author=author, body=text, client_key=uuid4()))

    def note(self, room: str, who: str, text: str) -> None:
        """A colleague writes an Internal Note in the portal."""
        author = getattr(self.world, who)
        self.posted.append(post_note(workstream=self.room(room), author=author, body=text, client_key=uuid4()))

    def edit(self, which: int, text: str) -> None:
        """Somebody changes what they wrote in the portal."""
        match self._any_entry(which):
            case Message() as message:
                changes.edit_message(message=message, actor=_author(message), body=text)
            case Note() as note:
                changes.edit_note(note=note, actor=_author(note), body=text)

    def remove(self, which: int) -> None:
        """Somebody takes away what they wrote in the portal."""
        match self._any_entry(which):
            case Message() as message:
                changes.remove_message(message=message, actor=_author(message))
            case Note() as note:
                changes.remove_note(note=note, actor=_author(note))

    def answer(self, room: str, what: str, who: str, text: str) -> None:
        """A teammate says or notes something in Intercom, or the customer writes in the Messenger."""
        told: dict[str, str] = {"conversation": self.conversation(room), "body": text}
        if not told["conversation"]:
            return
        if what != "say_as_customer":
            told["admin"] = self.seat if who == "isr" else JOE
        getattr(self.vendors.intercom, what)(**told)

    def fault(self, what: dict[str, Any]) -> None:
        """Requests go wrong."""
        self.vendors.faults.add("intercom", **what)

    def disturb(self, what: str, times: int, seconds: float) -> None:
        """Webhooks are lost, doubled, held back, late, or their answers are not heard."""
        self.vendors.courier.disturb(what, times=times, seconds=seconds)

    def settle_in(self) -> None:
        """Both conversations are opened before anything goes wrong."""
        for room, owner in OWNERS.items():
            self.say(room, owner, "Hello")
            contacts.want(getattr(self.world, owner))
        for _ in range(3):
            self.send()
            self.wait(10)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.time.shift(seconds)

    def carry(self) -> None:
        """The webhooks that are due arrive."""
        self.vendors.courier.deliver()

    def look(self) -> None:
        """The portal looks for what it was not told."""
        with suppress(VendorFailure):
            poll()

    def send(self) -> None:
        """A worker sends what is due."""
        send_all(Provider.INTERCOM)

    def work(self) -> None:
        """A worker takes in what came."""
        for _ in range(MOST_TURNS):
            if not work_next():
                return
        raise AssertionError(f"It never ends: {InboundEvent.objects.filter(state='received').count()} wait.")

    def die(self, what: str, statement: int) -> None:
        """A worker does what is due, and is killed on the way."""
        if self.deaths < MOST_DEATHS:
            self.deaths += 1
            with suppress(Death):
                self._interrupted(what, statement, self._kill, is_deadly=True)

    def meet(self, what: str, statement: int, steps: list[Step]) -> None:
        """A worker does what is due; between two of its statements all this happens."""
        self._interrupted(what, statement, lambda: self.play(steps), is_deadly=False)

    def play(self, steps: list[Step]) -> None:
        """Let all this happen, one after the other: the name of what may happen, and what it is told."""
        for name, *told in steps:
            getattr(self, name)(*told)

    def clear_up(self) -> None:
        """Let everything go well again until nothing is left to do."""
        self.vendors.faults.clear()
        for _ in range(40):
            self.time.shift(timedelta(minutes=10))
            self.carry()
            poll()
            self.work()
            self.send()
            if not (self.waiting() or InboundEvent.objects.filter(state="received").exists()):
                break
        # And what came of that is heard, too.
        self.time.shift(timedelta(minutes=10))
        self.carry()
        poll()
        self.work()
        self.send()

    # --- What is to be seen afterwards

    def room(self, name: str) -> WorkStream:
        """A WorkStream as it is now."""
        return WorkStream.objects.get(pk=getattr(self.world, name).pk)

    def conversation(self, room: str) -> str:
        """The one that was opened for it in Intercom, "" while there is none, whoever has heard of it."""
        address = self.room(room).get_absolute_url()
        made = self.vendors.intercom.state.conversations.values()
        found = [one.id for one in made if not one.deleted and address in html.unescape(one.source.body or "")]
        assert len(found) < 2, f"Opened twice: {found}"
        return found[0] if found else ""

    def waiting(self) -> list[Any]:
        """What still is to go out, or waits for a person."""
        return list(Delivery.objects.unsettled().values_list("operation", "state", "attempts", "last_error"))

    def written(self, room: str) -> list[Line]:
        """What was written in the portal and stands there, in order, as it should be read in Intercom."""
        return [
            self._as_there(entry, room)
            for entry in self._entries(room)
            if entry.came_from != CameFrom.INTERCOM and not entry.removed_at
        ]

    def shown(self, room: str) -> list[Line]:
        """What the portal said in Intercom and is read there, in order."""
        return [self._line(part) for part in self._parts(room) if part.app and not part.redacted]

    def answered(self, room: str) -> list[Line]:
        """What was said in Intercom by those who are there, in order, as it should be read in the portal."""
        people = {
            self.seat: self.world.isr.name,
            JOE: "Joe Inbox",
            self._contact(room): getattr(self.world, OWNERS[room]).name,
        }
        return [
            (people[part.author_id], part.part_type == "note", words(part.body))
            for part in self._parts(room)
            if not part.app
        ]

    def taken_in(self, room: str) -> list[Line]:
        """What of it stands in the portal, in order."""
        owner, lines = getattr(self.world, OWNERS[room]), []
        for entry in self._entries(room):
            if entry.came_from == CameFrom.INTERCOM:
                if isinstance(entry, Message):
                    assert entry.side == (Side.CLIENT if entry.author == owner else Side.TEAM)
                lines.append((entry.author_name, isinstance(entry, Note), entry.body))
        return lines

    # --- The rest

    def _entries(self, room: str) -> list[Message | Note]:
        """Messages and notes in the order in which they were stored."""
        found = []
        for event in Event.objects.filter(workstream=self.room(room), verb__in=POSTED).order_by("pk"):
            rows: Any = POSTED[event.verb].objects
            found.append(rows.select_related("author").get(workstream=event.workstream, number=event.data["number"]))
        return found

    def _as_there(self, entry: Message | Note, room: str) -> Line:
        author = _author(entry)
        is_note = isinstance(entry, Note)
        said = f"(edited) {entry.body}" if entry.edited_at else entry.body
        text = " ".join(said.split())
        if author == getattr(self.world, OWNERS[room]):
            return self._contact(room), is_note, text
        if author == self.world.isr:
            return self.seat, is_note, text
        speaker = self._contact(room) if not author.is_team else PORTAL
        return speaker, is_note, f"{author.display_name}: {text}"

    def _contact(self, room: str) -> str:
        found = Contact.objects.filter(person=getattr(self.world, OWNERS[room])).first()
        return found.contact_id if found else ""

    def _parts(self, room: str) -> Iterator[Part]:
        if conversation := self.conversation(room):
            for part in self.vendors.intercom.state.conversations[conversation].parts:
                if part.body and part.part_type != "participant_added":
                    yield part

    def _line(self, part: Part) -> Line:
        return part.author_id, part.part_type == "note", words(part.body)

    def _any_entry(self, which: int) -> Message | Note | None:
        """One of those that were written in the portal, unless it is gone."""
        if not self.posted:
            return None
        entry = self.posted[which % len(self.posted)]
        rows = type(entry)._default_manager.select_related("author", "workstream")
        return rows.filter(pk=entry.pk, removed_at=None).first()

    def _kill(self) -> None:
        raise Death

    def _interrupted(self, what: str, statement: int, happens: Callable[[], None], *, is_deadly: bool) -> None:
        interruption = Interruption(statement, happens, is_deadly, depth=len(connection.savepoint_ids))
        with connection.execute_wrapper(interruption):
            getattr(self, what)()


OWNERS = {"labels": "owner", "scans": "stranger"}


def words(body: str | None) -> str:
    """HTML as a reader sees it."""
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body or "")).split())
    return text.replace(" :", ":")


def _author(entry: Message | Note) -> User:
    assert entry.author is not None
    return entry.author


def is_edited(line: Line) -> bool:
    """Whether it was said again in other words, at the end of the conversation."""
    return "(edited)" in line[2]
