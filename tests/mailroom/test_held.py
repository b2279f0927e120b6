"""What colleagues do with mails that could not be posted by themselves."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from activity.models import Event
from chat.models import Message, Note
from mailroom.models import IncomingMail
from notifications import bounces
from notifications.letters import Kind
from notifications.notices import Notification
from tests.conftest import World
from tests.mailroom.letters import answer, arrive
from workstreams.models import Attachment, WorkStream

pytestmark = pytest.mark.django_db
State = IncomingMail.State


@pytest.fixture
def held(world: World) -> IncomingMail:
    """The owner answered from another address of theirs, with a file."""
    mail = answer(world.owner, world.labels, "From <b>home</b>.", sender="Olive <olive@home.example>")
    mail.add_attachment("a,b\n", subtype="csv", filename="Samples.csv")
    return arrive(mail, sender="olive@home.example")


def test_the_page_says_why_and_shows_the_text_as_text(client: Client, world: World, held: IncomingMail) -> None:
    bounces.mark("gone@acme.example", "5.1.1 User unknown")
    client.force_login(world.isr)
    listed = client.get("/held-mails/").content.decode()
    shown = client.get(f"/held-mails/{held.public_id}/").content.decode()

    assert "It is from olive@home.example" in listed
    assert "gone@acme.example" in listed
    assert "From &lt;b&gt;home&lt;/b&gt;." in shown


def test_whoever_leads_it_finds_it_under_the_bell_and_gets_no_mail(client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.architect)
    arrive(answer(world.owner, world.labels, sender="Eve <eve@evil.example>"), sender="eve@evil.example")
    client.force_login(world.architect)
    [row] = Notification.objects.filter(topic="held_mail")

    assert (row.person, row.mail) == (world.architect, Notification.MailState.NONE)
    assert "A mail to the address of Olive Owner is held" in client.get("/notifications/").content.decode()
    assert client.get(f"/notifications/{row.public_id}/")["Location"] == "/held-mails/"
    assert "By e-mail: A mail that came in" not in client.get("/notifications/preferences/").content.decode()


@pytest.mark.parametrize(("act", "data"), [("accept", {"where": "note"}), ("discard", {"reason": "Spam"})])
def test_what_one_colleague_settles_waits_under_no_bell(
    client: Client, world: World, act: str, data: dict[str, str]
) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.architect)
    mail, other = (arrive(answer(world.owner, world.labels, sender="eve@evil.example")) for _ in range(2))
    client.force_login(world.isr)
    client.post(f"/held-mails/{mail.public_id}/{act}/", data)

    rows = Notification.objects.filter(topic="held_mail", person=world.architect)
    assert {row.event.data["mail_id"]: row.read_at is None for row in rows if row.event} == {
        mail.pk: False,
        other.pk: True,
    }


def test_accepting_posts_it_in_the_name_of_whose_address_it_is_once(
    client: Client, world: World, held: IncomingMail
) -> None:
    client.force_login(world.isr)
    for _ in range(2):
        assert client.post(f"/held-mails/{held.public_id}/accept/", {"where": "chat"}).status_code == 302

    held.refresh_from_db()
    message = Message.objects.get(author=world.owner)
    assert (message.body, held.state, held.number) == ("From <b>home</b>.", State.ACCEPTED, message.number)
    assert held.settled_by == world.isr
    assert Attachment.objects.get().uploaded_by == world.owner
    assert Event.objects.filter(verb="mailroom.accepted", actor=world.isr).count() == 1


def test_it_can_be_kept_as_a_note_of_the_colleague(client: Client, world: World, held: IncomingMail) -> None:
    client.force_login(world.isr)
    client.post(f"/held-mails/{held.public_id}/accept/", {"where": "note"})

    note = Note.objects.get(author=world.isr)
    assert "olive@home.example" in note.body
    assert "From <b>home</b>." in note.body
    assert not Message.objects.filter(author=world.owner).exists()


def test_what_came_for_the_notes_never_gets_into_the_chat(client: Client, world: World) -> None:
    mail = arrive(answer(world.isr, world.labels, "Margin 40 %", kind=Kind.NOTES, sender="isr@home.example"))
    client.force_login(world.isr)
    page = client.get(f"/held-mails/{mail.public_id}/").content.decode()
    answered = client.post(f"/held-mails/{mail.public_id}/accept/", {"where": "chat"})

    assert 'value="chat"' not in page
    assert answered.status_code == 422
    assert not Message.objects.filter(author__isnull=False).exists()
    mail.refresh_from_db()
    assert mail.state == State.HELD


def test_discarding_takes_a_reason_and_ends_it(client: Client, world: World, held: IncomingMail) -> None:
    client.force_login(world.isr)
    address = f"/held-mails/{held.public_id}/"
    assert client.post(f"{address}discard/", {"reason": ""}).status_code == 422
    assert client.post(f"{address}discard/", {"reason": "Spam"}).status_code == 302
    assert client.post(f"{address}accept/", {"where": "chat"}).status_code == 409

    held.refresh_from_db()
    assert (held.state, held.reason.endswith("Discarded: Spam")) == (State.DISCARDED, True)
    assert not Message.objects.filter(author=world.owner).exists()


@pytest.mark.parametrize("rows", [1, 6])
def test_the_list_costs_the_same_however_long(
    client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _ in range(rows):
        arrive(answer(world.owner, world.labels, sender="olive@home.example"))
    client.force_login(world.isr)
    client.get("/held-mails/")
    with django_assert_max_num_queries(6):
        assert client.get("/held-mails/").status_code == 200
