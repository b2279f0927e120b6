from django.urls import include, path

from milestones.views import administration

app_name = "milestones"
administration_screen = [
    path("", administration.administration, name="administration"),
]
urlpatterns = [
    path("workstreams/<uuid:public_id>/administration/milestones/", include(administration_screen)),
]
