"""The page of a person's API tokens."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import PortalRequest
from api import actions
from api.errors import TooManyTokens
from api.forms import TokenForm
from api.models import ApiToken


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: PortalRequest) -> HttpResponse:
    """One's own tokens, and a form for another. The secret is on the answer to the form and nowhere else."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    token, secret, status = None, "", 200
    if form.is_valid():
        try:
            token, secret = actions.make_token(
                person=request.user,
                actor=request.user,
                name=form.cleaned_data["name"],
                scopes=form.wanted_scopes(),
                days=form.cleaned_data["days"],
                public_id=form.cleaned_data["public_id"],
            )
        except TooManyTokens as refusal:
            form.add_error(None, refusal.message)
        else:
            if not secret:
                messages.warning(request, f"“{token.name}” was made already; its secret cannot be shown again.")
                return redirect("api_tokens:list")
            form = TokenForm()
    if form.is_bound:
        status = 422
    own = ApiToken.objects.visible_to(request.user)
    context = {
        "form": form,
        "made": token,
        "secret": secret,
        "usable": own.usable(now=timezone.now()).order_by("-created_at", "-pk"),
    }
    return render(request, "api/tokens.html", context, status=status)


@require_http_methods(["GET", "POST"])
def revoke(request: PortalRequest, token_id: UUID) -> HttpResponse:
    """End one's own token; a GET leads back to the list, where somebody lands who was signed out meanwhile."""
    if request.method == "POST":
        token = get_object_or_404(ApiToken.objects.visible_to(request.user), public_id=token_id)
        actions.revoke_token(token=token, actor=request.user)
        messages.success(request, f"“{token.name}” is revoked. Whatever used it is refused from now on.")
    return redirect("api_tokens:list")
