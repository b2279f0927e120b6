"""The description of the API."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.caller import Caller
from tests.conftest import World
from tests.test_urls import OURS


@pytest.fixture(scope="module")
def document() -> Any:
    """The OpenAPI document, made with every warning being a failure."""
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    return json.loads(out.getvalue())


def operations(document: Any) -> list[tuple[str, str, Any]]:
    """Every (address, method, operation)."""
    return [(place, method, said) for place, methods in document["paths"].items() for method, said in methods.items()]


def test_every_address_of_the_api_is_described(document: Any) -> None:
    described = {place.strip("/").replace("{", "").replace("}", "") for place in document["paths"]}
    there = {
        re.sub(r"<\w+:(\w+)>", r"\1", route).strip("/")
        for name, route in OURS.items()
        if route.startswith("api/v1/") and name not in {"api:schema", "api:docs"}
    }

    assert there == described


def test_every_operation_says_what_it_does_and_what_it_refuses(document: Any) -> None:
    for place, method, said in operations(document):
        assert said["description"], (place, method)
        expected = {"400", "401", "403", "429", "500"} | ({"404"} if "{" in place else set())
        assert expected <= set(said["responses"]), (place, method)
        for status, response in said["responses"].items():
            if status >= "400":
                shape = response["content"]["application/json"]["schema"]
                assert shape == {"$ref": "#/components/schemas/Error"}, (place, method, status)


def test_every_post_takes_a_key_and_every_edit_a_version(document: Any) -> None:
    for place, method, said in operations(document):
        headers = {each["name"] for each in said.get("parameters", []) if each["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (method == "post"), (place, method)
        assert ("If-Match" in headers) == (method == "patch"), (place, method)


def test_operations_and_enumerations_have_names_of_their_own(document: Any) -> None:
    ids = [said["operationId"] for _, _, said in operations(document)]

    assert sorted(ids) == sorted(set(ids))
    assert {"Milestone", "Status", "SubscriptionType", "Role"} <= set(document["components"]["schemas"])


def test_it_is_served_to_whoever_may_ask(client: Client, world: World) -> None:
    served = Caller(world.owner).get("/schema/")

    assert served.json()["info"]["version"] == "1"
    assert client.get("/api/v1/schema/").status_code == 401


def test_the_page_that_shows_it_brings_everything_itself(client: Client, world: World) -> None:
    client.force_login(world.owner)
    page = client.get("/api/v1/docs/")

    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "https://" not in page.content.decode().replace("http://www.w3.org", "")


def test_what_may_be_asked_for_several_times_is_a_list(document: Any) -> None:
    told = document["paths"]["/api/v1/workstreams/"]["get"]["parameters"]
    lists = {each["name"] for each in told if each["schema"]["type"] == "array"}

    assert lists == {"type", "milestone", "status", "lead", "owner", "client", "lifecycle", "entry"}
