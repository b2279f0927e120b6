from django.urls import path

from subscriptions.views import start, terms

app_name = "subscriptions"
urlpatterns = [
    path("start/", start.start, name="start"),
    path("start/<uuid:public_id>/", start.attempt, name="attempt"),
    path("start/<uuid:public_id>/draft/", start.draft, name="draft"),
    path("start/<uuid:public_id>/empty/", start.empty, name="empty_draft"),
    path("workstreams/<uuid:public_id>/subscription/", terms.panel, name="terms"),
    path("workstreams/<uuid:public_id>/subscription/edit/", terms.edit, name="edit_terms"),
    path("workstreams/<uuid:public_id>/administration/subscription/", terms.administration, name="administration"),
    path("workstreams/<uuid:public_id>/administration/subscription/type/", terms.change_type, name="change_type"),
]
