"""The attachments of a WorkStream: the panel, adding, downloading, removing (R31, R36)."""

from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.capabilities import Can
from accounts.errors import DomainError
from accounts.http import PortalRequest
from workstreams import attachments as actions
from workstreams import sending
from workstreams.asked import asked_of
from workstreams.attachment_forms import AddAttachmentForm, ChosenForm, OlderForm
from workstreams.choices import AttachmentKind
from workstreams.document_forms import AskForm
from workstreams.guidance import guide_for
from workstreams.models import Attachment, DocumentRequest, WorkStream
from workstreams.requests import today_of
from workstreams.tenancy import capabilities_of, require


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def attachments(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """A page of the panel for htmx; for others the whole page with that panel in front. A POST adds files."""
    workstream = _workstream(request, public_id, Can.VIEW_ATTACHMENTS)
    if request.method == "POST":
        return _add(request, workstream)
    older = OlderForm.place_in(request.GET)
    if not request.htmx:
        return redirect(_tab(workstream, older))
    return _panel(request, workstream, older)


@require_GET
def new_attachment(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The form on a page of its own, for browsers without script."""
    workstream = _workstream(request, public_id, Can.ADD_ATTACHMENTS)
    actions.may_add(workstream=workstream, actor=request.user)
    chosen = ChosenForm.chosen_in(request.GET)
    form = AddAttachmentForm(user=request.user, initial=chosen)
    return _form_page(request, workstream, form)


@require_safe
def download(request: PortalRequest, public_id: UUID, attachment_id: UUID) -> HttpResponseBase:
    """The file itself, to whoever may see it at this moment."""
    attachment = _attachment(request, public_id, attachment_id)
    require(request.user, Can.VIEW_ATTACHMENTS, attachment.workstream)
    actions.require_downloadable(attachment)
    return sending.answer(request, attachment)


@require_http_methods(["GET", "POST"])
def remove(request: PortalRequest, public_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Take a file off; a GET leads back to the tab."""
    attachment = _attachment(request, public_id, attachment_id)
    if request.method == "POST":
        actions.remove(attachment=attachment, actor=request.user)
        if request.htmx:
            return _panel(request, attachment.workstream)
        messages.success(request, f"“{attachment.name}” was removed.")
    return redirect(_tab(attachment.workstream))


def context(
    request: PortalRequest, workstream: WorkStream, older_than: UUID | None, *, rights: frozenset[Can]
) -> dict[str, object]:
    """What the panel prints."""
    asked = asked_of(workstream, request.user, rights=rights)
    may_add = Can.ADD_ATTACHMENTS in rights and (workstream.is_open or request.user.is_team)
    kind = ChosenForm.chosen_in(request.GET).get("kind", "")
    place = {"kind": kind, "older": str(older_than or "")}
    return {
        "workstream": workstream,
        "attachments": actions.page(
            workstream,
            request.user,
            rights=rights,
            older_than=older_than,
            kind=kind,
        ),
        "is_older_page": older_than is not None,
        "panel_query": urlencode({name: value for name, value in place.items() if value}),
        "may_add_attachments": may_add,
        "attachment_form": AddAttachmentForm(user=request.user) if may_add else None,
        "asked": asked,
        "ask_form": AskForm(today=today_of(workstream)) if asked.may_ask else None,
    }


def _panel(request: PortalRequest, workstream: WorkStream, older: UUID | None = None) -> HttpResponse:
    shown = context(request, workstream, older, rights=capabilities_of(request.user, workstream))
    return render(request, "workstreams/_attachments.html", {**shown, "brings_needed": True})


def _add(request: PortalRequest, workstream: WorkStream) -> HttpResponse:
    """Add what the form carries. What cannot be added is named, and the rest is added all the same."""
    actions.may_add(workstream=workstream, actor=request.user)
    form = AddAttachmentForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return _form_page(request, workstream, form, status=422)
    answers = DocumentRequest.objects.visible_to(request.user).filter(
        workstream=workstream, public_id=form.cleaned_data["request"]
    )
    asked = answers.first()
    for number, upload in enumerate(form.cleaned_data["file"]):
        try:
            added = actions.add(
                workstream=workstream,
                actor=request.user,
                upload=upload,
                kind=form.cleaned_data["kind"],
                note=form.cleaned_data["note"],
                client_key=uuid5(form.cleaned_data["client_key"], str(number)),
                request=asked,
            )
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"“{added.name}” was added.")
    return redirect(_tab(workstream))


def _form_page(
    request: PortalRequest, workstream: WorkStream, form: AddAttachmentForm, *, status: int = 200
) -> HttpResponse:
    kind = form["kind"].value()
    guide = guide_for(AttachmentKind(kind), request.user) if kind in AttachmentKind.values else None
    shown = {"workstream": workstream, "attachment_form": form, "guide": guide}
    return render(request, "workstreams/attachment_new.html", shown, status=status)


def _tab(workstream: WorkStream, older: UUID | None = None) -> str:
    query = {"tab": "attachments"} | ({"older": str(older)} if older else {})
    return f"{workstream.get_absolute_url()}?{urlencode(query)}#attachments"


def _workstream(request: PortalRequest, public_id: UUID, capability: Can) -> WorkStream:
    workstream: WorkStream = get_object_or_404(
        WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id
    )
    require(request.user, capability, workstream)
    return workstream


def _attachment(request: PortalRequest, public_id: UUID, attachment_id: UUID) -> Attachment:
    found: Attachment = get_object_or_404(
        Attachment.objects.visible_to(request.user).listed_for(request.user).select_related("workstream"),
        workstream__public_id=public_id,
        public_id=attachment_id,
    )
    return found
