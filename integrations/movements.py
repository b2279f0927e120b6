"""Every movement of data between the portal and a vendor: what moves, which way, how, and who does the work.

The "Data flow" page is printed from it (F5), and the workers find here what to call. A vendor's folder declares its
movements in `movements.py`, which its app imports when it is ready.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from integrations.models import Delivery


class Kind(StrEnum):
    """How data moves; the page shows it in words and in the colour that the field gives it."""

    MANUAL = "Manual"
    CUSTOM_API = "Custom API"
    NATIVE = "Native integration"


@dataclass(frozen=True)
class Sent:
    """What the vendor answered: ids worth keeping, and the digest of the body that went out."""

    outcome: dict[str, Any] = field(default_factory=dict)
    digest: str = ""


class Sender(Protocol):
    """Does one thing at a vendor. Called with no transaction open."""

    def send(self, delivery: Delivery) -> Sent:
        """Do it. What is settled already, or no longer wanted, is no failure. Raises: VendorFailure."""

    def look(self, delivery: Delivery) -> Sent | None:
        """Whether an attempt whose answer nobody heard was done; None when it was not. Raises: VendorFailure."""


@dataclass(frozen=True)
class Movement:
    """One line of the data flow page; with a sender, also an operation of the queue."""

    name: str
    says: str
    source: str
    target: str
    kind: Kind
    gaps: str = ""
    sender: Sender | None = None


class Movements:
    """All that was declared."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._all: dict[tuple[str, str], Movement] = {}

    def declare(
        self,
        provider: str,
        name: str,
        says: str,
        *,
        source: str,
        target: str,
        kind: Kind = Kind.CUSTOM_API,
        gaps: str = "",
        sender: Sender | None = None,
    ) -> None:
        """Add a movement. `gaps`: what is known not to arrive."""
        if (provider, name) in self._all:
            raise ValueError(f"The movement {name!r} of {provider} is declared twice.")
        self._all[provider, name] = Movement(name, says, source, target, kind, gaps, sender)

    def sender(self, provider: str, operation: str) -> Sender:
        """Who does this operation. Raises: LookupError when nobody declared one."""
        movement = self._all.get((provider, operation))
        if movement is None or movement.sender is None:
            raise LookupError(f"Nobody sends {operation!r} to {provider}; declare it in that vendor's movements.py.")
        return movement.sender

    def find(self, provider: str, name: str) -> Movement | None:
        """The declaration of an operation; None for one that is no longer declared."""
        return self._all.get((provider, name))

    def of(self, provider: str) -> list[Movement]:
        """The movements of one vendor, in the order of declaration."""
        return [movement for (of, _), movement in self._all.items() if of == provider]


movements = Movements()


class Simply:
    """A sender whose work may simply be repeated: doing it twice leaves what doing it once leaves."""

    def __init__(self, send: Callable[[Delivery], Sent]) -> None:
        """Keep the function."""
        self._send = send

    def send(self, delivery: Delivery) -> Sent:
        """Do it."""
        return self._send(delivery)

    def look(self, _: Delivery) -> None:
        """Nothing to look for."""
        return
