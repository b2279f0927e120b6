"""How much one caller may ask in a minute."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django_redis import get_redis_connection
from pytest_django import Settings

from api import throttling
from tests.api.caller import Caller
from tests.conftest import World


@pytest.fixture(autouse=True)
def _counted_alone(settings: Settings) -> Iterator[None]:
    """Counters of this test only, and Redis asked anew."""
    settings.API_CALLS_PER_MINUTE, settings.API_ANONYMOUS_CALLS_PER_MINUTE = 3, 2
    redis = get_redis_connection("default")
    redis.delete(*redis.keys("*api-calls*"), "none")
    throttling._Redis.away_until = 0.0
    yield
    redis.delete(*redis.keys("*api-calls*"), "none")
    throttling._Redis.away_until = 0.0


def test_a_caller_is_told_what_is_left_and_then_to_wait(world: World) -> None:
    caller = Caller(world.isr)
    answers = [caller.get("/me/") for _ in range(4)]

    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"3"}
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json()["code"] == "too_many_requests"
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    assert answers[3]["Retry-After"] == answers[3]["RateLimit-Reset"]


def test_one_token_does_not_use_up_anothers_calls_or_the_browsers(client: Client, world: World) -> None:
    first, second = Caller(world.isr), Caller(world.isr)
    for _ in range(4):
        first.get("/me/")

    assert second.get("/me/").status_code == 200
    client.force_login(world.isr)
    assert client.get("/api/v1/me/")["RateLimit-Remaining"] == "2"


def test_whoever_tries_tokens_is_counted_by_address(client: Client, db: None) -> None:
    tries = [client.get("/api/v1/me/", headers={"Authorization": f"Bearer wsp_{n}"}) for n in range(3)]

    assert [answer.status_code for answer in tries] == [401, 401, 429]
    elsewhere = client.get("/api/v1/me/", REMOTE_ADDR="192.0.2.7")
    assert (elsewhere.status_code, elsewhere["RateLimit-Remaining"]) == (401, "1")


def test_behind_a_proxy_what_the_proxy_saw_counts(client: Client, db: None, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    told = [client.get("/api/v1/me/", headers={"X-Forwarded-For": f"10.0.0.{n}, 192.0.2.8"}) for n in range(3)]

    assert [answer.status_code for answer in told] == [401, 401, 429]


def test_without_redis_everybody_is_answered(world: World, settings: Settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    caller = Caller(world.isr)
    answers = [caller.get("/me/") for _ in range(4)]

    assert {answer.status_code for answer in answers} == {200}
    assert not answers[0].has_header("RateLimit-Limit")
