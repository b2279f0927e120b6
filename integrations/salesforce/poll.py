"""Looking for what nobody told: a Flow does not repeat, and a deleted record tells nothing (D1, D2, A36).

What changed since the last look is read every few minutes, with some time twice: a long transaction in Salesforce
becomes visible late and carries an older stamp. Once a day everything is compared. Nothing here follows a stage; what
is news becomes an event, and a worker follows that one like any other.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from integrations.connectors import is_on
from integrations.failures import VendorAway, VendorFailure
from integrations.models import Provider
from integrations.salesforce import asking, client, work
from integrations.salesforce.asking import Found
from integrations.salesforce.ids import OPPORTUNITY_PREFIX
from integrations.salesforce.models import Poll
from workstreams.choices import Status
from workstreams.models import WorkStream

logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)
COMPARE_EVERY = timedelta(days=1)
# A look that takes longer is taken for dead, and another worker begins anew.
LONGEST_LOOK = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=1)
# Of the organisation's calls in a day, looking takes no more than this share.
OUR_SHARE = 0.2
# Above this share of them used, by whomever, the looks become seldom.
SPARING_ABOVE = 0.8
SPARING = 6
_DAY = 24 * 3600


def look(*, now: datetime | None = None) -> int | None:
    """Read what changed, if a look is due; returns how much of it was news, None when none was due.

    Whatever fails is written down, and the next look begins where the last good one did.
    """
    if not is_on(Provider.SALESFORCE) or settings.SALESFORCE_POLL_SECONDS <= 0:
        return None
    began = now or timezone.now()
    poll = _claim(began)
    if poll is None:
        return None
    is_full = poll.looked_at is None or poll.compared_at is None or began - poll.compared_at >= COMPARE_EVERY
    since = None if is_full or poll.looked_at is None else poll.looked_at - OVERLAP
    news = chunks = 0
    try:
        for ids in _chunks(_tied()):
            chunks += 1
            news += _look_at(ids, since)
    except VendorFailure as failure:
        until = failure.until if isinstance(failure, VendorAway) else None
        due = max(began + _gap(chunks), min(until or began, began + LONGEST_WAIT))
        Poll.objects.filter(pk=poll.pk).update(due_at=due, failed_at=began, error=failure.reason[:500])
        logger.warning("Looking at Salesforce broke off: %s", failure.reason)
        return news
    done = {"due_at": began + _gap(chunks), "looked_at": began, "error": ""}
    Poll.objects.filter(pk=poll.pk).update(**done, **({"compared_at": began} if is_full else {}))
    if news:
        logger.info("Found %s opportunities changed that nobody had told of.", news)
    return news


def _claim(now: datetime) -> Poll | None:
    """Take the look that is due, for one worker; None when none is, or another has it."""
    Poll.objects.get_or_create(pk=1, defaults={"due_at": now})
    due = Poll.objects.filter(pk=1, due_at__lte=now)
    return Poll.objects.get(pk=1) if due.update(due_at=now + LONGEST_LOOK) else None


def _tied() -> QuerySet[WorkStream, str | None]:
    """The opportunities of open WorkStreams; those of closed ones move nothing until they are reopened."""
    tied = WorkStream.objects.filter(status=Status.OPEN, opportunity_id__startswith=OPPORTUNITY_PREFIX)
    return tied.order_by("opportunity_id").values_list("opportunity_id", flat=True)


def _chunks(tied: QuerySet[WorkStream, str | None]) -> Iterator[list[str]]:
    """All of them, a question's worth at a time and in a statement of its own."""
    last = ""
    while ids := [each for each in tied.filter(opportunity_id__gt=last)[: client.IDS_AT_ONCE] if each]:
        yield ids
        last = ids[-1]


def _look_at(ids: list[str], since: datetime | None) -> int:
    answered = asking.ask(ids, since=since)
    by_id: Iterable[tuple[str, Found]] = zip(ids, answered, strict=since is None)
    if since is not None:
        by_id = ((found.reading.opportunity_id, found) for found in answered if found.reading)
    return sum(work.note(found, opportunity_id, source="poll") for opportunity_id, found in by_id)


def _gap(chunks: int) -> timedelta:
    """How long until the next look: longer the more questions one takes, and the fewer calls are left."""
    gap = float(settings.SALESFORCE_POLL_SECONDS)
    usage = client.usage()
    if usage and usage.allowed:
        gap = max(gap, chunks * _DAY / (OUR_SHARE * usage.allowed))
        if usage.share > SPARING_ABOVE:
            gap *= SPARING
    return min(timedelta(seconds=gap), COMPARE_EVERY)
