"""The bell, its list, and what people choose to hear."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import PortalRequest, own_path
from notifications import actions, bell, unsubscribing
from notifications.forms import LevelForm, PreferencesForm, initial_of
from notifications.notices import Loudness, Notification
from notifications.policy import QUIET_WORDS, TOPICS, UNASKED, Topic
from notifications.sentences import path_of
from workstreams.models import WorkStream

PER_PAGE = 30
IN_MENU = 8


@require_GET
def notifications(request: PortalRequest) -> HttpResponse:
    """Everything one was told, newest first; the first few of it where the bell's menu asks."""
    rows = Notification.objects.visible_to(request.user).in_bell().with_reading()
    if request.htmx:
        return render(request, "notifications/_menu.html", {"items": bell.items(rows[:IN_MENU])})
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "items": bell.items(page.object_list), "count": bell.count_of(request.user)}
    return render(request, "notifications/list.html", context)


@require_GET
@never_cache
def count(request: PortalRequest) -> JsonResponse:
    """How many are unread: asked now and then by every open page."""
    return _count(request)


@require_GET
def follow(request: PortalRequest, notification_id: UUID) -> HttpResponse:
    """Go where one leads, which reads it."""
    row = get_object_or_404(
        Notification.objects.visible_to(request.user).select_related("workstream", "event"), public_id=notification_id
    )
    actions.mark_read(actor=request.user, ids=[row.public_id])
    return redirect(path_of(row))


@require_POST
def mark_read(request: PortalRequest) -> HttpResponse:
    """Read one, those of a WorkStream, or all of them. A script is answered with the new number."""
    if wanted := request.POST.get("workstream", ""):
        workstreams = WorkStream.objects.visible_to(request.user)
        workstream = get_object_or_404(workstreams, public_id=_uuid(wanted))
        actions.mark_read(actor=request.user, workstream=workstream)
    else:
        ids = [_uuid(value) for value in request.POST.getlist("id")]
        actions.mark_read(actor=request.user, ids=ids or None)
    if request.headers.get("Accept", "").startswith("application/json"):
        return _count(request)
    return redirect(own_path(request.POST.get("next", "")) or reverse("notifications:list"))


@require_http_methods(["GET", "POST"])
def preferences(request: PortalRequest) -> HttpResponse:
    """What one is told, where and when."""
    topics = actions.choices_of(request.user)
    stored = actions.preferences_of(request.user)
    hears = actions.hears_unassigned(request.user)
    if request.method == "POST":
        form = PreferencesForm(request.POST, topics=topics)
        if form.is_valid():
            actions.set_preferences(actor=request.user, **form.chosen())
            messages.success(request, "Your notification settings are saved.")
            return redirect("notifications:preferences")
    else:
        form = PreferencesForm(initial=initial_of(stored, topics, told_of_unassigned=hears), topics=topics)
    context = {
        "form": form,
        "topics": _topics_of(form, topics),
        "unasked": UNASKED,
        "quiet": QUIET_WORDS,
        "may_hear_unassigned": request.user.is_internal,
        "is_mailed_elsewhere": any(topic.is_mailed_elsewhere for topic in topics),
        "levels": actions.levels_of(request.user),
        "loudness": Loudness.choices,
    }
    return render(request, "notifications/preferences.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def level(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """How much one hears of a WorkStream; asked for by the page's menu."""
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user), public_id=public_id)
    if request.method == "POST":
        form = LevelForm(request.POST)
        if form.is_valid():
            chosen = actions.set_level(
                actor=request.user, workstream=workstream, level=Loudness(form.cleaned_data["level"])
            )
            messages.success(request, f"You hear of “{workstream.name}”: {chosen.label.lower()}.")
            return redirect(own_path(request.POST.get("next", "")) or workstream.get_absolute_url())
        return HttpResponse("Choose how much you want to hear.", status=422)
    context = {
        "workstream": workstream,
        "level": actions.level_of(request.user, workstream),
        "loudness": Loudness.choices,
    }
    return render(request, "notifications/level.html", context)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """Be rid of mails like one, without signing in (RFC 8058). Only a POST changes anything: scanners open links."""
    wish = unsubscribing.read(signed)
    if wish is None:
        return render(request, "notifications/unsubscribe.html", {"is_unknown": True}, status=404)
    done = request.method == "POST" and actions.unsubscribe(wish)
    context = {
        "signed": signed,
        "topics": [TOPICS[name] for name in wish.topics if name in TOPICS],
        "is_about_workstream": wish.workstream is not None,
        "is_done": done,
        "is_gone": request.method == "POST" and not done,
    }
    return render(request, "notifications/unsubscribe.html", context)


def _topics_of(form: PreferencesForm, topics: list[Topic]) -> list[dict[str, object]]:
    """Each row of the page, with what is ticked."""
    in_app, by_mail = form["in_app"].value() or [], form["by_mail"].value() or []
    return [{"topic": topic, "in_app": topic.name in in_app, "by_mail": topic.name in by_mail} for topic in topics]


def _count(request: PortalRequest) -> JsonResponse:
    number = bell.count_of(request.user)
    return JsonResponse({"count": number.number, "label": number.label})


def _uuid(text: str) -> UUID:
    """An id of an address or form; one that nothing has, for whatever else stands there."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
