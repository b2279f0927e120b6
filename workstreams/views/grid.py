"""The grid: every WorkStream, for colleagues (R88-R92)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest
from workstreams import grid as engine
from workstreams.choices import Status
from workstreams.columns import USUAL, grid_url, heads
from workstreams.filter_panel import FOUND_BY_NAME, FilterPanel
from workstreams.filters import ME, NOBODY, Address, Reading, WorkStreamFilter, chip_text, read
from workstreams.grid import COUNT_CAP, Cursor, NotACursor, Page
from workstreams.models import Membership, WorkStream
from workstreams.tenancy import require


@dataclass(frozen=True)
class Chip:
    """One value in force, and the address without it."""

    text: str
    url: str


@dataclass(frozen=True)
class Row:
    """A WorkStream in the grid. `is_mine`: the reader is on it, so that “unread” means something to them."""

    workstream: WorkStream
    is_mine: bool


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
    if request.htmx and (unfolded := _OPTIONS_OF.get(request.htmx.target or "")):
        return _options(request, unfolded)
    reading = read(WorkStreamFilter(request.GET, user=request.user, now=timezone.now()))
    page, place_is_lost = _page(request, reading)
    context = {
        **_results(request, reading, page),
        "ignored": reading.has_ignored,
        "place_is_lost": place_is_lost,
        "filters": FilterPanel(request.user, reading, request.GET),
    }
    template = "workstreams/grid.html"
    if request.htmx and not request.htmx.history_restore_request:
        template = "workstreams/_grid_found.html" if request.htmx.target == "found" else "workstreams/_grid.html"
    response = render(request, template, context)
    if request.htmx and request.htmx.target in {"found", "grid"}:
        # A form's own address would hold every empty field.
        response["HX-Push-Url"] = reverse("workstreams:grid") + _here(request, reading.address)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


# Places on the page that hold the boxes of one group, whose names are looked up for htmx without any results.
_OPTIONS_OF = {f"{name}-options": name for name in FOUND_BY_NAME}


def _options(request: PortalRequest, unfolded: str) -> HttpResponse:
    reading = read(WorkStreamFilter(request.GET, user=request.user, now=timezone.now()))
    panel = FilterPanel(request.user, reading, request.GET, unfolded=unfolded)
    response = render(request, "workstreams/_grid_options.html", {"group": panel.found_by_name()})
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
        "chips": [Chip(chip_text(pair, reading), grid_url(address.without(pair))) for pair in address.pairs],
        "clear_url": grid_url(address.cleared()),
        "columns": heads(address, USUAL),
        "views": _views(address),
        "next_url": grid_url(address, after=page.next) if page.next else "",
        "previous_url": grid_url(address, before=page.previous) if page.previous else "",
        "first_url": grid_url(address),
        "unassigned_url": grid_url(_UNASSIGNED),
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
    return [View(label, grid_url(view), view.pairs == address.pairs) for label, view in asked.items()]


def _here(request: PortalRequest, address: Address) -> str:
    places = {name: request.GET[name] for name in ("after", "before") if request.GET.get(name)}
    return address.query_string(**places)
