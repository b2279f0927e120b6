"""A clock, and what has been mailed by when."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from accounts.models import User
from chat.actions import post_message
from chat.models import Message
from notifications.models import Mail
from notifications.tasks import write_due_mails
from workstreams.models import WorkStream

# A Tuesday, when nobody is asleep whose zone is UTC.
TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


class Clock:
    """The time of a test, which stands still until it is moved."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def at(self, moment: datetime) -> None:
        """Go there."""
        self._traveller.move_to(moment)

    def later(self, minutes: float) -> None:
        """Go on, and let the worker do what is due."""
        self._traveller.shift(timedelta(minutes=minutes))
        write_due_mails()


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Tuesday morning."""
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def say() -> Callable[..., Message]:
    """Write in a chat."""

    def write(workstream: WorkStream, author: User, body: str = "Hello") -> Message:
        return post_message(workstream=workstream, author=author, body=body, client_key=uuid4())

    return write


def mailed() -> list[tuple[str, str]]:
    """To whom, and the subject; in the order they were written."""
    return [(mail.recipients[0].partition("@")[0], mail.subject) for mail in Mail.objects.order_by("id")]
