"""Everything the portal tells people, read word by word: nothing that is not theirs to know.

The crawl opens every address there is as somebody, on their own WorkStream and on another client's, plainly and as htmx
does, does everything in `things`, and adds what reaches people otherwise: live updates, mails, their own data. An
address with a parameter that the crawl cannot fill fails, so nothing new stays unread. It takes seconds, so all words
are looked for in one crawl of each kind of person.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Set
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import own_data
from accounts.capabilities import Role
from accounts.models import User
from chat.actions import post_message, post_note
from chat.live.channels import Kind
from chat.live.questions import NEEDED, Reader
from notifications.models import Mail
from notifications.tasks import write_due_mails
from subscriptions.models import AgileTerms, BatchTerms
from tests.conftest import World
from tests.factories import ColleagueFactory
from tests.permissions.test_table import address_of
from tests.permissions.things import THINGS
from tests.test_urls import OURS
from workstreams import saved_views
from workstreams.actions import set_lead
from workstreams.choices import AttachmentKind, Side
from workstreams.models import Attachment, SavedView, WorkStream
from workstreams.tenancy import capabilities_of

NOTE = "zebra-crossing"
WRITER = "Wilhelmina Notewriter"  # wrote a note and nothing else
GREETING = "Welcome aboard"
PRICES = ("48151.62", "48,151", "34200.23", "34,200")
QUOTE = "offer-48151.pdf"
HTMX = {"HX-Request": "true"}
# What answers with something else each time, or speaks of nobody: the demonstration shows its mailbox to everybody.
NOT_CRAWLED = ("demo:", "healthz")
# Words to look for with, wherever an address takes some.
QUESTION = {"after": "0", "q": NOTE, "tab": "details", "before": "9", "term": "st"}


@pytest.fixture
def furnished(world: World, settings: Any) -> World:
    """Words, notes, prices and files on both WorkStreams, a lead, an opportunity, and a view that colleagues share."""
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    writer = ColleagueFactory.create(name=WRITER, email="wilhelmina@cloudfactory.example", role=Role.SOLUTIONS)
    for workstream, author in ((world.labels, world.owner), (world.scans, world.stranger)):
        post_message(workstream=workstream, author=author, body="Hello", client_key=uuid4())
        post_note(workstream=workstream, author=world.isr, body=f"Mind the {NOTE}", client_key=uuid4())
        post_note(workstream=workstream, author=writer, body=f"The {NOTE}, again", client_key=uuid4())
        set_lead(workstream=workstream, actor=world.isr, lead=world.isr)
        post_message(workstream=workstream, author=world.isr, body=GREETING, client_key=uuid4())
    for workstream, uploader, kind, name in (
        (world.labels, world.isr, AttachmentKind.QUOTE, QUOTE),
        (world.labels, world.owner, AttachmentKind.SAMPLE_DATA, "signs.csv"),
        (world.scans, world.stranger, AttachmentKind.SAMPLE_DATA, "globex.csv"),
    ):
        keep(workstream, uploader, kind, name)
    AgileTerms.objects.create(workstream=world.labels, hours_per_month=300, monthly_fees=Decimal("48151.62"))
    BatchTerms.objects.create(workstream=world.labels, project_price=Decimal("34200.23"))
    WorkStream.objects.filter(pk=world.labels.pk).update(opportunity_id="006A000000abcDEIAY")
    saved_views.save_view(actor=world.isr, name="Ours", query="type=batch", is_shared=True)
    # They are held for a while, so that several make one mail, and over the night.
    for hours in (0, 20, 32):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            write_due_mails()
    return world


def keep(workstream: WorkStream, uploader: User, kind: AttachmentKind, name: str) -> Attachment:
    """A file of a WorkStream."""
    return Attachment.objects.create(
        workstream=workstream,
        uploaded_by=uploader,
        side=Side.TEAM if uploader.is_team else Side.CLIENT,
        kind=kind,
        name=name,
        file=ContentFile(f"bytes of {name}".encode(), name="x"),
        size=10,
        sha256="0" * 64,
        content_type="text/plain",
        scan=Attachment.Scan.CLEAN,
        client_key=uuid4(),
    )


def fillings(world: World, workstream: WorkStream) -> dict[str, Any]:
    """What stands in addresses for each parameter."""
    attachment = workstream.attachments.order_by("pk").first()
    return {
        "public_id": workstream.public_id,
        "person_id": world.stranger.public_id if workstream == world.scans else world.member.public_id,
        "attachment_id": attachment.public_id if attachment else UUID(int=1),
        "view_id": SavedView.objects.get().public_id,
        "number": 1,
        "side": "client",
        "version": "x",
        "provider": "salesforce",
        "kind": "sample_data",
        # Rows that are somebody's own; everybody else's do not exist.
        **dict.fromkeys(
            (
                "bulk_id",
                "export_id",
                "token_id",
                "request_id",
                "mail_id",
                "notification_id",
                "invitation_id",
                "upload_id",
            ),
            UUID(int=1),
        ),
        "signed": "x",
        "session_id": "x",
        "token": "x",
        "delivery_id": 1,
        "event_id": 1,
    }


def addresses(world: World, workstream: WorkStream) -> Iterator[tuple[str, str]]:
    """Every address of the portal, filled for one WorkStream; those without parameters once.

    Raises: KeyError for a parameter that nobody taught it to fill.
    """
    known = fillings(world, workstream)
    for name, route in OURS.items():
        words = re.findall(r"<(?:\w+:)?(\w+)>", route)
        if not name.startswith(NOT_CRAWLED) and (words or workstream == world.labels):
            yield name, reverse(name, kwargs={word: known[word] for word in words})


def said(answer: Any) -> str:
    """Body and headers. What a live stream would send is read from where it reads it; see `live`."""
    if not answer.streaming:
        body = answer.content
    elif answer["Content-Type"].startswith("text/event-stream"):
        body = b""
    else:
        body = b"".join(answer.streaming_content)
    return f"{body.decode(errors='replace')} {answer.headers}"


def answers(world: World, person: User, only: Set[str]) -> Iterator[tuple[str, str]]:
    """What this person is told, and where; of addresses `only` these, or all."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    for workstream in (world.labels, world.scans):
        for name, address in addresses(world, workstream):
            if only and name not in only:
                continue
            # Nothing that is opened changes anything for the next one.
            with transaction.atomic():
                is_plain = name.startswith("api:") or workstream != world.labels
                for headers in ({},) if is_plain else ({}, HTMX):
                    yield name, said(client.get(address, QUESTION, headers=headers))
                if name.startswith(("api:", "live")):
                    yield name, said(client.get(address))
                transaction.set_rollback(True)
    if not only:
        yield from done(world, person, client)
    yield from live(world, person)
    yield from mailed(person)
    yield from copied(person)


def done(world: World, person: User, client: Client) -> Iterator[tuple[str, str]]:
    """What comes back when they do everything there is to do, on pages and over the API."""
    for thing in THINGS:
        for call in (thing.page, thing.api):
            if call.method in {"get", "upload"}:
                continue
            with transaction.atomic():
                address, data = address_of(call, world), call.data(world)
                send = getattr(client, call.method)
                if address.startswith("/api/"):
                    answer = send(address, json.dumps(data), "application/json", headers={"If-Match": "*"})
                else:
                    answer = send(address, data)
                yield thing.does, said(answer)
                transaction.set_rollback(True)


def live(world: World, person: User) -> Iterator[tuple[str, str]]:
    """What open pages of this person are sent."""
    client = Client()
    client.force_login(person)
    for workstream in (world.labels, world.scans):
        held = capabilities_of(person, workstream)
        for kind in Kind:
            address = reverse(f"chat:live{'_team' if kind == Kind.NOTE else ''}", args=[workstream.public_id])
            if client.get(address).status_code == 200:
                assert NEEDED[kind] in held
                reader = Reader(str(client.session.session_key), workstream.public_id, (kind,))
                yield f"live {kind}", f"{reader.entries_after(kind, 0)} {reader.changes_after(kind, 0)}"


def mailed(person: User) -> Iterator[tuple[str, str]]:
    """The mails in the queue to them."""
    for mail in Mail.objects.filter(recipients__contains=[person.email]):
        yield "mail", " ".join((mail.subject, mail.text, mail.html, str(mail.headers), mail.from_email))


def copied(person: User) -> Iterator[tuple[str, str]]:
    """The copy of their own data."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        own_data._write(archive, person)
        for name in archive.namelist():
            yield f"copy {name}", archive.read(name).decode(errors="replace")


def found(world: World, person: User, words: set[str], *, only: Set[str] = frozenset()) -> set[tuple[str, str]]:
    """Which of the words this person reads, and where."""
    told = answers(world, person, only)
    return {(where, word) for where, text in told for word in words if word.lower() in text.lower()}


# Nobody but colleagues may know of these.
INSIDE = {
    f"mind the {NOTE}",
    f"{NOTE}, again",
    WRITER,
    "wilhelmina@",
    "internal note",
    "last_note",
    "read_notes",
    "write_notes",
    "is_creation_note",
    "006A000000abcDEIAY",
}
FOREIGN = {"globex", "Invoice scans", "Stella"}


def test_clients_read_nothing_of_notes_of_salesforce_and_of_other_clients(furnished: World) -> None:
    person, other = furnished.owner, furnished.stranger
    own = {"48151.62", furnished.isr.email, QUOTE, GREETING}
    read = found(furnished, person, {*INSIDE, *FOREIGN, other.email, *own})

    assert {(where, word) for where, word in read if word not in own} == set()
    # The same crawl finds what they may read, so it does look.
    assert {word for _, word in read} == own
    places = {"api:subscription", "workstreams:members", "workstreams:attachments", "mail"}
    assert {place for place, _ in read} >= places


def test_agile_workers_read_of_no_note_no_price_no_chat_and_no_address(furnished: World) -> None:
    people = {person.email for person in User.objects.exclude(pk=furnished.agile_worker.pk)}
    secrets = {*INSIDE, *FOREIGN, *people, *PRICES, QUOTE, ">Hello", '"Hello"', GREETING}
    read = found(furnished, furnished.agile_worker, {*secrets, "signs.csv"})

    assert {(where, word) for where, word in read if word in secrets} == set()
    assert {word for _, word in read} == {"signs.csv"}


def test_the_crawl_finds_what_colleagues_read(furnished: World) -> None:
    secrets = {f"mind the {NOTE}", WRITER, QUOTE, "48,151", furnished.stranger.email}
    only = {"api:notes", "workstreams:page", "chat:notes"}
    assert found(furnished, furnished.isr, secrets, only=only) >= {
        ("api:notes", f"mind the {NOTE}"),
        ("workstreams:page", f"mind the {NOTE}"),
        ("chat:notes", WRITER),
        ("live note", f"mind the {NOTE}"),
        ("copy notes.json", f"mind the {NOTE}"),
        ("workstreams:page", furnished.stranger.email),
    }


# What differs from answer to answer whoever asks: tokens, keys for what is posted next, signed marks, times taken.
CHANGING = re.compile(
    r"[A-Za-z0-9]{64}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|[\w-]+:[\w-]{6}:[\w-]{27,}"
    r"|\d+\.\d+\.[\w-]{27,}|'RateLimit-(?:Remaining|Reset)': '\d+'"
)


def test_notes_change_nothing_that_clients_are_told(furnished: World) -> None:
    """No count, no title, no ETag and no order of rows: with more notes every answer is the same, letter by letter."""
    client = Client(raise_request_exception=False)
    client.force_login(furnished.owner)

    def everything() -> dict[tuple[str, str], str]:
        told = {}
        for name, address in addresses(furnished, furnished.labels):
            with transaction.atomic():
                told[name, address] = CHANGING.sub("*", said(client.get(address, QUESTION)))
                transaction.set_rollback(True)
        return told

    with time_machine.travel(timezone.now(), tick=False):
        before = everything()
        for number in range(3):
            post_note(
                workstream=furnished.labels,
                author=furnished.isr,
                body=f"Hush {number}",
                client_key=uuid4(),
                mentions=[furnished.architect.public_id],
            )
        after = everything()

    differ = {place: _difference(before[place], text) for place, text in after.items() if text != before[place]}
    assert differ == {}


def _difference(before: str, after: str) -> str:
    """Where two answers part, with what stands around."""
    where = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
    return f"{before[max(where - 60, 0) : where + 60]!r} became {after[max(where - 60, 0) : where + 60]!r}"
