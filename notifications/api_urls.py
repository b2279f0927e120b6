"""The addresses of the notifications' part of the API."""

from django.urls import path

from notifications import api

urlpatterns = [
    path("notifications/", api.NotificationsView.as_view(), name="notifications"),
    path("notifications/read/", api.ReadNotificationsView.as_view(), name="notifications_read"),
    path("notifications/preferences/", api.PreferencesView.as_view(), name="notification_preferences"),
    path("workstreams/<uuid:public_id>/notifications/", api.LevelView.as_view(), name="notification_level"),
]
