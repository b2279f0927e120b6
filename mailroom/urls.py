from django.urls import path

from mailroom.views import hooks

app_name = "mailroom"
urlpatterns = [
    path("hooks/mail/", hooks.take_in, name="hook"),
    path("hooks/mail/<slug:provider>/<slug:kind>/", hooks.from_provider, name="provider_hook"),
]
