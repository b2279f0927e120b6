"""A person's own list: a page of WorkStreams, for the page "My WorkStreams" and for the API; and in which order they
ask for attention (ux of that page).
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, Protocol
from uuid import UUID

from django.db import connection

from accounts.models import User
from workstreams.choices import Status
from workstreams.codes import STAGES
from workstreams.grid.collect import Anchor, collect
from workstreams.grid.conditions import Condition, stage_condition
from workstreams.grid.paths import KEY, Order
from workstreams.grid.places import Cursor
from workstreams.grid.question import Sort
from workstreams.grid.sql import Sql
from workstreams.grid.walks import ENDLESS, walk
from workstreams.models import Membership, WorkStream

PER_PAGE = 50
# Up to so many memberships are collected and sorted; a colleague or Agile Worker on more than MANY is walked for.
FEW, MANY = 500, 5_000

# Asked of one row after the other, from the index of the rule that a person is a member once.
_IS_MEMBER = "(SELECT true FROM workstreams_membership AS m WHERE m.workstream_id = n.id AND m.user_id = %s LIMIT 1)"
_OWN = "n.id = ANY(ARRAY(SELECT m.workstream_id FROM workstreams_membership AS m WHERE m.user_id = %s))"
# Both sides come from indexes alone; the list of the organisation's own is looked up as a whole.
_ELSEWHERE = """
SELECT m.workstream_id FROM workstreams_membership AS m WHERE m.user_id = %s
AND (m.workstream_id IN (SELECT w.id FROM workstreams_workstream AS w WHERE w.organization_id = %s)) IS NOT TRUE
"""


@dataclass(frozen=True)
class Page:
    """The latest WorkStreams of a list; `older` goes into the address of the next page, empty on the last one."""

    rows: Sequence[WorkStream]
    older: str


class OwnList:
    """The WorkStreams a person is a member of, latest first.

    Who is on few has them collected and sorted. Who is on many is met by walking along the activity of their own
    organisation, which they mostly are members of, together with the few elsewhere; colleagues on very many, by walking
    along all activity. What the ways lead to is read through `visible_to`, as everywhere.
    """

    def __init__(self, person: User) -> None:
        """Costs nothing until a page is asked for."""
        self._person = person
        self._visible = WorkStream.objects.visible_to(person)

    def pages(self, before: Mapping[Status, str]) -> dict[Status, Page]:
        """A page for each status: the fifty that moved last, or last before the one with the public id given.

        An address that names nothing in the list (typed by hand, or since taken away) means the first page.
        """
        ids = {status: self._ids({status}, PER_PAGE + 1, self._find(place)) for status, place in before.items()}
        found = self._visible.for_page().in_bulk([pk for listed in ids.values() for pk in listed[:PER_PAGE]])
        pages = {}
        for status, listed in ids.items():
            rows = [found[pk] for pk in listed[:PER_PAGE] if pk in found]
            pages[status] = Page(rows, str(rows[-1].public_id) if len(listed) > PER_PAGE and rows else "")
        return pages

    def rows(self, statuses: Collection[Status], *, size: int, place: Cursor | None = None) -> list[WorkStream]:
        """The first `size` of these statuses, or those after a place; before one they begin with the nearest."""
        ids = self._ids(statuses, size, place)
        found = self._visible.for_page().in_bulk(ids)
        return [found[pk] for pk in ids if pk in found]

    def place(self, at: datetime, public_id: UUID, *, direction: Literal["after", "before"]) -> Cursor:
        """Where the WorkStream stood that moved last at `at`: it may have moved since, or be no more of the list."""
        pk = WorkStream.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
        return Cursor(at.isoformat(), pk or 0, direction)

    def _ids(self, statuses: Collection[Status], size: int, place: Cursor | None) -> list[int]:
        """The next so many after a place, or the nearest before it."""
        order = Order(Sort.ACTIVITY, descending=not (place and place.direction == "before"), size=size, cursor=place)
        found_by = Sql.join(" UNION ALL ", [Sql(f"({way.text})", way.params) for way in self._ways(statuses, order)])
        turn = "DESC" if order.descending else "ASC"
        with connection.cursor() as link:
            link.execute(
                f"SELECT id FROM ({found_by.text}) AS own ORDER BY key {turn}, id {turn} LIMIT %s",  # noqa: S608  our words
                (*found_by.params, order.size),
            )
            return [pk for (pk,) in link.fetchall()]

    def _ways(self, statuses: Collection[Status], order: Order) -> list[Sql]:
        stages = frozenset(number for (word, _), number in STAGES.items() if word in statuses)
        at_stage = stage_condition(stages)
        member = Condition("member", _IS_MEMBER, (self._person.pk,), frozenset({"id"}))
        if self._reach > MANY and self._person.organization_id is None:
            stretches = [Condition("stage", f"n.stage = {number}") for number in sorted(stages)]
            return [walk(stretches, order, [member], fence=ENDLESS)]
        if self._reach <= FEW or self._person.organization_id is None:
            own = Condition("member", _OWN, (self._person.pk,), frozenset({"id"}))
            return [collect(Anchor(KEY, (own,), frozenset({"member"}), self._reach), order, [at_stage])]
        client = Condition("client", "n.organization_id = %s", (self._person.organization_id,))
        ways = [walk([client], order, [at_stage, member], fence=ENDLESS)]
        if self._elsewhere:
            named = Condition("member", "n.id = ANY(%s)", (self._elsewhere,), frozenset({"id"}))
            anchor = Anchor(KEY, (named,), frozenset({"member"}), len(self._elsewhere))
            ways.append(collect(anchor, order, [at_stage]))
        return ways

    @cached_property
    def _reach(self) -> int:
        """How many WorkStreams the person is on, counted as far as it matters."""
        most = FEW if self._person.organization_id else MANY
        return Membership.objects.filter(user=self._person).order_by()[: most + 1].count()

    @cached_property
    def _elsewhere(self) -> list[int]:
        """Those of them that belong to another organisation than the person."""
        with connection.cursor() as cursor:
            cursor.execute(_ELSEWHERE, [self._person.pk, self._person.organization_id])
            return [pk for (pk,) in cursor.fetchall()]

    def _find(self, public_id: str) -> Cursor | None:
        if not public_id:
            return None
        try:
            found = self._visible.filter(public_id=UUID(public_id)).first()
        except ValueError:
            return None
        return Cursor(found.last_activity_at.isoformat(), found.pk) if found else None


class Chat(Protocol):
    """What the list needs to know of a chat; the chat itself is a floor up."""

    @property
    def at(self) -> datetime | None:
        """When the last message was posted."""

    @property
    def unread(self) -> int:
        """How many messages this person has not seen."""

    @property
    def waiting_on(self) -> str:
        """Whose turn it is: "you", "us" (the company) or "client"."""


@dataclass(frozen=True)
class Row:
    """One line of the list. `waiting_on` is empty where nobody waits: closed, or the chat is not this viewer's."""

    workstream: WorkStream
    chat: Chat | None
    waiting_on: str
    promise: object | None
    wants_go_ahead: bool

    @property
    def unread(self) -> int:
        """How many messages this person has not seen."""
        return self.chat.unread if self.chat else 0

    @property
    def latest(self) -> datetime:
        """When something happened last."""
        return (self.chat and self.chat.at) or self.workstream.last_activity_at


def by_attention(
    workstreams: Sequence[WorkStream],
    viewer: User,
    *,
    chats: Mapping[int, Chat],
    go_aheads_wanted: AbstractSet[int] = frozenset(),
    promises: Mapping[int, object] | None = None,
) -> list[Row]:
    """What waits on this viewer's side first, then what is unread, then the latest.

    A go-ahead that is wanted waits on the client, a promised first answer on us, whoever wrote last.
    """
    client, turn = ("client", "us") if viewer.is_team else ("you", "you")
    promises = promises or {}

    def waiting_on(row: WorkStream) -> str:
        chat = chats.get(row.pk)
        if chat is None or not row.is_open:
            return ""
        if row.pk in go_aheads_wanted:
            return client
        return "us" if row.pk in promises else chat.waiting_on

    rows = [
        Row(row, chats.get(row.pk), waiting_on(row), promises.get(row.pk), row.pk in go_aheads_wanted)
        for row in workstreams
    ]
    return sorted(rows, key=lambda row: (row.waiting_on != turn, not row.unread, -row.latest.timestamp()))
