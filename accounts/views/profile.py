"""One's own profile."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import profile
from accounts.errors import BelongsElsewhere, PictureRefused, ProfileChangedMeanwhile
from accounts.forms import PictureForm, ProfileForm, WelcomeForm
from accounts.http import PortalRequest, own_path


@never_cache
@require_http_methods(["GET", "POST"])
def show(request: PortalRequest) -> HttpResponse:
    """Name, picture, time zone, and how the portal is used."""
    if request.method == "GET":
        return _page(request, ProfileForm(person=request.user))
    form = ProfileForm(request.POST, person=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        profile.edit_profile(
            person=request.user,
            actor=request.user,
            fields=form.profile(),
            seen_version=form.cleaned_data["version"],
        )
    except ProfileChangedMeanwhile as refusal:
        request.user.refresh_from_db()
        form.data = {**request.POST.dict(), "version": request.user.version}
        return _page(request, form, status=409, refusal=refusal.message)
    except BelongsElsewhere as refusal:
        form.add_error(None, refusal.message)
        return _page(request, form, status=422)
    messages.success(request, "Your profile is saved.")
    return redirect("accounts:profile")


@require_http_methods(["GET", "POST"])
def picture(request: PortalRequest) -> HttpResponse:
    """Take a file for one's picture; a GET leads back, where somebody lands who was signed out meanwhile."""
    if request.method == "GET":
        return redirect("accounts:profile")
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["picture"]
        try:
            profile.set_picture(person=request.user, actor=request.user, sent=sent, size=sent.size)
        except PictureRefused as refusal:
            form.add_error("picture", refusal.message)
        else:
            messages.success(request, "This is your picture now.")
            return redirect("accounts:profile")
    return _page(request, ProfileForm(person=request.user), picture_form=form, status=422)


@require_http_methods(["GET", "POST"])
def remove_picture(request: PortalRequest) -> HttpResponse:
    """Back to initials."""
    if request.method == "POST":
        profile.remove_picture(person=request.user, actor=request.user)
        messages.success(request, "Your picture is gone; others see your initials.")
    return redirect("accounts:profile")


@never_cache
@require_http_methods(["GET", "POST"])
def welcome(request: PortalRequest) -> HttpResponse:
    """Name and company, asked once after the first sign-in; both may be skipped (ux 3.2)."""
    where_to = own_path(request.POST.get("next", "") or request.GET.get("next", "")) or "home"
    form = WelcomeForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "GET":
        if not profile.is_to_be_welcomed(request.user):
            return redirect(where_to)
        return render(request, "accounts/welcome.html", {"form": form, "where_to": where_to})
    if not form.is_valid():
        return render(request, "accounts/welcome.html", {"form": form, "where_to": where_to}, status=422)
    skipped = "skip" in request.POST
    profile.answer_welcome(
        person=request.user,
        actor=request.user,
        name="" if skipped else form.cleaned_data.get("name", ""),
        company="" if skipped else form.cleaned_data.get("company", ""),
    )
    return redirect(where_to)


def _page(
    request: PortalRequest,
    form: ProfileForm,
    *,
    picture_form: PictureForm | None = None,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "picture_form": picture_form or PictureForm(),
        "refusal": refusal,
        "time_zones": profile.time_zones(),
    }
    return render(request, "accounts/profile.html", context, status=status)
