"""The mail about a new WorkStream that nobody leads."""

from django.test import Client
from pytest_django import Settings

from accounts.capabilities import Role
from accounts.models import User
from notifications.models import Mail
from notifications.notices import Notification
from tests.conftest import World
from tests.factories import ColleagueFactory
from workstreams import actions


def test_isrs_and_whoever_chose_it_are_told_once_each(world: World) -> None:
    User.objects.filter(pk=world.architect.pk).update(told_of_unassigned=True)
    ColleagueFactory.create(told_of_unassigned=False)
    ColleagueFactory.create(is_active=False)
    ColleagueFactory.create(role=Role.AGILE_WORKER, told_of_unassigned=True)
    workstream = actions.start(actor=world.owner, organization=world.acme, name="Road signs")

    assert sorted(mail.recipients for mail in Mail.objects.all()) == [[world.architect.email], [world.isr.email]]
    text = Mail.objects.all()[0].text
    assert "Name: Road signs" in text
    assert "Subscription Type: AGILE" in text
    assert f"URL: http://testserver/workstreams/{workstream.public_id}/" in text


def test_while_intercom_mails_them_we_do_not(world: World, settings: Settings, client: Client) -> None:
    settings.INTERCOM_TOKEN = "on"
    actions.start(actor=world.owner, organization=world.acme, name="Road signs")

    assert not Mail.objects.exists()
    assert Notification.objects.filter(person=world.isr, topic="new_workstream", is_in_app=True).exists()
    client.force_login(world.isr)
    page = client.get("/notifications/preferences/").content.decode()
    assert "Their mails come from Intercom" in page
    client.post("/notifications/preferences/", {"in_app": ["new_workstream"], "by_mail": ["new_workstream"]})
    settings.INTERCOM_TOKEN = ""
    actions.start(actor=world.owner, organization=world.acme, name="Street names")
    assert [mail.recipients for mail in Mail.objects.all()] == [[world.isr.email]]


def test_who_started_it_is_not_told(world: World) -> None:
    actions.start(actor=world.isr, organization=world.acme, name="Road signs")
    assert not Mail.objects.exists()
