"""Saved views of the grid: the list, keeping the present question, and what their owners do with them."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.capabilities import Can
from accounts.http import PortalRequest
from workstreams import columns, saved_views
from workstreams.errors import CannotKeepView, NameTaken
from workstreams.forms import SavedViewForm, ViewNameForm
from workstreams.models import SavedView
from workstreams.tenancy import require

IN_MENU = 50
PER_PAGE = 50


@require_GET
def views(request: PortalRequest) -> HttpResponse:
    """One's own views and those that others share: a page, or what the grid's menu shows of them."""
    require(request.user, Can.SEARCH_GRID)
    visible = SavedView.objects.visible_to(request.user).in_list_order()
    if request.htmx:
        found = list(visible.own_first(request.user)[: IN_MENU + 1])
        context = {
            "own": [view for view in found[:IN_MENU] if view.owner_id == request.user.pk],
            "shared": [view for view in found[:IN_MENU] if view.owner_id != request.user.pk],
            "is_more": len(found) > IN_MENU,
            "current": request.GET.get("view", ""),
        }
        return render(request, "workstreams/_views_menu.html", context)
    context = {
        "own": visible.filter(owner=request.user),
        "shared": Paginator(visible.exclude(owner=request.user), PER_PAGE).get_page(request.GET.get("page")),
        "may_delete": request.user.may(Can.MANAGE_PORTAL),
    }
    return render(request, "workstreams/views.html", context)


@require_http_methods(["GET", "POST"])
def new_view(request: PortalRequest) -> HttpResponse:
    """Keep the grid's present question under a name (R91)."""
    require(request.user, Can.SEARCH_GRID)
    if request.method == "GET":
        form = SavedViewForm(initial={"query": request.GET.urlencode()})
        return _new_view(request, form)
    form = SavedViewForm(request.POST)
    if form.is_valid():
        try:
            view = saved_views.save_view(actor=request.user, **form.cleaned_data)
        except (NameTaken, CannotKeepView) as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, f"“{view.name}” is saved.")
            return _to_grid(request, view)
    return _new_view(request, form, status=422)


@require_http_methods(["GET", "POST"])
def rename(request: PortalRequest, view_id: UUID) -> HttpResponse:
    """Give one's own view another name."""
    view = _fetch(request, view_id)
    form = ViewNameForm(request.POST or None, initial={"name": view.name})
    if request.method == "POST" and form.is_valid():
        try:
            saved_views.rename_view(view=view, actor=request.user, name=form.cleaned_data["name"])
        except (NameTaken, CannotKeepView) as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, f"The view is called “{form.cleaned_data['name']}” now.")
            return redirect("workstreams:views")
    status = 422 if form.errors else 200
    return render(request, "workstreams/view_rename.html", {"form": form, "view": view}, status=status)


View = Callable[[PortalRequest, SavedView], HttpResponse]


def _button(view: View) -> Callable[[PortalRequest, UUID], HttpResponse]:
    """Decorate what a button of a view posts to. A GET, after signing in again, leads to the list."""

    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def answer(request: PortalRequest, view_id: UUID) -> HttpResponse:
        found = _fetch(request, view_id)
        return view(request, found) if request.method == "POST" else redirect("workstreams:views")

    return answer


@_button
def replace(request: PortalRequest, view: SavedView) -> HttpResponse:
    """Let a view hold the question that is shown."""
    saved_views.replace_view(view=view, actor=request.user, query=request.POST.get("query", ""))
    messages.success(request, f"“{view.name}” is saved as it is shown.")
    return _to_grid(request, view)


@_button
def share(request: PortalRequest, view: SavedView) -> HttpResponse:
    """Show a view to every colleague."""
    saved_views.share_view(view=view, actor=request.user)
    messages.success(request, f"Every colleague finds “{view.name}” among their views now.")
    return redirect("workstreams:views")


@_button
def unshare(request: PortalRequest, view: SavedView) -> HttpResponse:
    """Keep a view to oneself again."""
    saved_views.unshare_view(view=view, actor=request.user)
    messages.success(request, f"“{view.name}” is yours alone now.")
    return redirect("workstreams:views")


@_button
def delete(request: PortalRequest, view: SavedView) -> HttpResponse:
    """Delete a view."""
    saved_views.delete_view(view=view, actor=request.user)
    messages.success(request, f"The view “{view.name}” is deleted.")
    return redirect("workstreams:views")


@require_http_methods(["GET", "POST"])
def choose_columns(request: PortalRequest) -> HttpResponse:
    """Show other columns, and remember them; `up` and `down` move one of them by a place without script."""
    require(request.user, Can.SEARCH_GRID)
    if request.method == "GET":
        return redirect("workstreams:grid")
    # Not by urlsplit, which refuses some of what anybody can send here.
    question = request.POST.get("next", "").partition("?")[2].partition("#")[0]
    here = QueryDict(question, mutable=True)
    here.pop("choose", None)
    keys = () if "reset" in request.POST else columns.known([columns.NAME.key, *request.POST.getlist("columns")])
    for name, by in (("up", -1), ("down", 1)):
        if moved := request.POST.get(name):
            keys = columns.moved(keys, moved, by=by)
            here["choose"] = "columns"
    keys = saved_views.choose_columns(actor=request.user, keys=keys)
    here["columns"] = ",".join(keys)
    return redirect(f"{reverse('workstreams:grid')}?{here.urlencode(safe=',')}")


def _new_view(request: PortalRequest, form: SavedViewForm, *, status: int = 200) -> HttpResponse:
    template = "workstreams/_view_form.html" if request.htmx else "workstreams/view_new.html"
    return render(request, template, {"form": form}, status=status)


def _fetch(request: PortalRequest, view_id: UUID) -> SavedView:
    require(request.user, Can.SEARCH_GRID)
    visible = SavedView.objects.visible_to(request.user).select_related("owner")
    return get_object_or_404(visible, public_id=view_id)


def _to_grid(request: PortalRequest, view: SavedView) -> HttpResponse:
    address = f"{reverse('workstreams:grid')}?view={view.public_id}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
