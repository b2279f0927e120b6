"""The grid's answer as a file: what to take, the download, how far it is, and Cancel."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.capabilities import Can
from accounts.http import PortalRequest
from workstreams import export as engine
from workstreams import grid
from workstreams.columns import Choice, grid_url
from workstreams.downloads import download
from workstreams.filters import chip_text
from workstreams.models import WorkStream
from workstreams.runs import Export
from workstreams.tenancy import require
from workstreams.views.grid import Asked, understand

RECENT = 5


@require_http_methods(["GET", "POST"])
def export(request: PortalRequest) -> HttpResponseBase:
    """What would be exported, and the choice of columns; a POST is the download itself."""
    require(request.user, Can.SEARCH_GRID)
    if request.method == "POST":
        return _download(request)
    asked = understand(request.user, request.GET)
    address = asked.reading.address
    count = grid.capped_count(WorkStream.objects.visible_to(request.user), asked.reading.query)
    context = {
        "chips": [chip_text(pair, asked.reading) for pair in address.pairs],
        "count": f"{grid.COUNT_CAP:,}+" if count > grid.COUNT_CAP else f"{count:,}",
        "is_one": count == 1,
        "question": _question(asked),
        "back_url": grid_url(address),
        "columns": _columns(request, asked),
        "exports": _recent(request),
    }
    return render(request, "workstreams/export.html", context)


@require_GET
def exports(request: PortalRequest) -> HttpResponse:
    """The person's latest exports and how far each is: the part of the page that is asked for again."""
    require(request.user, Can.SEARCH_GRID)
    return render(request, "workstreams/_exports.html", {"exports": _recent(request)})


@require_http_methods(["GET", "POST"])
def cancel_export(request: PortalRequest, export_id: UUID) -> HttpResponse:
    """Stop an export of one's own."""
    require(request.user, Can.SEARCH_GRID)
    export = get_object_or_404(Export.objects.visible_to(request.user), public_id=export_id)
    if request.method == "POST":
        engine.cancel(export=export, actor=request.user)
        if request.htmx:
            return render(request, "workstreams/_exports.html", {"exports": _recent(request)})
    return redirect(reverse("workstreams:export") + export.question)


def _download(request: PortalRequest) -> StreamingHttpResponse:
    asked = understand(request.user, QueryDict(request.POST.get("question", "").removeprefix("?")))
    export = engine.begin(actor=request.user, question=_question(asked), keys=request.POST.getlist("column"))
    return download(request, export, asked.reading.query)


def _question(asked: Asked) -> str:
    """The whole question, also where it is the default or a saved view's; the columns are kept apart."""
    return f"?{replace(asked.reading.address, columns='', view='').in_full}"


def _columns(request: PortalRequest, asked: Asked) -> list[Choice]:
    """The columns to choose from: first those that the grid shows, in its order, and ticked."""
    at = {column.key: column for column in engine.columns_for(request.user)}
    chosen = [key for key in asked.keys if key in at]
    return [Choice(key, at[key].label, key in chosen) for key in (*chosen, *(key for key in at if key not in chosen))]


def _recent(request: PortalRequest) -> list[Export]:
    return list(Export.objects.visible_to(request.user)[:RECENT])
