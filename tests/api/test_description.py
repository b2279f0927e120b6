"""The description of the API reads well, and is without what its reader may not know of."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from accounts.capabilities import Can
from api.base import ApiView
from api.description import SECRET, describe
from tests.conftest import World


def every_view(parent: type[ApiView]) -> Iterator[type[ApiView]]:
    for child in parent.__subclasses__():
        yield child
        yield from every_view(child)


def test_operations_have_names_to_call_functions_by() -> None:
    for path, methods in describe()["paths"].items():
        for method, operation in methods.items():
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"]), f"{method} {path}"
            assert len(operation["description"]) > 20, f"{method} {path}"


def test_whatever_makes_an_address_known_is_among_the_secrets() -> None:
    wanted = {view.known_with for view in every_view(ApiView) if view.known_with}
    assert wanted == {Can.READ_NOTES}
    assert wanted <= SECRET


@pytest.mark.parametrize("who", ["owner", "member", "stranger", "agile_worker"])
def test_only_colleagues_read_of_notes(who: str, client: Client, world: World) -> None:
    client.force_login(world.isr)
    assert "/notes/" in client.get("/api/v1/schema/").text
    client.force_login(getattr(world, who))
    text = client.get("/api/v1/schema/").text.lower()

    for trace in ("internal note", "/notes", "notes_", "_notes", "notepage", '"note"}', "a note"):
        assert trace not in text, text[max(0, text.index(trace) - 200) : text.index(trace) + 100]
