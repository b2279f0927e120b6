"""Every address of the portal."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import views

handler500 = views.server_error
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("help/", views.help_page, name="help"),
    path("", include("accounts.urls")),
    path("", include("api.urls")),
    path("api/v1/", include("config.api_urls")),
    path("", include("subscriptions.urls")),
    path("", include("workstreams.urls")),
    path("", include("milestones.urls")),
    path("", include("chat.urls")),
    path("", include("integrations.urls")),
    path("", include("notifications.urls")),
    path("", include("mailroom.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))
