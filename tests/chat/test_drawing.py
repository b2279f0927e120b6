"""Messages and files as HTML: whatever people typed stays text."""

import re
from html import escape
from uuid import UUID

import pytest
from django.test import Client

from chat.conversation import Line
from chat.drawing import entry, lines
from chat.models import Message
from tests.conftest import World
from tests.factories import AttachmentFactory
from workstreams.choices import Side

HOSTILE = """</p>"'><script>alert('a')</script>&amp;"""
KEY = UUID("00000000-0000-4000-8000-000000000001")


def message(world: World, body: str = "Good morning", **fields: object) -> Message:
    return Message.objects.create(
        workstream=world.labels, author=world.owner, side=Side.CLIENT, number=7, client_key=KEY, body=body, **fields
    )


@pytest.mark.django_db
def test_what_people_are_called_and_write_is_text(world: World) -> None:
    world.owner.name = world.acme.name = HOSTILE
    world.owner.organization = world.acme

    html = entry(Line(message(world, HOSTILE)))

    assert "<script" not in html
    assert html.count(escape("<script>")) == 3
    assert set(re.findall(r"<([a-z]+)", html)) == {"article", "span", "div", "time"}


@pytest.mark.django_db
def test_it_says_what_the_page_looks_for(world: World) -> None:
    said = message(world)

    html = entry(Line(said, is_own=True))

    for part in (
        'id="message-7"',
        'data-number="7"',
        'data-change="0"',
        f'data-key="{KEY}"',
        f'data-author="{world.owner.public_id}"',
        '<span class="message__you">You</span>',
        '<div class="message__body" dir="auto">Good morning</div>',
        f'<time datetime="{said.created_at.isoformat()}" data-clock>{said.created_at:%H:%M}</time>',
    ):
        assert part in html


@pytest.mark.django_db
def test_what_may_be_done_is_offered_and_to_nobody_else(world: World) -> None:
    said = message(world)

    offered = lines([Line(said, may_edit=True, may_remove=True)], world.labels)

    address = f"/workstreams/{world.labels.public_id}/chat/7/"
    assert re.findall(r'href="([^"]+)"', offered) == [f"{address}edit/", f"{address}remove/"]
    assert "data-acts" not in lines([Line(said)], world.labels)


@pytest.mark.django_db
def test_the_text_of_a_removed_message_is_not_drawn(world: World) -> None:
    said = message(world, "secret")
    said.removed_at = said.edited_at = said.created_at

    html = entry(Line(said))

    assert "secret" not in html
    assert "Message removed" in html
    assert "Edited" not in html


def test_names_and_notes_of_files_are_text(world: World, client: Client) -> None:
    AttachmentFactory.create(workstream=world.labels, uploaded_by=world.owner, name=f"{HOSTILE}.csv", note=HOSTILE)
    client.force_login(world.owner)

    html = client.get(f"{world.labels.get_absolute_url()}attachments/", headers={"HX-Request": "true"}).content.decode()

    assert "<script>alert" not in html
    assert f'<p class="file__note" dir="auto">{escape(HOSTILE)}</p>' in html
    assert html.count("csrfmiddlewaretoken") >= 1
