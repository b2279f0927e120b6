"""A vendor that takes its time, for goal 15: in the bench's process, and in workers that include this module.

It answers after fifty milliseconds, and says when it was called.
"""

import time
from threading import Lock

from integrations.models import Delivery, Provider
from integrations.movements import Kind, Sent, movements

PROVIDER = Provider.INTERCOM
OPERATION = "bench.wait"
LATENCY = 0.05  # seconds
TOKEN = "of-the-bench"  # noqa: S105  only switches the vendor on


class Peer:
    """The sender; `calls` are the mailbox and the delivery of each, in the order of their answers."""

    def __init__(self) -> None:
        """Nobody has called."""
        self.calls: list[tuple[int, int]] = []
        self._lock = Lock()

    def send(self, delivery: Delivery) -> Sent:
        """Wait, and say when it began."""
        began = time.time()
        time.sleep(LATENCY)
        with self._lock:
            self.calls.append((delivery.mailbox_id, delivery.pk))
        return Sent({"at": began})

    def look(self, _: Delivery) -> None:
        """Nothing gets lost on the way here."""
        return

    def out_of_order(self) -> int:
        """How many calls came before one of their mailbox that was written earlier, or came again."""
        last: dict[int, int] = {}
        wrong = 0
        for mailbox, delivery in self.calls:
            wrong += delivery <= last.get(mailbox, 0)
            last[mailbox] = max(delivery, last.get(mailbox, 0))
        return wrong


peer = Peer()
movements.declare(PROVIDER, OPERATION, "waits", source="Bench", target="Bench", kind=Kind.CUSTOM_API, sender=peer)
