"""Every address of the API. Each app writes its own in `api_urls.py`; here they are put together under /api/v1/."""

from django.urls import include, path

from api.views.administration import EditPersonView, RolesView
from api.views.documentation import SchemaView, documentation
from api.views.own import (
    CodesView,
    CopiesView,
    CopyFileView,
    CopyView,
    EndOthersView,
    EraseSomebodyView,
    EraseView,
    SessionsView,
    SessionView,
)
from api.views.people import MeView, OrganizationsView, PeopleView

app_name = "api"
urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", documentation, name="docs"),
    path("me/", MeView.as_view(), name="me"),
    path("me/sessions/", SessionsView.as_view(), name="own_sessions"),
    path("me/sessions/end-others/", EndOthersView.as_view(), name="own_sessions_end_others"),
    path("me/sessions/<slug:session_id>/", SessionView.as_view(), name="own_session"),
    path("me/codes/", CodesView.as_view(), name="own_code"),
    path("me/data/", CopiesView.as_view(), name="own_copies"),
    path("me/data/<uuid:export_id>/", CopyView.as_view(), name="own_copy"),
    path("me/data/<uuid:export_id>/file/", CopyFileView.as_view(), name="own_copy_file"),
    path("me/erase/", EraseView.as_view(), name="own_erasure"),
    path("organizations/", OrganizationsView.as_view(), name="organizations"),
    path("roles/", RolesView.as_view(), name="roles"),
    path("people/<uuid:person_id>/edit/", EditPersonView.as_view(), name="person_edit"),
    path("people/<uuid:person_id>/erase/", EraseSomebodyView.as_view(), name="person_erase"),
    path("people/", PeopleView.as_view(), name="people"),
    path("", include("workstreams.api_urls")),
    *(
        path("", include(f"{app}.api_urls"))
        for app in ("milestones", "subscriptions", "chat", "integrations", "mailroom", "notifications")
    ),
]
