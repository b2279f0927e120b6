"""Every other row of the policy: who stands where, and when the mail is written."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Role
from accounts.models import User
from activity.models import Event, SystemActor
from activity.record import record
from chat.actions import mark_read, post_note
from chat.models import Note
from milestones.actions import advance
from notifications import actions
from notifications.models import Mail
from notifications.notices import Level, Loudness, Notification, Preferences
from notifications.rounds import go_round
from notifications.sentences import sentence
from notifications.telling import tell_of
from tests.conftest import World
from tests.factories import ClientFactory, join
from tests.notifications.conftest import Clock, mailed
from workstreams import scanning
from workstreams.actions import add_member, close, reopen
from workstreams.choices import AttachmentKind, CloseReason, Milestone, Side
from workstreams.models import Attachment, DocumentRequest, Invitation, Membership, WorkStream

pytestmark = pytest.mark.django_db


def happens(verb: str, actor: User | SystemActor, workstream: WorkStream | None, **data: Any) -> Event:
    """An event as its action records it."""
    with transaction.atomic():
        return record(verb, actor=actor, workstream=workstream, data=data)


def in_bell(person: User) -> list[str]:
    """What stands under somebody's bell, newest first."""
    rows = Notification.objects.visible_to(person).in_bell()
    return [sentence(row) for row in rows]


@pytest.fixture
def led(world: World, clock: Clock) -> WorkStream:
    """`labels`, led by the architect."""
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.architect, milestone=Milestone.PREPARING_PROPOSAL)
    world.labels.refresh_from_db()
    return world.labels


def attachment(
    workstream: WorkStream, by: User, kind: AttachmentKind = AttachmentKind.SAMPLE_DATA, **facts: Any
) -> Attachment:
    """A file that was added, with its event."""
    added = Attachment.objects.create(
        workstream=workstream,
        kind=kind,
        name="samples.zip",
        size=1,
        sha256="0" * 64,
        content_type="application/zip",
        client_key=uuid4(),
        uploaded_by=by,
        side=Side.TEAM if by.is_team else Side.CLIENT,
        **facts,
    )
    happens(
        "workstream.attachment_added",
        by,
        workstream,
        attachment_id=added.pk,
        kind=added.get_kind_display(),
        side=added.side,
        request_id=None,
    )
    return added


# --- Notes


def mention(workstream: WorkStream, author: User, *people: User) -> Note:
    """A note that names people, as the event says it."""
    note = post_note(workstream=workstream, author=author, body="Could you look?", client_key=uuid4())
    event = Event.objects.get(verb="chat.note_posted", workstream=workstream, data__number=note.number)
    event.data["mentioned"] = [person.pk for person in people]
    # The rows point at the event that is stored; only what it names is played here.
    with transaction.atomic():
        tell_of(event)
    return note


def test_a_mention_is_mailed_once_a_person_after_a_minute(led: WorkStream, world: World, clock: Clock) -> None:
    mention(led, world.isr, world.isr, world.delivery, world.owner, world.agile_worker)
    clock.later(0.9)
    assert mailed() == []
    for _ in range(3):
        clock.later(0.2)

    assert mailed() == [("delivery", "Internal Notes: Street labels")]
    assert "Could you look?" in Mail.objects.get().text
    assert in_bell(world.delivery) == ["ISR / Sales Colleague mentioned you in an Internal Note"]


def test_a_note_without_mention_tells_nobody(led: WorkStream, world: World, clock: Clock) -> None:
    post_note(workstream=led, author=world.isr, body="For the file", client_key=uuid4())
    clock.later(10)
    assert mailed() == []
    assert not Notification.objects.exists()


def test_a_removed_or_read_note_is_not_mailed(led: WorkStream, world: World, clock: Clock) -> None:
    removed = mention(led, world.isr, world.delivery)
    Note.objects.filter(pk=removed.pk).update(removed_at=timezone.now())
    read = mention(led, world.isr, world.solutions)
    mark_read(workstream=led, reader=world.solutions, note=read.number)
    clock.later(5)
    assert mailed() == []


# --- Milestones


def test_changes_within_ten_minutes_are_one_mail_with_the_last_state(
    led: WorkStream, world: World, clock: Clock
) -> None:
    join(led, world.delivery)
    advance(workstream=led, to=Milestone.REVIEWING_AGREEMENT, actor=world.isr)
    clock.later(4)
    WorkStream.objects.filter(pk=led.pk).update(milestone=Milestone.ASSEMBLING_DATASQUAD)
    happens("milestone.followed", SystemActor.SALESFORCE, led, before="Reviewing Service Agreement", after="x")
    clock.later(5.9)
    assert mailed() == []
    clock.later(0.1)

    subject = "Street labels: Assembling DataSquad"
    assert mailed() == [("owner", subject), ("member", subject)]
    assert "What we need from you: Quick answers" in Mail.objects.all()[0].text
    clock.at(datetime(2026, 3, 4, 8, 0, tzinfo=UTC))
    clock.later(0)
    # Colleagues read it in the digest, the Agile Worker among them.
    assert sorted(name for name, _ in mailed()[2:]) == ["agile_worker", "architect", "delivery"]


def test_what_is_taken_back_within_ten_minutes_is_told_to_nobody(led: WorkStream, world: World, clock: Clock) -> None:
    advance(workstream=led, to=Milestone.REVIEWING_AGREEMENT, actor=world.isr)
    WorkStream.objects.filter(pk=led.pk).update(milestone=Milestone.PREPARING_PROPOSAL)
    happens("milestone.went_back", world.isr, led, before="Reviewing Service Agreement", after="Preparing a Proposal")
    clock.later(30)
    assert mailed() == []


# --- Files and documents


def test_a_file_alone_is_held_ten_minutes_and_bundled(led: WorkStream, world: World, clock: Clock) -> None:
    attachment(led, world.isr)
    clock.later(4)
    attachment(led, world.isr, AttachmentKind.QUOTE)
    clock.later(5.9)
    assert mailed() == []
    clock.later(0.1)
    assert [name for name, _ in mailed()] == ["owner", "member"]
    assert Mail.objects.all()[0].text.count("samples.zip") == 2


def test_a_file_goes_along_with_messages(led: WorkStream, world: World, clock: Clock, say: Any) -> None:
    attachment(led, world.owner)
    say(led, world.owner, "Here are the samples")
    clock.later(3)
    mail = Mail.objects.get(recipients=[world.architect.email])
    assert "Here are the samples" in mail.text
    assert "samples.zip (Sample data), added by Olive Owner" in mail.text
    clock.later(10)
    assert len(mailed()) == 2


def test_agile_workers_hear_of_files_but_of_no_quotes(led: WorkStream, world: World, clock: Clock) -> None:
    attachment(led, world.owner)
    attachment(led, world.owner, AttachmentKind.CONTRACT)
    clock.later(10)
    mail = Mail.objects.get(recipients=[world.agile_worker.email])
    assert "Sample data" in mail.text
    assert "Contract" not in mail.text
    assert len(in_bell(world.agile_worker)) == 1


def test_a_file_is_told_of_when_the_virus_scan_has_let_it_through(led: WorkStream, world: World, clock: Clock) -> None:
    waiting = Attachment.Scan.WAITING
    files = [attachment(led, world.owner, scan=waiting) for _ in range(2)]
    clock.later(11)
    assert in_bell(world.architect) == []

    scanning.settle(files[0], Attachment.Scan.CLEAN)
    scanning.settle(files[1], Attachment.Scan.QUARANTINED)
    clock.later(11)
    assert in_bell(world.architect) == ["Olive Owner added a file: Sample data"]
    assert [mail.text.count("samples.zip") for mail in Mail.objects.filter(recipients=[world.architect.email])] == [1]


def test_of_a_held_mail_that_belongs_nowhere_those_hear_who_are_told_of_unassigned(world: World) -> None:
    User.objects.exclude(pk=world.isr.pk).update(told_of_unassigned=False)
    User.objects.filter(pk=world.isr.pk).update(told_of_unassigned=True)
    happens("mailroom.held", SystemActor.PORTAL, None, mail_id=1, name="somebody")
    assert list(Notification.objects.values_list("person", "mail")) == [(world.isr.pk, "")]


def test_a_removed_or_quarantined_file_is_not_mailed(led: WorkStream, world: World, clock: Clock) -> None:
    Attachment.objects.filter(pk=attachment(led, world.isr).pk).update(removed_at=timezone.now())
    Attachment.objects.filter(pk=attachment(led, world.isr).pk).update(scan=Attachment.Scan.QUARANTINED)
    clock.later(20)
    assert mailed() == []


@pytest.mark.parametrize("role", [Role.AGILE_WORKER, Role.CLIENT])
def test_who_is_no_colleague_any_more_is_told_of_nothing_that_only_colleagues_know(
    led: WorkStream, world: World, clock: Clock, say: Any, role: Role
) -> None:
    join(led, world.delivery)
    say(led, world.owner, "For the team")
    mention(led, world.isr, world.delivery)
    go_round(now=timezone.now())
    assert len(in_bell(world.delivery)) == 2
    User.objects.filter(pk=world.delivery.pk).update(role=role)
    world.delivery.refresh_from_db()
    assert in_bell(world.delivery) == []
    clock.later(60 * 24)
    assert world.delivery.email not in {to for mail in Mail.objects.all() for to in mail.recipients}


def test_a_document_is_asked_for_at_once_and_reminded_of_in_the_morning(
    led: WorkStream, world: World, clock: Clock
) -> None:
    User.objects.filter(pk=world.owner.pk).update(time_zone="America/New_York")
    wanted = DocumentRequest.objects.create(
        workstream=led,
        kind=AttachmentKind.BUSINESS_RULES,
        requested_by=world.isr,
        due_on=timezone.localdate() + timedelta(days=1),
    )
    about = {"request_id": wanted.pk, "kind": "Business rules document"}
    happens("workstream.document_requested", world.isr, led, **about)
    clock.later(0)
    assert sorted(mailed()) == [(name, "Street labels: a document is needed") for name in ("member", "owner")]

    Mail.objects.all().delete()
    happens("workstream.document_due", SystemActor.PORTAL, led, **about, when="tomorrow")
    clock.later(0)
    assert mailed() == [("member", "Street labels: we wait for a document")], "in New York it is five in the morning"
    clock.at(datetime(2026, 3, 3, 13, 0, tzinfo=UTC))
    clock.later(0)
    assert mailed()[1:] == [("owner", "Street labels: we wait for a document")]
    assert in_bell(world.member)[0] == "Business rules document is due tomorrow"


def test_nobody_is_reminded_of_what_has_come(led: WorkStream, world: World, clock: Clock) -> None:
    wanted = DocumentRequest.objects.create(workstream=led, kind=AttachmentKind.SCOPE, requested_by=world.isr)
    clock.at(datetime(2026, 3, 3, 20, 0, tzinfo=UTC))
    happens("workstream.document_due", SystemActor.PORTAL, led, request_id=wanted.pk, kind="Scope", when="overdue")
    DocumentRequest.objects.update(done_at=timezone.now())
    clock.at(datetime(2026, 3, 4, 8, 0, tzinfo=UTC))
    clock.later(0)
    assert mailed() == []


# --- The WorkStream and its people


def test_closing_and_reopening_are_told_to_all_members_but_whoever_did_it(
    led: WorkStream, world: World, clock: Clock
) -> None:
    close(workstream=led, actor=world.architect, reason=CloseReason.LOST)
    clock.later(0)
    everybody = ["agile_worker", "member", "owner"]
    assert sorted(mailed()) == [(name, "Street labels is closed") for name in everybody]
    clock.later(60)
    reopen(workstream=led, actor=world.architect)
    clock.later(0)
    assert sorted(mailed()[3:]) == [(name, "Street labels is open again") for name in everybody]


def test_a_closing_among_many_is_told_after_the_time_to_undo_it(led: WorkStream, world: World, clock: Clock) -> None:
    close(workstream=led, actor=world.isr, reason=CloseReason.LOST, bulk=str(uuid4()))
    clock.later(9.9)
    assert mailed() == []
    clock.later(0.1)
    assert len(mailed()) == 4


def test_whoever_is_added_by_somebody_is_mailed_at_once(led: WorkStream, world: World) -> None:
    person = ClientFactory.create(email="new@acme.example", organization=world.acme)
    add_member(workstream=led, user=person, actor=world.owner, origin=Membership.Origin.INVITED)
    assert mailed() == [("new", "Olive Owner added you to Street labels")]
    assert "because you were added to it." in Mail.objects.get().text


def test_whoever_takes_an_invitation_up_is_not_told_so(led: WorkStream, world: World) -> None:
    person = ClientFactory.create(organization=world.acme)
    add_member(workstream=led, user=person, actor=person, origin=Membership.Origin.INVITED)
    assert mailed() == []


def test_an_accepted_invitation_is_in_the_digest_of_the_lead_and_of_a_client_who_did_not_look_for_a_day(
    led: WorkStream, world: World, clock: Clock
) -> None:
    guest = ClientFactory.create(name="Greta Guest", organization=world.acme)
    invitation = Invitation.objects.create(
        workstream=led,
        email=guest.email,
        side=Side.CLIENT,
        nonce="n",
        invited_by=world.owner,
        expires_at=timezone.now() + timedelta(days=14),
    )
    happens(
        "workstream.invitation_accepted", guest, led, invitation_id=invitation.pk, user_id=guest.pk, name="Greta Guest"
    )
    assert in_bell(world.owner) == in_bell(world.architect) == ["Greta Guest accepted the invitation"]
    clock.at(datetime(2026, 3, 4, 8, 0, tzinfo=UTC))
    clock.later(0)
    assert [name for name, _ in mailed()] == ["architect"]
    clock.at(datetime(2026, 3, 5, 8, 0, tzinfo=UTC))
    clock.later(0)
    assert [name for name, _ in mailed()] == ["architect", "owner"]
    assert "Greta Guest accepted the invitation" in Mail.objects.latest("id").text


@pytest.mark.parametrize(
    ("day", "told_on"), [(3, datetime(2026, 3, 4, 8, tzinfo=UTC)), (6, datetime(2026, 3, 9, 8, tzinfo=UTC))]
)
def test_the_digest_of_colleagues_comes_on_working_days(
    led: WorkStream, world: World, clock: Clock, day: int, told_on: datetime
) -> None:
    clock.at(datetime(2026, 3, day, 12, 0, tzinfo=UTC))
    happens("milestone.advanced", world.isr, led, before=None, after="Preparing a Proposal")
    waiting = Notification.objects.get(person=world.architect)
    assert waiting.due_at == told_on


def test_what_was_read_needs_no_digest(led: WorkStream, world: World, clock: Clock) -> None:
    happens("milestone.advanced", world.isr, led, before=None, after="Preparing a Proposal")
    actions.mark_read(actor=world.architect)
    clock.at(datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    clock.later(0)
    assert "architect" not in [name for name, _ in mailed()]


def test_salesforce_is_told_of_once_an_hour(led: WorkStream, world: World, clock: Clock) -> None:
    for stage in ("Booked", "Closed Lost"):
        happens("salesforce.stage_heard", SystemActor.SALESFORCE, led, stage=stage, reason="Choose.", asks="delivery")
    clock.later(59)
    assert mailed() == []
    clock.later(1)
    assert mailed() == [("architect", "Salesforce asks about 2 things")]


def test_what_must_be_known_is_mailed_whatever_was_chosen(led: WorkStream, world: World, clock: Clock) -> None:
    actions.set_preferences(actor=world.owner, not_by_mail=["invitation_missed"])
    actions.set_level(actor=world.owner, workstream=led, level=Loudness.NOTHING)
    invitation = Invitation.objects.create(
        workstream=led,
        email="late@acme.example",
        side=Side.CLIENT,
        nonce="n",
        invited_by=world.owner,
        expires_at=timezone.now(),
    )
    happens(
        "workstream.invitation_missed",
        SystemActor.PORTAL,
        led,
        invitation_id=invitation.pk,
        email="late@acme.example",
    )
    assert mailed() == [("owner", "late@acme.example asks for a new invitation")]
    assert "It cannot be switched off." in Mail.objects.get().text
    assert "List-Unsubscribe" not in Mail.objects.get().headers


# --- What people chose


def test_nothing_still_tells_of_becoming_lead(led: WorkStream, world: World, clock: Clock) -> None:
    for person in (world.owner, world.member, world.delivery):
        actions.set_level(actor=person, workstream=led, level=Loudness.NOTHING)
    happens(
        "workstream.lead_set",
        world.isr,
        led,
        user_id=world.delivery.pk,
        name="x",
        before_id=None,
        by_responding=False,
    )
    happens("milestone.advanced", world.isr, led, before=None, after="Preparing a Proposal")
    clock.later(20)
    assert mailed() == [("delivery", "You lead Street labels")]
    assert in_bell(world.owner) == []


def test_switching_off_while_a_mail_waits_is_enough(led: WorkStream, world: World, clock: Clock) -> None:
    attachment(led, world.isr)
    actions.set_preferences(actor=world.owner, not_by_mail=["attachment"])
    actions.set_level(actor=world.member, workstream=led, level=Loudness.NOTHING)
    clock.later(10)
    assert mailed() == []


def test_of_who_is_erased_nothing_is_kept(led: WorkStream, world: World, clock: Clock) -> None:
    attachment(led, world.isr)
    actions.set_preferences(actor=world.owner, has_quiet_hours=False)
    actions.set_level(actor=world.owner, workstream=led, level=Loudness.ANSWERS)
    happens("accounts.erased", world.admin, None, user_id=world.owner.pk)
    clock.later(20)
    assert [name for name, _ in mailed()] == ["member"]
    assert not Notification.objects.filter(person=world.owner).exists()
    assert not Preferences.objects.exists()
    assert not Level.objects.exists()
