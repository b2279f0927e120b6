"""Filling an empty portal with the demonstration's people and WorkStreams."""

from datetime import datetime, timedelta
from itertools import chain

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.text import slugify

from accounts import events as account_events
from accounts.capabilities import Role
from accounts.models import Organization, User
from activity.models import Event
from chat.models import Counter, Message, MessageFile, Note, ReadMark
from demo import opportunities
from demo.content import COMPANIES, PEOPLE, STORIES
from demo.content.people import LOCAL_PARTS, Character
from demo.stage import Cast, Performance, steady_uuid
from integrations.models import InboundEvent
from integrations.salesforce.models import Opportunity
from milestones.models import GoAhead, MilestoneChange
from subscriptions.models import StartAttempt
from workstreams import facets
from workstreams.models import Attachment, DocumentRequest, Invitation, Membership, WorkStream, attachment_key
from workstreams.previews import work

JOINED_BEFORE = timedelta(days=300)


def email_of(short_name: str) -> str:
    """The address of one of the demonstration's people. None of them leads anywhere (RFC 2606)."""
    person = PEOPLE[short_name]
    domain = COMPANIES[person.company].domain if person.company else f"{slugify(settings.PROVIDER_NAME)}.example"
    return f"{LOCAL_PARTS.get(short_name) or slugify(person.name).replace('-', '.')}@{domain}"


def is_seeded() -> bool:
    """Whether the demonstration's people are there already."""
    return bool(User.objects.filter(email__in=[email_of(name) for name in PEOPLE]).exists())


@transaction.atomic
def seed(*, now: datetime) -> int:
    """Write everything, in times that lead up to `now`; returns how many WorkStreams were made.

    Raises: ValueError for a script that the rules of the portal would not allow.
    """
    cast = _people(now)
    performances = [Performance(story, cast, now) for story in STORIES]
    for performance in performances:
        performance.perform()
    _save(performances)
    _remember_who_was_here(performances)
    _loose_ends(performances, now)
    facets.recount(now=now)
    return len(performances)


def _people(now: datetime) -> Cast:
    organizations = {
        short: Organization(
            public_id=steady_uuid("organization", short),
            name=company.name,
            region=company.region,
            created_at=now - JOINED_BEFORE,
        )
        for short, company in COMPANIES.items()
    }
    Organization.objects.bulk_create(organizations.values())
    no_password = make_password(None)
    people = {
        short: User(
            public_id=steady_uuid("person", short),
            email=email_of(short),
            name=person.name,
            role=person.role,
            organization=organizations.get(person.company),
            time_zone=person.time_zone,
            password=no_password,
            is_active=not person.has_left,
            date_joined=_joined(person, now, number),
            last_seen_at=now - timedelta(days=100 if person.has_left else 0, hours=number % 40, minutes=7 * number),
        )
        for number, (short, person) in enumerate(PEOPLE.items())
    }
    User.objects.bulk_create(people.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in people.values()
    )
    Event.objects.bulk_create(
        Event(at=user.date_joined, verb=account_events.REGISTERED, actor=user)
        for user in sorted(people.values(), key=lambda user: user.date_joined)
        if user.role == Role.CLIENT
    )
    return Cast(organizations, people)


def _joined(person: Character, now: datetime, number: int) -> datetime:
    """Everybody was there before the oldest story, but Ruth, who began this week."""
    if person.name == "Ruth Wanjiru":
        return now - timedelta(days=3)
    return now - JOINED_BEFORE + timedelta(hours=5 * number)


def _save(performances: list[Performance]) -> None:
    """A handful of statements for everything; events in the order of time, because lists of them go by id."""
    rows = [performance.rows for performance in performances]
    # Newest last, as if started one after the other: lists fall back on the id where times are equal.
    performances = sorted(performances, key=lambda performance: performance.workstream.created_at)
    WorkStream.objects.bulk_create(performance.workstream for performance in performances)
    for performance in performances:
        performance.terms.save(force_insert=True)
    Counter.objects.bulk_create(performance.counter for performance in performances)
    StartAttempt.objects.bulk_create(chain.from_iterable(row.attempts for row in rows))
    Membership.objects.bulk_create(chain.from_iterable(row.memberships for row in rows))
    Invitation.objects.bulk_create(chain.from_iterable(row.invitations for row in rows))
    DocumentRequest.objects.bulk_create(chain.from_iterable(row.requests for row in rows))
    _keep_files(list(chain.from_iterable(row.files for row in rows)))
    Message.objects.bulk_create(chain.from_iterable(row.messages for row in rows), batch_size=500)
    MessageFile.objects.bulk_create(chain.from_iterable(row.carried for row in rows))
    Note.objects.bulk_create(chain.from_iterable(row.notes for row in rows))
    ReadMark.objects.bulk_create(chain.from_iterable(row.read_marks for row in rows))
    MilestoneChange.objects.bulk_create(chain.from_iterable(row.changes for row in rows))
    GoAhead.objects.bulk_create(chain.from_iterable(row.go_aheads for row in rows))
    InboundEvent.objects.bulk_create(sorted(chain.from_iterable(row.inbound for row in rows), key=_received))
    newest = {known.opportunity_id: known for row in rows for known in row.opportunities}
    Opportunity.objects.bulk_create(newest.values())
    events = sorted(chain.from_iterable(row.events for row in rows), key=lambda event: event.at)
    Event.objects.bulk_create(events, batch_size=500)


def _keep_files(files: list[tuple[Attachment, bytes]]) -> None:
    """Store the files; the workers look into them as soon as they run."""
    for file, content in files:
        file.file = default_storage.save(attachment_key(), ContentFile(content))
    Attachment.objects.bulk_create(file for file, _ in files)
    for file, _ in files:
        work.want(file)


def _remember_who_was_here(performances: list[Performance]) -> None:
    """Whoever did something was last seen no earlier than that."""
    here: dict[User, datetime] = {}
    for event in chain.from_iterable(performance.rows.events for performance in performances):
        if event.actor is not None:
            here[event.actor] = max(event.at, here.get(event.actor, event.at))
    for user, at in here.items():
        if user.is_active and user.last_seen_at is not None:
            user.last_seen_at = max(at, user.last_seen_at)
    User.objects.bulk_update(here, ["last_seen_at"])


def _received(told: InboundEvent) -> datetime:
    return told.received_at


def _loose_ends(performances: list[Performance], now: datetime) -> None:
    """What Salesforce told that belongs to no story: an unknown opportunity, an old stage, a failure, one just in."""
    tied = next(p.workstream for p in performances if p.workstream.opportunity_id and p.workstream.is_open)
    State = InboundEvent.State  # noqa: N806  a class
    unknown = opportunities.telling(opportunities.id_of("unknown"), "Proposal", now - timedelta(hours=26))
    unknown.state, unknown.reason = State.WAITING_FOR_TIE, "No WorkStream is tied to this opportunity yet."
    unknown.settled_at = None
    late = opportunities.telling(str(tied.opportunity_id), "Analysis", tied.created_at + timedelta(hours=30))
    late.received_at = now - timedelta(hours=5)
    late.workstream, late.state, late.repeats = tied, State.IGNORED, 2
    late.reason = "Older than what we knew already."
    failed = opportunities.telling(opportunities.id_of("failed"), "Contracting", now - timedelta(hours=3))
    failed.state, failed.reason, failed.attempts = State.FAILED, "The database did not answer; given up.", 12
    waiting = opportunities.telling(opportunities.id_of("waiting"), "Validation", now - timedelta(minutes=4))
    waiting.state, waiting.settled_at, waiting.attempts = State.RECEIVED, None, 1
    waiting.due_at = now + timedelta(hours=2)
    waiting.reason = "The database did not answer; tried again later."
    told = [late, unknown, failed, waiting]
    InboundEvent.objects.bulk_create(told)
    Opportunity.objects.bulk_create([opportunities.opportunity(unknown)])
