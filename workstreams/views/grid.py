"""The grid: every WorkStream, for colleagues (R88-R92)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from accounts.capabilities import Can, Role
from accounts.fields import one_line
from accounts.http import PortalRequest
from accounts.models import Organization, User
from workstreams import grid as engine
from workstreams.choices import EntryPoint, Lifecycle, Status, SubscriptionType
from workstreams.filters import (
    ME,
    MILESTONES,
    NOBODY,
    RECENTLY,
    YES_OR_NO,
    Address,
    Reading,
    WorkStreamFilter,
    chip_text,
    read,
)
from workstreams.grid import COUNT_CAP, Cursor, NotACursor, Page, Sort
from workstreams.models import Membership, WorkStream
from workstreams.tenancy import require

OFFERED = 7
LONGEST_FIND = 80
COLUMNS: tuple[tuple[str, Sort | None], ...] = (
    ("Name", Sort.NAME),
    ("Type", None),
    ("Milestone", None),
    ("WorkStream Lead", None),
    ("Updated", Sort.ACTIVITY),
    ("Intended start", Sort.START),
    ("Created", Sort.CREATED),
    ("Salesforce", None),
)


@dataclass(frozen=True)
class Chip:
    """One value in force, and the address without it."""

    text: str
    url: str


@dataclass(frozen=True)
class Column:
    """A column's head; without `url` it cannot be sorted by."""

    label: str
    url: str = ""
    aria_sort: str = ""


@dataclass(frozen=True)
class Row:
    """A WorkStream in the grid. `is_mine`: the reader is on it, so that “unread” means something to them."""

    workstream: WorkStream
    is_mine: bool


@dataclass(frozen=True)
class Option:
    """One box to tick."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Group:
    """A group of boxes; with `finds` it offers the first few and a field to find others by name."""

    name: str
    title: str
    options: Sequence[Option]
    is_open: bool = False
    finds: str = ""
    found: str = ""
    is_single: bool = False

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


@dataclass(frozen=True)
class View:
    """A question that many ask, as a link."""

    label: str
    url: str
    is_current: bool


@require_GET
def grid(request: PortalRequest) -> HttpResponse:
    """One page of the WorkStreams that answer the address; a fragment of it to htmx."""
    require(request.user, Can.SEARCH_GRID)
    reading = read(WorkStreamFilter(request.GET, user=request.user, now=timezone.now()))
    page, place_is_lost = _page(request, reading)
    context = {
        **_results(request, reading, page),
        "ignored": reading.has_ignored,
        "place_is_lost": place_is_lost,
        "filters": _Filters(request, reading),
    }
    template = "workstreams/grid.html"
    if request.htmx and not request.htmx.history_restore_request:
        template = "workstreams/_grid_results.html" if request.htmx.target == "found" else "workstreams/_grid.html"
    response = render(request, template, context)
    if request.htmx and request.htmx.target in {"found", "grid"}:
        # A form's own address would hold every empty field.
        response["HX-Push-Url"] = reverse("workstreams:grid") + _here(request, reading.address)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _page(request: PortalRequest, reading: Reading) -> tuple[Page[int], bool]:
    """The page that the address names, and whether its place could not be used, so that it is the first instead."""
    rows = WorkStream.objects.visible_to(request.user)
    cursor: Cursor | None = None
    place_is_lost = False
    for direction in ("after", "before"):
        if sealed := request.GET.get(direction, ""):
            try:
                cursor = engine.read_cursor(sealed, direction, reading.query)
            except NotACursor:
                place_is_lost = True
    page = engine.page_of_ids(rows, reading.query, cursor)
    if cursor is not None and not page.items:
        return engine.page_of_ids(rows, reading.query, None), True
    return page, place_is_lost


def _results(request: PortalRequest, reading: Reading, page: Page[int]) -> dict[str, Any]:
    visible, address = WorkStream.objects.visible_to(request.user), reading.address
    workstreams = engine.load(visible, page.items)
    mine = set(
        Membership.objects.visible_to(request.user)
        .filter(user=request.user, workstream__in=page.items)
        .values_list("workstream", flat=True)
    )
    is_whole = page.next is None and page.previous is None
    count = len(workstreams) if is_whole else engine.capped_count(visible, reading.query)
    return {
        "rows": [Row(workstream, workstream.pk in mine) for workstream in workstreams],
        "workstreams": workstreams,
        "count": f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}",
        "is_one": count == 1,
        "address": address,
        "q": reading.query.name,
        "is_short_term": 0 < len(reading.query.name) < engine.SHORTEST_INFIX,
        "chips": [Chip(chip_text(pair, reading), _url(address.without(pair))) for pair in address.pairs],
        "clear_url": _url(address.cleared()),
        "columns": _columns(address),
        "views": _views(address),
        "next_url": _url(address, after=page.next) if page.next else "",
        "previous_url": _url(address, before=page.previous) if page.previous else "",
        "first_url": _url(address),
        "unassigned_url": _url(_UNASSIGNED),
        "may_start": request.user.may(Can.START_WORKSTREAM),
    }


_UNASSIGNED = Address((("status", Status.OPEN.value), ("lead", NOBODY)))


def _views(address: Address) -> list[View]:
    asked = {
        "Mine": address.with_pairs(("lead", ME)),
        "Unassigned": address.with_pairs(*_UNASSIGNED.pairs),
        "Open": address.with_pairs(("status", Status.OPEN.value)),
        "All": address.cleared(),
    }
    return [View(label, _url(view), view.pairs == address.pairs) for label, view in asked.items()]


def _columns(address: Address) -> list[Column]:
    direction = "descending" if address.descending else "ascending"
    return [
        Column(
            label,
            _url(address.sorted_by(sort)) if sort else "",
            direction if sort == address.sort else "",
        )
        for label, sort in COLUMNS
    ]


def _url(address: Address, **places: str) -> str:
    return reverse("workstreams:grid") + address.query_string(**places)


def _here(request: PortalRequest, address: Address) -> str:
    places = {name: request.GET[name] for name in ("after", "before") if request.GET.get(name)}
    return address.query_string(**places)


class _Filters:
    """The boxes on the left. Asks the database only when a template shows them."""

    def __init__(self, request: PortalRequest, reading: Reading) -> None:
        self.user = request.user
        self.reading = reading
        self.chosen = set(reading.address.pairs)
        self.finds = {
            name: one_line(request.GET.get(name, "")[: 10 * LONGEST_FIND])[:LONGEST_FIND]
            for name in ("find_owner", "find_client")
        }

    def groups(self) -> Iterator[Group]:
        """Every group, those in use and the first few unfolded."""
        yield self._boxes("type", "Type", SubscriptionType.choices, is_open=True)
        yield self._boxes("milestone", "Milestone", MILESTONES, is_open=True)
        yield self._boxes("status", "Status", Status.choices, is_open=True)
        yield self._leads()
        yield self._clients()
        yield self._owners()
        yield self._boxes("lifecycle", "Client is", Lifecycle.choices)
        yield self._boxes("salesforce", "Salesforce", YES_OR_NO, is_single=True)
        yield self._boxes("active", "Last activity", RECENTLY, is_single=True)
        yield self._boxes("entry", "Came by", EntryPoint.choices)

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
        options = [Option(str(value), str(label), (name, str(value)) in self.chosen) for value, label in choices]
        return Group(name, title, options, is_open or any(o.is_chosen for o in options), is_single=is_single)

    def _leads(self) -> Group:
        colleagues = User.objects.visible_to(self.user).active_colleagues().exclude(pk=self.user.pk)
        options = [
            Option(ME, "Me", ("lead", ME) in self.chosen),
            Option(NOBODY, "Nobody yet", ("lead", NOBODY) in self.chosen),
            *self._rows("lead", colleagues, [*self.reading.people.values()]),
        ]
        return Group("lead", "WorkStream Lead", options, is_open=True)

    def _owners(self) -> Group:
        people = User.objects.visible_to(self.user).filter(role=Role.CLIENT)
        offered = self._offered(people, self.finds["find_owner"])
        options = [
            Option(NOBODY, "Nobody yet", ("owner", NOBODY) in self.chosen),
            *self._rows("owner", offered, [*self.reading.people.values()]),
        ]
        return self._with_finder("owner", "Owner", options)

    def _clients(self) -> Group:
        offered = self._offered(Organization.objects.visible_to(self.user), self.finds["find_client"])
        options = [*self._rows("client", offered, [*self.reading.organizations.values()])]
        return self._with_finder("client", "Client", options)

    def _with_finder(self, name: str, title: str, options: Sequence[Option]) -> Group:
        term = self.finds[f"find_{name}"]
        is_open = bool(term) or any(option.is_chosen for option in options)
        return Group(name, title, options, is_open, finds=f"find_{name}", found=term)

    def _offered(self, rows: "QuerySet[Any]", term: str) -> "QuerySet[Any]":
        return (rows.filter(name__icontains=term) if term else rows).order_by("name", "pk")[:OFFERED]

    def _rows(self, name: str, rows: Any, chosen: Sequence[Any]) -> Iterator[Option]:
        """Those chosen first, also when they would not be offered, then the others."""
        kept = [row for row in chosen if (name, str(row.public_id)) in self.chosen]
        others = [row for row in rows if row not in kept]
        for row in (*kept, *others):
            yield Option(str(row.public_id), str(row), row in kept)
