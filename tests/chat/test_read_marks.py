"""How far somebody has read."""

from uuid import uuid4

import pytest
from django.test import Client

from chat import actions
from chat.models import ReadMark
from tests.conftest import World


@pytest.fixture
def five(world: World) -> World:
    for number in range(5):
        actions.post_message(workstream=world.labels, author=world.isr, body=f"{number}", client_key=uuid4())
    actions.post_note(workstream=world.labels, author=world.isr, body="a note", client_key=uuid4())
    return world


def mark(world: World) -> tuple[int, int]:
    found = ReadMark.objects.get(workstream=world.labels, user=world.owner)
    return found.message, found.note


def test_a_mark_only_moves_forward(five: World) -> None:
    for number in (3, 1, 4, 2):
        actions.mark_read(workstream=five.labels, reader=five.owner, message=number)

    assert mark(five) == (4, 0)


def test_nobody_has_read_what_was_not_written(five: World) -> None:
    actions.mark_read(workstream=five.labels, reader=five.owner, message=999)

    assert mark(five) == (5, 0)


def test_a_client_has_no_mark_for_notes(five: World) -> None:
    actions.mark_read(workstream=five.labels, reader=five.owner, message=1, note=1)

    assert mark(five) == (1, 0)


def test_the_page_sends_marks(five: World, client: Client) -> None:
    client.force_login(five.owner)
    answer = client.post(f"/workstreams/{five.labels.public_id}/chat/read/", {"message": "2"})

    assert answer.status_code == 204
    assert mark(five) == (2, 0)


@pytest.mark.parametrize("sent", [{"message": "-1"}, {"message": "many"}, {"message": "9" * 30}])
def test_what_is_no_number_is_refused(five: World, client: Client, sent: dict[str, str]) -> None:
    client.force_login(five.owner)

    assert client.post(f"/workstreams/{five.labels.public_id}/chat/read/", sent).status_code == 400
    assert not ReadMark.objects.filter(user=five.owner).exists()
