"""Goal 18: a chat of 100,000 messages and 5,000 notes is opened, scrolled and followed like one of a page's length."""

from collections.abc import Callable, Iterator

from django.db import connection
from django.test import Client

from accounts.models import User
from bench import cast
from bench.frame import Bench, Line, goal, race, statements, stopwatch
from bench.portal import at
from chat.live.channels import Kind
from chat.live.questions import Reader
from workstreams.models import WorkStream

LONG, NOTES, SHORT = 100_000, 5_000, 60

_TALK = """
DELETE FROM chat_message WHERE workstream_id = %(workstream)s;
DELETE FROM chat_note WHERE workstream_id = %(workstream)s;
DELETE FROM chat_readmark WHERE workstream_id = %(workstream)s;
INSERT INTO chat_message (workstream_id, number, author_id, client_key, body, created_at, side)
SELECT %(workstream)s, n, %(author)s, gen_random_uuid(), 'Message number ' || n,
       now() - (%(last)s - n) * interval '1 min', 'team'
  FROM generate_series(1, %(last)s) AS n;
INSERT INTO chat_note (workstream_id, number, author_id, client_key, body, created_at, is_creation_note)
SELECT %(workstream)s, n, %(author)s, gen_random_uuid(), 'Note number ' || n,
       now() - (%(last_note)s - n) * interval '1 min', false
  FROM generate_series(1, %(last_note)s) AS n;
INSERT INTO activity_event (at, verb, actor_id, system_actor, workstream_id, data)
SELECT now(), 'chat.message_posted', %(author)s, '', %(workstream)s, jsonb_build_object('number', n, 'side', 'team')
  FROM generate_series(1, %(last)s) AS n;
INSERT INTO chat_counter (workstream_id, last_message, last_note) VALUES (%(workstream)s, %(last)s, %(last_note)s)
    ON CONFLICT (workstream_id) DO UPDATE SET last_message = %(last)s, last_note = %(last_note)s;
INSERT INTO chat_readmark (workstream_id, user_id, message, note)
VALUES (%(workstream)s, %(author)s, %(last)s - 5, %(last_note)s - 5);
ANALYZE chat_message, chat_note, chat_readmark, chat_counter, activity_event;
"""


@goal(18, "A chat of 100,000 messages and 5,000 notes, beside one of a page's length; whole requests")
def long_chats(bench: Bench) -> Iterator[Line]:
    """Takes turns between the two, question by question."""
    with bench.scratch() as url, at(url):
        person = cast.leads()[0]
        client = cast.signed_in(person)
        both = WorkStream.objects.open().filter(lead=person, memberships__user=person).order_by("pk")[:2]
        short, long = both
        _talk(short, person, SHORT, SHORT)
        _talk(long, person, max(2000, int(LONG * bench.effort)), max(500, int(NOTES * bench.effort)))
        asked_of_short, asked_of_long = (questions(client, workstream) for workstream in (short, long))
        more = 0
        for what in asked_of_short:
            ways = {"short": asked_of_short[what], "long": asked_of_long[what]}
            found = race({name: _timed(way) for name, way in ways.items()}, rounds=bench.rounds(40))
            sent = {}
            for name, way in ways.items():
                with statements() as listening:
                    way()
                sent[name] = len(listening.texts)
            more += sent["long"] - sent["short"]
            note = f"{found['long'].median:.1f} ms and {found['short'].median:.1f} ms"
            yield Line(f"{what}: median", found["long"].median / found["short"].median, 1.5, note=note)
        yield Line("statements more for the long one", more, 0, unit="")


def _talk(workstream: WorkStream, person: User, messages: int, notes: int) -> None:
    values = {"workstream": workstream.pk, "author": person.pk, "last": messages, "last_note": notes}
    with connection.cursor() as cursor:
        cursor.execute(_TALK, values)


def questions(client: Client, workstream: WorkStream) -> dict[str, Callable[[], object]]:
    """What an open page asks, by what it is called."""
    last = workstream.chat_counter.last_message
    page, chat = workstream.get_absolute_url(), f"/workstreams/{workstream.public_id}/chat/"
    reader = Reader(client.cookies["sessionid"].value, workstream.public_id, (Kind.MESSAGE, Kind.NOTE))
    return {
        "the page": lambda: client.get(page),
        "the notes": lambda: client.get(f"{page}?conversation=notes"),
        "older messages": lambda: client.get(f"{chat}?before=55"),
        "the Activity tab": lambda: client.get(f"{workstream.administration_url}activity/"),
        "the stream looks again": reader.last_marks,
        "the stream catches up with 50": lambda: reader.entries_after(Kind.MESSAGE, last - 50),
    }


def _timed(way: Callable[[], object]) -> Callable[[], float]:
    return lambda: stopwatch(way)
