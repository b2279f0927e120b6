"""Who a token stands for, what it may, and when it ends."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from activity.models import Event
from api import events
from api.actions import MOST_TOKENS, make_token, revoke_token
from api.errors import TokenRefused, TooManyTokens
from api.models import ApiToken, Scope
from tests.api.caller import Caller, token_of
from tests.conftest import World


def ask(client: Client, secret: str) -> tuple[int, str]:
    """The status, and the code of a refusal."""
    response = client.get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
    return response.status_code, response.json().get("code", "")


def test_a_token_acts_for_its_person_and_for_nobody_else(client: Client, world: World) -> None:
    client.force_login(world.admin)  # the header counts, not the cookie
    response = client.get("/api/v1/me/", headers={"Authorization": f"Bearer {token_of(world.owner)}"})

    assert response.json()["id"] == str(world.owner.public_id)
    assert response.json()["token"]["scopes"] == ["read", "write"]


def test_a_session_acts_too(client: Client, world: World) -> None:
    client.force_login(world.isr)

    assert client.get("/api/v1/me/").json()["token"] is None


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wsp_guessed", "Bearer nonsense", "Bearer wsp_\xe9", "Basic x"]
)
def test_whoever_has_no_token_is_told_so(header: str, client: Client, world: World) -> None:
    response = client.get("/api/v1/me/", headers={"Authorization": header} if header else {})

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert set(response.json()) == {"code", "message"}


def test_the_secret_is_not_stored(world: World) -> None:
    secret = token_of(world.owner)

    assert secret.startswith("wsp_")
    assert len(secret) == 47
    row = ApiToken.objects.values().get()
    assert secret not in str(row)
    assert row["digest"] != secret


def test_a_token_ends_when_it_expires(client: Client, world: World) -> None:
    secret = token_of(world.owner, days=30)

    with time_machine.travel(timezone.now() + timedelta(days=29, hours=23)):
        assert ask(client, secret)[0] == 200
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert ask(client, secret) == (401, "token_refused")


def test_a_token_ends_when_it_is_revoked(client: Client, world: World) -> None:
    secret = token_of(world.owner)
    revoke_token(token=ApiToken.objects.get(), actor=world.owner)

    assert ask(client, secret) == (401, "token_refused")


def test_a_token_ends_with_its_person(client: Client, world: World) -> None:
    secret = token_of(world.owner)
    world.owner.is_active = False
    world.owner.save(update_fields=["is_active"])

    assert ask(client, secret) == (401, "token_refused")


def test_a_token_that_may_read_changes_nothing(world: World) -> None:
    response = Caller(world.owner, Scope.READ).post("/me/")

    assert response.status_code == 403
    assert response.json()["code"] == "scope_missing"


def test_a_token_that_may_change_does_not_thereby_read(world: World) -> None:
    assert Caller(world.owner, Scope.WRITE).get("/me/").json()["code"] == "scope_missing"


def test_the_use_of_a_token_is_written_down_once_a_minute(client: Client, world: World) -> None:
    secret = token_of(world.owner)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(client, secret)
        first = ApiToken.objects.get().last_used_at
        clock.shift(timedelta(seconds=59))
        ask(client, secret)
        assert ApiToken.objects.get().last_used_at == first
        clock.shift(timedelta(seconds=1))
        ask(client, secret)
        assert ApiToken.objects.get().last_used_at == timezone.now()


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_token_lives_a_year_at_most(days: int, world: World) -> None:
    with pytest.raises(TokenRefused):
        token_of(world.owner, days=days)


def test_nobody_has_tokens_without_end(world: World) -> None:
    for _ in range(MOST_TOKENS):
        token_of(world.owner)
    with pytest.raises(TooManyTokens):
        token_of(world.owner)

    revoke_token(token=ApiToken.objects.all()[0], actor=world.owner)
    token_of(world.owner)


def test_making_and_revoking_are_recorded_without_the_secret(world: World) -> None:
    secret = token_of(world.owner)
    revoke_token(token=ApiToken.objects.get(), actor=world.owner)
    revoke_token(token=ApiToken.objects.get(), actor=world.owner)

    assert list(Event.objects.order_by("pk").values_list("verb", "actor")) == [
        (events.TOKEN_CREATED, world.owner.pk),
        (events.TOKEN_REVOKED, world.owner.pk),
    ]
    assert secret not in str(list(Event.objects.values()))


def test_an_operator_makes_one_on_the_command_line(
    client: Client, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_api_token", world.isr.email, "--scopes", "read", "write", "--days", "7", "--name", "Report")
    secret = capsys.readouterr().out.strip()

    assert ask(client, secret)[0] == 200
    assert ApiToken.objects.get().scopes == ["read", "write"]


def test_a_person_makes_one_on_the_page_and_sees_it_once(client: Client, world: World) -> None:
    client.force_login(world.agile_worker)
    entries = {"name": "Report", "scopes": "read", "days": "90", "public_id": "0190f7a4-6b1e-4c55-9a66-4d3c0a3b2c11"}
    page = client.post("/api-tokens/", entries)
    secret = page.context["secret"]

    assert page.status_code == 200
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert ask(client, secret)[0] == 200
    again = client.post("/api-tokens/", entries, follow=True)
    assert secret not in again.content.decode()
    assert ApiToken.objects.count() == 1


def test_the_form_of_somebody_else_makes_no_token(client: Client, world: World) -> None:
    entries = {"name": "Report", "scopes": "read", "days": 3, "public_id": str(uuid4())}
    for person in (world.isr, world.owner):
        client.force_login(person)
        answer = client.post("/api-tokens/", entries)

    assert answer.status_code == 403
    assert [token.person for token in ApiToken.objects.select_related("person")] == [world.isr]


def test_a_person_revokes_their_own_tokens_only(client: Client, world: World) -> None:
    made, _ = make_token(person=world.owner, actor=world.owner, name="Report", scopes=[Scope.READ])
    address = f"/api-tokens/{made.public_id}/revoke/"

    client.force_login(world.admin)
    assert client.post(address).status_code == 404
    client.force_login(world.owner)
    assert client.post(address).status_code == 302
    made.refresh_from_db()
    assert made.revoked_at is not None
