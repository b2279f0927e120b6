"""The grid: every WorkStream, for colleagues (R88-R92)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest
from accounts.models import User
from workstreams import columns, facets, rows, saved_views
from workstreams import grid as engine
from workstreams.choices import Status
from workstreams.columns import grid_url
from workstreams.filter_panel import FOUND_BY_NAME, FilterPanel
from workstreams.filters import ME, NOBODY, Address, LookUp, Reading, WorkStreamFilter, chip_text, look_up, read
from workstreams.grid import COUNT_CAP, Cursor, NotACursor, Page, People
from workstreams.models import SavedView, WorkStream
from workstreams.tenancy import require


@dataclass(frozen=True)
class Chip:
    """One value in force, and the address without it."""

    text: str
    url: str


@dataclass(frozen=True)
class View:
    """A question that many ask, as a link."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Asked:
    """What an address asks: the question, the columns to show, and the saved view that is open.

    `is_changed`: it is no longer what the view holds. `view_is_lost`: it names a view that is not there for the person.
    """

    reading: Reading
    keys: tuple[str, ...]
    view: SavedView | None = None
    is_changed: bool = False
    view_is_lost: bool = False

    @property
    def in_full(self) -> str:
        """The whole question, as it is kept and passed on."""
        return replace(self.reading.address, columns=",".join(self.keys)).in_full


def understand(user: User, query: QueryDict, *, look_up: LookUp = look_up) -> Asked:
    """What an address asks of the grid, as this person asks it. One statement more where it names a saved view."""
    view = SavedView.objects.visible_to(user).by_address(query.get("view", ""))
    asked = saved_views.asked_of(view, query) if view else query
    reading = read(WorkStreamFilter(asked, user=user, now=timezone.now()), look_up)
    named = columns.split(asked.getlist("columns"))
    address = replace(reading.address, columns=",".join(columns.known(named)), view=str(view.public_id) if view else "")
    has_ignored = reading.has_ignored or any(key not in columns.COLUMNS for key in named)
    found = Asked(
        replace(reading, address=address, has_ignored=has_ignored),
        columns.shown(address, user.grid_columns),
        view,
        view_is_lost=bool(query.get("view")) and view is None,
    )
    return replace(found, is_changed=saved_views.is_changed(view, found.in_full, reader=user)) if view else found


@require_GET
def grid(request: PortalRequest) -> HttpResponse:
    """One page of the WorkStreams that answer the address; a fragment of it to htmx."""
    require(request.user, Can.SEARCH_GRID)
    if request.htmx and (unfolded := _OPTIONS_OF.get(request.htmx.target or "")):
        return _options(request, unfolded)
    is_fragment = request.htmx and not request.htmx.history_restore_request
    shows_boxes = not (is_fragment and request.htmx.target == "found")
    asked = understand(request.user, request.GET, look_up=partial(facets.look_up, shows_boxes=shows_boxes))
    page, place_is_lost = _page(request, asked.reading)
    panel = FilterPanel(request.user, asked.reading, request.GET)
    context = {
        **_results(request.user, asked, page, panel),
        **_tools(request.user, asked),
        "ignored": asked.reading.has_ignored,
        "place_is_lost": place_is_lost,
        "choosing": request.GET.get("choose") == "columns",
        "here": grid_url(asked.reading.address, **_places(request)),
        "filters": panel,
    }
    template = "workstreams/grid.html"
    if is_fragment:
        template = "workstreams/_grid.html" if shows_boxes else "workstreams/_grid_found.html"
    response = render(request, template, context)
    if request.htmx and request.htmx.target in {"found", "grid"}:
        # A form's own address would hold every empty field.
        response["HX-Push-Url"] = context["here"]
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
    visible = WorkStream.objects.visible_to(request.user)
    cursor: Cursor | None = None
    place_is_lost = False
    for direction in ("after", "before"):
        if sealed := request.GET.get(direction, ""):
            try:
                cursor = engine.read_cursor(sealed, direction, reading.query)
            except NotACursor:
                place_is_lost = True
    page = engine.page_of_ids(visible, reading.query, cursor)
    if cursor is not None and not page.items:
        return engine.page_of_ids(visible, reading.query, None), True
    return page, place_is_lost


def _rows_and_count(
    user: User, asked: Asked, page: Page[int], panel: FilterPanel
) -> tuple[list[WorkStream], int | None]:
    """The page's rows, and how many answers there are: more than COUNT_CAP stands for many, None for "nobody knows".

    Counted, by the statement for the rows, only where nobody knows it and it is quick.
    """
    visible, query = WorkStream.objects.visible_to(user), asked.reading.query
    load = partial(rows.load, visible, page.items, reader=user, keys=asked.keys)
    if page.total is not None:
        return load(), page.total
    if panel.finds_more_than(COUNT_CAP, now=timezone.now()):
        return load(), COUNT_CAP + 1
    counting = engine.counting(visible, query)
    found = load(counting=counting)
    return found, counting.known(found[0].counted) if counting and found else None  # type: ignore[attr-defined]


def _said(count: int | None, on_page: int) -> str:
    """How many there are, as far as is known: more than this page where counting would have taken too long."""
    if count is None:
        return f"{on_page:,}+"
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def _results(user: User, asked: Asked, page: Page[int], panel: FilterPanel) -> dict[str, Any]:
    reading, address = asked.reading, asked.reading.address
    workstreams, count = _rows_and_count(user, asked, page, panel)
    return {
        **rows.table(workstreams, asked.keys, offers_taking=is_unassigned(reading) and user.may(Can.SET_LEAD)),
        "count": _said(count, len(workstreams)),
        "is_one": count == 1,
        "address": address,
        "q": reading.query.name,
        "is_short_term": 0 < len(reading.query.name) < engine.SHORTEST_INFIX,
        "chips": [Chip(chip_text(pair, reading), grid_url(address.without(pair))) for pair in address.pairs],
        "clear_url": grid_url(address.cleared()),
        "heads": columns.heads(address, asked.keys),
        "views": _views(address),
        "next_url": grid_url(address, after=page.next) if page.next else "",
        "previous_url": grid_url(address, before=page.previous) if page.previous else "",
        "first_url": grid_url(address),
        "unassigned_url": grid_url(_UNASSIGNED),
        "may_start": user.may(Can.START_WORKSTREAM),
    }


def _tools(user: User, asked: Asked) -> dict[str, Any]:
    """What the tools over the table need: the open view, the address to pass on, the columns to choose from."""
    in_full = asked.in_full
    return {
        "view": asked.view,
        "view_is_own": asked.view is not None and asked.view.owner_id == user.pk,
        "view_is_changed": asked.is_changed,
        "view_is_lost": asked.view_is_lost,
        "closed_url": grid_url(replace(asked.reading.address, view="")),
        "in_full": in_full,
        "save_url": f"{reverse('workstreams:new_view')}?{in_full}",
        "share_url": f"{settings.BASE_URL}{reverse('workstreams:grid')}?{in_full}",
        "choices": columns.choices(asked.keys),
    }


def is_unassigned(reading: Reading) -> bool:
    """Whether it asks for WorkStreams that nobody leads, and for no others."""
    return reading.query.leads == People(nobody=True)


_UNASSIGNED = Address((("status", Status.OPEN.value), ("lead", NOBODY)))


def _views(address: Address) -> Sequence[View]:
    asked = {
        "Mine": address.with_pairs(("lead", ME)),
        "Unassigned": address.with_pairs(*_UNASSIGNED.pairs),
        "Open": address.with_pairs(("status", Status.OPEN.value)),
        "All": address.cleared(),
    }
    return [
        View(label, grid_url(view), view.pairs == address.pairs and not address.view) for label, view in asked.items()
    ]


def _places(request: PortalRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("after", "before") if request.GET.get(name)}
