"""The addresses of held mails in the API."""

from django.urls import path

from mailroom import api

urlpatterns = [
    path("held-mails/", api.HeldMailsView.as_view(), name="held_mails"),
    path("held-mails/<uuid:mail_id>/", api.HeldMailView.as_view(), name="held_mail"),
    path("held-mails/<uuid:mail_id>/accept/", api.AcceptMailView.as_view(), name="held_mail_accept"),
    path("held-mails/<uuid:mail_id>/discard/", api.DiscardMailView.as_view(), name="held_mail_discard"),
]
