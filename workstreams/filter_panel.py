"""The boxes on the grid's left side: what can be asked, and what is asked (R88)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from django.http import QueryDict

from accounts.fields import one_line
from accounts.finding import Named, find_clients, find_organizations
from accounts.models import Organization, User
from workstreams.choices import EntryPoint, Lifecycle, Status, SubscriptionType
from workstreams.facets import Facets, can_answer, facets_for
from workstreams.filters import ME, MILESTONES, NOBODY, RECENTLY, YES_OR_NO, Reading

OFFERED = 7
LONGEST_FIND = 80
COUNTED = ("type", "milestone", "status", "lead")
FOUND_BY_NAME = ("client", "owner")


class Find(Protocol):
    """How a group finds what it offers."""

    def __call__(self, viewer: User, term: str, *, limit: int) -> Sequence[User | Organization]:
        """Up to `limit` rows by a part of their name."""


@dataclass(frozen=True)
class Option:
    """One box to tick, and how many WorkStreams it would find; None where nobody counted."""

    value: str
    label: str
    is_chosen: bool
    count: int | None = None


@dataclass(frozen=True)
class Group:
    """A group of boxes; with `finds` it offers the first few and a field to find others by name.

    `is_pending`: it is folded, and what it offers is not looked up before somebody unfolds it.
    """

    name: str
    title: str
    options: Sequence[Option]
    is_open: bool = False
    finds: str = ""
    found: str = ""
    is_single: bool = False
    is_counted: bool = False
    is_pending: bool = False

    @property
    def chosen(self) -> list[Option]:
        """The boxes that are ticked."""
        return [option for option in self.options if option.is_chosen]

    @property
    def first(self) -> Sequence[Option]:
        """The boxes that show at once: the first few, and every ticked one."""
        return [o for n, o in enumerate(self.options) if n < OFFERED or o.is_chosen]

    @property
    def more(self) -> list[Option]:
        """The boxes behind “more”."""
        return [o for n, o in enumerate(self.options) if n >= OFFERED and not o.is_chosen]


class FilterPanel:
    """The boxes on the left. Asks the database only when a template shows them."""

    def __init__(self, user: User, reading: Reading, asked: QueryDict, *, unfolded: str = "") -> None:
        """The boxes as this person sees them; `asked` is the address's query, for what is looked for in a group.

        `unfolded` is the group that htmx asks for, because somebody unfolds it or types in its field.
        """
        self.user = user
        self.unfolded = unfolded
        self.reading = reading
        self.chosen = set(reading.address.pairs)
        self.finds = {
            name: one_line(asked.get(name, "")[: 10 * LONGEST_FIND])[:LONGEST_FIND]
            for name in ("find_owner", "find_client")
        }

    @cached_property
    def facets(self) -> Facets:
        """The colleagues who lead, and what is known of how many WorkStreams each box would find."""
        return self.reading.named.facets or facets_for(self.user, self.reading.query)

    @property
    def can_be_counted(self) -> bool:
        """Whether the question is one that the counts can answer."""
        return can_answer(self.reading.query)

    def finds_more_than(self, cap: int, *, now: datetime) -> bool:
        """Whether the question is known to have more than `cap` answers; costs no more than the counts."""
        return self.can_be_counted and self.facets.exceeds(cap, self.reading.query, now=now)

    def counted(self) -> Iterator[tuple[str, Option]]:
        """Every box whose count is known, with its group's name."""
        if self.can_be_counted and self.facets.at:
            for group in (*self._fixed(), self._leads()):
                yield from ((group.name, option) for option in group.options)

    def groups(self) -> Iterator[Group]:
        """Every group, those in use and the first few unfolded."""
        yield from self._fixed()
        yield self._leads()
        yield self._clients()
        yield self._owners()
        yield self._boxes("lifecycle", "Client is", Lifecycle.choices)
        yield self._boxes("salesforce", "Salesforce", YES_OR_NO, is_single=True)
        yield self._boxes("active", "Last activity", RECENTLY, is_single=True)
        yield self._boxes("entry", "Came by", EntryPoint.choices)

    def _fixed(self) -> Iterator[Group]:
        yield self._boxes("type", "Type", SubscriptionType.choices, is_open=True)
        yield self._boxes("milestone", "Milestone", MILESTONES, is_open=True)
        yield self._boxes("status", "Status", Status.choices, is_open=True)

    def found_by_name(self) -> Group:
        """The group that htmx asks for."""
        return self._owners() if self.unfolded == "owner" else self._clients()

    def day(self, name: str) -> str:
        """A day in force, as its field holds it."""
        return next((value for pair_name, value in self.reading.address.pairs if pair_name == name), "")

    def days(self) -> list[dict[str, Any]]:
        """The ranges of days."""
        found = []
        for name, title in (("created", "Created"), ("start", "Intended start")):
            first, last = self.day(f"{name}_from"), self.day(f"{name}_to")
            found.append({"name": name, "title": title, "first": first, "last": last, "is_open": bool(first or last)})
        return found

    def _boxes(
        self, name: str, title: str, choices: Sequence[Any], *, is_open: bool = False, is_single: bool = False
    ) -> Group:
        options = [self._option(name, str(value), str(label)) for value, label in choices]
        is_open = is_open or any(option.is_chosen for option in options)
        return Group(name, title, options, is_open, is_single=is_single, is_counted=name in COUNTED)

    def _option(self, name: str, value: str, label: str) -> Option:
        is_known = name in COUNTED and self.facets.at
        count = self.facets.counts.get((name, value), 0) if is_known else None
        return Option(value, label, (name, value) in self.chosen, count)

    def _leads(self) -> Group:
        """Those chosen first, also when they carry no WorkStreams any more, then the other colleagues."""
        chosen = [value for name, value in self.reading.address.pairs if name == "lead" and value not in {ME, NOBODY}]
        others = [
            self._option("lead", lead.public_id, lead.label)
            for lead in self.facets.leads
            if lead.pk != self.user.pk and lead.public_id not in chosen
        ]
        options = [
            self._option("lead", ME, "Me"),
            self._option("lead", NOBODY, "Nobody yet"),
            *(self._option("lead", value, self.reading.named.people[value].label) for value in chosen),
            *others,
        ]
        return Group("lead", "WorkStream Lead", options, is_open=True, is_counted=True)

    def _clients(self) -> Group:
        chosen = [
            client for value, client in self.reading.named.organizations.items() if ("client", value) in self.chosen
        ]
        return self._with_finder("client", "Client", chosen, find_organizations)

    def _owners(self) -> Group:
        chosen = [person for value, person in self.reading.named.people.items() if ("owner", value) in self.chosen]
        nobody = self._option("owner", NOBODY, "Nobody yet")
        return self._with_finder("owner", "Owner", chosen, find_clients, first=[nobody])

    def _with_finder(
        self, name: str, title: str, chosen: Sequence[Named], find: Find, *, first: Sequence[Option] = ()
    ) -> Group:
        """Those chosen first, also when they would not be offered, then others that are found."""
        term = self.finds[f"find_{name}"]
        is_open = bool(term) or bool(chosen) or any(option.is_chosen for option in first)
        is_pending = not is_open and self.unfolded != name
        # Beside those chosen nothing is offered before somebody types: they were found, and the page costs less.
        offered = find(self.user, term, limit=OFFERED) if term or self.unfolded == name else ()
        rows = {row.public_id: row.label for row in chosen} | {str(row.public_id): str(row) for row in offered}
        options = [*first, *(self._option(name, public_id, label) for public_id, label in rows.items())]
        return Group(name, title, options, is_open, finds=f"find_{name}", found=term, is_pending=is_pending)
