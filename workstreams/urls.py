from django.urls import include, path

from workstreams.views import (
    administration,
    attachments,
    bulk,
    documents,
    export,
    grid,
    guidance,
    invitation,
    members,
    mine,
    new,
    page,
    pictures,
    previews,
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
    path("<uuid:attachment_id>/preview/", previews.preview, name="attachment_preview"),
    path("<uuid:attachment_id>/preview/<int:number>/", previews.picture, name="attachment_picture"),
]
document = [
    path("", documents.ask, name="document_ask"),
    path("<uuid:request_id>/tick/", documents.tick, name="document_tick"),
    path("<uuid:request_id>/withdraw/", documents.withdraw, name="document_withdraw"),
    path("<uuid:request_id>/ask-again/", documents.ask_again, name="document_again"),
]
the_members = [
    path("", members.members, name="members"),
    path("who-invites/", members.who_invites, name="who_invites"),
    path("leave/", members.leave, name="leave"),
    path("<uuid:person_id>/remove/", members.remove, name="remove_member"),
    path("<uuid:person_id>/make-owner/", members.make_owner, name="make_owner"),
    path("invitations/<uuid:invitation_id>/send-again/", members.send_again, name="invite_again"),
    path("invitations/<uuid:invitation_id>/withdraw/", members.withdraw, name="withdraw_invitation"),
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
    path("guidance/", guidance.guidance, name="guidance"),
    path("guidance/<slug:kind>/", guidance.guidance_of_kind, name="guidance_of_kind"),
    path("guidance/<slug:kind>/sample/", guidance.sample, name="guidance_sample"),
    path("guidance/<slug:kind>/edit/", guidance.edit, name="guidance_edit"),
    path("my-workstreams/", mine.mine, name="mine"),
    path("workstreams/<uuid:public_id>/", page.page, name="page"),
    path("workstreams/<uuid:public_id>/take/", take.take, name="take"),
    path("workstreams/<uuid:public_id>/members/", include(the_members)),
    path("invitation/", invitation.invitation, name="invitation"),
    path("workstreams/<uuid:public_id>/attachments/", include(attachment)),
    path("workstreams/<uuid:public_id>/documents/", include(document)),
    path("workstreams/<uuid:public_id>/administration/", include(administration_screen)),
]
