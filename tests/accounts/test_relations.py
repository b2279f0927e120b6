"""No row that leads to a person is forgotten by the copy of their data, nor by their erasure."""

from datetime import time
from uuid import uuid4

from django.db import models

from accounts import erasure
from accounts.models import MailedCode, User
from accounts.personal import registry
from api.models import RememberedAnswer
from chat.actions import post_message
from milestones.models import GoAhead
from notifications.models import ReplyAddress
from notifications.notices import Level, Loudness, Notification, Preferences
from tests.conftest import World
from tests.factories import DocumentRequestFactory
from workstreams.choices import Side
from workstreams.filing import StrayFile, Upload, UploadPiece

# Which part of the copy tells of it, by the name it was registered with.
IN_THE_COPY = {
    "account.EmailAddress.user": "profile",
    "accounts.Device.person": "sign-ins",
    "activity.Event.actor": "activity",
    "api.ApiToken.person": "api-tokens",
    "chat.Message.author": "messages",
    "chat.Note.author": "notes",
    "intercom.Contact.person": "intercom",
    "intercom.Teammate.person": "intercom",
    "hubspot.Contact.person": "hubspot",
    "hubspot.VisitTrail.person": "hubspot",
    "mailroom.IncomingMail.person": "mails-sent",
    "mfa.Authenticator.user": "profile",
    "milestones.GoAhead.given_by": "go-aheads",
    "notifications.Level.user": "notification-settings",
    "notifications.Notification.person": "notifications",
    "notifications.Preferences.user": "notification-settings",
    "subscriptions.StartAttempt.user": "starts",
    "usersessions.UserSession.user": "sign-ins",
    "workstreams.Attachment.uploaded_by": "uploads",
    "workstreams.DocumentRequest.requested_by": "document-requests",
    "workstreams.Membership.user": "memberships",
    "workstreams.SavedView.owner": "saved-views",
    "workstreams.Upload.user": "unfinished-uploads",
    "workstreams.WorkStream.lead": "memberships",
    "workstreams.WorkStream.owner": "memberships",
}
BY_THE_RECORD = "that they did it is in `activity`"
SOMEBODY_ELSES = "what somebody else did or wrote"
NOT_IN_THE_COPY = {
    "accounts.DataExport.person": "the copy itself",
    "accounts.Erasure.person": "begins when nobody is left to ask",
    "accounts.MailedCode.person": "a secret of some minutes",
    "accounts.User_groups.user": "not used: roles say what people may do",
    "accounts.User_user_permissions.user": "not used: roles say what people may do",
    "admin.LogEntry.user": BY_THE_RECORD,
    "api.RememberedAnswer.person": "answers to their own programs, kept for a day",
    "chat.Mention.user": SOMEBODY_ELSES,
    "chat.ReadMark.user": "a place in a chat, which says nothing",
    "integrations.Connector.paused_by": BY_THE_RECORD,
    "integrations.Delivery.ignored_by": BY_THE_RECORD,
    "integrations.Mailbox.person": "what goes to vendors about them, by ids; what they are told is theirs already",
    "mailroom.IncomingMail.settled_by": BY_THE_RECORD,
    "milestones.MilestoneChange.actor": BY_THE_RECORD,
    "notifications.Notification.actor": SOMEBODY_ELSES,
    "notifications.ReplyAddress.user": "a secret that lets in",
    "workstreams.Attachment.removed_by": BY_THE_RECORD,
    "workstreams.BulkChange.actor": BY_THE_RECORD,
    "workstreams.BulkChange.lead": SOMEBODY_ELSES,
    "workstreams.BulkItem.lead_before": SOMEBODY_ELSES,
    "workstreams.DocumentRequest.done_by": BY_THE_RECORD,
    "workstreams.Export.actor": BY_THE_RECORD,
    "workstreams.GridCount.lead": "a count, made anew each minute",
    "workstreams.Guidance.changed_by": BY_THE_RECORD,
    "workstreams.Invitation.accepted_by": BY_THE_RECORD,
    "workstreams.Invitation.invited_by": BY_THE_RECORD,
    "workstreams.WorkStream.created_by": BY_THE_RECORD,
}


def name_of(relation: models.ManyToOneRel) -> str:
    """The field that leads to a person, in full."""
    return f"{relation.related_model._meta.label}.{relation.field.name}"


def test_every_row_of_a_person_is_in_their_copy_or_says_why_not() -> None:
    assert sorted(map(name_of, erasure.relations())) == sorted({**IN_THE_COPY, **NOT_IN_THE_COPY})
    assert not IN_THE_COPY.keys() & NOT_IN_THE_COPY.keys()
    assert set(IN_THE_COPY.values()) <= set(registry.gathering)


def test_what_no_part_of_the_person_leads_to_goes_with_them_too(world: World) -> None:
    person = world.member
    MailedCode.objects.create(
        person=person, purpose=MailedCode.Purpose.CONFIRM, email=person.email, expires_at=person.date_joined
    )
    RememberedAnswer.objects.create(person=person, key="k", fingerprint="f", status=200, body=person.email)
    ReplyAddress.objects.create(user=person, workstream=world.labels, kind=ReplyAddress.Kind.CHAT)
    Level.objects.create(user=person, workstream=world.labels, level=Loudness.NOTHING)
    upload = Upload.objects.create(
        workstream=world.labels, user=person, name="half.csv", size=4, client_key=uuid4(), received=2
    )
    UploadPiece.objects.create(upload=upload, offset=0, size=2)
    erasure.erase(person=person, actor=world.admin)

    assert StrayFile.objects.filter(key__contains=upload.folder).exists()
    left = [
        name_of(relation)
        for relation in erasure.relations()
        if relation.on_delete is models.CASCADE
        and relation.related_model._base_manager.filter(**{relation.field.name: person}).exists()
    ]
    assert left == []


def gathered(person: User, name: str) -> str:
    """One part of a copy."""
    return str(registry.gathering[name](person))


def test_settings_notices_and_what_was_asked_and_begun_are_in_the_copy(world: World) -> None:
    person, workstream = world.isr, world.labels
    Preferences.objects.create(user=person, not_by_mail=["chat"], digest_at=time(7, 30))
    Level.objects.create(user=person, workstream=workstream, level=Loudness.ANSWERS)
    Notification.objects.create(person=person, workstream=workstream, topic="chat", because="You are on it.")
    DocumentRequestFactory.create(workstream=workstream, requested_by=person, note="The scope, please")
    Upload.objects.create(workstream=workstream, user=person, name="half.csv", size=2, client_key=uuid4())
    GoAhead.objects.create(workstream=workstream, side=Side.CLIENT, given_by=person, note="Said on the phone")
    post_message(workstream=workstream, author=world.owner, body="Hers", client_key=uuid4())

    for name, words in {
        "notification-settings": ("07:30", "chat", "answers", "Street labels"),
        "notifications": ("chat", "Street labels"),
        "document-requests": ("The scope, please",),
        "unfinished-uploads": ("half.csv",),
        "go-aheads": ("Said on the phone", "Street labels"),
    }.items():
        for word in words:
            assert word in gathered(person, name), name
        assert not registry.gathering[name](world.stranger) or name == "notification-settings"
        assert "Street labels" not in gathered(world.stranger, name)
