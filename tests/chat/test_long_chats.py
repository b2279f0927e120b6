"""A very long chat costs what a short one costs: as many questions, with plans that read few rows."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat import actions
from chat.live.channels import Kind
from chat.live.questions import Reader
from tests.conftest import World
from workstreams.models import WorkStream

pytestmark = pytest.mark.django_db
MESSAGES, NOTES = 20_000, 5_000
# A plan may read a page and what the longest first page holds; never a share of the chat.
MOST_ROWS = 300

GROW = """
INSERT INTO chat_message (workstream_id, number, author_id, client_key, body, created_at, side)
SELECT %(workstream)s, n, %(author)s, gen_random_uuid(), 'Message ' || n,
       now() - (%(messages)s - n) * interval '1 minute', 'client'
  FROM generate_series(1, %(messages)s) n;
INSERT INTO chat_note (workstream_id, number, author_id, client_key, body, created_at, is_creation_note)
SELECT %(workstream)s, n, %(colleague)s, gen_random_uuid(), 'Note ' || n, now(), false
  FROM generate_series(1, %(notes)s) n;
INSERT INTO activity_event (at, verb, actor_id, system_actor, workstream_id, data)
SELECT now(), 'chat.message_posted', %(author)s, '', %(workstream)s, jsonb_build_object('number', n)
  FROM generate_series(1, %(messages)s) n;
INSERT INTO chat_counter (workstream_id, last_message, last_note) VALUES (%(workstream)s, %(messages)s, %(notes)s)
    ON CONFLICT (workstream_id) DO UPDATE SET last_message = %(messages)s, last_note = %(notes)s;
INSERT INTO chat_readmark (workstream_id, user_id, message, note)
SELECT %(workstream)s, id, %(messages)s - 10, 0 FROM accounts_user;
ANALYZE chat_message, chat_note, activity_event, chat_counter, chat_readmark, accounts_user, accounts_organization,
  workstreams_workstream, workstreams_membership;
"""


def grow(workstream: WorkStream, world: World) -> None:
    """Fill a chat as years of talk would."""
    with connection.cursor() as cursor:
        cursor.execute(
            GROW,
            {
                "workstream": workstream.pk,
                "author": world.owner.pk,
                "colleague": world.isr.pk,
                "messages": MESSAGES,
                "notes": NOTES,
            },
        )


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's node and all below it."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def rows_read(plan: dict[str, Any]) -> int:
    """The most rows any node of a plan handles, those it throws away included."""
    return max(
        int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in nodes(plan)
    )


def dear_plans(asked: CaptureQueriesContext) -> list[str]:
    """The questions among these whose plans read more than they may."""
    dear = []
    for query in asked.captured_queries:
        if not query["sql"].startswith("SELECT"):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql'].replace('%', '%%')}", [])
            found = cursor.fetchone()[0]
        [explained] = json.loads(found) if isinstance(found, str) else found
        if (read := rows_read(explained["Plan"])) > MOST_ROWS:
            dear.append(f"{read} rows: {query['sql']}\n{json.dumps(explained['Plan'], indent=1)}")
    return dear


def live(reader: User, workstream: WorkStream, client: Client) -> Reader:
    kinds = (Kind.MESSAGE, Kind.NOTE) if reader.is_internal else (Kind.MESSAGE,)
    return Reader(client.session.session_key or "", workstream.public_id, kinds)


def visits(client: Client, reader: User, workstream: WorkStream) -> dict[str, Callable[[], object]]:
    """Everything that is asked of a chat while somebody has it open."""
    page = workstream.get_absolute_url()
    history = f"/workstreams/{workstream.public_id}/chat/"
    stream = live(reader, workstream, client)
    found: dict[str, Callable[[], object]] = {
        "the page": lambda: client.get(page),
        "an older page without script": lambda: client.get(f"{page}?before=10000"),
        "older messages": lambda: client.get(f"{history}?before=10000"),
        "the oldest messages": lambda: client.get(f"{history}?before=40"),
        "messages after a number": lambda: client.get(f"{history}?after=9000"),
        "the stream looks again": stream.last_marks,
        "the stream catches up": lambda: stream.entries_after(Kind.MESSAGE, MESSAGES - 5),
        "the stream catches up from the beginning": lambda: stream.entries_after(Kind.MESSAGE, 0),
        "the stream looks for changes": lambda: stream.changes_after(Kind.MESSAGE, 0),
        "a read mark": lambda: actions.mark_read(workstream=workstream, reader=reader, message=MESSAGES),
    }
    if reader.is_internal:
        found |= {
            "the page with notes in front": lambda: client.get(f"{page}?conversation=notes"),
            "older notes": lambda: client.get(f"/workstreams/{workstream.public_id}/notes/?before=3000"),
            "the stream catches up with notes": lambda: stream.entries_after(Kind.NOTE, 10),
            "the administration screen": lambda: client.get(workstream.administration_url),
            "the Activity tab": lambda: client.get(f"{workstream.administration_url}activity/"),
            "the Activity tab with everything": lambda: client.get(f"{workstream.administration_url}activity/?all"),
            "the grid": lambda: client.get("/workstreams/?status=open"),
        }
    else:
        found["the list of one's own"] = lambda: client.get("/my-workstreams/")
    return found


@pytest.mark.parametrize("who", ["owner", "isr"])
def test_no_question_reads_more_of_a_long_chat_than_it_shows(world: World, client: Client, who: str) -> None:
    reader = getattr(world, who)
    client.force_login(reader)
    grow(world.labels, world)

    dear = {}
    for name, visit in visits(client, reader, world.labels).items():
        with CaptureQueriesContext(connection) as asked:
            answer = visit()
        assert getattr(answer, "status_code", 200) == 200, name
        dear[name] = dear_plans(asked)
    found = "\n".join(f"{name}: {plan}" for name, plans in dear.items() for plan in plans)
    assert not found, found


@pytest.mark.parametrize("who", ["owner", "isr"])
def test_a_long_chat_is_asked_as_many_questions_as_a_short_one(world: World, client: Client, who: str) -> None:
    reader = getattr(world, who)
    client.force_login(reader)
    actions.post_message(workstream=world.labels, author=world.owner, body="Hello", client_key=world.labels.public_id)

    def costs() -> dict[str, int]:
        found = {}
        for name, visit in visits(client, reader, world.labels).items():
            with CaptureQueriesContext(connection) as asked:
                visit()
            # Where nothing is found, nobody asks for its files and mentions.
            extra = 0
            for table in ("chat_messagefile", "chat_mention"):
                questions = sum(f'FROM "{table}"' in query["sql"] for query in asked.captured_queries)
                assert questions <= 1, (name, table)
                extra += questions
            found[name] = len(asked) - extra
        return found

    costs()  # what is asked once
    short = costs()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM chat_message")
        cursor.execute("DELETE FROM chat_readmark")
    grow(world.labels, world)
    assert costs() == short
