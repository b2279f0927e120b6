"""Documents that the client is asked for: asking, answering, reminding."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event, SystemActor
from tests.conftest import World
from tests.factories import DocumentRequestFactory
from tests.races import all_at_once
from workstreams import attachments, requests
from workstreams.actions import close
from workstreams.asked import due_in_words
from workstreams.choices import AttachmentKind, CloseReason
from workstreams.errors import CannotAskFor, Closed
from workstreams.models import Attachment, DocumentRequest, WorkStream

KEY = UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")
KIND = AttachmentKind.SAMPLE_DATA


def ask(world: World, *, days: int | None = None, kind: AttachmentKind = KIND, **options: object) -> DocumentRequest:
    due = None if days is None else requests.today_of(world.labels) + timedelta(days=days)
    return requests.request_document(
        workstream=world.labels,
        actor=world.architect,
        kind=kind,
        due_on=due,
        **options,  # type: ignore[arg-type]
    )


def upload(world: World, actor: User, kind: AttachmentKind = KIND, **options: object) -> Attachment:
    return attachments.add(
        workstream=world.labels,
        actor=actor,
        upload=ContentFile(b"a,b\n1,2\n", name="some.csv"),
        kind=kind,
        client_key=options.pop("key", KEY),  # type: ignore[arg-type]
        **options,  # type: ignore[arg-type]
    )


def verbs() -> list[str]:
    found = Event.objects.order_by("id").values_list("verb", flat=True)
    return [verb.removeprefix("workstream.") for verb in found]


def url(world: World, rest: str = "") -> str:
    return f"/workstreams/{world.labels.public_id}/documents/{rest}"


def test_a_colleague_asks_once_however_often_it_is_sent(client: Client, world: World) -> None:
    client.force_login(world.architect)
    friday = (timezone.now() + timedelta(days=3)).date()
    data = {"kind": "sample_data", "due_on": friday.isoformat(), "note": "Ten rows", "public_id": str(KEY)}
    for _ in range(2):
        assert client.post(url(world), data).status_code == 302

    asked = DocumentRequest.objects.get()
    assert (asked.kind, asked.note, asked.due_on, asked.requested_by) == (KIND, "Ten rows", friday, world.architect)
    event = Event.objects.get()
    assert event.verb == "workstream.document_requested"
    assert event.data == {"request_id": asked.pk, "kind": "Sample data"}


def test_a_key_that_asks_elsewhere_already_asks_for_nothing_here(client: Client, world: World) -> None:
    DocumentRequestFactory.create(workstream=world.scans, public_id=KEY)
    client.force_login(world.isr)
    response = client.post(url(world), {"kind": "sample_data", "public_id": str(KEY)})
    assert response.status_code == 422
    assert not DocumentRequest.objects.filter(workstream=world.labels).exists()


@pytest.mark.parametrize("who", ["owner", "member", "agile_worker"])
def test_others_ask_for_nothing(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    assert client.post(url(world), {"kind": "sample_data", "public_id": str(KEY)}).status_code == 403
    with pytest.raises(NotAllowed):
        requests.request_document(workstream=world.labels, actor=getattr(world, who), kind=KIND)
    assert not DocumentRequest.objects.exists()


@pytest.mark.parametrize(
    ("kind", "due"), [("quote", ""), ("", ""), ("sample_data", "2025-02-30"), ("sample_data", "2025-02-03")]
)
def test_what_cannot_be_asked_for_is_said(kind: str, due: str, client: Client, world: World) -> None:
    client.force_login(world.isr)
    response = client.post(url(world), {"kind": kind, "due_on": due, "public_id": str(KEY)})

    assert response.status_code == 422
    assert "field__errors" in response.text
    assert not DocumentRequest.objects.exists()


def test_the_action_refuses_it_too(world: World) -> None:
    with pytest.raises(CannotAskFor, match="comes from the team"):
        ask(world, kind=AttachmentKind.QUOTE)
    with pytest.raises(CannotAskFor, match="has passed"):
        ask(world, days=-1)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    with pytest.raises(Closed):
        ask(world)


@pytest.mark.parametrize("named", [True, False])
def test_an_upload_of_the_client_ticks_it_off(named: bool, world: World) -> None:
    asked = ask(world)
    ask(world, kind=AttachmentKind.SCOPE)
    added = upload(world, world.member, request=asked if named else None)

    asked.refresh_from_db()
    added.refresh_from_db()
    assert asked.done_at
    assert asked.done_by == world.member
    assert added.request == asked
    assert DocumentRequest.objects.open().count() == 1
    assert verbs()[2:] == ["attachment_added", "document_request_done"]


def test_a_colleagues_own_file_answers_only_what_it_names(world: World) -> None:
    asked = ask(world)
    upload(world, world.isr)
    assert DocumentRequest.objects.open().exists()

    upload(world, world.isr, request=asked, key=UUID(int=1))
    assert not DocumentRequest.objects.open().exists()


def test_what_is_removed_again_is_waited_for_again(world: World) -> None:
    asked = ask(world)
    first = upload(world, world.owner)
    second = upload(world, world.owner, request=asked, key=UUID(int=1))
    Attachment.objects.filter(pk=second.pk).update(request=asked)

    attachments.remove(attachment=first, actor=world.owner)
    assert not DocumentRequest.objects.open().exists(), "another file answers it"
    attachments.remove(attachment=second, actor=world.owner)
    assert DocumentRequest.objects.open().exists()
    assert verbs()[-2:] == ["attachment_removed", "document_request_reopened"]


def test_ticking_withdrawing_and_asking_again_happen_once(world: World) -> None:
    asked = ask(world)
    for change in (requests.tick_off, requests.withdraw, requests.ask_again, requests.withdraw, requests.ask_again):
        for _ in range(2):
            change(request=asked, actor=world.isr)

    assert verbs() == [
        "document_requested",
        "document_request_done",
        "document_request_reopened",
        "document_request_withdrawn",
        "document_request_reopened",
    ]


@pytest.mark.parametrize("button", ["tick", "withdraw", "ask-again"])
def test_the_buttons_are_the_teams(button: str, client: Client, world: World) -> None:
    asked = ask(world)
    if button == "ask-again":
        requests.tick_off(request=asked, actor=world.isr)
    before = len(verbs())
    client.force_login(world.owner)
    assert client.post(url(world, f"{asked.public_id}/{button}/")).status_code == 403
    assert len(verbs()) == before

    client.force_login(world.isr)
    assert client.post(url(world, f"{asked.public_id}/{button}/"), follow=True).status_code == 200
    assert len(verbs()) == before + 1
    client.force_login(world.stranger)
    assert client.post(url(world, f"{asked.public_id}/{button}/")).status_code == 404


def test_the_page_shows_what_is_needed_to_the_client_and_not_to_agile_workers(client: Client, world: World) -> None:
    ask(world, days=0, note="Ten rows are enough")
    done = ask(world, kind=AttachmentKind.API_INTEGRATION)
    requests.tick_off(request=done, actor=world.isr)
    client.force_login(world.member)
    shown = client.get(world.labels.get_absolute_url()).text

    assert "Requested: <b>sample data</b>" in shown
    assert "due today" in shown
    assert "Ten rows are enough" in shown
    assert "Received: API integration document" in shown
    assert f"kind=sample_data&amp;request={DocumentRequest.objects.open().get().public_id}" in shown
    assert "Ask for a document" not in shown
    assert "Tick off" not in shown

    client.force_login(world.agile_worker)
    shown = client.get(world.labels.get_absolute_url()).text
    assert "Requested" not in shown
    assert "Received" not in shown


def test_the_page_costs_the_same_however_much_is_asked_for(client: Client, world: World) -> None:
    client.force_login(world.owner)
    costs = []
    for rows in (1, 12):
        for number in range(rows):
            ask(world, days=number)
            upload(world, world.owner, key=UUID(int=rows * 100 + number))
            ask(world, days=number, kind=AttachmentKind.SCOPE)
        with CaptureQueriesContext(connection) as seen:
            client.get(world.labels.get_absolute_url())
        costs.append(len(seen))

    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, ""),
        (0, "due today"),
        (1, "due tomorrow"),
        (4, "due Friday"),
        (6, "due Sunday"),
        (7, "due 10 Nov"),
        (60, "due 2 Jan 2026"),
        (-1, "overdue, was due 2 Nov"),
    ],
)
def test_when_it_is_due_stands_in_words(days: int | None, words: str) -> None:
    today = date(2025, 11, 3)  # a Monday
    assert due_in_words(None if days is None else today + timedelta(days=days), today) == words


# --- Reminders -------------------------------------------------------------------------------------------------------

DUE = date(2025, 11, 14)


def at(day: int, hour: int) -> datetime:
    """A moment in November 2025, in UTC."""
    return datetime(2025, 11, day, hour, 30, tzinfo=UTC)


def due(world: World, *, zone: str = "Europe/Berlin", **fields: object) -> DocumentRequest:
    User.objects.filter(pk=world.owner.pk).update(time_zone=zone)
    asked = ask(world)
    DocumentRequest.objects.filter(pk=asked.pk).update(due_on=DUE, **fields)
    return asked


def reminders() -> list[tuple[str, str]]:
    found = Event.objects.filter(verb="workstream.document_due").order_by("id")
    return [(event.system_actor, event.data["when"]) for event in found]


def test_the_client_is_reminded_three_times_in_their_morning(world: World) -> None:
    asked = due(world)
    made = {
        (day, hour): found
        for day in range(10, 30)
        for hour in range(24)
        if (found := requests.remind(now=at(day, hour)))
    }

    # Eight in Berlin is seven in UTC.
    assert made == {(13, 7): 1, (15, 7): 1, (18, 7): 1}
    assert reminders() == [(SystemActor.PORTAL, when) for when in ("tomorrow", "overdue", "overdue")]
    asked.refresh_from_db()
    assert (asked.reminders, asked.reminded_on) == (3, date(2025, 11, 18))


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Pacific/Auckland", datetime(2025, 11, 12, 19, 30, tzinfo=UTC)),  # half past eight on the 13th
        ("America/Los_Angeles", datetime(2025, 11, 13, 16, 30, tzinfo=UTC)),
        ("UTC", datetime(2025, 11, 13, 11, 59, tzinfo=UTC)),
    ],
)
def test_morning_is_the_clients(zone: str, moment: datetime, world: World) -> None:
    due(world, zone=zone)
    assert requests.remind(now=moment - timedelta(hours=4)) == 0
    assert requests.remind(now=moment) == 1
    assert requests.remind(now=moment) == 0


@pytest.mark.parametrize("why", ["done", "withdrawn", "closed", "afternoon", "no day", "reminded often"])
def test_nobody_is_reminded_without_need(why: str, world: World) -> None:
    asked = due(world, reminders=3 if why == "reminded often" else 0)
    if why == "done":
        requests.tick_off(request=asked, actor=world.isr)
    elif why == "withdrawn":
        requests.withdraw(request=asked, actor=world.isr)
    elif why == "closed":
        close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    elif why == "no day":
        DocumentRequest.objects.update(due_on=None)
    assert requests.remind(now=at(13, 14 if why == "afternoon" else 8)) == 0
    assert reminders() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_remind_once(world: World) -> None:
    due(world)
    results = all_at_once(world.labels, lambda: requests.remind(now=at(13, 8)), lambda: requests.remind(now=at(13, 8)))

    assert sorted(results) == [0, 1]  # type: ignore[type-var]
    assert len(reminders()) == 1


@pytest.mark.django_db(transaction=True)
def test_an_upload_and_a_colleague_tick_it_off_once(world: World) -> None:
    asked = ask(world)
    all_at_once(
        WorkStream.objects.get(pk=world.labels.pk),
        lambda: upload(world, world.owner),
        lambda: requests.tick_off(request=asked, actor=world.isr),
    )

    assert verbs().count("document_request_done") == 1
