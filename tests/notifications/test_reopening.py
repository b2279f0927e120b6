"""The mail about a client's wish to reopen."""

from chat.actions import ask_to_reopen
from notifications.models import Mail
from tests.conftest import World
from workstreams import actions
from workstreams.choices import CloseReason
from workstreams.models import WorkStream


def test_the_lead_is_told_once(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.architect)
    actions.close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    for _ in range(2):
        ask_to_reopen(workstream=world.labels, actor=world.owner)

    mail = Mail.objects.get(recipients=[world.architect.email])
    assert (mail.recipients, mail.subject) == ([world.architect.email], "Olive Owner asks to reopen Street labels")
    assert "because you are its WorkStream Lead." in mail.text


def test_without_a_lead_those_are_told_who_watch_for_unassigned_ones(world: World) -> None:
    actions.close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    ask_to_reopen(workstream=world.labels, actor=world.owner)
    asked = Mail.objects.filter(subject="Olive Owner asks to reopen Street labels")
    assert [mail.recipients for mail in asked] == [[world.isr.email]]
