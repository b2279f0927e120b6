"""The addresses of the WorkStreams' part of the API."""

from django.urls import include, path

from workstreams.api.activity import ActivityView
from workstreams.api.attachments import (
    AttachmentFileView,
    AttachmentsView,
    AttachmentView,
    FinishUploadView,
    UploadsView,
    UploadView,
)
from workstreams.api.documents import AskAgainView, DocumentRequestsView, TickDocumentView, WithdrawDocumentView
from workstreams.api.lists import FacetsView, WorkStreamsView
from workstreams.api.many import (
    BulkChangesView,
    BulkChangeView,
    ConfirmBulkChangeView,
    ExportView,
    UndoBulkChangeView,
)
from workstreams.api.one import CloseView, ReopenView, SetLeadView, TakeView, WorkStreamView
from workstreams.api.papers import GuidanceEditView, GuidanceListView, PictureView, PreviewView, SampleView
from workstreams.api.people import (
    AcceptView,
    InvitationsView,
    InviteAgainView,
    LeaveView,
    MakeOwnerView,
    MembersView,
    RemoveMemberView,
    WhoInvitesView,
    WithdrawView,
)
from workstreams.api.views import (
    RenameView,
    ReplaceView,
    SavedViewsView,
    SavedViewView,
    ShareView,
    UnshareView,
)

document_request = [
    path("tick/", TickDocumentView.as_view(), name="document_request_tick"),
    path("withdraw/", WithdrawDocumentView.as_view(), name="document_request_withdraw"),
    path("ask-again/", AskAgainView.as_view(), name="document_request_ask_again"),
]
preview = [
    path("", PreviewView.as_view(), name="attachment_preview"),
    path("<int:number>/", PictureView.as_view(), name="attachment_picture"),
]
of_a_workstream = [
    path("members/", MembersView.as_view(), name="workstream_members"),
    path("members/leave/", LeaveView.as_view(), name="workstream_leave"),
    path("members/who-invites/", WhoInvitesView.as_view(), name="workstream_who_invites"),
    path("members/<uuid:person_id>/remove/", RemoveMemberView.as_view(), name="workstream_remove_member"),
    path("members/<uuid:person_id>/make-owner/", MakeOwnerView.as_view(), name="workstream_make_owner"),
    path("invitations/", InvitationsView.as_view(), name="workstream_invitations"),
    path("invitations/<uuid:invitation_id>/send-again/", InviteAgainView.as_view(), name="workstream_invite_again"),
    path("invitations/<uuid:invitation_id>/withdraw/", WithdrawView.as_view(), name="workstream_withdraw_invitation"),
]
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
    path("workstreams/<uuid:public_id>/document-requests/", DocumentRequestsView.as_view(), name="document_requests"),
    path("workstreams/<uuid:public_id>/document-requests/<uuid:request_id>/", include(document_request)),
    path("workstreams/<uuid:public_id>/attachments/<uuid:attachment_id>/preview/", include(preview)),
    path("guidance/", GuidanceListView.as_view(), name="guidance"),
    path("guidance/<slug:kind>/sample/", SampleView.as_view(), name="guidance_sample"),
    path("guidance/<slug:kind>/edit/", GuidanceEditView.as_view(), name="guidance_edit"),
    path("workstreams/<uuid:public_id>/", include(of_a_workstream)),
    path("invitations/accept/", AcceptView.as_view(), name="invitation_accept"),
    path("workstreams/<uuid:public_id>/attachments/", AttachmentsView.as_view(), name="attachments"),
    path("workstreams/<uuid:public_id>/attachments/<uuid:attachment_id>/", AttachmentView.as_view(), name="attachment"),
    path(
        "workstreams/<uuid:public_id>/attachments/<uuid:attachment_id>/file/",
        AttachmentFileView.as_view(),
        name="attachment_file",
    ),
    path("workstreams/<uuid:public_id>/uploads/", UploadsView.as_view(), name="uploads"),
    path("workstreams/<uuid:public_id>/uploads/<uuid:upload_id>/", UploadView.as_view(), name="upload"),
    path(
        "workstreams/<uuid:public_id>/uploads/<uuid:upload_id>/finish/",
        FinishUploadView.as_view(),
        name="upload_finish",
    ),
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
