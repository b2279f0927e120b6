from django.urls import include, path

from milestones.views import administration, go_ahead

app_name = "milestones"
administration_screen = [
    path("", administration.administration, name="administration"),
]
urlpatterns = [
    path("workstreams/<uuid:public_id>/go-ahead/", go_ahead.give, name="go_ahead"),
    path("workstreams/<uuid:public_id>/go-ahead/withdraw/", go_ahead.withdraw, name="withdraw_go_ahead"),
    path("workstreams/<uuid:public_id>/administration/milestones/", include(administration_screen)),
]
