from django.urls import include, path

from milestones.views import administration, go_ahead

app_name = "milestones"
administration_screen = [
    path("", administration.administration, name="administration"),
    path("advance/", administration.advance, name="advance"),
    path("go-back/", administration.go_back, name="go_back"),
    path("delivery/", administration.choose_delivery, name="choose_delivery"),
    path("go-ahead/", administration.record_go_ahead, name="record_go_ahead"),
    path("go-ahead/withdraw/", administration.withdraw_go_ahead, name="withdraw_go_ahead"),
]
urlpatterns = [
    path("workstreams/<uuid:public_id>/go-ahead/", go_ahead.give, name="go_ahead"),
    path("workstreams/<uuid:public_id>/go-ahead/withdraw/", go_ahead.withdraw, name="withdraw_own_go_ahead"),
    path("workstreams/<uuid:public_id>/administration/milestones/", include(administration_screen)),
]
