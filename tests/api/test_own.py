"""One's own sessions and data over the API, and erasing."""

import time
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.utils import timezone
from time_machine import travel

from accounts.models import DataExport, User
from accounts.tasks import work_waiting_personal
from activity.models import Event
from notifications.models import Mail
from tests.accounts.test_devices import FIREFOX, SAFARI, sign_in
from tests.api.caller import Caller
from tests.conftest import World
from tests.mailbox import code_in, latest_mail


@pytest.fixture(autouse=True)
def _files_in_memory(settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


def mailed_code(caller: Caller, person: User, purpose: str) -> str:
    """Have a code mailed, and read it."""
    assert caller.post("/me/codes/", {"purpose": purpose}).status_code == 202
    return code_in(latest_mail(person.email))


def test_sessions_are_told_and_signed_out_one_by_one_and_all_others(world: World) -> None:
    here, phone, third = (sign_in(world.owner, browser=browser) for browser in (FIREFOX, SAFARI, SAFARI))
    told = here.get("/api/v1/me/sessions/").json()["results"]
    assert [(row["device"], row["is_this"]) for row in told] == [
        ("Firefox on Windows", True),
        ("Safari on iPhone", False),
        ("Safari on iPhone", False),
    ]
    caller, stranger = Caller(world.owner), Caller(world.stranger)
    assert not any(row["is_this"] for row in caller.get("/me/sessions/").json()["results"])

    chosen = f"/me/sessions/{told[2]['id']}/"
    assert stranger.delete(chosen).json() == {"ended": 0}
    assert [caller.delete(chosen).json(), caller.delete(chosen).json()] == [{"ended": 1}, {"ended": 0}]
    assert here.delete(f"/api/v1/me/sessions/{told[0]['id']}/").json() == {"ended": 0}
    assert here.post("/api/v1/me/sessions/end-others/").json() == {"ended": 1}
    assert [browser.get("/profile/").status_code for browser in (here, phone, third)] == [200, 302, 302]
    # A token has no session of its own, so it ends them all, and goes on.
    assert caller.post("/me/sessions/end-others/").json() == {"ended": 1}
    assert here.get("/profile/").status_code == 302
    assert caller.get("/me/sessions/").json() == {"results": []}


def test_a_copy_is_asked_for_followed_and_fetched_with_a_code(world: World) -> None:
    caller = Caller(world.member)
    asked = caller.post("/me/data/")
    copy = asked.json()
    assert (asked.status_code, copy["state"], copy["file"]) == (202, "waiting", None)
    assert caller.post("/me/data/").json()["id"] == copy["id"]
    code = mailed_code(caller, world.member, "confirm")
    # While there is nothing to fetch the code is not used up.
    assert caller.post(f"/me/data/{copy['id']}/file/", {"code": code}).status_code == 404
    work_waiting_personal()
    assert caller.post("/me/data/").json()["code"] == "asked_lately"
    ready = caller.get(f"/me/data/{copy['id']}/").json()
    assert caller.get("/me/data/").json()["results"] == [ready]
    assert (ready["state"], ready["size"] > 0) == ("ready", True)

    file = ready["file"].partition("/api/v1")[2]
    for wrong in ({}, {"code": "000000"}):
        assert caller.post(file, wrong).json()["code"] == "code_refused"
    fetched: Any = caller.post(file, {"code": code})
    names = zipfile.ZipFile(BytesIO(b"".join(fetched.streaming_content))).namelist()
    assert (fetched["Content-Type"], fetched["Cache-Control"]) == ("application/zip", "no-store")
    assert "profile.json" in names
    assert caller.post(file, {"code": code}).json()["code"] == "code_refused"

    other = Caller(world.admin)
    assert other.get(f"/me/data/{copy['id']}/").status_code == 404
    assert other.post(file, {"code": mailed_code(other, world.admin, "confirm")}).status_code == 404
    with travel(timezone.now() + timedelta(days=8)):
        assert caller.post(file, {"code": mailed_code(caller, world.member, "confirm")}).status_code == 404


def test_a_browser_needs_no_code_while_it_is_fresh(client: Client, world: World) -> None:
    here = sign_in(world.member)
    here.post("/api/v1/me/data/")
    work_waiting_personal()
    file = f"/api/v1/me/data/{DataExport.objects.get().public_id}/file/"

    assert here.post(file, {}, "application/json").status_code == 200
    client.force_login(world.member)
    assert client.post(file, {}, "application/json").json()["code"] == "code_refused"


def test_oneself_is_erased_with_a_code_that_nobody_guesses(world: World) -> None:
    caller, open_page = Caller(world.member), sign_in(world.member)
    code = mailed_code(caller, world.member, "erase")
    # A key that has an answer remembered once does not make wrong codes free: what was refused counts all the same.
    for number in range(5):
        wrong = caller.post("/me/erase/", {"code": "x"}, Idempotency_Key=f"try {number}")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "code_refused")
    assert caller.post("/me/erase/", {"code": code}).json()["code"] == "code_refused"
    world.member.refresh_from_db()
    assert world.member.erased_at is None

    code = mailed_code(caller, world.member, "erase")
    assert caller.post("/me/erase/", {"code": code}).status_code == 204
    world.member.refresh_from_db()
    assert world.member.display_name == "Former member"
    assert caller.get("/me/").status_code == 401
    assert open_page.get("/profile/").status_code == 302

    owner = Caller(world.owner)
    kept = owner.post("/me/erase/", {"code": mailed_code(owner, world.owner, "erase")}).json()
    assert kept["code"] == "not_erasable_yet"
    assert "Street labels" in kept["message"]


def test_a_browser_is_signed_out_by_its_own_erasure(world: World) -> None:
    here = sign_in(world.member)
    assert here.post("/api/v1/me/codes/", {"purpose": "erase"}, "application/json").status_code == 202
    code = code_in(latest_mail(world.member.email))

    assert here.post("/api/v1/me/erase/", {"code": code}, "application/json").status_code == 204
    assert here.get("/api/v1/me/").status_code == 401


def test_who_has_an_app_shows_its_code_besides(world: World) -> None:
    TOTP.activate(world.delivery, secret := generate_totp_secret())
    caller = Caller(world.delivery)
    assert caller.post("/me/codes/", {"purpose": "confirm"}).json()["code"] == "use_the_app"
    code = mailed_code(caller, world.delivery, "erase")
    for app_code in ({}, {"app_code": "000000"}):
        assert caller.post("/me/erase/", {"code": code, **app_code}).json()["code"] == "code_refused"
    world.delivery.refresh_from_db()
    assert world.delivery.erased_at is None

    shown = str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    assert caller.post("/me/erase/", {"code": code, "app_code": shown}).status_code == 204
    world.delivery.refresh_from_db()
    assert world.delivery.erased_at is not None


def test_codes_are_mailed_only_so_often(world: World) -> None:
    caller = Caller(world.member)
    answers = [caller.post("/me/codes/", {"purpose": "erase"}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [202, 202, 202, 202, 429]
    assert caller.post("/me/codes/", {"purpose": "address"}).status_code == 400
    assert Mail.objects.filter(recipients=[world.member.email]).count() == 4


def test_an_administrator_erases_whom_they_name(world: World) -> None:
    admin, address = Caller(world.admin), f"/people/{world.member.public_id}/erase/"
    assert admin.post(address, {"email": "somebody@acme.example"}).json()["fields"].keys() == {"email"}
    assert not Event.objects.filter(verb="accounts.erased").exists()
    email = world.member.email.upper()
    for _ in range(2):
        assert admin.post(address, {"email": email}).status_code == 204
    world.member.refresh_from_db()
    assert world.member.erased_at is not None
    assert Event.objects.filter(verb="accounts.erased", actor=world.admin).count() == 1
    assert admin.post(f"/people/{world.owner.public_id}/erase/", {"email": world.owner.email}).status_code == 409
