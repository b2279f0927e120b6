"""Asking Salesforce about opportunities, as long as it is there to be asked: what workers, pages and the poll share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.utils import timezone

from integrations import connectors
from integrations.connectors import Way
from integrations.failures import NotNow, Refused, VendorAway, VendorFailure
from integrations.models import Connector, Provider
from integrations.salesforce import client
from integrations.salesforce.client import OF_A_PAGE, OF_A_WORKER, Patience, Reading


@dataclass(frozen=True)
class Found:
    """What Salesforce answered about one opportunity: how it stands there, or that there is none to be seen."""

    asked_at: datetime
    reading: Reading | None

    @property
    def is_there(self) -> bool:
        """Whether there is such an opportunity, and not in the recycle bin."""
        return self.reading is not None and not self.reading.is_deleted

    def as_payload(self) -> dict[str, Any]:
        """What an inbound event keeps of it, with the names of the Flow's payload where those have one."""
        read = self.reading
        if read is None:
            return {"askedAt": self.asked_at.isoformat(), "isMissing": True}
        return {
            "askedAt": self.asked_at.isoformat(),
            "name": read.name,
            "stageName": read.stage,
            "isClosed": read.is_closed,
            "isWon": read.is_won,
            "isDeleted": read.is_deleted,
            "systemModstamp": read.modified_at.isoformat(),
            "stageSince": read.stage_since.isoformat() if read.stage_since else None,
        }

    @classmethod
    def of_payload(cls, opportunity_id: str, payload: dict[str, Any]) -> Self | None:
        """What an event keeps of an answer; None when it only tells, and nobody asked."""
        if "askedAt" not in payload:
            return None
        asked_at = datetime.fromisoformat(payload["askedAt"])
        if payload.get("isMissing"):
            return cls(asked_at, None)
        since = payload["stageSince"]
        return cls(
            asked_at,
            Reading(
                opportunity_id=opportunity_id,
                name=payload["name"],
                stage=payload["stageName"],
                is_closed=payload["isClosed"],
                is_won=payload["isWon"],
                is_deleted=payload["isDeleted"],
                modified_at=datetime.fromisoformat(payload["systemModstamp"]),
                stage_since=datetime.fromisoformat(since) if since else None,
                asked_at=asked_at,
            ),
        )


@dataclass(frozen=True)
class NotVerified:
    """Salesforce could not be asked now."""

    reason: str


def look_up(opportunity_id: str) -> Found | NotVerified:
    """Ask about one opportunity while somebody waits for the page: short, and never a reason for it to fail."""
    if not connectors.is_on(Provider.SALESFORCE):
        return NotVerified("no connection to Salesforce is set up")
    try:
        [found] = ask([opportunity_id], patience=OF_A_PAGE)
    except Refused as failure:
        return NotVerified(failure.reason.rstrip("."))
    except (NotNow, VendorAway):
        return NotVerified("Salesforce does not answer now")
    return found


def ask(ids: Sequence[str], *, since: datetime | None = None, patience: Patience = OF_A_WORKER) -> list[Found]:
    """Ask about at most 200 opportunities. With `since` only those that changed from then on are answered.

    While Salesforce is away nobody asks it, but for one at a time who sees whether it is back.

    Raises: Refused, NotNow, VendorAway.
    """
    now = timezone.now()
    way = connectors.way_to(Provider.SALESFORCE, now=now)
    if way == Way.CLOSED:
        connector = Connector.objects.get(provider=Provider.SALESFORCE)
        raise VendorAway(connector.open_reason or "Somebody has paused Salesforce.", until=connector.open_until)
    try:
        readings = client.read(ids, since=since, patience=patience)
    except VendorFailure as failure:
        _note_failure(failure, is_probe=way == Way.PROBE, is_hurried=patience == OF_A_PAGE)
        raise
    connectors.went_well(Provider.SALESFORCE, now=timezone.now())
    by_id = {reading.opportunity_id: Found(reading.asked_at, reading) for reading in readings}
    if since is not None:
        return list(by_id.values())
    return [by_id.get(each, Found(now, None)) for each in ids]


def _note_failure(failure: VendorFailure, *, is_probe: bool, is_hurried: bool) -> None:
    """Let the others know. One who could not wait long says less of Salesforce than a worker."""
    now = timezone.now()
    if isinstance(failure, VendorAway) and (failure.until or not is_hurried):
        connectors.is_away(Provider.SALESFORCE, failure.reason, now=now, until=failure.until, was_probe=is_probe)
    elif isinstance(failure, Refused):
        if is_probe:
            connectors.said_nothing(Provider.SALESFORCE)
    else:
        connectors.failed(Provider.SALESFORCE, failure.reason, now=now, was_probe=is_probe)
