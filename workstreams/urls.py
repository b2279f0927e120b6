from django.urls import include, path

from workstreams import views

app_name = "workstreams"
administration = [
    path("", views.administration, name="administration"),
]
urlpatterns = [
    path("workstreams/", views.grid, name="grid"),
    path("my-workstreams/", views.mine, name="mine"),
    path("workstreams/<uuid:public_id>/", views.page, name="page"),
    path("workstreams/<uuid:public_id>/administration/", include(administration)),
]
