"""What a stream asks the database, on a few threads of its own so that many streams share few connections."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.http import HttpRequest

from accounts.capabilities import Can
from accounts.models import User
from chat.live.announce import payload_of, payload_of_change
from chat.live.channels import Kind
from chat.models import Counter, Message, Note
from chat.querysets import EntryQuerySet
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of

THREADS = 4
BATCH = 100
NEEDED = {Kind.MESSAGE: Can.CHAT, Kind.NOTE: Can.READ_NOTES}


@dataclass
class Mark:
    """The last entry of a kind, and the last change to any of them."""

    number: int
    change: int


Marks = dict[Kind, Mark]
T = TypeVar("T")

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")


async def ask(question: Callable[[], T]) -> T:
    """Answer a question on one of the threads; a connection that died or is too old is replaced before it."""

    def answer() -> T:
        close_old_connections()
        try:
            return question()
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_threads, answer)


@dataclass(frozen=True)
class Reader:
    """Who reads a stream: a session, not only a person, because signing out ends it too."""

    session_key: str
    public_id: UUID
    kinds: tuple[Kind, ...]
    person_id: UUID | None = None

    def last_marks(self) -> Marks | None:
        """The last numbers of the WorkStream; None when this reader may no longer read all of these kinds."""
        user = self._user()
        workstream = WorkStream.objects.visible_to(user).select_related("chat_counter").filter(public_id=self.public_id)
        if not (found := workstream.first()):
            return None
        held = capabilities_of(user, found)
        if not all(NEEDED[kind] in held for kind in self.kinds):
            return None
        return last_marks(found)

    def entries_after(self, kind: Kind, number: int) -> list[tuple[int, str]]:
        """The next messages or notes after a number, as (number, payload); at most BATCH."""
        return [(entry.number, payload_of(entry)) for entry in self._entries(kind).after(number)[:BATCH]]

    def changes_after(self, kind: Kind, change: int) -> list[tuple[int, int, str]]:
        """What was changed after a change, as (change, number, payload); at most BATCH."""
        found = self._entries(kind).changed_after(change)[:BATCH]
        return [(entry.change, entry.number, payload_of_change(entry)) for entry in found]

    def _entries(self, kind: Kind) -> EntryQuerySet[Any]:
        rows = (Message if kind == Kind.MESSAGE else Note).objects.visible_to(self._user())
        # One key, not a join: only then is it plain to the planner that the numbers' index gives them in order.
        workstream = WorkStream.objects.filter(public_id=self.public_id).values("pk")[:1]
        return rows.filter(workstream=workstream)

    def _user(self) -> User | AnonymousUser:
        """Whoever this session belongs to now, as a request would find it."""
        request = HttpRequest()
        request.session = SessionStore(self.session_key)
        return get_user(request)


def last_marks(workstream: WorkStream) -> Marks:
    """The last numbers given out in a WorkStream, read with its `chat_counter`."""
    counter: Counter = getattr(workstream, "chat_counter", None) or Counter()
    return {
        Kind.MESSAGE: Mark(counter.last_message, counter.message_changes),
        Kind.NOTE: Mark(counter.last_note, counter.note_changes),
    }
