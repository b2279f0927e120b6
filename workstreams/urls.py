from django.urls import include, path

from workstreams.views import (
    administration,
    attachments,
    bulk,
    export,
    grid,
    mine,
    new,
    page,
    pictures,
    saved,
    take,
)

app_name = "workstreams"
administration_screen = [
    path("", administration.general, name="administration"),
    path("lead/", administration.lead_and_members, name="administration_lead"),
    path("activity/", administration.activity, name="administration_activity"),
    path("close/", administration.close, name="close"),
    path("reopen/", administration.reopen, name="reopen"),
]
attachment = [
    path("", attachments.attachments, name="attachments"),
    path("new/", attachments.new_attachment, name="attachment_new"),
    path("<uuid:attachment_id>/", attachments.download, name="attachment"),
    path("<uuid:attachment_id>/remove/", attachments.remove, name="attachment_remove"),
]
saved_view = [
    path("", saved.rename, name="rename_view"),
    path("replace/", saved.replace, name="replace_view"),
    path("share/", saved.share, name="share_view"),
    path("unshare/", saved.unshare, name="unshare_view"),
    path("delete/", saved.delete, name="delete_view"),
]
urlpatterns = [
    path("people/<uuid:person_id>/picture/<slug:version>/", pictures.picture, name="picture"),
    path("workstreams/", grid.grid, name="grid"),
    path("workstreams/columns/", saved.choose_columns, name="columns"),
    path("workstreams/views/", saved.views, name="views"),
    path("workstreams/views/new/", saved.new_view, name="new_view"),
    path("workstreams/views/<uuid:view_id>/", include(saved_view)),
    path("workstreams/new/", new.new, name="new"),
    path("workstreams/bulk/", bulk.choose, name="bulk_choose"),
    path("workstreams/bulk/<uuid:bulk_id>/", bulk.bulk, name="bulk"),
    path("workstreams/bulk/<uuid:bulk_id>/confirm/", bulk.confirm, name="bulk_confirm"),
    path("workstreams/bulk/<uuid:bulk_id>/undo/", bulk.undo, name="bulk_undo"),
    path("workstreams/export/", export.export, name="export"),
    path("workstreams/exports/", export.exports, name="exports"),
    path("workstreams/exports/<uuid:export_id>/cancel/", export.cancel_export, name="export_cancel"),
    path("my-workstreams/", mine.mine, name="mine"),
    path("workstreams/<uuid:public_id>/", page.page, name="page"),
    path("workstreams/<uuid:public_id>/take/", take.take, name="take"),
    path("workstreams/<uuid:public_id>/members/", page.members, name="members"),
    path("workstreams/<uuid:public_id>/attachments/", include(attachment)),
    path("workstreams/<uuid:public_id>/administration/", include(administration_screen)),
]
