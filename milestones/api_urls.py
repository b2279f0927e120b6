"""The addresses of the milestones part of the API."""

from django.urls import include, path

from milestones import api

of_a_workstream = [
    path("", api.TrackView.as_view(), name="milestones"),
    path("history/", api.HistoryView.as_view(), name="milestone_history"),
    path("hand-over/", api.HandOverView.as_view(), name="hand_over"),
    path("advance/", api.AdvanceView.as_view(), name="advance"),
    path("go-back/", api.GoBackView.as_view(), name="go_back"),
    path("delivery/", api.DeliveryView.as_view(), name="choose_delivery"),
    path("go-ahead/", api.GiveGoAheadView.as_view(), name="give_go_ahead"),
    path("go-ahead/withdraw/", api.WithdrawGoAheadView.as_view(), name="withdraw_go_ahead"),
]
urlpatterns = [path("workstreams/<uuid:public_id>/milestones/", include(of_a_workstream))]
