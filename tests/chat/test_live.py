"""Live streams of a real web server: nothing lost, nothing twice, and only for those who may read."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.actions import edit_person
from accounts.capabilities import Role
from accounts.models import User
from chat import actions, changes
from chat.live import announce
from chat.live.channels import Kind, channel_of, channel_of_person
from chat.live.hub import Hub
from chat.live.questions import Mark, Reader
from chat.live.stream import Stream
from chat.models import Message, Note
from tests.conftest import World
from tools.guard import Guard, Server
from tools.services import find_place, free_port, last_lines, start_valkey
from workstreams import membership
from workstreams.models import WorkStream

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 10.0


@dataclass
class Event:
    """One server-sent event."""

    id: str = ""
    name: str = ""
    data: str = ""

    @property
    def number(self) -> int:
        return int(json.loads(self.data)["number"])

    @property
    def change(self) -> tuple[int, int, bool]:
        """Which change of which entry, and whether its text is still there."""
        told = json.loads(self.data)
        return told["change"], told["number"], "removed" not in told["html"]


class Listener:
    """One open stream, read in a thread."""

    def __init__(self, port: int, path: str, cookie: str, headers: dict[str, str], *, is_slow: bool = False) -> None:
        self.events: list[Event] = []
        self.has_ended = False
        self._news = threading.Condition()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.request("GET", path, headers={"Cookie": cookie, "Host": "testserver", **headers})
        self._socket = self._connection.sock
        self.answer = self._connection.getresponse()
        self._thread = threading.Thread(target=self._read, daemon=True)
        if not is_slow:
            self.read()

    def read(self) -> None:
        """Begin to take what comes."""
        self._thread.start()

    def _read(self) -> None:
        event = Event()
        try:
            for raw in self.answer:
                line = raw.decode().rstrip("\n")
                name, _, value = line.partition(": ")
                if name in {"id", "data"}:
                    setattr(event, name, value)
                elif name == "event":
                    event.name = value
                elif not line and event.name:
                    with self._news:
                        self.events.append(event)
                        self._news.notify_all()
                    event = Event()
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        with self._news:
            self.has_ended = True
            self._news.notify_all()

    def entries(self, count: int) -> list[Event]:
        """The messages and notes so far, once there are so many."""

        def found() -> list[Event]:
            return [event for event in self.events if event.name in {"message", "note"}]

        with self._news:
            assert self._news.wait_for(lambda: len(found()) >= count, PATIENCE), self.events
            return found()

    def changes(self, count: int, name: str = "message_changed") -> list[tuple[int, int, bool]]:
        """The edits and removals so far, once there are so many."""

        def found() -> list[Event]:
            return [event for event in self.events if event.name == name]

        with self._news:
            assert self._news.wait_for(lambda: len(found()) >= count, PATIENCE), self.events
            return [event.change for event in found()]

    def numbers(self, count: int) -> list[int]:
        return [event.number for event in self.entries(count)]

    def ended(self) -> bool:
        with self._news:
            return self._news.wait_for(lambda: self.has_ended, PATIENCE)

    def leave(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        if self._thread.is_alive():
            self._thread.join()
        self.answer.close()
        self._connection.close()


@dataclass
class Web:
    """The web server under test, on the test's database and a Redis of its own that may go away."""

    guard: Guard
    redis_url: str
    log: Path
    port: int = field(default_factory=free_port)
    listeners: list[Listener] = field(default_factory=list)

    def listen(
        self, reader: User, workstream: WorkStream, *, team: bool = False, after: str = "", last_event_id: str = ""
    ) -> Listener:
        visit = Client()
        visit.force_login(reader)
        return self.listen_as(visit, workstream, team=team, after=after, last_event_id=last_event_id)

    def listen_as(
        self,
        visit: Client,
        workstream: WorkStream,
        *,
        team: bool = False,
        after: str = "",
        last_event_id: str = "",
        is_slow: bool = False,
    ) -> Listener:
        path = f"/live/workstreams/{workstream.public_id}/{'team/' if team else ''}?after={after}"
        cookie = f"{settings.SESSION_COOKIE_NAME}={visit.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        listener = Listener(self.port, path, cookie, headers, is_slow=is_slow)
        self.listeners.append(listener)
        return listener


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("live")
    folder.chmod(0o755)
    place = find_place(folder)
    with Guard() as guard:
        web = Web(guard, start_valkey(guard, place, logs=folder), folder / "web.log")
        guard.start(
            Server(
                name="web",
                command=[sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(web.port)],
                environment=environment(web.redis_url),
                log=web.log,
            )
        )
        await_answer(web)
        yield web


def environment(redis_url: str) -> dict[str, str]:
    found = connection.settings_dict
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}",
        "REDIS_URL": redis_url,
        "ALLOWED_HOSTS": "testserver,127.0.0.1",
        "LIVE_LOOK_AGAIN_SECONDS": "1",
        "LIVE_POLL_SECONDS": "0.5",
    }


def ask(web: Web, path: str) -> int:
    """The status of a visitor's request."""
    with closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)) as visit:
        visit.request("GET", path, headers={"Host": "testserver"})
        return visit.getresponse().status


def await_answer(web: Web) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if ask(web, "/healthz") == 200:
                return
        except OSError:
            web.guard.exits(wait=0.1)
    raise AssertionError(last_lines(web.log, 40))


@pytest.fixture
def web(server: Web, settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """The server, and a Redis for this process that is the same."""
    monkeypatch.setattr("django.conf.settings.REDIS_URL", server.redis_url)
    announce.connected.cache_clear()
    yield server
    for listener in server.listeners:
        listener.leave()
    server.listeners.clear()
    announce.connected.cache_clear()


def say(workstream: WorkStream, author: User, *bodies: str) -> None:
    for body in bodies:
        actions.post_message(workstream=workstream, author=author, body=body, client_key=uuid4())


def note(workstream: WorkStream, author: User, body: str) -> None:
    actions.post_note(workstream=workstream, author=author, body=body, client_key=uuid4())


def test_a_message_reaches_everybody_who_reads_within_a_second(web: Web, world: World) -> None:
    say(world.labels, world.isr, "before")
    readers = [
        web.listen(world.owner, world.labels, after="0"),
        web.listen(world.member, world.labels, after="0"),
        web.listen(world.isr, world.labels, team=True, after="0.0"),
    ]
    for reader in readers:
        reader.entries(1)

    took = []
    for number in (2, 3, 4):
        began = time.monotonic()
        say(world.labels, world.isr, f"this is {number}")
        assert [reader.numbers(number)[-1] for reader in readers] == [number] * 3
        took.append(time.monotonic() - began)
    assert min(took) < 1  # the machine may be busy with something else once
    assert "this is 4" in readers[0].events[-1].data


def test_what_arrives_is_the_same_for_every_viewer(web: Web, world: World) -> None:
    readers = [web.listen(world.owner, world.labels, after="0"), web.listen(world.member, world.labels, after="0")]
    say(world.labels, world.owner, "<b>Hello</b>")

    first, second = (reader.entries(1)[0].data for reader in readers)
    assert first == second
    assert "&lt;b&gt;Hello" in first
    assert "You" not in first


def test_a_reader_goes_on_after_what_they_saw(web: Web, world: World) -> None:
    say(world.labels, world.owner, *"abcde")

    assert web.listen(world.member, world.labels, last_event_id="3", after="1").numbers(2) == [4, 5]
    assert web.listen(world.member, world.labels, after="4").numbers(1) == [5]
    team = web.listen(world.isr, world.labels, team=True, last_event_id="4.0")
    assert [event.id for event in team.entries(1)] == ["5-0.0-0"]


@pytest.mark.parametrize("claimed", ["999", "x", "-1", "9" * 40])
def test_a_reader_who_claims_nonsense_gets_what_comes_next(web: Web, world: World, claimed: str) -> None:
    say(world.labels, world.owner, "old")
    reader = web.listen(world.member, world.labels, last_event_id=claimed)
    say(world.labels, world.owner, "new")

    assert reader.numbers(1) == [2]


def test_a_long_absence_is_caught_up_without_loss(web: Web, world: World) -> None:
    say(world.labels, world.owner, *(f"{number}" for number in range(250)))
    reader = web.listen(world.member, world.labels, after="0")
    say(world.labels, world.owner, "the last")

    assert reader.numbers(251) == list(range(1, 252))


def test_a_slow_reader_is_not_waited_for_and_misses_nothing(web: Web, world: World) -> None:
    visit = Client()
    visit.force_login(world.member)
    slow = web.listen_as(visit, world.labels, after="0", is_slow=True)
    quick = web.listen(world.owner, world.labels, after="0")
    many = 250  # more than may wait for a reader, and larger than what the sockets hold
    say(world.labels, world.isr, *["&" * 20_000] * many)

    assert quick.numbers(many)[-1] == many
    slow.read()
    assert slow.numbers(many) == list(range(1, many + 1))


def edit(message: Message, body: str) -> None:
    assert message.author is not None
    changes.edit_message(message=message, actor=message.author, body=body)


def remove(message: Message) -> None:
    assert message.author is not None
    changes.remove_message(message=message, actor=message.author)


def test_an_edit_and_a_removal_are_seen_at_once(web: Web, world: World) -> None:
    say(world.labels, world.isr, "one", "two")
    reader = web.listen(world.member, world.labels, after="2-0")
    first, second = Message.objects.all()
    edit(first, "more than one")
    remove(second)

    assert reader.changes(2) == [(1, 1, True), (2, 2, False)]
    assert "more than one" in reader.events[-2].data
    assert [event.id for event in reader.events[-2:]] == ["2-1", "2-2"]


def test_changes_during_an_absence_are_told_once_each_as_they_are_now(web: Web, world: World) -> None:
    say(world.labels, world.isr, "one", "two", "three")
    first, second, third = Message.objects.all()
    edit(first, "first")
    edit(second, "not to be seen again")
    remove(second)
    edit(third, "third")
    back = web.listen(world.member, world.labels, last_event_id="3-1")
    newcomer = web.listen(world.owner, world.labels, after="1-1")

    assert back.changes(2) == [(3, 2, False), (4, 3, True)]
    assert newcomer.numbers(2) == [2, 3]
    assert "not to be seen" not in str([back.events, newcomer.events])


def test_without_redis_changes_still_arrive_and_none_is_lost(web: Web, world: World) -> None:
    say(world.labels, world.isr, "one", "two")
    first, second = Message.objects.all()
    reader = web.listen(world.member, world.labels, after="2-0")
    edit(first, "first")
    reader.changes(1)
    web.guard.stop("valkey")
    remove(second)
    arrived_meanwhile = reader.changes(2)
    web.guard.start_again("valkey")
    remove(first)

    assert arrived_meanwhile[1] == (2, 2, False)
    assert reader.changes(3)[2] == (3, 1, False)


def test_a_change_whose_announcement_is_lost_is_noticed(
    web: Web, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(world.labels, world.isr, "one")
    reader = web.listen(world.member, world.labels, after="0-0")
    reader.entries(1)
    monkeypatch.setattr("django.conf.settings.REDIS_URL", "redis://127.0.0.1:9/0")
    announce.connected.cache_clear()
    remove(Message.objects.get())

    assert reader.changes(1) == [(1, 1, False)]


def test_what_was_removed_does_not_come_back_with_a_late_announcement(web: Web, world: World) -> None:
    reader = web.listen(world.member, world.labels, after="0-0")
    say(world.labels, world.isr, "one")
    reader.entries(1)
    old = Message.objects.get()
    posted, edited = announce.payload_of(old), old
    edit(edited, "one, better")
    remove(old)
    reader.changes(2)
    channel = channel_of(Kind.MESSAGE, world.labels.public_id)
    stale = json.dumps({"number": 1, "change": 1, "html": "one, better"})
    for late in (posted, stale):
        announce.connected().publish(channel, late)
    say(world.labels, world.isr, "two")

    assert reader.numbers(2) == [1, 2]
    assert reader.changes(2) == [(1, 1, True), (2, 1, False)]


def test_a_change_of_what_a_page_does_not_have_yet_comes_with_it(web: Web, world: World) -> None:
    reader = web.listen(world.member, world.labels, after="0-0")
    say(world.labels, world.isr, "one")
    reader.entries(1)
    redis_url = settings.REDIS_URL
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.REDIS_URL", "redis://127.0.0.1:9/0")
        announce.connected.cache_clear()
        say(world.labels, world.isr, "two, wrong")
    assert redis_url == settings.REDIS_URL
    announce.connected.cache_clear()
    remove(Message.objects.get(number=2))

    assert reader.numbers(2) == [1, 2]
    assert "wrong" not in str(reader.events)


def test_changes_of_notes_travel_to_colleagues_only(web: Web, world: World) -> None:
    note(world.labels, world.isr, "they will pay duoble")
    client = web.listen(world.owner, world.labels, after="0")
    colleague = web.listen(world.isr, world.labels, team=True, after="0-0.1-0")
    changes.edit_note(note=Note.objects.get(), actor=world.isr, body="they will pay double")
    say(world.labels, world.isr, "Hello")

    assert colleague.changes(1, "note_changed") == [(1, 1, True)]
    assert [(event.name, event.id) for event in client.entries(1)] == [("message", "1-0")]
    assert "double" not in str(client.events)


def test_notes_travel_to_colleagues_only(web: Web, world: World) -> None:
    client = web.listen(world.owner, world.labels, after="0")
    colleague = web.listen(world.isr, world.labels, team=True, after="0.0")
    note(world.labels, world.isr, "they will pay double")
    say(world.labels, world.isr, "Hello")

    heard = colleague.entries(2)
    assert sorted(event.name for event in heard) == ["message", "note"]  # each kind has an order, the two have none
    assert heard[-1].id == "1-0.1-0"
    assert [(event.name, event.id) for event in client.entries(1)] == [("message", "1-0")]
    assert "double" not in str(client.events)


@pytest.mark.parametrize(
    ("person", "path", "status"),
    [("stranger", "", 404), ("stranger", "team/", 404), ("agile_worker", "", 403), ("owner", "team/", 404)],
)
def test_who_may_not_read_gets_no_stream(web: Web, world: World, person: str, path: str, status: int) -> None:
    refused = web.listen(getattr(world, person), world.labels, team=bool(path))

    assert refused.answer.status == status


def test_a_visitor_is_sent_to_sign_in(web: Web, world: World) -> None:
    assert ask(web, f"/live/workstreams/{world.labels.public_id}/") == 302


def test_losing_the_membership_ends_the_stream_at_once(web: Web, world: World) -> None:
    leaving = web.listen(world.member, world.labels, after="0")
    staying = web.listen(world.owner, world.labels, after="0")
    say(world.labels, world.isr, "Hello")
    leaving.entries(1)
    membership.remove(workstream=world.labels, actor=world.owner, person=world.member)

    assert leaving.ended()
    assert leaving.events[-1].name == "end"
    say(world.labels, world.isr, "Just us now")
    assert staying.numbers(2) == [1, 2]


def test_signing_out_ends_the_streams_of_that_session_only(web: Web, world: World) -> None:
    here, there = Client(), Client()
    for visit in (here, there):
        visit.force_login(world.owner)
    ending = web.listen_as(here, world.labels, after="0")
    staying = web.listen_as(there, world.labels, after="0")
    here.logout()

    assert ending.ended()
    say(world.labels, world.isr, "Hello")
    assert staying.numbers(1) == [1]


def test_whoever_may_no_longer_read_loses_every_open_page_at_once(web: Web, world: World) -> None:
    pages = {
        "demoted": web.listen(world.billing, world.labels, team=True),
        "deactivated": web.listen(world.accounts, world.labels, team=True),
    }
    staying = web.listen(world.owner, world.labels, after="0")
    for person, role, is_active in ((world.billing, Role.AGILE_WORKER, True), (world.accounts, Role.ACCOUNTS, False)):
        edit_person(
            person=person, actor=world.admin, name=person.name, role=role, is_active=is_active, told_of_unassigned=None
        )

    for what, page in pages.items():
        assert page.ended(), what
    say(world.labels, world.isr, "Hello")
    assert staying.numbers(1) == [1]


def test_the_pages_of_a_person_look_again_as_soon_as_it_is_announced(world: World) -> None:
    async def looks() -> dict[str, bool]:
        hub = Hub()
        streams = {
            person.name: Stream(
                hub,
                Reader("session", world.labels.public_id, (Kind.MESSAGE,), person.public_id),
                {Kind.MESSAGE: Mark(0, 0), Kind.NOTE: Mark(0, 0)},
            )
            for person in (world.owner, world.member)
        }
        for stream in streams.values():
            hub.add(stream)
        told = {"channel": channel_of_person(world.owner.public_id).encode(), "data": b"{}"}
        hub._take({"type": "pmessage", **told})
        now = asyncio.get_running_loop().time()
        found = {name: stream._look_at <= now for name, stream in streams.items()}
        for stream in streams.values():
            hub.remove(stream)
        return found

    assert asyncio.run(looks()) == {"Olive Owner": True, "Milo Member": False}


def test_without_redis_messages_are_stored_and_still_arrive(web: Web, world: World) -> None:
    reader = web.listen(world.member, world.labels, after="0")
    say(world.labels, world.owner, "with")
    reader.entries(1)
    web.guard.stop("valkey")
    say(world.labels, world.owner, "without")
    arrived_meanwhile = reader.numbers(2)
    newcomer = web.listen(world.owner, world.labels, after="0").numbers(2)
    web.guard.start_again("valkey")
    say(world.labels, world.owner, "with", "again")

    assert arrived_meanwhile == newcomer == [1, 2]
    assert reader.numbers(4) == [1, 2, 3, 4]


def test_an_announcement_that_is_lost_is_noticed(web: Web, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = web.listen(world.member, world.labels, after="0")
    say(world.labels, world.owner, "announced")
    reader.entries(1)
    monkeypatch.setattr("django.conf.settings.REDIS_URL", "redis://127.0.0.1:9/0")
    announce.connected.cache_clear()
    say(world.labels, world.owner, "not announced")

    assert reader.numbers(2) == [1, 2]


def test_a_database_that_drops_every_connection_is_outlived(web: Web, world: World) -> None:
    reader = web.listen(world.member, world.labels, after="0")
    say(world.labels, world.owner, "before")
    reader.entries(1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    say(world.labels, world.owner, "after")

    assert reader.numbers(2) == [1, 2]
    assert web.listen(world.owner, world.labels, after="0").numbers(2) == [1, 2]


def test_a_reader_who_leaves_is_forgotten_and_connections_stay_few(web: Web, world: World) -> None:
    visit = Client()
    visit.force_login(world.owner)
    readers = [web.listen_as(visit, world.labels, after="0") for _ in range(30)]
    say(world.labels, world.isr, "Hello")
    for reader in readers:
        reader.entries(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        [open_connections] = cursor.fetchone()

    # The live threads, the one that admits, the page threads, and this test's own.
    assert open_connections <= 4 + 1 + 8 + 1


def test_a_server_with_open_streams_stops_at_once(web: Web, world: World, tmp_path: Path) -> None:
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        second = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)],
            env=environment(web.redis_url),
            stderr=log,
        )
    try:
        other = Web(web.guard, web.redis_url, tmp_path / "log", port)
        await_answer(other)
        readers = [other.listen(person, world.labels, after="0") for person in (world.owner, world.member)]
        say(world.labels, world.isr, "Hello")
        for reader in readers:
            reader.entries(1)
        began = time.monotonic()
        second.send_signal(signal.SIGINT)
        second.wait(timeout=PATIENCE)
        took = time.monotonic() - began
        ended = [reader.ended() for reader in readers]
        for reader in readers:
            reader.leave()
    finally:
        second.kill()

    assert ended == [True, True]
    assert took < 3
    assert "Traceback" not in (tmp_path / "log").read_text()
