from django.urls import include, path

from workstreams.views import administration, grid, mine, new, page

app_name = "workstreams"
administration_screen = [
    path("", administration.general, name="administration"),
    path("lead/", administration.lead_and_members, name="administration_lead"),
    path("activity/", administration.activity, name="administration_activity"),
    path("close/", administration.close, name="close"),
    path("reopen/", administration.reopen, name="reopen"),
]
urlpatterns = [
    path("workstreams/", grid.grid, name="grid"),
    path("workstreams/new/", new.new, name="new"),
    path("my-workstreams/", mine.mine, name="mine"),
    path("workstreams/<uuid:public_id>/", page.page, name="page"),
    path("workstreams/<uuid:public_id>/members/", page.members, name="members"),
    path("workstreams/<uuid:public_id>/administration/", include(administration_screen)),
]
