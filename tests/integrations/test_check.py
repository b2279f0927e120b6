"""`manage.py integrations_check` says of each vendor what is configured, answers, and is missing."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def check() -> tuple[str, int]:
    """What it prints, and the status it ends with."""
    out = io.StringIO()
    try:
        call_command("integrations_check", stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(str(end.code))
    return out.getvalue(), 0


def test_what_is_off_is_said_and_is_no_fault() -> None:
    assert check() == ("Intercom: off\nHubSpot: off\nSalesforce: off\n", 0)


def test_it_names_what_is_missing_until_the_setups_ran(vendors: Any, settings: Settings) -> None:
    said, status = check()
    assert status == 1
    assert "Run manage.py hubspot_setup" in said
    assert "Run manage.py intercom_setup" in said

    call_command("hubspot_setup", stdout=io.StringIO())
    call_command("intercom_setup", stdout=io.StringIO())
    said, _ = check()
    assert "Every property is there." in said
    assert "Every attribute of a contact is there." in said
    assert "opportunities and the fields we read can be read" in said

    settings.INTERCOM_TOKEN = "wrong"
    said, status = check()
    assert status == 1
    assert "Intercom\n  missing  It does not answer:" in said or "Intercom\n  missing  It refuses:" in said
