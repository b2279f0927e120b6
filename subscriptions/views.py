"""From the public site's link to a started WorkStream, and the subscription section."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    """Where the public site's links arrive (R16-R22)."""
    return render(request, "subscriptions/start.html")
