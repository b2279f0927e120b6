"""The tie to Salesforce over the API."""

from django.test import Client

from integrations.models import InboundEvent
from tests.conftest import World
from tests.integrations.conftest import OPPORTUNITY, OTHER_OPPORTUNITY, Salesforce, Tie
from workstreams.models import WorkStream


def url(workstream: WorkStream, rest: str = "") -> str:
    return f"/api/v1/workstreams/{workstream.public_id}/salesforce/{rest}"


def test_a_link_is_understood_before_anything_is_saved(client: Client, world: World, tied: Tie) -> None:
    tied(world.scans)
    client.force_login(world.isr)
    link = f"https://acme.lightning.force.com/lightning/r/Opportunity/{OPPORTUNITY}/view"
    understood = client.get(url(world.labels, "understand/"), {"opportunity": link}).json()

    assert understood["opportunity_id"] == OPPORTUNITY
    assert understood["taken_by"] == {"id": str(world.scans.public_id), "name": "Invoice scans"}
    nonsense = client.get(url(world.labels, "understand/"), {"opportunity": "x"})
    assert (nonsense.status_code, nonsense.json()["code"]) == (422, "not_an_opportunity")
    world.labels.refresh_from_db()
    assert world.labels.opportunity_id is None


def test_tying_follows_the_stage_known_so_far(client: Client, world: World, salesforce: Salesforce) -> None:
    salesforce.tell("Proposal")
    client.force_login(world.isr)
    tie = client.post(url(world.labels, "tie/"), {"opportunity": OPPORTUNITY[:15]}, "application/json").json()

    assert (tie["opportunity_id"], tie["stage"], tie["milestone"]) == (OPPORTUNITY, "Proposal", "Preparing a Proposal")
    assert (tie["drifts"], tie["tied_by"]) == (False, "ISR / Sales Colleague")
    assert [(told["stage"], told["state"]) for told in tie["told"]] == [("Proposal", "applied")]


def test_one_opportunity_belongs_to_one_workstream(client: Client, world: World, tied: Tie) -> None:
    tied(world.scans)
    client.force_login(world.isr)
    answer = client.post(url(world.labels, "tie/"), {"opportunity": OPPORTUNITY}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "opportunity_taken")


def test_untying_names_the_tie_that_is_meant(client: Client, world: World, tied: Tie) -> None:
    tied(world.labels)
    client.force_login(world.isr)
    wrong = client.post(url(world.labels, "untie/"), {"opportunity_id": OTHER_OPPORTUNITY}, "application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "changed_meanwhile")
    tie = client.post(url(world.labels, "untie/"), {"opportunity_id": OPPORTUNITY}, "application/json").json()
    assert tie["opportunity_id"] is None


def test_an_administrator_has_failed_stages_worked_again(
    client: Client, world: World, salesforce: Salesforce, tied: Tie
) -> None:
    tied(world.labels)
    event = salesforce.tell("Proposal")
    InboundEvent.objects.filter(pk=event.pk).update(state=InboundEvent.State.FAILED)
    client.force_login(world.admin)

    assert client.post(url(world.labels, "try-again/")).json() == {"count": 1}
