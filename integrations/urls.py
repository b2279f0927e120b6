from django.urls import include, path

from integrations.salesforce import api, views

app_name = "integrations"
salesforce_tab = [
    path("", views.tab, name="salesforce"),
    path("tie/", views.tie, name="salesforce_tie"),
    path("untie/", views.untie, name="salesforce_untie"),
    path("delivery/", views.delivery, name="salesforce_delivery"),
    path("try-again/", views.try_again, name="salesforce_try_again"),
]
urlpatterns = [
    path("webhooks/salesforce/stage/", api.StageView.as_view(), name="salesforce_stage"),
    path("workstreams/<uuid:public_id>/administration/salesforce/", include(salesforce_tab)),
]
