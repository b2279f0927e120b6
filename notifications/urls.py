"""Addresses of notifications."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notifications, name="list"),
    path("notifications/count/", views.count, name="count"),
    path("notifications/read/", views.mark_read, name="read"),
    path("notifications/preferences/", views.preferences, name="preferences"),
    path("notifications/unsubscribe/<str:signed>/", views.unsubscribe, name="unsubscribe"),
    path("notifications/<uuid:notification_id>/", views.follow, name="follow"),
    path("workstreams/<uuid:public_id>/notifications/", views.level, name="level"),
]
