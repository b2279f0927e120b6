"""What storing a message costs the database: round trips, and rows written again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from activity.models import Event
from activity.record import follow
from chat import actions
from chat.models import Message
from tests.conftest import World
from workstreams.choices import CloseReason
from workstreams.models import WorkStream


def post(workstream: WorkStream, author: User) -> Message:
    return actions.post_message(workstream=workstream, author=author, body="Hello", client_key=uuid4())


def written_again(table: str) -> tuple[int, int]:
    """How many rows of a table this test's transaction has updated, and how many of those without any index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_get_xact_tuples_updated(%s::regclass), pg_stat_get_xact_tuples_hot_updated(%s::regclass)",
            [table, table],
        )
        updated, in_place = cursor.fetchone()
    return int(updated), int(in_place)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("author", ["owner", "isr"])
def test_a_message_is_one_look_and_one_statement(world: World, author: str) -> None:
    person = getattr(world, author)
    world.labels.refresh_from_db()
    post(world.labels, person)

    with CaptureQueriesContext(connection) as asked:
        post(world.labels, person)
    statements = [query["sql"] for query in asked.captured_queries]
    assert len(statements) == 4, "a look at the membership, BEGIN, the statement, COMMIT"
    assert statements[-1] == "COMMIT"
    assert "chat_counter" in statements[-2], "the counter is taken by the last statement"


@pytest.mark.django_db
def test_the_counter_and_the_read_mark_are_written_in_place(world: World) -> None:
    before = written_again("chat_counter"), written_again("chat_readmark")
    for _ in range(6):
        post(world.labels, world.owner)

    after = written_again("chat_counter"), written_again("chat_readmark")
    for (updated, in_place), (updated_then, in_place_then) in zip(before, after, strict=True):
        assert updated_then - updated == 5
        assert in_place_then - in_place == 5


@pytest.mark.django_db
def test_within_a_minute_the_workstream_is_not_written_again(world: World) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    WorkStream.objects.filter(pk=world.labels.pk).update(last_activity_at=long_ago)
    before, _ = written_again("workstreams_workstream")

    for _ in range(3):
        post(WorkStream.objects.get(pk=world.labels.pk), world.owner)
    assert written_again("workstreams_workstream")[0] - before == 1
    assert WorkStream.objects.get(pk=world.labels.pk).last_activity_at > long_ago


@pytest.mark.django_db
def test_telling_what_is_known_to_be_read_writes_nothing(world: World) -> None:
    for _ in range(3):
        post(world.labels, world.owner)
    actions.mark_read(workstream=world.labels, reader=world.member, message=3)
    before, _ = written_again("chat_readmark")

    actions.mark_read(workstream=world.labels, reader=world.member, message=3)
    actions.mark_read(workstream=world.labels, reader=world.member, message=2)
    assert written_again("chat_readmark")[0] == before


@pytest.mark.django_db
def test_sending_again_after_the_closing_gives_the_message_that_was_stored(world: World) -> None:
    key = uuid4()
    first = actions.post_message(workstream=world.labels, author=world.owner, body="Hello", client_key=key)
    WorkStream.objects.filter(pk=world.labels.pk).update(
        status="closed", close_reason=CloseReason.LOST, closed_at=timezone.now()
    )

    again = actions.post_message(workstream=world.labels, author=world.owner, body="Hello", client_key=key)
    assert again == first
    assert again.number == 1


@pytest.mark.django_db(transaction=True)
def test_what_follows_from_an_event_wants_its_transaction(world: World) -> None:
    with pytest.raises(Exception, match="in the transaction of its change"):
        follow(Event(verb="chat.message_posted", actor=world.owner, workstream=world.labels))
