"""What the API can do: the OpenAPI document, and a page that shows it."""

from functools import cache

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer

from accounts.capabilities import Can
from accounts.http import PortalRequest
from api.base import ApiRequest, ApiView
from api.description import describe, hidden_from


@require_GET
def documentation(request: PortalRequest) -> HttpResponse:
    """Everything the API can do, to read and to try out; it asks the API as the person who is signed in."""
    return render(request, "api/documentation.html")


class SchemaView(ApiView):
    """`GET /api/v1/schema/`: the description of the API, without what the caller may not know of (R70)."""

    @extend_schema(exclude=True)
    def get(self, request: ApiRequest) -> HttpResponse:
        """The OpenAPI document."""
        return HttpResponse(_document(hidden_from(request.user)), content_type="application/json")


@cache
def _document(hidden: frozenset[Can]) -> bytes:
    """Made once a process for each kind of reader: it follows from the code alone."""
    return bytes(JSONRenderer().render(describe(hidden=hidden)))
