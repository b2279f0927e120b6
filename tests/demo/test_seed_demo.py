"""The seeded world keeps every promise that the actions make."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.template import Template
from django.test.signals import template_rendered
from django.utils import timezone

from accounts.capabilities import Role
from accounts.models import Organization, User
from activity.models import Event
from activity.registry import registry
from chat.models import Counter, Message, Note, ReadMark
from demo.content import CLIENTS, COLLEAGUES, STORIES
from demo.seeding import seed
from integrations.models import InboundEvent
from integrations.salesforce.ids import complete
from integrations.salesforce.models import Opportunity
from milestones import tracks
from milestones.models import GoAhead, MilestoneChange
from notifications.models import Mail
from workstreams.choices import CloseReason, Milestone, Side, Status, SubscriptionType
from workstreams.models import Membership, WorkStream

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(db: None) -> None:
    """The whole demonstration."""
    call_command("seed_demo", stdout=StringIO())


def test_a_second_call_changes_nothing(seeded: None) -> None:
    before = Event.objects.count(), WorkStream.objects.count(), User.objects.count()
    answer = StringIO()
    call_command("seed_demo", stdout=answer)

    assert "there already" in answer.getvalue()
    assert (Event.objects.count(), WorkStream.objects.count(), User.objects.count()) == before


def test_a_mail_of_every_kind_can_be_looked_at() -> None:
    folder = Path(__file__).parents[2] / "templates/notifications/mail"
    shown: set[str] = set()

    def remember(template: Template, **_: object) -> None:
        shown.add(str(template.name))

    template_rendered.connect(remember)
    call_command("seed_demo", stdout=StringIO())
    template_rendered.disconnect(remember)

    kinds = {f"notifications/mail/{path.name}" for path in folder.glob("*_subject.txt")}
    assert not kinds - shown
    assert {mail.state for mail in Mail.objects.exclude(is_secret=True)} == {Mail.State.SENT}


@pytest.mark.parametrize("now", [datetime(2026, 1, 1, 0, 1, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, tzinfo=UTC)])
def test_nothing_happens_in_the_future_whenever_it_is_seeded(now: datetime) -> None:
    seed(now=now)

    newest = [
        Event.objects.aggregate(at=Max("at"))["at"],
        Message.objects.aggregate(at=Max("created_at"))["at"],
        MilestoneChange.objects.aggregate(at=Max("at"))["at"],
        WorkStream.objects.aggregate(at=Max("last_activity_at"))["at"],
    ]
    assert all(at <= now for at in newest)
    assert max(newest) > now - timedelta(hours=2)


def test_it_is_the_same_every_time() -> None:
    now = timezone.now()
    facts = []
    for _ in range(2):
        before = transaction.savepoint()
        seed(now=now)
        facts.append(
            (
                list(WorkStream.objects.order_by("public_id").values_list("public_id", "last_activity_at")),
                list(Message.objects.order_by("client_key").values_list("client_key", "body", "created_at")),
                list(ReadMark.objects.order_by("user__email", "workstream__public_id").values_list("message", "note")),
            )
        )
        transaction.savepoint_rollback(before)
    assert facts[0] == facts[1]


def test_there_is_somebody_of_every_role_and_something_of_everything(seeded: None) -> None:
    assert set(User.objects.values_list("role", flat=True)) == set(Role.values)
    assert Organization.objects.count() == 3
    assert Organization.objects.annotate(n=Count("people")).filter(n__lt=3).count() == 0
    assert WorkStream.objects.count() == len(STORIES) == 41
    kinds = set(WorkStream.objects.values_list("subscription_type", "milestone"))
    reachable = {
        (str(kind), str(milestone)) for kind in SubscriptionType for step in tracks.track_of(kind) for milestone in step
    }
    assert {kind for kind in reachable if kind[1] != Milestone.ASSEMBLING_DATASQUAD} <= kinds
    assert {(str(kind), None) for kind in SubscriptionType} <= kinds
    assert set(WorkStream.objects.exclude(close_reason="").values_list("close_reason", flat=True)) == set(
        CloseReason.values
    )
    assert set(InboundEvent.objects.values_list("state", flat=True)) == set(InboundEvent.State.values)
    unassigned = WorkStream.objects.filter(lead=None, milestone=None, status=Status.OPEN)
    assert unassigned.count() >= 3


def test_counters_equal_the_last_numbers_and_there_are_no_gaps(seeded: None) -> None:
    counters = {c.pk: (c.last_message, c.last_note) for c in Counter.objects.all()}
    assert counters.keys() == set(WorkStream.objects.values_list("pk", flat=True))
    for pk, (last_message, last_note) in counters.items():
        messages = Message.objects.filter(workstream=pk).order_by("number")
        assert list(messages.values_list("number", flat=True)) == list(range(1, last_message + 1))
        times = list(messages.values_list("created_at", flat=True))
        assert times == sorted(times)
        notes = Note.objects.filter(workstream=pk).order_by("number")
        assert list(notes.values_list("number", flat=True)) == list(range(1, last_note + 1))
    assert max(last for last, _ in counters.values()) > 300


def test_the_last_activity_is_that_of_the_newest_message_or_move(seeded: None) -> None:
    rows = WorkStream.objects.annotate(
        message_at=Max("messages__created_at"), moved_at=Max("milestone_changes__at")
    ).values_list("created_at", "message_at", "moved_at", "last_activity_at")
    for created_at, message_at, moved_at, last_activity_at in rows:
        newest = max(at for at in (created_at, message_at, moved_at) if at)
        assert timedelta(0) <= newest - last_activity_at <= timedelta(seconds=60)


def test_whoever_wrote_is_a_member_and_has_read_their_own_words(seeded: None) -> None:
    for message in Message.objects.exclude(author=None).select_related("author"):
        membership = Membership.objects.get(workstream=message.workstream_id, user=message.author)
        assert membership.side == message.side
        assert membership.joined_at <= message.created_at
        assert ReadMark.objects.get(workstream=message.workstream_id, user=message.author).message >= message.number
    assert not Message.objects.filter(author__role=Role.AGILE_WORKER).exists()
    assert not Note.objects.exclude(author=None).exclude(author__role__in=set(Role) - {Role.CLIENT}).exists()


def test_nobody_has_read_what_was_not_written_and_somebody_has_something_unread(seeded: None) -> None:
    marks = ReadMark.objects.annotate(
        last=F("workstream__chat_counter__last_message"), last_note=F("workstream__chat_counter__last_note")
    )
    assert not marks.filter(Q(message__gt=F("last")) | Q(note__gt=F("last_note"))).exists()
    assert marks.filter(message__lt=F("last"), user__role=Role.CLIENT).exists()
    assert marks.filter(message__lt=F("last"), user=F("workstream__lead")).exists()


def test_every_workstream_opens_with_the_creation_note(seeded: None) -> None:
    for note in Note.objects.filter(number=1).select_related("workstream"):
        assert note.is_creation_note
        assert note.workstream.name in note.body
        assert note.workstream.full_url in note.body


def test_owners_and_leads_are_members_of_the_right_side(seeded: None) -> None:
    for workstream in WorkStream.objects.select_related("owner", "lead"):
        sides = dict(workstream.memberships.values_list("user_id", "side"))
        if workstream.owner:
            assert sides[workstream.owner.pk] == Side.CLIENT
            assert workstream.owner.organization_id == workstream.organization_id
        if workstream.lead:
            assert sides[workstream.lead.pk] == Side.TEAM
            assert workstream.lead.is_internal
    clients = Membership.objects.filter(side=Side.CLIENT)
    assert not clients.exclude(user__organization=F("workstream__organization")).exists()


def test_the_history_is_a_chain_that_ends_where_the_workstream_stands(seeded: None) -> None:
    for workstream in WorkStream.objects.all():
        here = None
        for change in workstream.milestone_changes.order_by("at", "id"):
            assert change.before == here
            if change.kind == MilestoneChange.Kind.ADVANCED:
                assert change.after in tracks.next_steps(workstream.subscription_type, here)
            here = change.after
        assert workstream.milestone == here
        if here is None:
            continue
        position = tracks.position(workstream.subscription_type, here)
        if workstream.subscription_type == SubscriptionType.BATCH and position >= 4:
            assert workstream.delivery_mode
    kinds = set(MilestoneChange.objects.values_list("kind", flat=True))
    assert {"advanced", "went_back", "followed"} <= kinds


def test_step_4_has_both_go_aheads_or_says_that_it_has_not(seeded: None) -> None:
    step_4 = [Milestone.ASSEMBLING_DATASQUAD, Milestone.RAPID_PROTOTYPING]
    for change in MilestoneChange.objects.filter(after__in=step_4):
        given = GoAhead.objects.filter(workstream=change.workstream_id, given_at__lte=change.at)
        missing = [side for side in Side if not given.filter(side=side).exists()]
        assert change.without_go_aheads == bool(missing)
        if missing and change.kind == MilestoneChange.Kind.ADVANCED:
            assert change.reason


def test_first_moves_by_hand_are_those_of_people_who_may(seeded: None) -> None:
    first = MilestoneChange.objects.filter(before=None, kind=MilestoneChange.Kind.ADVANCED)
    assert not first.exclude(actor__role__in=[Role.ISR, Role.ADMIN]).exists()


def test_every_event_has_a_declared_verb_whose_sentence_can_be_filled(seeded: None) -> None:
    for event in Event.objects.all():
        assert registry.verbs[event.verb].says.format(**event.data)
    times = list(Event.objects.order_by("id").values_list("at", flat=True))
    assert times == sorted(times)


def test_whoever_did_something_was_seen_since(seeded: None) -> None:
    for row in Event.objects.exclude(actor=None).filter(actor__is_active=True).values("actor").annotate(at=Max("at")):
        seen = User.objects.get(pk=row["actor"]).last_seen_at
        assert seen is not None
        assert seen >= row["at"]


def test_every_change_has_its_event(seeded: None) -> None:
    for verb, count in {
        "workstream.started": WorkStream.objects.count(),
        "chat.message_posted": Message.objects.count(),
        "chat.note_posted": Note.objects.count(),
        "milestone.advanced": MilestoneChange.objects.filter(kind="advanced").count(),
        "milestone.went_back": MilestoneChange.objects.filter(kind="went_back").count(),
        "milestone.followed": MilestoneChange.objects.filter(kind="followed").count(),
        "milestone.go_ahead_given": GoAhead.objects.count(),
        "workstream.member_added": Membership.objects.exclude(origin="started").count(),
        "salesforce.tied": WorkStream.objects.exclude(opportunity_id=None).count(),
    }.items():
        assert Event.objects.filter(verb=verb).count() == count, verb
    first = Event.objects.exclude(workstream=None).values("workstream").annotate(at=Min("at"))
    started = dict(WorkStream.objects.values_list("pk", "created_at"))
    assert all(row["at"] == started[row["workstream"]] for row in first)


def test_opportunities_have_valid_ids_and_the_newest_stage(seeded: None) -> None:
    for opportunity_id in WorkStream.objects.exclude(opportunity_id=None).values_list("opportunity_id", flat=True):
        assert complete(str(opportunity_id)) == opportunity_id
    for opportunity in Opportunity.objects.all():
        told = InboundEvent.objects.filter(subject_id=opportunity.opportunity_id).order_by("-happened_at").first()
        assert told is not None
        assert told.payload["stageName"] == opportunity.stage
        assert told.happened_at == opportunity.modified_at


def test_the_people_command_names_everybody_and_the_address(seeded: None) -> None:
    answer = StringIO()
    call_command("demo_people", stdout=answer)

    assert "http://testserver/demo/" in answer.getvalue()
    for person in (*CLIENTS.values(), *COLLEAGUES.values()):
        assert (person.name in answer.getvalue()) != person.has_left
