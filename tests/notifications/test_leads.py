"""Who is told when somebody becomes WorkStream Lead, or is added by answering."""

from uuid import uuid4

import pytest

from accounts.errors import NotAllowed
from chat.actions import post_message
from notifications.models import Mail
from tests.conftest import World
from workstreams import actions
from workstreams.models import WorkStream


def told() -> list[tuple[list[str], str]]:
    return sorted((mail.recipients, mail.subject) for mail in Mail.objects.all())


def test_both_leads_are_told_once_each(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.isr)
    for _ in range(2):
        actions.set_lead(workstream=world.labels, actor=world.admin, lead=world.architect)

    assert told() == [
        (["architect@cloudfactory.example"], "You lead Street labels"),
        (["isr@cloudfactory.example"], "Solutions Architect Colleague leads Street labels"),
    ]


def test_nobody_is_told_of_their_own_act(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.isr)
    actions.set_lead(workstream=world.labels, actor=world.isr, lead=world.architect)
    actions.set_lead(workstream=world.labels, actor=world.delivery, lead=world.delivery)

    assert told() == [
        (["architect@cloudfactory.example"], "Delivery Squad Colleague leads Street labels"),
        (["architect@cloudfactory.example"], "You lead Street labels"),
    ]


def test_a_refused_choice_mails_nobody(world: World) -> None:
    with pytest.raises(NotAllowed):
        actions.set_lead(workstream=world.labels, actor=world.owner, lead=world.isr)
    assert told() == []


def test_the_first_who_answers_reads_both_in_one_mail(world: World) -> None:
    post_message(workstream=world.labels, author=world.isr, body="Hello!", client_key=uuid4())
    post_message(workstream=world.labels, author=world.isr, body="Anybody?", client_key=uuid4())

    assert told() == [(["isr@cloudfactory.example"], "You lead Street labels")]
    assert "WorkStream Member and its WorkStream Lead" in Mail.objects.get().text


def test_the_next_who_answers_is_told_of_being_added(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.isr)
    for body in ("Hello!", "Me again"):
        post_message(workstream=world.labels, author=world.architect, body=body, client_key=uuid4())

    assert told() == [(["architect@cloudfactory.example"], "You are on Street labels now")]
    assert "You get this mail because answering a client adds you" in Mail.objects.get().text


def test_a_client_who_writes_is_told_nothing(world: World) -> None:
    post_message(workstream=world.labels, author=world.owner, body="Hello!", client_key=uuid4())
    assert told() == []


def test_names_are_escaped_in_html_and_plain_in_text(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(name="Cats & <b>dogs</b>\nBcc: all@acme.example")
    actions.set_lead(workstream=world.labels, actor=world.admin, lead=world.architect)

    mail = Mail.objects.get()
    assert mail.subject == "You lead Cats & <b>dogs</b> Bcc: all@acme.example"
    assert "Cats & <b>dogs" in mail.text
    assert "Cats &amp; &lt;b&gt;dogs" in mail.html
