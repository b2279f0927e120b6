"""Carries the vendors' webhooks to the portal, as badly as it is told to."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from integrations.simulator.clock import Clock

if TYPE_CHECKING:
    from integrations.simulator.vendor import Vendor

# Carries one parcel and returns the portal's status, None when no answer came in time.
Transport = Callable[["Parcel"], int | None]
FACTOR = 60


@dataclass
class Parcel:
    """One webhook on its way."""

    vendor: str
    # What the vendor calls this kind of notification.
    topic: str
    # Below the portal's address: "/webhooks/intercom/".
    path: str
    body: bytes
    headers: dict[str, str]
    # By the simulator's clock.
    due: float
    method: str = "POST"
    # How long the vendor waits for an answer, in seconds.
    patience: float = 5.0
    attempts: int = 0
    # What the portal answered last.
    status: int | None = None
    answer: bytes = b""


@dataclass
class Disturbance:
    """What happens to the next parcels of a kind.

    `drop`: never carried. `double`: carried twice. `delay`: due `seconds` later. `hold`: carried after the next that
    is not held. `lose_answer`: carried, but the answer is taken for none. `change`: a function makes another of it.
    """

    what: str
    vendor: str = "*"
    topic: str = "*"
    times: int | None = 1
    seconds: float = 0.0
    change: Callable[[Parcel], Parcel] | None = None

    def fits(self, parcel: Parcel) -> bool:
        """Whether it speaks of this parcel."""
        return fnmatchcase(parcel.vendor, self.vendor) and fnmatchcase(parcel.topic, self.topic)


@dataclass
class Carried:
    """A parcel that arrived or did not, for the console."""

    at: float
    vendor: str
    topic: str
    status: int | None
    note: str = ""


class Courier:
    """Holds the webhooks that wait, and carries those that are due: when asked to, or by a thread of its own."""

    def __init__(self, clock: Clock, *, portal: str = "") -> None:
        """Carry to this portal; without one, to nobody until a test names a `transport`."""
        self.clock = clock
        self.portal = portal.rstrip("/")
        self.transport: Transport = self.over_http
        self.vendors: dict[str, Vendor[Any]] = {}
        self.history: list[Carried] = []
        self._wake = threading.Condition()
        self._waiting: list[Parcel] = []
        self._held: list[Parcel] = []
        self._disturbances: list[Disturbance] = []
        clock.when_moved(self._nudge)

    def send(self, parcel: Parcel) -> None:
        """Take a webhook; it leaves when it is due."""
        with self._wake:
            for each in self._disturbed(parcel):
                self._waiting.append(each)
            self._wake.notify_all()

    def disturb(
        self,
        what: str,
        *,
        vendor: str = "*",
        topic: str = "*",
        times: int | None = 1,
        seconds: float = 0.0,
        change: Callable[[Parcel], Parcel] | None = None,
    ) -> None:
        """Let this happen to the next parcels that fit, see Disturbance."""
        if what not in {"drop", "double", "delay", "hold", "lose_answer", "change"}:
            raise ValueError(f"A courier cannot {what!r} a parcel.")
        with self._wake:
            self._disturbances.append(Disturbance(what, vendor, topic, times, seconds, change))

    def waiting(self) -> list[Parcel]:
        """What has not been carried yet, the first to leave first."""
        with self._wake:
            return sorted(self._waiting, key=lambda parcel: parcel.due) + list(self._held)

    def deliver(self) -> list[Carried]:
        """Carry what is due now, in order; returns what became of each. What is held waits for the next that is not."""
        done = []
        while (parcel := self._next_due()) is not None:
            done.append(self._carry(parcel))
        return done

    def clear(self) -> None:
        """Forget what waits and what was to be disturbed."""
        with self._wake:
            self._waiting, self._held, self._disturbances = [], [], []
            self.history.clear()
            self.transport = self.over_http

    def run(self) -> threading.Thread:
        """Carry on its own from now on, in a thread that ends with the process."""
        thread = threading.Thread(target=self._keep_carrying, name="courier", daemon=True)
        thread.start()
        return thread

    def over_http(self, parcel: Parcel) -> int | None:
        """Carry a parcel to the portal's address."""
        if not self.portal:
            return None
        request = urllib.request.Request(  # noqa: S310  the portal's own address
            self.portal + parcel.path, data=parcel.body or None, headers=parcel.headers, method=parcel.method
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=parcel.patience) as response:
                parcel.answer = response.read()
                return int(response.status)
        except urllib.error.HTTPError as refusal:
            with refusal:
                parcel.answer = refusal.read()
            return refusal.code
        except OSError:
            return None

    def _disturbed(self, parcel: Parcel) -> list[Parcel]:
        """What is to be carried instead of the parcel."""
        parcels = [parcel]
        for rule in [each for each in self._disturbances if each.what != "lose_answer" and each.fits(parcel)]:
            self._use(rule)
            if rule.what == "drop":
                return []
            if rule.what == "hold":
                self._held += parcels
                return []
            if rule.what == "double":
                parcels += [replace(each, headers=dict(each.headers)) for each in parcels]
            if rule.what == "change" and rule.change:
                parcels = [rule.change(each) for each in parcels]
            for each in parcels:
                each.due += rule.seconds
        return parcels

    def _loses_answer(self, parcel: Parcel) -> bool:
        with self._wake:
            for rule in self._disturbances:
                if rule.what == "lose_answer" and rule.fits(parcel):
                    self._use(rule)
                    return True
        return False

    def _use(self, rule: Disturbance) -> None:
        if rule.times is not None:
            rule.times -= 1
            if rule.times <= 0:
                self._disturbances.remove(rule)

    def _next_due(self) -> Parcel | None:
        now = self.clock.time()
        with self._wake:
            due = [parcel for parcel in self._waiting if parcel.due <= now]
            if not due:
                return None
            first = min(due, key=lambda parcel: parcel.due)
            self._waiting.remove(first)
            return first

    def _carry(self, parcel: Parcel) -> Carried:
        parcel.attempts += 1
        status = self.transport(parcel)
        note = ""
        if self._loses_answer(parcel):
            status, note = None, "answer lost"
        parcel.status = status
        again = self.vendors[parcel.vendor].retry_after(parcel, status)
        if again is not None:
            parcel.due = self.clock.time() + again
            note = f"{note} again in {again:.0f} s".strip()
            with self._wake:
                self._waiting.append(parcel)
        carried = Carried(self.clock.time(), parcel.vendor, parcel.topic, status, note)
        with self._wake:
            self.history.append(carried)
            del self.history[:-200]
            self._waiting += self._held
            self._held = []
        return carried

    def _keep_carrying(self) -> None:
        while True:
            self.deliver()
            with self._wake:
                pending = [parcel.due for parcel in self._waiting]
                wait = min(max(min(pending) - self.clock.time(), 0.0), FACTOR) if pending else None
                if wait is None or wait > 0:
                    self._wake.wait(wait)

    def _nudge(self) -> None:
        with self._wake:
            self._wake.notify_all()
