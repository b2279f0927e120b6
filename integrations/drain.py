"""Emptying the mailboxes: each in order, many side by side, and no transaction open while a vendor is called (D1, D2).

What may happen at any moment: a worker dies, a vendor hangs, two workers want the same, somebody writes while a
mailbox is given back. So a mailbox is leased (`integrations.leases`), what was begun is noted before the vendor is
called, and a delivery that was begun and not settled is looked for at the vendor before it is sent again.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import takewhile

from django.utils import timezone

from integrations import connectors, leases, rate
from integrations.connectors import Way, is_on
from integrations.failures import NotNow, Refused, Unclear, VendorAway, Waits
from integrations.leases import Lease
from integrations.models import Delivery
from integrations.movements import Sent, movements

logger = logging.getLogger(__name__)

# Deliveries of one mailbox before another one gets its turn.
AT_ONCE = 10
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
# What fails for longer than this, and was tried so often in it, waits for a person. Time alone would park what stood
# behind an outage of the vendor.
GIVE_UP_AFTER = timedelta(hours=72)
GIVE_UP_ATTEMPTS = 40
# Workers that died at one head, one after another.
DEADLY_AFTER = 5
# For something of ours that has to be there first: soon, then seldom.
SHORTEST_WAIT_FOR_OURS = timedelta(seconds=2)
LONGEST_WAIT_FOR_OURS = timedelta(minutes=5)

Clock = Callable[[], datetime]


def send_next(provider: str, *, mailbox: int | None = None, now: datetime | None = None) -> bool:
    """Take one due mailbox, or this one, and send what is first in it; False when there is nothing to do now.

    `now` stops the clock, for tests.
    """
    clock: Clock = timezone.now if now is None else lambda: now
    if not is_on(provider):
        return False
    way = connectors.way_to(provider, now=clock())
    if way == Way.CLOSED:
        return False
    lease = leases.claim(provider, mailbox=mailbox, now=clock())
    if lease is None:
        if way == Way.PROBE:
            connectors.said_nothing(provider)
        return False
    _Turn(lease, clock, is_probe=way == Way.PROBE).take()
    return True


def send_all(provider: str | None = None, *, now: datetime | None = None) -> int:
    """Send everything that is due, and what comes due by that; how many mailboxes were taken for it."""
    vendors = connectors.those_on() if provider is None else [provider]
    taken = 0
    for vendor in vendors:
        while send_next(vendor, now=now):
            taken += 1
    return taken


class _Turn:
    """One worker's turn at one mailbox."""

    def __init__(self, lease: Lease, clock: Clock, *, is_probe: bool) -> None:
        self.lease = lease
        self.clock = clock
        self.is_probe = is_probe

    def take(self) -> None:
        """Send what is first, until something stops it; then give the mailbox back."""
        found = list(
            Delivery.objects.filter(mailbox=self.lease.mailbox)
            .unsettled()
            .select_related("mailbox__workstream", "mailbox__person", "event")
            .order_by("pk")[:AT_ONCE]
        )
        waiting = list(takewhile(lambda delivery: delivery.state == Delivery.State.WAITING, found))
        for delivery in waiting:
            if not self.lease.begin(delivery, now=self.clock(), is_probe=self.is_probe):
                self.lease.uncount()
                self._give_back(is_empty=False)
                return
            if not self._deliver(delivery):
                return
        self._give_back(is_empty=len(found) < AT_ONCE)

    def _give_back(self, *, is_empty: bool) -> None:
        self.lease.give_back(now=self.clock(), is_empty=is_empty)
        if self.is_probe:
            connectors.said_nothing(self.lease.provider)

    def _deliver(self, delivery: Delivery) -> bool:
        """Have one delivery done; whether the next one may follow."""
        if self.lease.deaths >= DEADLY_AFTER:
            self._park(delivery, f"{self.lease.deaths} workers died over it, one after another.", is_unclear=True)
            return False
        looked = _Looked()
        try:
            sent = _send(delivery, looked)
        except Refused as failure:
            self._park(delivery, failure.reason, is_unclear=looked.is_unsure)
            self._answered()
        except Waits as failure:
            self._wait_for_ours(delivery, failure.reason, is_unclear=looked.is_unsure)
        except VendorAway as failure:
            self._away(delivery, failure, is_unclear=failure.is_unclear or looked.is_unsure)
        except NotNow as failure:
            self._try_again(delivery, failure.reason, is_unclear=looked.is_unsure, wanted=failure.retry_at)
        except Unclear as failure:
            self._try_again(delivery, failure.reason, is_unclear=True)
        except LookupError as failure:
            logger.exception("%s cannot be sent.", delivery)
            self._try_again(delivery, str(failure), is_unclear=looked.is_unsure, is_ours=True)
        except Exception as failure:
            # It may have been done before whatever broke.
            logger.exception("%s could not be sent.", delivery)
            self._try_again(delivery, type(failure).__name__, is_unclear=True, is_ours=True)
        else:
            self.lease.sent(delivery, sent, now=self.clock())
            self._answered()
            return True
        return False

    def _answered(self) -> None:
        """The vendor answered, be it that it refused: it is there."""
        if self.is_probe:
            connectors.went_well(self.lease.provider, now=self.clock())
            self.is_probe = False

    def _park(self, delivery: Delivery, reason: str, *, is_unclear: bool) -> None:
        logger.error("%s to %s waits for a person: %s", delivery, self.lease.provider, reason)
        self.lease.failed(delivery, reason, due=None, is_unclear=is_unclear, parked=self.clock())

    def _wait_for_ours(self, delivery: Delivery, reason: str, *, is_unclear: bool) -> None:
        now = self.clock()
        wait = min(max((now - delivery.created_at) / 10, SHORTEST_WAIT_FOR_OURS), LONGEST_WAIT_FOR_OURS)
        self.lease.failed(delivery, reason, due=now + wait, counts=False, is_unclear=is_unclear)
        if self.is_probe:
            connectors.said_nothing(self.lease.provider)

    def _away(self, delivery: Delivery, failure: VendorAway, *, is_unclear: bool) -> None:
        # Due at once, behind all others that are: so each probe is of another mailbox, and none keeps the circuit open.
        now = self.clock()
        connectors.is_away(self.lease.provider, failure.reason, now=now, until=failure.until, was_probe=self.is_probe)
        self.lease.failed(delivery, failure.reason, due=now, counts=False, is_unclear=is_unclear)

    def _try_again(
        self,
        delivery: Delivery,
        reason: str,
        *,
        is_unclear: bool,
        wanted: datetime | None = None,
        is_ours: bool = False,
    ) -> None:
        """Later, when the vendor wants or after a wait that grows; after days of it a person must look.

        What is our own mistake says nothing about the vendor.
        """
        now, lease = self.clock(), self.lease
        since = lease.trying_since or now
        if lease.attempts >= GIVE_UP_ATTEMPTS and now - since > GIVE_UP_AFTER:
            self._park(
                delivery,
                f"It failed {lease.attempts} times since {since:%Y-%m-%d %H:%M}: {reason}",
                is_unclear=is_unclear,
            )
        else:
            due = wanted if wanted and wanted > now else now + _wait(lease.attempts)
            lease.failed(delivery, reason, due=due, is_unclear=is_unclear)
        if is_ours:
            if self.is_probe:
                connectors.said_nothing(lease.provider)
        elif self.is_probe or lease.attempts == 1:
            connectors.failed(lease.provider, reason, now=now, was_probe=self.is_probe)


class _Looked:
    """Whether an earlier attempt may have been done, as far as this one has found out."""

    is_unsure = False


def _send(delivery: Delivery, looked: _Looked) -> Sent:
    sender = movements.sender(delivery.mailbox.provider, delivery.operation)
    rate.wait_for(delivery.mailbox.provider)
    if delivery.begun_at is not None:  # as it was read, before this attempt
        looked.is_unsure = True
        if found := sender.look(delivery):
            return found
        looked.is_unsure = False
    return sender.send(delivery)


def _wait(attempts: int) -> timedelta:
    """The wait after so many failed attempts, a quarter more or less, so that not all come back at once."""
    doubled: int = 2 ** min(attempts - 1, 16)
    wait = min(FIRST_WAIT * doubled, LONGEST_WAIT)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311  no secret
