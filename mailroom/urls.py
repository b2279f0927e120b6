from django.urls import path

from mailroom.views import held, hooks

app_name = "mailroom"
urlpatterns = [
    path("held-mails/", held.held, name="held"),
    path("held-mails/<uuid:mail_id>/", held.mail, name="mail"),
    path("held-mails/<uuid:mail_id>/accept/", held.accept, name="accept"),
    path("held-mails/<uuid:mail_id>/discard/", held.discard, name="discard"),
    path("hooks/mail/", hooks.take_in, name="hook"),
    path("hooks/mail/<slug:provider>/<slug:kind>/", hooks.from_provider, name="provider_hook"),
]
