from django.urls import path

from subscriptions import views

app_name = "subscriptions"
urlpatterns = [
    path("start/", views.start, name="start"),
    path("start/<uuid:public_id>/", views.attempt, name="attempt"),
    path("start/<uuid:public_id>/draft/", views.draft, name="draft"),
    path("start/<uuid:public_id>/empty/", views.empty, name="empty_draft"),
]
