"""Documents the team asks the client for: asking, ticking off, withdrawing, asking again."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.capabilities import Can
from accounts.http import PortalRequest
from accounts.models import User
from workstreams import requests as actions
from workstreams.asked import in_sentence
from workstreams.choices import AttachmentKind
from workstreams.document_forms import AskForm
from workstreams.models import DocumentRequest, WorkStream
from workstreams.tenancy import require


@require_http_methods(["GET", "POST"])
def ask(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Ask the client for a document; a page of its own, which the Attachments tab shows as a dialog."""
    workstream: WorkStream = get_object_or_404(
        WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id
    )
    require(request.user, Can.REQUEST_DOCUMENTS, workstream)
    form = AskForm(request.POST or None, today=actions.today_of(workstream))
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.errors else 200
        context = {"workstream": workstream, "ask_form": form, "sends_to": request.path}
        template = "workstreams/_document_ask.html" if request.htmx else "workstreams/document_ask.html"
        return render(request, template, context, status=status)
    asked = actions.request_document(
        workstream=workstream,
        actor=request.user,
        kind=AttachmentKind(form.cleaned_data["kind"]),
        note=form.cleaned_data["note"],
        due_on=form.cleaned_data["due_on"],
        public_id=form.cleaned_data["public_id"],
    )
    messages.success(request, f"The client is asked for {in_sentence(asked.get_kind_display())}.")
    return redirect(_tab(workstream))


Change = Callable[..., DocumentRequest]


def _changes(change: Change, said: str) -> Callable[[PortalRequest, UUID, UUID], HttpResponse]:
    """What a button of one request posts to. A GET, after signing in again, leads to the tab."""

    @require_http_methods(["GET", "POST"])
    def view(request: PortalRequest, public_id: UUID, request_id: UUID) -> HttpResponse:
        asked = _fetch(request.user, public_id, request_id)
        require(request.user, Can.REQUEST_DOCUMENTS, asked.workstream)
        if request.method == "POST":
            asked = change(request=asked, actor=request.user)
            messages.success(request, said.format(asked.get_kind_display()))
        return redirect(_tab(asked.workstream))

    return view


tick = _changes(actions.tick_off, "“{}” is ticked off.")
withdraw = _changes(actions.withdraw, "The client is not asked for “{}” any more.")
ask_again = _changes(actions.ask_again, "The client is asked for “{}” again.")


def _fetch(user: User, public_id: UUID, request_id: UUID) -> DocumentRequest:
    found: DocumentRequest = get_object_or_404(
        DocumentRequest.objects.visible_to(user).select_related("workstream"),
        workstream__public_id=public_id,
        public_id=request_id,
    )
    return found


def _tab(workstream: WorkStream) -> str:
    return f"{workstream.get_absolute_url()}?tab=attachments#attachments"
