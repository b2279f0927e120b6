"""The mail about a new WorkStream that nobody leads."""

from accounts.capabilities import Role
from accounts.models import User
from notifications.models import Mail
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


def test_who_started_it_is_not_told(world: World) -> None:
    actions.start(actor=world.isr, organization=world.acme, name="Road signs")
    assert not Mail.objects.exists()
