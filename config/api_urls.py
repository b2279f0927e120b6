"""Every address of the API. Each app writes its own in `api_urls.py`; here they are put together under /api/v1/."""

from django.urls import include, path

from api.views.administration import EditPersonView, RolesView
from api.views.documentation import SchemaView, documentation
from api.views.people import MeView, OrganizationsView, PeopleView

app_name = "api"
urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", documentation, name="docs"),
    path("me/", MeView.as_view(), name="me"),
    path("organizations/", OrganizationsView.as_view(), name="organizations"),
    path("roles/", RolesView.as_view(), name="roles"),
    path("people/<uuid:person_id>/edit/", EditPersonView.as_view(), name="person_edit"),
    path("people/", PeopleView.as_view(), name="people"),
    path("", include("workstreams.api_urls")),
    *(
        path("", include(f"{app}.api_urls"))
        for app in ("milestones", "subscriptions", "chat", "integrations", "mailroom", "notifications")
    ),
]
