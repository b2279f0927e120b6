"""The portal's addresses, the yardstick's, and a page that costs as little as a page for a signed-in person can."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.routers import SimpleRouter

from bench.yardstick.views import WorkStreamViewSet


def nothing(request: HttpRequest) -> JsonResponse:
    """The floor: who is it, and an empty answer."""
    return JsonResponse({"rows": [], "to": str(request.user.pk)})


@csrf_exempt
@login_not_required
def empty(_: HttpRequest) -> HttpResponse:
    """The floor of what comes from outside: a body that nobody reads."""
    return HttpResponse()


router = SimpleRouter()
router.register("yardstick", WorkStreamViewSet, basename="yardstick")

urlpatterns = [
    path("yardstick/nothing/", nothing),
    path("yardstick/empty/", empty),
    *router.urls,
    path("", include("config.urls")),
]
