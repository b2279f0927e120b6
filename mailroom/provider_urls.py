"""The addresses under which anymail knows its providers; no part of the portal's own."""

from django.urls import include, path

urlpatterns = [path("", include("anymail.urls"))]
