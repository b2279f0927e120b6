"""Addresses of the demo, under /demo/; they exist only where DEMO is on."""

from django.urls import path

from demo import gallery, views

app_name = "demo"
urlpatterns = [
    path("", views.people, name="people"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<uuid:mail_id>/", views.mailbox, name="mail"),
    path("mailbox/<uuid:mail_id>/answer/", views.answer, name="mail_answer"),
    path("mailbox/<uuid:mail_id>/html/", views.mail_html, name="mail_html"),
    path("design/", gallery.design, name="design"),
]
