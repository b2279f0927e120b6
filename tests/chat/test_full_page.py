"""A page with a great deal on it asks what an empty one asks."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.goals.full_rooms import fill
from tests.conftest import World
from tests.factories import ClientFactory


@pytest.mark.parametrize("who", ["owner", "isr", "agile_worker"])
def test_a_full_page_asks_no_more_than_an_empty_one(world: World, client: Client, who: str) -> None:
    client.force_login(getattr(world, who))
    fill(world.labels, world.isr, messages=1, members=0, attachments=1)

    def cost() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(world.labels.get_absolute_url()).status_code == 200
        return [query["sql"] for query in asked.captured_queries]

    cost()
    before = cost()
    ClientFactory.create_batch(12, organization=world.acme)
    fill(world.labels, world.isr, messages=120, members=12, attachments=40)
    after = cost()
    assert len(after) == len(before), "\n".join(sql for sql in after if sql not in before)
