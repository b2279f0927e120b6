"""A copy of one's own data, and having it erased."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import confirming, erasure, own_data
from accounts.errors import AskedLately, CodeRefused, LastAdministrator, NotErasableYet, TooOften
from accounts.forms import CodeForm
from accounts.http import PortalRequest
from accounts.models import DataExport, MailedCode
from accounts.views.security import freshly_confirmed

SHOWN = 2


@never_cache
@require_http_methods(["GET", "POST"])
def my_data(request: PortalRequest) -> HttpResponse:
    """Ask for a copy of one's data, and see how far it is."""
    if request.method == "POST":
        try:
            own_data.ask(person=request.user, actor=request.user)
        except AskedLately as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, "Your copy is being put together.")
        return redirect("accounts:my_data")
    exports = list(DataExport.objects.visible_to(request.user)[:SHOWN])
    context = {
        "exports": [export for export in exports if export.state != DataExport.State.GONE],
        "may_ask": not exports
        or exports[0].state == DataExport.State.FAILED
        or (
            exports[0].state != DataExport.State.WAITING and exports[0].asked_at < timezone.now() - own_data.AGAIN_AFTER
        ),
        "hindrances": erasure.hindrances(request.user),
    }
    return render(request, "accounts/my_data.html", context)


@never_cache
@require_GET
@freshly_confirmed
def my_data_file(request: PortalRequest, export_id: UUID) -> HttpResponseBase:
    """The copy itself, for its person only, and only while they are sure to be there."""
    return file_of(get_object_or_404(DataExport.objects.visible_to(request.user), public_id=export_id))


def file_of(export: DataExport) -> FileResponse:
    """The bytes of a copy, for whoever was found to be its person. Raises: Http404 when there are none (any more)."""
    if export.state != DataExport.State.READY or export.expires_at is None or export.expires_at <= timezone.now():
        raise Http404("This copy is not ready, or too old and deleted.")
    try:
        file = export.file.open()
    except FileNotFoundError as error:
        raise Http404("This copy is not there any more.") from error
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"my-data-{export.asked_at:%Y-%m-%d}.zip",
        content_type="application/zip",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


@never_cache
@require_http_methods(["GET", "POST"])
@freshly_confirmed
def erase(request: PortalRequest) -> HttpResponse:
    """Have one's personal data erased: a code by mail, then it is done."""
    person = request.user
    if erasure.hindrances(person):
        return redirect("accounts:my_data")
    form, is_sent, status = CodeForm(), False, 200
    if request.method == "POST" and "code" in request.POST:
        form, is_sent, status = CodeForm(request.POST), True, 422
        if form.is_valid():
            try:
                confirming.check_code(person=person, purpose=MailedCode.Purpose.ERASE, code=form.cleaned_data["code"])
                erasure.erase(person=person, actor=person)
            except (CodeRefused, NotErasableYet, LastAdministrator) as refusal:
                form.add_error("code", refusal.message)
            else:
                logout(request)
                return redirect("accounts:erased")
    elif request.method == "POST":
        is_sent = True
        try:
            confirming.send_code(request, person=person, purpose=MailedCode.Purpose.ERASE, email=person.email)
        except TooOften as refusal:
            messages.warning(request, refusal.message)
            status = refusal.status_code
    return render(request, "accounts/erase.html", {"form": form, "is_sent": is_sent}, status=status)


@login_not_required
@require_GET
def erased(request: HttpRequest) -> HttpResponse:
    """The last page of somebody who had their data erased."""
    return render(request, "accounts/erased.html")
