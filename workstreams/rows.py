"""The grid's table: its rows, with what their cells print.

A page has hundreds of cells (`workstreams.cells`), so what they print is escaped once, here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, IntegerField, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from accounts.models import Organization, User
from workstreams import grid as engine
from workstreams.choices import EntryPoint, Milestone, Status, SubscriptionType
from workstreams.models import Membership, WorkStream

_ANY_ID = UUID(int=0)
# The columns whose cells want more than the row itself holds: one statement each for all rows, none when not shown.
_FROM_THE_CHAT = {"waiting", "unread"}
_FROM_PROMISES = {"time_left"}
_RELATED = {"client": "organization", "lead": "lead", "owner": "owner"}
# Of these only what is printed is read: a person in full is some twenty values a row.
_UNREAD = {
    related: [
        f"{related}__{column.name}"
        for column in model._meta.concrete_fields  # noqa: SLF001  documented, in spite of its name
        if column.name not in {"id", "name", "email", "erased_at"}
    ]
    for related, model in {"organization": Organization, "lead": User, "owner": User}.items()
}


class Moment(NamedTuple):
    """A day or a moment: as a browser reads it, and as a person does, in the reader's zone."""

    stamp: SafeString
    day: SafeString


class Row:
    """A WorkStream in the grid, in words that need no escaping any more.

    `is_mine`: the reader is on it, so that “unread” means something to them. `may_take`: they can become its lead here.
    """

    __slots__ = ("id", "is_mine", "may_take", "name", "pk", "this_year", "workstream")

    def __init__(self, workstream: WorkStream, *, is_mine: bool, may_take: bool, this_year: int) -> None:
        """The row as one person sees it."""
        self.workstream = workstream
        self.is_mine = is_mine
        self.may_take = may_take
        self.this_year = this_year
        self.pk = workstream.pk
        self.id = SafeString(workstream.public_id)
        self.name = escape(workstream.name)

    @property
    def url(self) -> SafeString:
        """The WorkStream's page."""
        return _address("workstreams:page", self.id)

    @property
    def administration_url(self) -> SafeString:
        """Its administration screen."""
        return _address("workstreams:administration", self.id)

    @property
    def take_url(self) -> SafeString:
        """Where somebody becomes its lead."""
        return _address("workstreams:take", self.id)

    @property
    def is_open(self) -> bool:
        """Whether it is being worked on."""
        return self.workstream.status == Status.OPEN

    @property
    def client(self) -> SafeString:
        """The client organisation's name."""
        return escape(self.workstream.organization.name)

    @property
    def has_lead(self) -> bool:
        """Whether somebody leads it."""
        return self.workstream.lead_id is not None

    @property
    def lead(self) -> SafeString:
        """The lead's name."""
        return escape(self.workstream.lead or "")

    @property
    def has_owner(self) -> bool:
        """Whether somebody owns it."""
        return self.workstream.owner_id is not None

    @property
    def owner(self) -> SafeString:
        """The owner's name."""
        return escape(self.workstream.owner or "")

    @property
    def has_milestone(self) -> bool:
        """Whether it has reached one."""
        return self.workstream.milestone is not None

    @property
    def type(self) -> SafeString:
        """The subscription type as style sheets know it."""
        return SafeString(self.workstream.subscription_type)

    @property
    def type_label(self) -> SafeString:
        """The subscription type in words."""
        return _LABELS[self.workstream.subscription_type]

    @property
    def status(self) -> SafeString:
        """The status as style sheets know it."""
        return SafeString(self.workstream.status)

    @property
    def status_label(self) -> SafeString:
        """The status in words."""
        return _LABELS[self.workstream.status]

    @property
    def milestone_label(self) -> SafeString:
        """The milestone in words."""
        return _LABELS[self.workstream.milestone or ""]

    @property
    def is_tied(self) -> bool:
        """Whether it has a Salesforce opportunity."""
        return self.workstream.opportunity_id is not None

    @property
    def entry_label(self) -> SafeString:
        """Where it began, in words."""
        return _LABELS[self.workstream.entry_point]

    @property
    def updated(self) -> Moment:
        """When something last happened."""
        return self._moment(timezone.localtime(self.workstream.last_activity_at))

    @property
    def created(self) -> Moment:
        """When it was started."""
        return self._moment(timezone.localtime(self.workstream.created_at))

    @property
    def intended_start(self) -> Moment | None:
        """What the customer wished."""
        return self._moment(self.workstream.intended_start) if self.workstream.intended_start else None

    @property
    def starts_on(self) -> Moment | None:
        """What was settled."""
        return self._moment(self.workstream.starts_on) if self.workstream.starts_on else None

    def _moment(self, at: date | datetime) -> Moment:
        day = f"{at.day} {_MONTHS[at.month]}"
        return Moment(SafeString(at.isoformat()), SafeString(day if at.year == self.this_year else f"{day} {at.year}"))


def load(
    rows: "QuerySet[WorkStream]",
    ids: Sequence[int],
    *,
    reader: User,
    keys: Sequence[str],
    counting: engine.Counting | None = None,
) -> list[WorkStream]:
    """The WorkStreams of these ids in this order, with what the cells of these columns print of them. One statement.

    With `counting` it counts by the way, and each of them has the number as `counted`.
    """
    on_it = Membership.objects.filter(user=reader, workstream=OuterRef("pk"))
    if "unread" in keys:
        rows = rows.annotate(is_mine=Exists(on_it))
    if counting:
        # Refers to no row, so that PostgreSQL carries it out once.
        rows = rows.annotate(counted=RawSQL(counting.sql.text, counting.sql.params, output_field=IntegerField()))  # noqa: S611  our own text
    related = [field for key, field in _RELATED.items() if key in keys]
    rows = rows.defer(*(column for field in related for column in _UNREAD[field]))
    return engine.load(rows, ids, related=related)


def table(workstreams: Sequence[WorkStream], keys: Sequence[str], *, offers_taking: bool) -> dict[str, Any]:
    """What `_grid_rows.html` needs. `offers_taking`: rows without a lead have a button to become it."""
    year = timezone.localdate().year
    return {
        "workstreams": workstreams,
        "keys": ",".join(keys),
        "offers_taking": offers_taking,
        "rows": [
            Row(
                workstream,
                is_mine=getattr(workstream, "is_mine", False),
                may_take=offers_taking and workstream.lead_id is None and workstream.status == Status.OPEN,
                this_year=year,
            )
            for workstream in workstreams
        ],
        "cells": keys,
        "wants_chats": not _FROM_THE_CHAT.isdisjoint(keys),
        "wants_promises": not _FROM_PROMISES.isdisjoint(keys),
        "wants_steps": "milestone" in keys,
    }


@lru_cache
def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_ANY_ID]).partition(str(_ANY_ID))
    return before, after


def _address(name: str, public_id: str) -> SafeString:
    """As `reverse` makes it, without its walk through all addresses for every row."""
    before, after = _around(name)
    return SafeString(f"{before}{public_id}{after}")


_LABELS: dict[str, SafeString] = {
    str(choice.value): escape(choice.label)
    for kind in (SubscriptionType, Status, Milestone, EntryPoint)
    for choice in kind
} | {"": SafeString("")}
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
