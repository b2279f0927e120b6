"""Whatever is refused under /api/v1/ has one shape."""

import json
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import include, path
from drf_spectacular.utils import extend_schema

import config.urls
from accounts.errors import DomainError
from api.base import ApiRequest, ApiView
from api.models import Scope
from tests.api.caller import EVERYTHING, Caller, token_of
from tests.conftest import World


class BreaksView(ApiView):
    """Fails in ways that nobody foresaw."""

    @extend_schema(exclude=True)
    def get(self, request: ApiRequest) -> Any:
        """Fail."""
        raise RuntimeError("the password is swordfish")

    @extend_schema(exclude=True)
    def post(self, request: ApiRequest) -> Any:
        """Refuse."""
        raise DomainError("Not today.")


urlpatterns = [
    path("api/v1/breaks/", BreaksView.as_view(), name="breaks"),
    *config.urls.urlpatterns,
    path("api/v1/", include([])),
]


def refusal(response: Any) -> tuple[int, str]:
    """The status and the code, after a look at the shape."""
    assert response["Content-Type"].startswith("application/json")
    body = response.json()
    assert {"code", "message"} <= set(body) <= {"code", "message", "fields"}
    assert body["message"]
    return response.status_code, body["code"]


@pytest.mark.parametrize(
    "address", ["/nothing/", "/workstreams/1/", "/workstreams/nothing/", "/me", "/workstreams/../../"]
)
def test_what_is_not_there_is_refused_in_json(address: str, world: World) -> None:
    assert refusal(Caller(world.isr).get(address)) == (404, "not_found")


def test_also_whoever_is_unknown_is_refused_in_json(client: Client, db: None) -> None:
    assert refusal(client.get("/api/v1/nothing/")) == (404, "not_found")
    assert refusal(client.get("/api/v1/me/")) == (401, "not_authenticated")
    assert refusal(client.delete("/api/v1/me/"))[0] == 401


def test_a_method_that_is_not_there(world: World) -> None:
    response = Caller(world.isr).delete("/me/")

    assert refusal(response) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, PATCH"


@pytest.mark.parametrize("scopes", [(Scope.READ,), (Scope.WRITE,), EVERYTHING])
def test_a_method_that_is_nowhere_is_refused_as_such_to_every_token(scopes: tuple[Scope, ...], world: World) -> None:
    caller = Caller(world.isr, *scopes)
    response = caller.client.options("/api/v1/me/", headers=caller.headers)

    assert refusal(response) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"name": NaN}',
        b'{"name": "\\ud800"}',
        b"[" * 100_000,
        b'{"name": ' + b"9" * 10_000 + b"}",
    ],
    ids=["empty", "cut", "bytes", "nan", "surrogate", "deep", "digits"],
)
def test_what_is_no_json_is_refused(body: bytes, world: World) -> None:
    response = Client(raise_request_exception=False).post(
        "/api/v1/workstreams/",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token_of(world.isr)}"},
    )

    assert refusal(response) in {(400, "not_json"), (400, "invalid")}


def test_a_form_is_no_json(world: World) -> None:
    response = Client().post(
        "/api/v1/workstreams/", {"name": "x"}, headers={"Authorization": f"Bearer {token_of(world.isr)}"}
    )

    assert refusal(response) == (415, "unsupported_media_type")


def test_a_nul_is_cleaned_away_or_refused(world: World) -> None:
    caller = Caller(world.isr)

    assert caller.post("/workstreams/", {"name": "a\x00b", "new_organization": "Umbra"}).json()["name"] == "ab"
    assert refusal(caller.post("/workstreams/", {"name": "\x00", "new_organization": "Umbra"})) == (400, "invalid")
    assert refusal(caller.get("/people/?q=%00")) == (400, "invalid")


def test_a_body_beyond_measure_is_refused(world: World) -> None:
    response = Caller(world.isr).post("/workstreams/", {"name": "x" * 3_000_000})

    assert refusal(response)[0] in {400, 413}


def test_a_query_beyond_measure_is_refused(world: World) -> None:
    many = "&".join(f"a{n}=1" for n in range(1500))

    assert refusal(Caller(world.isr).get(f"/workstreams/?{many}"))[0] == 400


@pytest.mark.parametrize("name", ["q", "after", "type", "lead", "created_from", "page_size"])
@pytest.mark.parametrize("value", ["%00", "%ff%fe", "%25_%5C", "𝕏" * 300, "-1", "9" * 400])
def test_no_parameter_breaks_the_grid(name: str, value: str, world: World) -> None:
    response = Caller(world.isr).get(f"/workstreams/?{name}={value}")

    assert response.status_code in {200, 400}
    if response.status_code == 400:
        refusal(response)


def test_a_browsers_change_needs_the_csrf_token(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.isr)
    address = f"/api/v1/workstreams/{world.labels.public_id}/take/"

    assert refusal(browser.post(address, {}, content_type="application/json")) == (403, "csrf_failed")
    world.labels.refresh_from_db()
    assert world.labels.lead is None
    token = browser.get("/api-tokens/").context["csrf_token"]
    done = browser.post(address, {}, content_type="application/json", headers={"X-CSRFToken": str(token)})
    assert done.status_code == 200


@override_settings(ROOT_URLCONF=__name__)
def test_our_own_faults_say_nothing_of_themselves(world: World) -> None:
    response = Caller(world.isr).get("/breaks/")

    assert refusal(response) == (500, "server_error")
    assert "swordfish" not in response.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_refusal_of_the_domain_keeps_its_words(world: World) -> None:
    response = Caller(world.isr).post("/breaks/")

    assert (response.status_code, response.json()) == (409, {"code": "refused", "message": "Not today."})


def test_answers_are_nobody_elses(world: World) -> None:
    response = Caller(world.isr).get("/me/")

    assert response["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(response["Vary"].split(", "))
    assert json.loads(response.content)["email"] == world.isr.email
