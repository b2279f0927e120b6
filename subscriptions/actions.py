"""Every change to attempts to start and to subscription terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.capabilities import Can
from accounts.errors import NotAllowed
from accounts.models import Organization, User
from subscriptions.attributes import MODELS, fields_of
from subscriptions.errors import StartedBySomebodyElse
from subscriptions.handoff import HandOff, Selection
from subscriptions.models import StartAttempt, Terms
from workstreams import actions as workstreams
from workstreams.choices import EntryPoint, SubscriptionType
from workstreams.models import WorkStream
from workstreams.tenancy import require

# Addresses at these say nothing about where somebody works.
PUBLIC_MAIL = {"aol", "gmail", "gmx", "googlemail", "hotmail", "icloud", "live", "mail", "me", "msn", "outlook"} | {
    *("proton", "protonmail", "web", "yahoo", "yandex", "zoho")
}


@transaction.atomic
def open_attempt(*, handoff: HandOff, actor: User | None, began_here: str = "", referrer: str = "") -> StartAttempt:
    """The attempt of somebody who followed a link, or pressed “Start a WorkStream” (F1). A visitor has no actor yet.

    The same selection again continues the unfinished attempt that was begun in this session (`began_here`, its public
    id) or by this person in the last days, with everything typed so far.

    Raises: NotAllowed for people who start none.
    """
    if actor is not None:
        _may_start(actor)
    theirs = Q(user__isnull=True, public_id=began_here) if began_here else Q(pk__in=[])
    if actor is not None:
        theirs |= Q(user=actor)
    unfinished = StartAttempt.objects.unfinished().recent(now=timezone.now())
    attempt: StartAttempt | None = unfinished.filter(theirs, selection=handoff.selection.as_json()).first()
    return attempt or StartAttempt.objects.create(
        entry_point=handoff.entry_point,
        selection=handoff.selection.as_json(),
        campaign=handoff.campaign,
        referrer=referrer,
    )


@transaction.atomic
def choose(*, attempt: StartAttempt, actor: User | None, selection: Selection) -> StartAttempt:
    """Choose anew on the card “Your selection”. A started attempt stays as it was."""
    attempt = _lock(attempt, actor)
    if attempt.workstream_id is None:
        attempt.selection = selection.as_json()
        attempt.save(update_fields=["selection", "updated_at"])
    return attempt


@transaction.atomic
def note_email(*, attempt: StartAttempt, email: str) -> StartAttempt:
    """The visitor gave an address (F1). It tells nobody whether somebody has it."""
    attempt = _lock(attempt, None)
    if attempt.workstream_id is None:
        attempt.email = email
        if attempt.step == StartAttempt.Step.LANDED:
            attempt.step = StartAttempt.Step.EMAIL_GIVEN
        attempt.save(update_fields=["email", "step", "updated_at"])
    return attempt


@transaction.atomic
def claim(*, attempt: StartAttempt, actor: User) -> StartAttempt:
    """Whoever signs in with an attempt has it from then on.

    Raises: NotAllowed for people who start none; StartedBySomebodyElse.
    """
    _may_start(actor)
    attempt = _lock(attempt, actor)
    if attempt.user_id is None:
        attempt.user = actor
        attempt.step = StartAttempt.Step.FORM_OPEN
        attempt.save(update_fields=["user", "step", "updated_at"])
    return attempt


@transaction.atomic
def save_draft(*, attempt: StartAttempt, actor: User, draft: Mapping[str, str]) -> StartAttempt:
    """Keep what somebody typed so far, to be found again on any device. Changes nothing once started.

    Raises: StartedBySomebodyElse.
    """
    attempt = _lock(attempt, actor)
    if attempt.workstream_id is None and attempt.draft != draft:
        attempt.draft = dict(draft)
        attempt.save(update_fields=["draft", "updated_at"])
    return attempt


@dataclass(frozen=True)
class Wish:
    """What somebody asks for when starting: the three inputs (R37), the type, and whatever details are known."""

    name: str
    intended_start: date
    description: str
    subscription_type: SubscriptionType = SubscriptionType.AGILE
    # Fields of the type's terms.
    details: Mapping[str, Any] = field(default_factory=dict)
    # About the person, once, when it is not known yet. All optional.
    person_name: str = ""
    company: str = ""
    time_zone: str = ""


@transaction.atomic
def start_from_attempt(*, attempt: StartAttempt, actor: User, wish: Wish) -> WorkStream:
    """Start the WorkStream of an attempt (R37, R39). One attempt leads to one, however often this is called.

    The type counts as self-selected (O1) when it came along from the public site or differs from what was preset; a
    preset that was merely left alone was chosen by nobody.

    Raises: NotAllowed, StartedBySomebodyElse.
    """
    _may_start(actor)
    attempt = _lock(attempt, actor)
    if attempt.workstream is not None:
        return attempt.workstream

    selection = Selection.from_json(attempt.selection)
    chosen = bool(selection.product) or wish.subscription_type != selection.subscription_type
    workstream = workstreams.start(
        actor=actor,
        organization=_organization_of(actor, wish),
        name=wish.name,
        description=wish.description,
        intended_start=wish.intended_start,
        subscription_type=wish.subscription_type,
        self_selected=chosen,
        entry_point=EntryPoint(attempt.entry_point),
    )
    allowed = fields_of(wish.subscription_type, for_clients=True)
    MODELS[wish.subscription_type].objects.create(
        workstream=workstream, **{name: value for name, value in wish.details.items() if name in allowed}
    )
    attempt.workstream = workstream
    attempt.user = actor
    attempt.step = StartAttempt.Step.STARTED
    attempt.draft = {}
    attempt.save(update_fields=["workstream", "user", "step", "draft", "updated_at"])
    return workstream


def terms_of(workstream: WorkStream) -> Terms:
    """The terms of the WorkStream's current type; an empty, unsaved row where none were entered yet."""
    model = MODELS[SubscriptionType(workstream.subscription_type)]
    found: Terms | None = model.objects.filter(workstream=workstream).first()
    return found or model(workstream=workstream)


def _may_start(actor: User) -> None:
    """Attempts are the clients' way; colleagues start a WorkStream for a client on a page of their own (R74).

    Raises: NotAllowed.
    """
    require(actor, Can.START_WORKSTREAM)
    if actor.is_team:
        raise NotAllowed("This is the clients' way to start a WorkStream. Start one for a client from the grid.")


def _lock(attempt: StartAttempt, actor: User | None) -> StartAttempt:
    """Re-read an attempt under a row lock, alone: what a join brings along would be as old as the wait for the lock.

    Raises: StartedBySomebodyElse when another person has claimed it since.
    """
    attempt = StartAttempt.objects.select_for_update().get(pk=attempt.pk)
    if attempt.user_id is not None and (actor is None or attempt.user_id != actor.pk):
        raise StartedBySomebodyElse("Somebody else went on with this link. Begin anew with “Start a WorkStream”.")
    return attempt


def _organization_of(actor: User, wish: Wish) -> Organization:
    """The person's organisation; a first start makes their own.

    Never an existing one by its name or by the domain of the address: neither proves that somebody works there.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    changed = []
    if person.organization is None:
        person.organization = Organization.objects.create(name=wish.company or _organization_name(person, wish))
        changed.append("organization")
    if wish.person_name and not person.name:
        person.name = wish.person_name
        changed.append("name")
    if wish.time_zone and person.time_zone == "UTC":
        person.time_zone = wish.time_zone
        changed.append("time_zone")
    if changed:
        person.save(update_fields=changed)
        for name in changed:
            setattr(actor, name, getattr(person, name))
    organization: Organization = person.organization
    return organization


def _organization_name(person: User, wish: Wish) -> str:
    """A name to begin with, which staff can correct: from the address, unless that is a public mail provider's."""
    domain = person.email.rpartition("@")[2].split(".")
    word = domain[-3] if len(domain) > 2 and len(domain[-2]) <= 3 else domain[-2] if len(domain) > 1 else domain[0]
    if word in PUBLIC_MAIL:
        return (wish.person_name or person.display_name)[:120]
    return word.replace("-", " ").title()[:120]
