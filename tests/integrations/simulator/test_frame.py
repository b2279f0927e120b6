"""The frame that the vendors' simulators stand in: what it logs, refuses, delays, drops and keeps."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from integrations.simulator.courier import Parcel
from integrations.simulator.server import Server
from integrations.simulator.world import World
from tests.vendors import Vendors


def ask(
    vendors: Vendors, path: str = "/me", *, timeout: float = 5.0, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Ask Intercom as the portal does."""
    known = {"Authorization": f"Bearer {settings.INTERCOM_TOKEN}", "Intercom-Version": "2.14"} | (headers or {})
    return httpx.get(settings.INTERCOM_BASE_URL + path, headers=known, timeout=timeout, trust_env=False)


def test_a_request_is_answered_and_logged_without_its_token(vendors: Vendors) -> None:
    response = ask(vendors)

    assert response.status_code == 200
    assert response.json()["app"]["id_code"] == settings.INTERCOM_APP_ID
    assert int(response.headers["X-RateLimit-Reset"]) > vendors.clock.time() - 10
    [entry] = vendors.log.of("intercom", "GET", "/me")
    assert entry.status == 200
    assert settings.INTERCOM_TOKEN not in json.dumps(entry.headers)


def test_a_wrong_token_is_refused_and_is_no_violation(vendors: Vendors) -> None:
    response = ask(vendors, headers={"Authorization": "Bearer somebody"})

    assert response.status_code == 401
    assert response.json()["errors"][0]["code"] == "unauthorized"
    assert vendors.log.violations == []


def test_what_breaks_the_description_is_refused_and_kept(vendors: Vendors) -> None:
    assert ask(vendors, headers={"Intercom-Version": "2.99"}).status_code == 400
    assert ask(vendors, "/nowhere").status_code == 404

    wrong_version, unknown_path = vendors.expect_violations()
    assert "Intercom-Version" in wrong_version
    assert "/nowhere" in unknown_path


def test_faults_hit_what_they_fit_as_often_as_they_say(vendors: Vendors) -> None:
    vendors.faults.add("intercom", "GET", "/m*", status=429, headers={"Retry-After": "7"}, skip=1, times=2)
    vendors.faults.add("hubspot", status=500, times=None)

    answers = [ask(vendors) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "7"
    assert answers[1].json()["errors"][0]["code"] == "rate_limit_exceeded"


def test_a_page_of_html_and_a_broken_connection(vendors: Vendors) -> None:
    vendors.faults.add(html=True)
    vendors.faults.add(drop=True)

    assert "<h1>" in ask(vendors).text
    with pytest.raises(httpx.HTTPError):
        ask(vendors)
    assert ask(vendors).status_code == 200


def test_a_slow_answer_is_late_and_lets_go_when_the_test_is_over(simulator: Server, vendors: Vendors) -> None:
    vendors.faults.add(seconds=60)

    with pytest.raises(httpx.ReadTimeout):
        ask(vendors, timeout=0.1)
    assert vendors.log.of()[-1].status is None

    vendors.world.reset()
    assert threading.active_count() < 50
    assert ask(vendors).status_code == 200


def test_the_clock_moves_stands_and_goes_on(vendors: Vendors) -> None:
    moment = datetime(2026, 3, 1, 10, tzinfo=UTC)
    vendors.clock.set(moment)
    vendors.clock.stop()
    vendors.clock.step(minutes=5)
    assert timedelta(minutes=5) <= vendors.clock.now() - moment < timedelta(minutes=5, seconds=5)
    first, second = vendors.clock.time(), vendors.clock.time()
    assert first == second
    vendors.clock.go()
    assert vendors.clock.time() > first


def parcel(vendors: Vendors, topic: str, due: float = 0.0) -> Parcel:
    """A webhook of no meaning."""
    return Parcel("intercom", topic, "/somewhere/", b"{}", {}, due or vendors.clock.time())


def test_webhooks_are_lost_doubled_delayed_and_shuffled(vendors: Vendors) -> None:
    carried: list[str] = []

    def carry(one: Parcel) -> int:
        carried.append(one.topic)
        return 200

    vendors.courier.transport = carry
    vendors.courier.disturb("drop", topic="lost")
    vendors.courier.disturb("double", topic="twice")
    vendors.courier.disturb("delay", topic="late", seconds=60)
    vendors.courier.disturb("hold", topic="held")

    for topic in ("lost", "held", "twice", "late", "lost"):
        vendors.courier.send(parcel(vendors, topic))
    vendors.courier.deliver()
    assert carried == ["twice", "held", "twice", "lost"]

    vendors.clock.step(seconds=61)
    vendors.courier.deliver()
    assert carried[4:] == ["late"]


def test_the_control_api_plays_from_outside(vendors: Vendors) -> None:
    with httpx.Client(base_url=vendors.url, trust_env=False) as control:
        fault = control.post("/_/faults", json={"vendor": "intercom", "status": 503, "times": 1}).json()
        assert fault["number"] == 1
        assert ask(vendors).status_code == 503
        before = vendors.clock.now()
        control.post("/_/clock", json={"step": 3600})
        assert vendors.clock.now() - before >= timedelta(hours=1)
        seen = control.get("/_/requests", params={"vendor": "intercom"}).json()
        assert [entry["status"] for entry in seen] == [503]
        assert control.get("/").status_code == 200
        assert control.post("/_/reset", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        control.post("/_/reset", json={})
        assert control.get("/_/").json()["requests"] == 0


def test_what_happened_is_kept_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    first = World(file=file)
    first.clock.step(days=3)
    first.write_down()

    second = World(file=file)
    assert second.clock.ahead == pytest.approx(3 * 86400, abs=5)
