from django.urls import include, path

from integrations.intercom import webhook
from integrations.intercom.views import standing
from integrations.salesforce import api, hooks, views
from integrations.sync import views as sync

app_name = "integrations"
salesforce_tab = [
    path("", views.tab, name="salesforce"),
    path("tie/", views.tie, name="salesforce_tie"),
    path("untie/", views.untie, name="salesforce_untie"),
    path("delivery/", views.delivery, name="salesforce_delivery"),
    path("try-again/", views.try_again, name="salesforce_try_again"),
]
of_sync = [
    path("", sync.vendors, name="sync"),
    path("data-flow/", sync.data_flow, name="data_flow"),
    path("deliveries/", sync.deliveries, name="sync_deliveries"),
    path("deliveries/<int:delivery_id>/", sync.delivery, name="sync_delivery"),
    path("deliveries/<int:delivery_id>/replay/", sync.replay, name="sync_replay"),
    path("deliveries/<int:delivery_id>/ignore/", sync.ignore, name="sync_ignore"),
    path("inbound/", sync.inbound, name="sync_inbound"),
    path("inbound/<int:event_id>/", sync.event, name="sync_event"),
    path("inbound/<int:event_id>/replay/", sync.replay_event, name="sync_event_replay"),
    path("inbound/<int:event_id>/ignore/", sync.ignore_event, name="sync_event_ignore"),
    path("<slug:provider>/pause/", sync.pause, name="sync_pause"),
    path("<slug:provider>/go-on/", sync.go_on, name="sync_go_on"),
]
urlpatterns = [
    path("sync/", include(of_sync)),
    path("webhooks/intercom/", webhook.take_in, name="intercom_webhook"),
    path("webhooks/salesforce/stage/", api.StageView.as_view(), name="salesforce_stage"),
    path("webhooks/salesforce/outbound/<str:token>/", hooks.receive, name="salesforce_outbound"),
    path("workstreams/<uuid:public_id>/intercom/standing/", standing, name="intercom_standing"),
    path("workstreams/<uuid:public_id>/administration/salesforce/", include(salesforce_tab)),
]
