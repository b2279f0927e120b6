"""Writing what is to go to a vendor, in the transaction of what it follows from."""

import json
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from activity.record import nudge
from integrations.connectors import is_on

if TYPE_CHECKING:
    from accounts.models import User
    from activity.models import Event
    from workstreams.models import WorkStream

# The mailbox row stays locked until the commit, so its deliveries get their ids in the order of their commits. It comes
# due at once, unless it waits after a failure or for a person: then only what it holds grows.
_WRITE = """
WITH box AS (
  INSERT INTO integrations_mailbox AS m (provider, key, workstream_id, person_id, due_at, version, attempts)
  VALUES (%(provider)s, %(key)s, %(workstream)s, %(person)s, statement_timestamp(), 1, 0)
  ON CONFLICT (provider, key) DO UPDATE
     SET version = m.version + 1,
         due_at = CASE WHEN m.attempts > 0 OR m.parked_at IS NOT NULL THEN m.due_at
                       ELSE LEAST(m.due_at, EXCLUDED.due_at) END
  RETURNING id
), written AS (
  INSERT INTO integrations_delivery (mailbox_id, operation, event_id, data)
  SELECT id, %(operation)s, %(event)s, %(data)s FROM box
)
SELECT id FROM box
"""


def write(
    provider: str,
    operation: str,
    *,
    about: "WorkStream | User",
    event: "Event | None" = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Have something done at a vendor, after everything that was written before about the same WorkStream or person.

    Nothing is written while the vendor is not configured. `data` holds ids and plain facts, no words of people.
    Whoever writes about a WorkStream and about people in one transaction does it in this order, so that no two wait
    for each other.

    Raises: TransactionManagementError outside a transaction.
    """
    from integrations.tasks import send_waiting  # noqa: PLC0415  the tasks send what is written here
    from workstreams.models import WorkStream  # noqa: PLC0415

    if not is_on(provider):
        return
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{operation} must be written in the transaction of its cause.")
    is_workstream = isinstance(about, WorkStream)
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "provider": str(provider),
                "key": f"{'workstream' if is_workstream else 'person'}:{about.pk}",
                "workstream": about.pk if is_workstream else None,
                "person": None if is_workstream else about.pk,
                "operation": operation,
                "event": event.pk if event else None,
                "data": json.dumps(data or {}),
            },
        )
        (mailbox,) = cursor.fetchone()
    nudge(send_waiting, str(provider), mailbox)
