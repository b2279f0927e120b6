"""What leaves /api/v1/ is JSON, also what no view answered: unknown addresses, broken requests, our own faults."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from api.refusals import body_of

PREFIX = "/api/v1/"
_OF_THE_BODY = {"content-type", "content-length", "content-security-policy"}


class ApiAnswersMiddleware:
    """Stands outside all others, so that it sees their refusals too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request be answered; put JSON in the place of an error page."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if not request.path_info.endswith("/"):
            # Being sent on to the address with a slash would lose what was posted.
            return JsonResponse({**body_of(404), "message": "Addresses of the API end with a slash."}, status=404)
        response = self.get_response(request)
        if response.status_code < 400 or response.get("Content-Type", "").startswith("application/json"):
            return response
        said = JsonResponse(body_of(response.status_code), status=response.status_code)
        for name, value in response.items():
            if name.lower() not in _OF_THE_BODY:
                said[name] = value
        return said
