"""Answering a mail on the demo's mailbox page drives the real way in."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from chat.models import Message
from mailroom.tasks import work_waiting_mails
from notifications.letters import Kind, letter
from notifications.models import Mail
from tests.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(world: World, settings: Settings) -> Mail:
    """A mail of the chat to the owner."""
    settings.REPLY_DOMAIN = "reply.localhost"
    text = "Hello Olive,\n\nAda wrote: shall we?\n"
    letter(
        to=world.owner, subject="News", text=text, html="<p>Hello</p>", workstream=world.labels, answers=Kind.CHAT
    ).send()
    return Mail.objects.get()


def test_an_answer_becomes_a_message_without_the_quoted_mail(client: Client, world: World, mail: Mail) -> None:
    page = client.get(reverse("demo:mail", args=[mail.public_id])).content.decode()
    client.post(reverse("demo:mail_answer", args=[mail.public_id]), {"text": "Yes.\n\nOn Monday."})
    work_waiting_mails()

    assert "Answer by mail as owner@acme.example" in page
    assert Message.objects.get(author=world.owner).body == "Yes.\n\nOn Monday."


def test_a_mail_is_looked_at_as_designed_as_text_and_by_its_headers(client: Client, mail: Mail) -> None:
    address = reverse("demo:mail", args=[mail.public_id])

    assert "<iframe" in client.get(f"{address}?as=html").content.decode()
    assert "Ada wrote: shall we?" in client.get(f"{address}?as=text").content.decode()
    headers = client.get(f"{address}?as=headers").content.decode()
    assert "Reply-To" in headers
    assert "Auto-Submitted" in headers


def test_mails_are_found_by_person_and_subject(client: Client, world: World, mail: Mail) -> None:
    letter(to=world.isr, subject="Something else", text="Text").send()
    found = client.get(reverse("demo:mailbox"), {"q": "owner@"}).content.decode()

    assert "WorkStream: Street labels" in found
    assert "Something else" not in found
    assert "No mail is like this" in client.get(reverse("demo:mailbox"), {"q": "nobody"}).content.decode()
