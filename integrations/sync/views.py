"""The sync pages: how vendors are doing, the two ledgers, and what an administrator may do about them.

Every page is for administrators alone: the ledger names people of every client.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.capabilities import Can
from accounts.errors import DomainError, NotAllowed
from accounts.http import PortalRequest
from integrations import mending
from integrations.models import Delivery, InboundEvent, Provider
from integrations.movements import movements
from integrations.sync import listing
from integrations.sync.forms import DeliveryFilterForm, InboundFilterForm, ReasonForm
from integrations.sync.overview import overview


@require_GET
def vendors(request: PortalRequest) -> HttpResponse:
    """How every vendor is doing."""
    _insist_on_an_administrator(request)
    return _vendors(request)


@require_POST
def pause(request: PortalRequest, provider: str) -> HttpResponse:
    """Stop what goes to a vendor; everything is kept."""
    _insist_on_an_administrator(request)
    found = _vendor(provider)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _vendors(request, form=form, refused=found, status=422)
    mending.pause(provider=found, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{found.label} is paused. What waits for it is kept.")
    return redirect("integrations:sync")


@require_POST
def go_on(request: PortalRequest, provider: str) -> HttpResponse:
    """Let what was kept go out."""
    _insist_on_an_administrator(request)
    found = _vendor(provider)
    mending.go_on(provider=found, actor=request.user)
    messages.success(request, f"{found.label} goes on, in order.")
    return redirect("integrations:sync")


@require_GET
def deliveries(request: PortalRequest) -> HttpResponse:
    """What goes or went out."""
    _insist_on_an_administrator(request)
    form = DeliveryFilterForm(request.GET)
    chosen, before = _chosen(form), _before(request)
    page = listing.deliveries(request.user, before=before, **chosen)
    return _ledger(request, "deliveries", form, page, chosen, is_first=before is None)


@require_GET
def inbound(request: PortalRequest) -> HttpResponse:
    """What vendors told us."""
    _insist_on_an_administrator(request)
    form = InboundFilterForm(request.GET)
    chosen, before = _chosen(form), _before(request)
    page = listing.inbound(request.user, before=before, **chosen)
    return _ledger(request, "inbound", form, page, chosen, is_first=before is None)


@require_GET
def delivery(request: PortalRequest, delivery_id: int) -> HttpResponse:
    """One delivery."""
    return _delivery(request, _found_delivery(request, delivery_id), ReasonForm())


@require_POST
def replay(request: PortalRequest, delivery_id: int) -> HttpResponse:
    """Send it again now."""
    found = _found_delivery(request, delivery_id)
    try:
        mending.replay(delivery=found, actor=request.user)
    except NotAllowed:
        raise
    except DomainError as refusal:
        return _delivery(request, found, ReasonForm(), refusal=refusal.message, status=refusal.status_code)
    messages.success(request, "It is sent again as soon as a worker is free.")
    return redirect("integrations:sync_delivery", delivery_id)


@require_POST
def ignore(request: PortalRequest, delivery_id: int) -> HttpResponse:
    """Leave it out, and let what waits behind it go on."""
    found = _found_delivery(request, delivery_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _delivery(request, found, form, status=422)
    try:
        mending.ignore(delivery=found, actor=request.user, reason=form.cleaned_data["reason"])
    except NotAllowed:
        raise
    except DomainError as refusal:
        return _delivery(request, found, form, refusal=refusal.message, status=refusal.status_code)
    messages.success(request, "It is left out; what waited behind it goes on.")
    return redirect("integrations:sync_delivery", delivery_id)


@require_GET
def event(request: PortalRequest, event_id: int) -> HttpResponse:
    """One thing a vendor told us."""
    return _event(request, _found_event(request, event_id), ReasonForm())


@require_POST
def replay_event(request: PortalRequest, event_id: int) -> HttpResponse:
    """Work it again."""
    found = _found_event(request, event_id)
    try:
        mending.replay_event(event=found, actor=request.user)
    except NotAllowed:
        raise
    except DomainError as refusal:
        return _event(request, found, ReasonForm(), refusal=refusal.message, status=refusal.status_code)
    messages.success(request, "It is worked again as soon as a worker is free.")
    return redirect("integrations:sync_event", event_id)


@require_POST
def ignore_event(request: PortalRequest, event_id: int) -> HttpResponse:
    """Leave it out."""
    found = _found_event(request, event_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _event(request, found, form, status=422)
    try:
        mending.ignore_event(event=found, actor=request.user, reason=form.cleaned_data["reason"])
    except NotAllowed:
        raise
    except DomainError as refusal:
        return _event(request, found, form, refusal=refusal.message, status=refusal.status_code)
    messages.success(request, "It is left out.")
    return redirect("integrations:sync_event", event_id)


@require_GET
def data_flow(request: PortalRequest) -> HttpResponse:
    """Every movement of data, as the code declares it (F5)."""
    _insist_on_an_administrator(request)
    moved = [(provider.label, movements.of(provider)) for provider in Provider if movements.of(provider)]
    return render(request, "integrations/sync/data_flow.html", {"vendors": moved})


def _insist_on_an_administrator(request: PortalRequest) -> None:
    if not request.user.may(Can.MANAGE_PORTAL):
        raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")


def _vendor(provider: str) -> Provider:
    try:
        return Provider(provider)
    except ValueError as error:
        raise Http404("There is no such vendor.") from error


def _found_delivery(request: PortalRequest, delivery_id: int) -> Delivery:
    _insist_on_an_administrator(request)
    rows = Delivery.objects.visible_to(request.user).select_related(
        "mailbox__workstream", "mailbox__person", "ignored_by"
    )
    found: Delivery = get_object_or_404(rows, pk=delivery_id)
    return found


def _found_event(request: PortalRequest, event_id: int) -> InboundEvent:
    _insist_on_an_administrator(request)
    rows = InboundEvent.objects.visible_to(request.user).select_related("workstream")
    found: InboundEvent = get_object_or_404(rows, pk=event_id)
    return found


def _chosen(form: DeliveryFilterForm | InboundFilterForm) -> dict[str, str]:
    form.is_valid()  # what cannot be meant is left out
    return {name: form.cleaned_data.get(name) or "" for name in form.fields}


def _before(request: PortalRequest) -> int | None:
    told = request.GET.get("before", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None


def _vendors(
    request: PortalRequest, *, form: ReasonForm | None = None, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {"doings": overview(), "form": form, "refused": refused}
    return render(request, "integrations/sync/overview.html", context, status=status)


def _ledger(
    request: PortalRequest, name: str, form: Any, page: Any, chosen: dict[str, str], *, is_first: bool
) -> HttpResponse:
    question = urlencode({key: value for key, value in chosen.items() if value})
    context = {"form": form, "page": page, "question": question, "is_first": is_first}
    return render(request, f"integrations/sync/{name}.html", context)


def _delivery(
    request: PortalRequest, found: Delivery, form: ReasonForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    unsettled = Delivery.objects.visible_to(request.user).unsettled().filter(mailbox=found.mailbox)
    context = {
        "delivery": found,
        "movement": movements.find(found.mailbox.provider, found.operation),
        "ahead": unsettled.filter(pk__lt=found.pk).count() if found.settled_at is None else 0,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "integrations/sync/delivery.html", context, status=status)


def _event(
    request: PortalRequest, found: InboundEvent, form: ReasonForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {"event": found, "digest": listing.digest_of(found), "form": form, "refusal": refusal}
    return render(request, "integrations/sync/event.html", context, status=status)
