"""The addresses of the Salesforce part of the API."""

from django.urls import include, path

from integrations import api

of_a_workstream = [
    path("", api.TieView.as_view(), name="salesforce"),
    path("understand/", api.UnderstandView.as_view(), name="salesforce_understand"),
    path("tie/", api.TyingView.as_view(), name="salesforce_tie"),
    path("untie/", api.UntyingView.as_view(), name="salesforce_untie"),
    path("try-again/", api.TryAgainView.as_view(), name="salesforce_try_again"),
]
urlpatterns = [path("workstreams/<uuid:public_id>/salesforce/", include(of_a_workstream))]
