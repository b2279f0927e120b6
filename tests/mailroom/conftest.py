"""What comes in is for this domain."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _answers_are_taken_in(settings: Settings) -> None:
    settings.REPLY_DOMAIN = "reply.portal.example"
