"""The portal's addresses, the yardstick's, and a page that costs as little as a page for a signed-in person can."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from rest_framework.routers import SimpleRouter

from bench.yardstick.views import WorkStreamViewSet


def nothing(request: HttpRequest) -> JsonResponse:
    """The floor: who is it, and an empty answer."""
    return JsonResponse({"rows": [], "to": str(request.user.pk)})


router = SimpleRouter()
router.register("yardstick", WorkStreamViewSet, basename="yardstick")

urlpatterns = [
    path("yardstick/nothing/", nothing),
    *router.urls,
    path("", include("config.urls")),
]
