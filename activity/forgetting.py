"""Taking a person's name and address out of the record.

The record is append-only; its trigger lets one function through, which puts other words into `data` and changes
nothing else of an event. What happened, when, and by which person's row stays.
"""

from collections.abc import Sequence

from django.db import connection

INSTEAD = "Former member"
# Events that one statement looks at; each is short, however long the record is.
AT_ONCE = 20_000


def forget(*, user_id: int, words: Sequence[str]) -> int:
    """Replace the name in events about this person, and these words wherever they stand alone; how many events.

    Doing it again changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM activity_event")
        last = cursor.fetchone()[0]
        changed = 0
        for first in range(0, last + 1, AT_ONCE):
            cursor.execute(
                "SELECT activity_event_forget(%s, %s, %s, %s, %s)",
                [first, first + AT_ONCE, user_id, list(words), INSTEAD],
            )
            changed += cursor.fetchone()[0]
    return changed
