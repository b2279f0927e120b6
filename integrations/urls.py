from django.urls import path

from integrations.salesforce import api

app_name = "integrations"
urlpatterns = [
    path("webhooks/salesforce/stage/", api.StageView.as_view(), name="salesforce_stage"),
]
