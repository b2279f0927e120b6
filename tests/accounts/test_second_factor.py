import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from pytest_django import Settings

from accounts import second_factor
from accounts.errors import NotAllowed
from activity.models import Event
from notifications.models import Mail
from tests.accounts.test_devices import sign_in
from tests.api.caller import Caller
from tests.conftest import World


@pytest.fixture(autouse=True)
def _required(settings: Settings) -> None:
    settings.MFA_REQUIRED_FOR_STAFF = True


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_a_colleague_without_one_is_led_to_it_before_anything_else(world: World) -> None:
    client = sign_in(world.isr)
    for address in ("/", "/workstreams/", "/profile/", "/api-tokens/"):
        assert client.get(address)["Location"] == "/accounts/2fa/totp/activate/"
    for address in ("/api/v1/me/", f"/api/v1/workstreams/{world.labels.public_id}/notes/"):
        refused = client.get(address)
        assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
    live = client.get(f"/live/workstreams/{world.labels.public_id}/team/")
    assert live.status_code in {403, 404}

    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'value="([A-Z2-7]{16,})"', page)
    assert found, page
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(found[1])})
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert client.get("/workstreams/").status_code == 200
    assert client.get("/api/v1/me/").status_code == 200


def test_what_the_page_fetches_and_opening_it_twice_leave_the_scanned_secret_as_it_is(world: World) -> None:
    client = sign_in(world.isr)
    first = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    fetched = client.get("/notifications/count/", headers={"Sec-Fetch-Dest": "empty"})
    assert (fetched.status_code, fetched.json()["code"]) == (403, "second_factor_required")
    assert client.get("/accounts/2fa/totp/activate/").context["form"].secret == first
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(first)}).status_code == 302
    assert client.get("/workstreams/").status_code == 200


def test_clients_choose_for_themselves(world: World) -> None:
    assert sign_in(world.owner).get("/my-workstreams/").status_code == 200


def test_tokens_of_colleagues_rest_until_then(world: World) -> None:
    caller = Caller(world.isr)
    assert caller.get("/me/").status_code == 401
    TOTP.activate(world.isr, generate_totp_secret())
    assert caller.get("/me/").status_code == 200
    assert Caller(world.owner).get("/me/").status_code == 200


def test_it_cannot_be_switched_off_where_it_is_required(world: World) -> None:
    client = sign_in(world.isr)
    TOTP.activate(world.isr, secret := generate_totp_secret())
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    page = client.post("/accounts/2fa/totp/deactivate/").content.decode()

    assert "cannot be switched off" in page
    assert Authenticator.objects.count() == 1


def test_an_open_browser_does_not_let_others_put_their_app_in_the_way(client: Client, world: World) -> None:
    client.force_login(world.owner)
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/profile/confirm/")


def test_an_administrator_resets_a_lost_one_and_the_person_is_told_and_signed_out(world: World) -> None:
    TOTP.activate(world.admin, generate_totp_secret())
    lost = sign_in_with_app(world)
    admin = Client()
    admin.force_login(world.admin)
    listed = admin.get("/admin/accounts/user/").content.decode()
    assert "Second factor" in listed
    done = admin.post(f"/admin/accounts/user/{world.isr.pk}/change/", {"_reset": "1"})

    assert done.status_code == 302
    assert not Authenticator.objects.filter(user=world.isr).exists()
    assert lost.get("/workstreams/")["Location"].startswith("/sign-in/")
    assert Event.objects.filter(verb="accounts.second_factor_reset", actor=world.admin).count() == 1
    assert Mail.objects.filter(recipients=[world.isr.email], subject="Your second factor was reset").count() == 1


def sign_in_with_app(world: World) -> Client:
    client = sign_in(world.isr)
    TOTP.activate(world.isr, generate_totp_secret())
    assert client.get("/workstreams/").status_code == 200
    return client


def test_nobody_else_resets_one_and_nobody_their_own(world: World, rf: object) -> None:
    for person, actor in ((world.isr, world.architect), (world.admin, world.admin)):
        with pytest.raises(NotAllowed):
            second_factor.reset(person=person, actor=actor, request=None)  # type: ignore[arg-type]
