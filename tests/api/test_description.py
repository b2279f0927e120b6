"""The description of the API: complete, readable, and without what its reader may not know of."""

import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS

from api.description import describe
from tests.conftest import World
from tests.test_urls import routes

# Answer in other ways than an operation does: the description itself, and the page that shows it.
NOT_OPERATIONS = {"api:schema", "api:docs"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return describe()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def test_it_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    describe()
    assert not GENERATOR_STATS, capsys.readouterr().err


def test_every_address_of_the_api_is_in_it(document: dict[str, Any]) -> None:
    ours = {
        "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        for name, route in routes()
        if route.startswith("api/v1/") and name not in NOT_OPERATIONS
    }
    assert ours == set(document["paths"])


def test_every_operation_says_what_it_does_and_how_it_refuses(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"]), where
        assert len(operation.get("description", "")) > 20, where
        assert {"400", "401", "403", "429"} <= set(operation["responses"]), where
        assert ("404" in operation["responses"]) >= ("{" in path), where
        assert any(status.startswith("2") for status in operation["responses"]), where
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                shape = answer["content"]["application/json"]["schema"]
                assert shape == {"$ref": "#/components/schemas/Error"}, (where, status)


def test_names_of_operations_do_not_repeat(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("who", ["owner", "member", "stranger", "agile_worker"])
def test_only_colleagues_read_of_notes(who: str, client: Client, world: World) -> None:
    client.force_login(world.isr)
    assert "/notes/" in client.get("/api/v1/schema/").text
    client.force_login(getattr(world, who))
    text = client.get("/api/v1/schema/").text.lower()

    for trace in ("internal note", "/notes", "notes_", "_notes", "notepage", '"note"}', "a note"):
        assert trace not in text, text[max(0, text.index(trace) - 200) : text.index(trace) + 100]
