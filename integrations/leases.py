"""Who works at which mailbox: taking it, keeping hold of it, and giving it back, each in one short statement.

A lease is a token on the mailbox's row. Whoever holds the token may send and write down what failed; a worker that was
too slow finds the token gone and changes nothing. Times are the workers' own, but a mailbox comes due by the database's
clock too, so that a nudge finds what was written just now, whoever's clock is behind.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from integrations.models import Delivery
from integrations.movements import Sent

_CLAIM = """
WITH box AS (
  SELECT id, lease IS NOT NULL AS was_left
    FROM integrations_mailbox
   WHERE provider = %(provider)s AND due_at <= GREATEST(%(now)s, statement_timestamp())
     AND (leased_until IS NULL OR leased_until < %(now)s) {this_one}
   ORDER BY due_at LIMIT 1
     FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE integrations_mailbox AS m
   SET lease = %(token)s::uuid, leased_until = %(until)s, deaths = m.deaths + box.was_left::int
  FROM box WHERE m.id = box.id
RETURNING m.id, m.version, m.attempts, m.trying_since, m.deaths
"""

# Nothing is begun for a worker that lost its lease, nor while a person or the circuit stops the vendor.
_BEGIN = """
WITH held AS (
  UPDATE integrations_mailbox
     SET leased_until = %(until)s, attempts = %(attempts)s, trying_since = %(since)s, deaths = %(deaths)s
   WHERE id = %(mailbox)s AND lease = %(token)s::uuid
     AND NOT EXISTS (
       SELECT FROM integrations_connector
        WHERE provider = %(provider)s AND (paused_at IS NOT NULL OR (open_until IS NOT NULL AND NOT %(is_probe)s))
     )
  RETURNING id
)
UPDATE integrations_delivery
   SET begun_at = %(now)s, attempts = attempts + 1
 WHERE id = %(delivery)s AND state = 'waiting' AND mailbox_id = (SELECT id FROM held)
"""

# Written down also by a worker whose lease has run out: the vendor did it, so nobody needs to do it again. The vendor's
# own row is touched only when that says something new, because all senders share it.
_SENT = """
WITH sent AS (
  UPDATE integrations_delivery
     SET state = 'sent', begun_at = NULL, last_error = '', outcome = %(outcome)s, digest = %(digest)s,
         settled_at = %(now)s
   WHERE id = %(delivery)s AND state = 'waiting'
)
UPDATE integrations_connector SET failures = 0, last_success_at = %(now)s
 WHERE provider = %(provider)s
   AND (failures > 0 OR last_success_at IS NULL OR last_success_at < %(now)s - interval '10 s')
"""

_FAILED = """
WITH held AS (
  UPDATE integrations_mailbox
     SET lease = NULL, leased_until = NULL, deaths = 0, attempts = %(attempts)s, trying_since = %(since)s,
         due_at = %(due)s, parked_at = %(parked)s
   WHERE id = %(mailbox)s AND lease = %(token)s::uuid
  RETURNING id
)
UPDATE integrations_delivery
   SET state = %(state)s, last_error = %(error)s, attempts = attempts - %(uncounted)s,
       begun_at = CASE WHEN %(is_unclear)s THEN begun_at END
 WHERE id = %(delivery)s AND state = 'waiting' AND mailbox_id = (SELECT id FROM held)
"""

# Whoever commits a delivery at this moment holds the row: this statement waits for them and sees their version, whereas
# a look for what is left would not see what they wrote.
_GIVE_BACK = """
UPDATE integrations_mailbox
   SET lease = NULL, leased_until = NULL, deaths = 0, attempts = %(attempts)s, trying_since = %(since)s,
       due_at = CASE WHEN %(is_empty)s AND version = %(version)s THEN NULL ELSE %(now)s END
 WHERE id = %(mailbox)s AND lease = %(token)s::uuid
"""

_REARM = """
UPDATE integrations_mailbox SET due_at = %(now)s
 WHERE id IN (
   SELECT id FROM integrations_mailbox
    WHERE due_at IS NULL AND parked_at IS NULL
      AND id IN (SELECT mailbox_id FROM integrations_delivery WHERE state IN ('waiting', 'parked'))
      FOR NO KEY UPDATE SKIP LOCKED
 )
"""


@dataclass
class Lease:
    """A mailbox in the hands of one worker."""

    provider: str
    token: UUID
    mailbox: int
    version: int
    # Attempts at the head that came to nothing, and since when; both begin anew with each delivery that was sent.
    attempts: int
    trying_since: datetime | None
    deaths: int

    def begin(self, delivery: Delivery, *, now: datetime, is_probe: bool) -> bool:
        """Renew the lease and note that the vendor is about to be called; False when it must not be."""
        self.attempts += 1
        self.trying_since = self.trying_since or now
        return self._run(
            _BEGIN,
            delivery=delivery.pk,
            now=now,
            until=now + length(),
            since=self.trying_since,
            deaths=self.deaths,
            is_probe=is_probe,
        )

    def sent(self, delivery: Delivery, sent: Sent, *, now: datetime) -> None:
        """Write down that the vendor has done it."""
        self.attempts, self.trying_since, self.deaths = 0, None, 0
        self._run(_SENT, delivery=delivery.pk, now=now, outcome=json.dumps(sent.outcome), digest=sent.digest)

    def failed(
        self,
        delivery: Delivery,
        reason: str,
        *,
        due: datetime | None,
        counts: bool = True,
        is_unclear: bool = False,
        parked: datetime | None = None,
    ) -> None:
        """Write down why it was not done and give the mailbox back, to come due then; parked, a person must look.

        What does not count leaves the attempts as they were. After an unclear one the vendor is looked at first.
        """
        if not counts:
            self.uncount()
        self._run(
            _FAILED,
            delivery=delivery.pk,
            error=reason[:500],
            due=due,
            parked=parked,
            since=self.trying_since,
            uncounted=int(not counts),
            is_unclear=is_unclear,
            state=Delivery.State.PARKED if parked else Delivery.State.WAITING,
        )

    def uncount(self) -> None:
        """Take back the attempt that `begin` counted."""
        self.attempts -= 1
        if self.attempts == 0:
            self.trying_since = None

    def give_back(self, *, now: datetime, is_empty: bool) -> None:
        """Let others have it: at rest when it is empty and nobody has written to it since, else due at once."""
        self._run(_GIVE_BACK, now=now, is_empty=is_empty, version=self.version, since=self.trying_since)

    def _run(self, statement: str, **values: Any) -> bool:
        """Run a statement about this mailbox; whether it changed anything."""
        known: dict[str, Any] = {
            "provider": self.provider,
            "mailbox": self.mailbox,
            "token": str(self.token),
            "attempts": self.attempts,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, known | values)
            return bool(cursor.rowcount)


def claim(provider: str, *, mailbox: int | None = None, now: datetime) -> Lease | None:
    """Take the mailbox that is due longest, or this one if it is due; None when none is to be had.

    A worker that dies leaves a mailbox that can be taken when its lease has run out.
    """
    token = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM.format(this_one="" if mailbox is None else "AND id = %(mailbox)s"),
            {"provider": provider, "mailbox": mailbox, "token": str(token), "now": now, "until": now + length()},
        )
        row = cursor.fetchone()
    return Lease(provider, token, *row) if row else None


def rearm(*, now: datetime) -> int:
    """Make mailboxes due that hold something and would never come due by themselves; how many there were.

    None should be found, ever: this is for what a person did to the tables by hand, and for our own mistakes.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REARM, {"now": now})
        return int(cursor.rowcount)


def length() -> timedelta:
    """How long a worker may be silent before its mailbox goes to another. A vendor's call must time out well before."""
    return timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
