"""Settings that would fail only when the first push comes are found before; and playing Salesforce by hand."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integrations.models import InboundEvent
from integrations.salesforce.checks import salesforce_settings
from tests.integrations.conftest import OPPORTUNITY, SECRET


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SALESFORCE_ORGANIZATION_ID", "00D5g000000KqXyEAA", "salesforce.E001"),
        ("SALESFORCE_BASE_URL", "http://acme.my.salesforce.com", "salesforce.E002"),
        ("SALESFORCE_BASE_URL", "acme", "salesforce.E002"),
        ("SALESFORCE_STAGE_STEPS", {"In production": 5}, "salesforce.E003"),
        ("SALESFORCE_FLOW_SECRETS", ["short"], "salesforce.W001"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named(settings: Any, name: str, value: Any, problem: str) -> None:
    assert salesforce_settings() == []
    setattr(settings, name, value)

    assert [found.id for found in salesforce_settings()] == [problem]


CONNECTED = {"KEY": "key", "SECRET": "secret", "DOMAIN": "acme--uat.sandbox.my", "TOKENS": ["t" * 32]}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"SECRET": ""}, "salesforce.E004"),
        ({"DOMAIN": "login"}, "salesforce.E005"),
        ({"DOMAIN": "https://acme.my.salesforce.com"}, "salesforce.E005"),
        ({"KEY": ""}, "salesforce.E006"),
        ({"TOKENS": ["short"]}, "salesforce.E007"),
        ({"TOKENS": ["t" * 32 + "/"]}, "salesforce.E007"),
    ],
)
def test_a_connection_that_cannot_work_is_named(settings: Any, change: dict[str, Any], problem: str) -> None:
    for chosen in (CONNECTED, CONNECTED | change):
        settings.SALESFORCE_CONSUMER_KEY = chosen["KEY"]
        settings.SALESFORCE_CONSUMER_SECRET = chosen["SECRET"]
        settings.SALESFORCE_DOMAIN = chosen["DOMAIN"]
        settings.SALESFORCE_OUTBOUND_TOKENS = chosen["TOKENS"]
        found = [found.id for found in salesforce_settings()]
        assert found == ([] if chosen is CONNECTED else [problem])


def test_a_stage_can_be_pushed_by_hand(live_server: Any, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SALESFORCE_FLOW_SECRETS = [SECRET]
    call_command("salesforce_push", "006A000000abcDE", "Booked", url=live_server.url, repeat=2, won=True)

    event = InboundEvent.objects.get()
    assert (event.subject_id, event.payload["stageName"], event.payload["isClosed"]) == (OPPORTUNITY, "Booked", True)
    assert capsys.readouterr().out == '200 {"stored":true}\n200 {"stored":false}\n'


def test_a_stage_can_be_pushed_by_hand_with_a_signature(live_server: Any, settings: Any) -> None:
    settings.SALESFORCE_FLOW_HMAC_SECRETS = [SECRET]
    call_command("salesforce_push", OPPORTUNITY, "Proposal", url=live_server.url, at="2026-03-01T10:15:31Z")

    assert InboundEvent.objects.get().payload["systemModstamp"] == "2026-03-01T10:15:31+00:00"


@pytest.mark.parametrize(
    ("arguments", "options", "says"),
    [
        (["nonsense", "Booked"], {}, "neither an ID"),
        ([OPPORTUNITY, "Booked"], {"at": "yesterday"}, "no time with a zone"),
        ([OPPORTUNITY, "Booked"], {"url": "file:///etc"}, "no web address"),
        ([OPPORTUNITY, "Booked"], {"url": "http://127.0.0.1:9"}, "Nobody answers"),
    ],
)
def test_what_is_wrong_by_hand_is_said(settings: Any, arguments: list[str], options: dict[str, str], says: str) -> None:
    settings.SALESFORCE_FLOW_SECRETS = [SECRET]

    with pytest.raises(CommandError, match=says):
        call_command("salesforce_push", *arguments, **options)


def test_without_a_secret_nobody_pushes() -> None:
    with pytest.raises(CommandError, match="nobody may push"):
        call_command("salesforce_push", OPPORTUNITY, "Booked")
