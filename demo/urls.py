"""Addresses of the demo, under /demo/; they exist only where DEMO is on."""

from django.urls import path

from demo import gallery

app_name = "demo"
urlpatterns = [
    path("design/", gallery.design, name="design"),
]
