"""The demonstration at the vendors' side: what is furnished there, and what the portal tells of itself."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from demo import vendors as demo_vendors
from demo.seeding import seed
from integrations.drain import send_all
from integrations.models import Delivery, Provider
from integrations.salesforce.models import Opportunity
from integrations.simulator.server import Server
from integrations.simulator.world import World
from tests.vendors import begin
from workstreams.models import WorkStream


@pytest.fixture
def simulator() -> Iterator[Server]:
    """The vendors' simulator, fresh."""
    server = Server(World())
    server.start()
    yield server
    server.stop()


@pytest.mark.django_db
def test_the_demonstration_stands_in_the_simulated_inbox(
    simulator: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_vendors, "TOLD", 2)
    seed(now=timezone.now())
    assert demo_vendors.tell() == 0
    played = begin(simulator, settings)
    demo_vendors.furnish(simulator.url)
    colleagues = User.objects.exclude(role="client").filter(is_active=True)
    seats = {teammate.email for teammate in played.intercom.state.teammates.values()}
    assert set(colleagues.values_list("email", flat=True)) <= seats
    opportunities = played.world.vendors["salesforce"].state.opportunities
    tied = WorkStream.objects.exclude(opportunity_id=None)
    assert set(tied.values_list("opportunity_id", flat=True)) <= set(opportunities)
    for told in Opportunity.objects.all():
        assert opportunities[told.opportunity_id].stage == told.stage

    assert demo_vendors.tell() > 10
    assert demo_vendors.tell() == 0
    send_all(Provider.INTERCOM)
    waiting = Delivery.objects.filter(mailbox__provider=Provider.INTERCOM).exclude(state=Delivery.State.SENT)
    assert [(one.operation, one.last_error) for one in waiting] == []
    titles = {talk.title for talk in played.intercom.state.conversations.values()}
    assert len(titles) == 2
    assert played.log.violations == []
