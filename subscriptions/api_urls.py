"""The addresses of the subscriptions part of the API."""

from django.urls import path

from subscriptions import api

urlpatterns = [
    path("start/", api.StartView.as_view(), name="start"),
    path("workstreams/<uuid:public_id>/subscription/", api.SubscriptionView.as_view(), name="subscription"),
    path("workstreams/<uuid:public_id>/subscription/earlier/", api.EarlierView.as_view(), name="earlier_terms"),
    path("workstreams/<uuid:public_id>/subscription/change-type/", api.TypeView.as_view(), name="change_type"),
]
