"""What administrators do about vendors, as rows of the permission table."""

from django.utils import timezone

from accounts.capabilities import Can
from integrations.models import Connector, Delivery, InboundEvent, Mailbox, Provider
from tests.conftest import World
from tests.permissions.rows import Thing, get, post, sending

PARKED, FAILED = 7_001, 7_002


def with_something_refused(world: World) -> None:
    """Intercom refused a message, and an event of Salesforce could not be worked."""
    mailbox = Mailbox.objects.create(
        provider=Provider.INTERCOM,
        key=f"workstream:{world.labels.pk}",
        workstream=world.labels,
        parked_at=timezone.now(),
    )
    Delivery.objects.create(pk=PARKED, mailbox=mailbox, operation="message.relay", state=Delivery.State.PARKED)
    InboundEvent.objects.create(
        pk=FAILED, provider=Provider.SALESFORCE, dedupe_key="1", payload={}, state=InboundEvent.State.FAILED
    )


def paused(world: World) -> None:
    """An administrator paused Intercom."""
    Connector.objects.create(provider=Provider.INTERCOM, paused_at=timezone.now(), paused_by=world.admin)


def _thing(does: str, method: str, address: str, **data: str) -> Thing:
    call = get if method == "get" else post
    return Thing(
        does,
        Can.MANAGE_PORTAL,
        call(f"/sync/{address}", sending(**data)),
        call(f"/api/v1/sync/{address}", sending(**data)),
        arrange=paused if address.endswith("go-on/") else with_something_refused,
        is_general=True,
    )


THINGS_OF_SYNC = [
    Thing(
        "see which messages are in Intercom",
        Can.READ_NOTES,
        get("/workstreams/{ws}/intercom/standing/", sending(kind="message", first=1, last=50)),
        get("/api/v1/workstreams/{ws}/intercom/standing/", sending(kind="message", first=1, last=50)),
        is_secret=True,
    ),
    _thing("see how vendors are doing", "get", ""),
    _thing("see the data flow", "get", "data-flow/"),
    _thing("pause a vendor", "post", "intercom/pause/", reason="Maintenance"),
    _thing("let a vendor go on", "post", "intercom/go-on/"),
    _thing("list deliveries", "get", "deliveries/"),
    _thing("see a delivery", "get", f"deliveries/{PARKED}/"),
    _thing("send a delivery again", "post", f"deliveries/{PARKED}/replay/"),
    _thing("leave out a delivery", "post", f"deliveries/{PARKED}/ignore/", reason="It was said by telephone."),
    _thing("list events of vendors", "get", "inbound/"),
    _thing("see an event of a vendor", "get", f"inbound/{FAILED}/"),
    _thing("work an event of a vendor again", "post", f"inbound/{FAILED}/replay/"),
    _thing("leave out an event of a vendor", "post", f"inbound/{FAILED}/ignore/", reason="It is about nothing."),
]
