"""Taking in what people send: how large it may be, and where large files wait until the page has them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.temp import NamedTemporaryFile
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from api.middleware import PREFIX

MEGABYTE = 1_000_000
# What a form has beside its file, and what every other address takes.
BESIDE_A_FILE = 2 * MEGABYTE
ANYWHERE = 12 * MEGABYTE


class ArrivingFile(TemporaryUploadedFile):
    """A file on disk that goes away with the request, unless the store takes it."""

    def __init__(self, name: str = "", content_type: str = "", size: int = 0) -> None:
        """An empty one. Its folder is made when it is first needed."""
        settings.FILES_ARRIVE_IN.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = NamedTemporaryFile(dir=settings.FILES_ARRIVE_IN)
        super(TemporaryUploadedFile, self).__init__(file, name, content_type, size, None)


class ArrivingFileHandler(TemporaryFileUploadHandler):
    """Files larger than 2.5 MB go to disk as they come."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = ArrivingFile(self.file_name or "", self.content_type or "")


class LargestBodyMiddleware:
    """Refuses a body that is too large by what it says of itself, before anything of it is read or kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 to what is too large."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length <= ANYWHERE:
            return self.get_response(request)
        takes_files = request.path_info.rstrip("/").endswith("/attachments")
        if takes_files and length <= settings.FILES_MAX_MB * MEGABYTE + BESIDE_A_FILE:
            return self.get_response(request)
        return _too_large(request)


def _too_large(request: HttpRequest) -> HttpResponse:
    sentence = f"This is too large: a file may have up to {settings.FILES_MAX_MB} MB. Nothing was kept of it."
    if request.path_info.startswith(PREFIX) or request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"code": "too_large", "message": sentence}, status=413)
    return HttpResponse(render_to_string("413.html", {"message": sentence}), status=413)
