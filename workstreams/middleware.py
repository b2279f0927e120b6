"""A refusal of the domain becomes an answer a person can read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.errors import DomainError, TooSlow, refusal_in
from accounts.http import way_back
from api.middleware import PREFIX


class RefusalMiddleware:
    """Turns a refusal of a view into an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; the work is in `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal with its own status and sentence; leave every other exception alone."""
        refusal = refusal_in(exception)
        return answer(request, refusal) if refusal else None


def answer(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """A fragment for htmx, JSON for scripts, a page for everybody else."""
    response = _told(request, refusal)
    if isinstance(refusal, TooSlow):
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _told(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    if request.path_info.startswith(PREFIX) or request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"code": refusal.code, "message": refusal.message}, status=refusal.status_code)
    context = {"message": refusal.message, "back_url": way_back(request)}
    if getattr(request, "htmx", False):
        response = render(request, "_refusal.html", context, status=refusal.status_code)
        # The control's own place stays as it is; the sentence is shown where every notice is shown.
        response["HX-Retarget"] = "#notices"
        response["HX-Reswap"] = "innerHTML"
        return response
    return render(request, "refusal.html", context, status=refusal.status_code)
