"""What this app does when somebody is erased: what vendors told of them goes, and what was refused is left out."""

import re

from django.db import connection

from accounts.models import FORMER_MEMBER, User
from accounts.personal import Traces, registry
from integrations.mending import leave_out_of

# Rows that one statement looks at; each is short, however much was kept.
AT_ONCE = 5_000

# What a vendor said is kept for looking at and for working it again; both are over when it is settled, so the whole
# of it goes. A sentence of ours loses the name alone.
_EVENTS = """
UPDATE integrations_inboundevent
   SET payload = '{}', reason = regexp_replace(reason, %(pattern)s, %(instead)s, 'gi')
 WHERE id >= %(first)s AND id < %(end)s AND settled_at IS NOT NULL
   AND (payload::text ~* %(pattern)s OR reason ~* %(pattern)s)
"""
_DELIVERIES = """
UPDATE integrations_delivery
   SET last_error = regexp_replace(last_error, %(pattern)s, %(instead)s, 'gi'),
       ignored_because = regexp_replace(ignored_because, %(pattern)s, %(instead)s, 'gi')
 WHERE id >= %(first)s AND id < %(end)s AND (last_error ~* %(pattern)s OR ignored_because ~* %(pattern)s)
"""


@registry.erases("refused deliveries")
def leave_out(person: User, _traces: Traces) -> None:
    """Nothing that was refused keeps vendors from hearing that somebody is erased."""
    leave_out_of(person=person)


@registry.sweeps("vendors")
def sweep_vendors(_person: User, traces: Traces) -> None:
    """Whatever a vendor told us of them, and our sentences that name them. Ids stay: they lead nowhere any more."""
    if not traces.words:
        return
    pattern = rf"(?<!\w)({'|'.join(re.escape(word) for word in traces.words)})(?!\w)"
    for table, statement in (("inboundevent", _EVENTS), ("delivery", _DELIVERIES)):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM integrations_{table}")  # noqa: S608  one of two words
            last = cursor.fetchone()[0]
            for first in range(0, last + 1, AT_ONCE):
                cursor.execute(
                    statement,
                    {"first": first, "end": first + AT_ONCE, "pattern": pattern, "instead": FORMER_MEMBER},
                )
