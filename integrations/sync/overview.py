"""How each vendor is doing, in a number of statements that does not grow with what waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils import timezone

from integrations.connectors import is_on
from integrations.models import Connector, Provider

# Beyond this many the page says "10,000+": nobody counts further, and the page stays quick with a million waiting.
MOST = 10_000
# The rate is that of the latest deliveries, as far as they are of the last minutes.
LATEST = 2_000
MINUTES = 5

_OUTGOING = """
WITH unsettled AS MATERIALIZED (
  SELECT mailbox_id, state, created_at FROM integrations_delivery
   WHERE state IN ('waiting', 'parked') LIMIT %(most)s
)
SELECT m.provider, u.state, count(*), min(u.created_at)
  FROM unsettled u JOIN integrations_mailbox m ON m.id = u.mailbox_id
 GROUP BY m.provider, u.state
"""
_RATE = """
SELECT m.provider, count(*)
  FROM (SELECT mailbox_id, state, settled_at FROM integrations_delivery ORDER BY id DESC LIMIT %(latest)s) AS d
  JOIN integrations_mailbox m ON m.id = d.mailbox_id
 WHERE d.state = 'sent' AND d.settled_at > %(since)s
 GROUP BY m.provider
"""
_INCOMING = """
WITH unsettled AS MATERIALIZED (
  SELECT provider, state, received_at FROM integrations_inboundevent
   WHERE state IN ('received', 'failed', 'waiting_for_tie', 'needs_decision') LIMIT %(most)s
)
SELECT provider, state, count(*), min(received_at) FROM unsettled GROUP BY provider, state
"""


class Health(StrEnum):
    """How a vendor is doing, in the words of the page."""

    OFF = "Not configured"
    WELL = "All is well"
    PAUSED = "Paused"
    AWAY = "Waiting for the vendor"
    STUCK = "Something waits for you"


@dataclass
class Doing:
    """One vendor: what waits, since when, how fast it goes, and what ails it."""

    provider: Provider
    connector: Connector
    is_on: bool
    waiting: int = 0
    parked: int = 0
    oldest_at: datetime | None = None
    a_minute: float = 0.0
    incoming: int = 0
    incoming_failed: int = 0
    incoming_asks: int = 0
    incoming_oldest_at: datetime | None = None

    @property
    def name(self) -> str:
        """The vendor's name."""
        return self.provider.label

    @property
    def health(self) -> Health:
        """The one word on the page."""
        if not self.is_on:
            return Health.OFF
        if self.connector.paused_at:
            return Health.PAUSED
        if self.connector.open_until:
            return Health.AWAY
        return Health.STUCK if self.parked or self.incoming_failed else Health.WELL

    @property
    def tone(self) -> str:
        """The colour of that word; the word says it too."""
        return {Health.WELL: "success", Health.OFF: "", Health.PAUSED: "warning", Health.AWAY: "warning"}.get(
            self.health, "danger"
        )

    @property
    def reason(self) -> str:
        """Why it is paused or waited for."""
        return self.connector.pause_reason if self.connector.paused_at else self.connector.open_reason

    @property
    def is_many(self) -> bool:
        """Whether nobody counted to the end."""
        return self.waiting >= MOST


def overview(*, now: datetime | None = None) -> list[Doing]:
    """Every vendor, configured or not."""
    known = {connector.provider: connector for connector in Connector.objects.select_related("paused_by")}
    doings = {
        provider: Doing(provider, known.get(provider, Connector(provider=provider)), is_on(provider))
        for provider in Provider
    }
    since = (now or timezone.now()) - timedelta(minutes=MINUTES)
    for provider, state, count, oldest in _ask(_OUTGOING, most=MOST):
        doing = doings[Provider(provider)]
        if state == "parked":
            doing.parked = count
        else:
            doing.waiting, doing.oldest_at = count, oldest
    for provider, count in _ask(_RATE, latest=LATEST, since=since):
        doings[Provider(provider)].a_minute = count / MINUTES
    for provider, state, count, oldest in _ask(_INCOMING, most=MOST):
        doing = doings[Provider(provider)]
        if state == "received":
            doing.incoming, doing.incoming_oldest_at = count, oldest
        elif state == "failed":
            doing.incoming_failed = count
        else:
            doing.incoming_asks += count
    return list(doings.values())


def _ask(statement: str, **values: int | datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
