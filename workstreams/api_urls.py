"""The addresses of the WorkStreams' part of the API."""

from django.urls import path

from workstreams.api.activity import ActivityView
from workstreams.api.lists import FacetsView, WorkStreamsView
from workstreams.api.many import (
    BulkChangesView,
    BulkChangeView,
    ConfirmBulkChangeView,
    ExportView,
    UndoBulkChangeView,
)
from workstreams.api.one import CloseView, MembersView, ReopenView, SetLeadView, TakeView, WorkStreamView
from workstreams.api.views import (
    RenameView,
    ReplaceView,
    SavedViewsView,
    SavedViewView,
    ShareView,
    UnshareView,
)

urlpatterns = [
    path("workstreams/", WorkStreamsView.as_view(), name="workstreams"),
    path("workstreams/export/", ExportView.as_view(), name="workstreams_export"),
    path("workstreams/facets/", FacetsView.as_view(), name="workstreams_facets"),
    path("workstreams/<uuid:public_id>/", WorkStreamView.as_view(), name="workstream"),
    path("workstreams/<uuid:public_id>/close/", CloseView.as_view(), name="workstream_close"),
    path("workstreams/<uuid:public_id>/reopen/", ReopenView.as_view(), name="workstream_reopen"),
    path("workstreams/<uuid:public_id>/set-lead/", SetLeadView.as_view(), name="workstream_set_lead"),
    path("workstreams/<uuid:public_id>/take/", TakeView.as_view(), name="workstream_take"),
    path("workstreams/<uuid:public_id>/activity/", ActivityView.as_view(), name="workstream_activity"),
    path("workstreams/<uuid:public_id>/members/", MembersView.as_view(), name="workstream_members"),
    path("bulk-changes/", BulkChangesView.as_view(), name="bulk_changes"),
    path("bulk-changes/<uuid:bulk_id>/", BulkChangeView.as_view(), name="bulk_change"),
    path("bulk-changes/<uuid:bulk_id>/confirm/", ConfirmBulkChangeView.as_view(), name="bulk_change_confirm"),
    path("bulk-changes/<uuid:bulk_id>/undo/", UndoBulkChangeView.as_view(), name="bulk_change_undo"),
    path("views/", SavedViewsView.as_view(), name="views"),
    path("views/<uuid:view_id>/", SavedViewView.as_view(), name="view"),
    path("views/<uuid:view_id>/rename/", RenameView.as_view(), name="view_rename"),
    path("views/<uuid:view_id>/replace/", ReplaceView.as_view(), name="view_replace"),
    path("views/<uuid:view_id>/share/", ShareView.as_view(), name="view_share"),
    path("views/<uuid:view_id>/unshare/", UnshareView.as_view(), name="view_unshare"),
]
