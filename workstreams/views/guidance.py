"""What helps people choose a good file: reading it, its samples, and writing it anew."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.capabilities import Can
from accounts.http import PortalRequest
from accounts.models import User
from workstreams import guidance as actions
from workstreams.choices import AttachmentKind
from workstreams.guidance import Guide
from workstreams.guidance_forms import GuidanceForm
from workstreams.tenancy import require


@require_safe
def guidance(request: PortalRequest) -> HttpResponse:
    """The guidance of every kind, one below the other."""
    context = {"guides": actions.guides_for(request.user), "may_edit": request.user.may(Can.MANAGE_PORTAL)}
    return render(request, "workstreams/guidance.html", context)


@require_safe
@vary_on_headers("HX-Request")
def guidance_of_kind(request: PortalRequest, kind: str) -> HttpResponse:
    """The guidance of one kind, for the upload dialog; without htmx, its place on the page of all."""
    guide = _guide(request.user, kind)
    if not request.htmx:
        return redirect(f"{reverse('workstreams:guidance')}#{guide.kind}")
    return render(request, "workstreams/_guide.html", {"guide": guide})


@require_safe
def sample(request: PortalRequest, kind: str) -> HttpResponse:
    """The sample of a kind, always as a download."""
    return sample_answer(_guide(request.user, kind))


@require_http_methods(["GET", "POST"])
def edit(request: PortalRequest, kind: str) -> HttpResponse:
    """Write other guidance, offer another sample (R34)."""
    require(request.user, Can.MANAGE_PORTAL)
    guide = _guide(request.user, kind)
    form = GuidanceForm(request.POST or None, request.FILES or None, guide=guide)
    if request.method == "GET" or not form.is_valid():
        context = {"guide": guide, "form": form}
        return render(request, "workstreams/guidance_edit.html", context, status=422 if form.errors else 200)
    actions.edit(
        kind=guide.kind,
        actor=request.user,
        text=form.cleaned_data["text"],
        sample=form.cleaned_data["sample"],
        shows_sample=form.cleaned_data["shows_sample"],
        uses_our_sample=form.cleaned_data.get("uses_our_sample", False),
    )
    messages.success(request, f"The guidance for “{guide.label}” is saved.")
    return redirect("workstreams:guidance")


def sample_answer(guide: Guide) -> HttpResponse:
    """The sample as an answer that no browser opens by itself; five megabytes at most. Raises: Http404, StoreAway."""
    if not guide.sample_name:
        raise Http404
    content, content_type = actions.read_sample(guide)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=guide.sample_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    return response


def _guide(user: User, kind: str) -> Guide:
    guide = actions.guide_for(AttachmentKind(kind), user) if kind in AttachmentKind.values else None
    if guide is None:
        raise Http404
    return guide
