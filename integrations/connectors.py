"""Which vendors are configured, and whether anything may go to them now.

A vendor that is away is away for everybody. So its circuit is a row that all workers read: it opens when the vendor
says so or when mailboxes fail one after another, and stays open until one delivery, the probe, went well.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from integrations.models import Connector, Provider

# The setting without which nothing can be sent or read there.
_NEEDS = {
    Provider.INTERCOM: "INTERCOM_TOKEN",
    Provider.HUBSPOT: "HUBSPOT_TOKEN",
    Provider.SALESFORCE: "SALESFORCE_CONSUMER_KEY",
}
# So many mailboxes failing one after another are the vendor's trouble and not theirs.
OPENS_AFTER = 5
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
# A vendor that asks for more, such as until the end of its day, is asked again after this time.
LONGEST_OBEYED = timedelta(hours=24)


class Way(StrEnum):
    """Whether something may be sent to a vendor now."""

    FREE = "free"
    PROBE = "probe"  # one delivery, to see whether the vendor is back
    CLOSED = "closed"


def is_on(provider: str) -> bool:
    """Whether an operator has configured this vendor; nothing is written for, or asked of, one that is off."""
    return bool(getattr(settings, _NEEDS[Provider(provider)]))


def those_on() -> list[Provider]:
    """The vendors that are configured."""
    return [provider for provider in Provider if is_on(provider)]


def way_to(provider: str, *, now: datetime) -> Way:
    """Whether something may go to this vendor; PROBE is given to one caller, who says afterwards how it went."""
    connector = Connector.objects.filter(provider=provider).first()
    if connector is None:
        Connector.objects.get_or_create(provider=provider)
        return Way.FREE
    if connector.paused_at:
        return Way.CLOSED
    if connector.open_until is None:
        return Way.FREE
    if connector.open_until > now:
        return Way.CLOSED
    probe = Connector.objects.filter(
        Q(probing_until=None) | Q(probing_until__lte=now), provider=provider, paused_at=None, open_until__lte=now
    )
    taken = probe.update(probing_until=now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS))
    return Way.PROBE if taken else Way.CLOSED


def went_well(provider: str, *, now: datetime) -> None:
    """The probe was taken by the vendor: everything goes on."""
    Connector.objects.filter(provider=provider).update(
        open_until=None, open_reason="", probing_until=None, failures=0, openings=0, last_success_at=now
    )


def said_nothing(provider: str) -> None:
    """The probe did not reach the vendor, or there was nothing to send: another one is tried."""
    Connector.objects.filter(provider=provider).update(probing_until=None)


@transaction.atomic
def failed(provider: str, reason: str, *, now: datetime, was_probe: bool) -> None:
    """A mailbox failed that had not failed before, or the probe did; several in a row open the circuit."""
    connector = Connector.objects.select_for_update().get(provider=provider)
    connector.failures += 1
    _note(connector, reason, now)
    if was_probe or (connector.open_until is None and connector.failures >= OPENS_AFTER):
        _open(connector, f"{connector.failures} failures one after another, the last: {reason}", now=now, until=None)
    connector.save()


@transaction.atomic
def is_away(provider: str, reason: str, *, now: datetime, until: datetime | None, was_probe: bool) -> None:
    """Nothing can be sent to this vendor before `until`, its own word; without one, until our growing wait is over.

    Of several senders that learn the same at once, the first opens the circuit; the others can only lengthen it.
    """
    connector = Connector.objects.select_for_update().get(provider=provider)
    _note(connector, reason, now)
    if was_probe or connector.open_until is None:
        _open(connector, reason, now=now, until=until)
    elif until is not None:
        connector.open_until = max(connector.open_until, min(until, now + LONGEST_OBEYED))
    connector.save()


def _note(connector: Connector, reason: str, now: datetime) -> None:
    connector.last_failure_at, connector.last_error = now, reason[:500]


def _open(connector: Connector, reason: str, *, now: datetime, until: datetime | None) -> None:
    ours = now + min(FIRST_WAIT * 2 ** min(connector.openings, 10), LONGEST_WAIT)
    wanted = until or ours
    connector.open_until = min(max(wanted, now + timedelta(seconds=1)), now + LONGEST_OBEYED)
    connector.open_reason = reason[:500]
    connector.openings = F("openings") + 1
    connector.probing_until = None
