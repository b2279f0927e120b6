"""Files that come along with an answer."""

import pytest
from pytest_django import Settings

from chat.models import Message, Note
from mailroom.models import IncomingMail
from notifications.letters import Kind
from tests.conftest import World
from tests.mailroom.letters import answer, arrive
from workstreams.models import Attachment

pytestmark = pytest.mark.django_db
State = IncomingMail.State
PNG = b"\x89PNG\r\n\x1a\n"


def test_files_of_an_answer_become_attachments_once(world: World) -> None:
    mail = answer(world.owner, world.labels, "Here you are.")
    mail.add_attachment("a,b\n1,2\n", subtype="csv", filename="Samples.csv")
    mail.add_attachment(b"%PDF-1.4 ...", maintype="application", subtype="pdf", filename="../Anweisung ä.pdf")
    arrive(mail)
    arrive(mail)

    added = Attachment.objects.filter(workstream=world.labels).order_by("id")
    assert [(file.name, file.uploaded_by, file.kind) for file in added] == [
        ("Samples.csv", world.owner, "other"),
        ("Anweisung ä.pdf", world.owner, "other"),
    ]
    assert Message.objects.get(author=world.owner).body == "Here you are."


def test_a_mail_of_nothing_but_a_file_says_so(world: World) -> None:
    mail = answer(world.owner, world.labels, "")
    mail.add_attachment("a,b\n", subtype="csv", filename="Samples.csv")

    assert arrive(mail).state == State.POSTED
    assert Message.objects.get(author=world.owner).body == "Sent by mail: Samples.csv"


def test_files_of_a_note_stay_where_no_client_sees_them(world: World) -> None:
    mail = answer(world.isr, world.labels, "The margins.", kind=Kind.NOTES)
    mail.add_attachment("a,b\n", subtype="csv", filename="Margins.csv")

    assert arrive(mail, sender=world.isr.email).state == State.POSTED
    assert not Attachment.objects.exists()
    assert "“Margins.csv” was left in the mail" in Note.objects.get(author=world.isr).body


def test_the_picture_of_a_signature_is_no_attachment_and_a_photograph_is(world: World) -> None:
    mail = answer(world.owner, world.labels, "Like this.")
    mail.add_attachment(PNG + b"logo", maintype="image", subtype="png", filename="logo.png", cid="<1@a.example>")
    mail.add_attachment(PNG + b"x" * 30_000, maintype="image", subtype="png", filename="photo.png", cid="<2@a.example>")
    arrive(mail)

    assert [file.name for file in Attachment.objects.all()] == ["photo.png"]


def test_a_file_that_is_refused_is_named_and_the_rest_is_posted(world: World, settings: Settings) -> None:
    settings.FILES_MAX_MB = 1
    mail = answer(world.owner, world.labels, "Here you are.")
    mail.add_attachment(b"x" * 1_000_001, maintype="application", subtype="zip", filename="large.zip")
    arrive(mail)

    assert not Attachment.objects.exists()
    assert "“large.zip” could not be added" in Message.objects.get(author=world.owner).body
