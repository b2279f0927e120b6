"""Settings of Intercom that would fail only when the first message goes out are found before."""

from typing import Any

import pytest

from integrations.intercom.checks import intercom_settings


@pytest.mark.parametrize(
    ("name", "value", "problems"),
    [
        ("INTERCOM_BASE_URL", "http://api.intercom.io", ["intercom.E001"]),
        ("INTERCOM_BASE_URL", "http://127.0.0.1:8701/intercom", []),
        ("INTERCOM_ADMIN_ID", "", ["intercom.W001"]),
        ("INTERCOM_ADMIN_ID", "joe@corp.example", ["intercom.E002"]),
    ],
)
def test_a_value_that_cannot_be_meant_is_named(settings: Any, name: str, value: str, problems: list[str]) -> None:
    settings.INTERCOM_ADMIN_ID = "493880"
    setattr(settings, name, value)
    assert intercom_settings() == []

    settings.INTERCOM_TOKEN = "t"
    assert [found.id for found in intercom_settings()] == problems
