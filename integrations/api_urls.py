"""The addresses of this part of the API."""

from django.urls import include, path

from integrations import api
from integrations.intercom import api as intercom
from integrations.sync import api as sync

of_a_workstream = [
    path("", api.TieView.as_view(), name="salesforce"),
    path("understand/", api.UnderstandView.as_view(), name="salesforce_understand"),
    path("tie/", api.TyingView.as_view(), name="salesforce_tie"),
    path("untie/", api.UntyingView.as_view(), name="salesforce_untie"),
    path("try-again/", api.TryAgainView.as_view(), name="salesforce_try_again"),
]
of_sync = [
    path("", sync.VendorsView.as_view(), name="sync"),
    path("data-flow/", sync.DataFlowView.as_view(), name="data_flow"),
    path("deliveries/", sync.DeliveriesView.as_view(), name="sync_deliveries"),
    path("deliveries/<int:delivery_id>/", sync.DeliveryView.as_view(), name="sync_delivery"),
    path("deliveries/<int:delivery_id>/replay/", sync.ReplayView.as_view(), name="sync_replay"),
    path("deliveries/<int:delivery_id>/ignore/", sync.IgnoreView.as_view(), name="sync_ignore"),
    path("inbound/", sync.InboundView.as_view(), name="sync_inbound"),
    path("inbound/<int:event_id>/", sync.InboundEventView.as_view(), name="sync_event"),
    path("inbound/<int:event_id>/replay/", sync.ReplayEventView.as_view(), name="sync_event_replay"),
    path("inbound/<int:event_id>/ignore/", sync.IgnoreEventView.as_view(), name="sync_event_ignore"),
    path("<slug:provider>/pause/", sync.PauseView.as_view(), name="sync_pause"),
    path("<slug:provider>/go-on/", sync.GoOnView.as_view(), name="sync_go_on"),
]
urlpatterns = [
    path("workstreams/<uuid:public_id>/salesforce/", include(of_a_workstream)),
    path("workstreams/<uuid:public_id>/intercom/standing/", intercom.StandingView.as_view(), name="intercom_standing"),
    path("sync/", include(of_sync)),
]
