"""Every change to attempts to start and to subscription terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.capabilities import Can
from accounts.errors import NotAllowed
from accounts.models import Organization, User
from activity.record import record
from subscriptions import events
from subscriptions.attributes import MODELS, attributes_of, fields_of, label_of, outside_range, ranges_of
from subscriptions.errors import ForeignAttribute, RangeReversed, StartedBySomebodyElse
from subscriptions.handoff import HandOff, Selection
from subscriptions.models import StartAttempt, Terms
from workstreams import actions as workstreams
from workstreams.choices import EntryPoint, SubscriptionType
from workstreams.errors import ChangedMeanwhile, Closed, ReasonMissing
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


@transaction.atomic
def start_at_once(*, actor: User, wish: Wish, public_id: UUID, chose_type: bool) -> WorkStream:
    """Start a WorkStream in one call, without the form's steps (R37, D3).

    `public_id` is the attempt's: one the caller makes, or one this person has begun on the pages. Calling again with
    the same one returns what was started first. `chose_type`: the type was named rather than left to the preset (O1).

    Raises: NotAllowed, StartedBySomebodyElse.
    """
    _may_start(actor)
    selection = Selection(product=str(wish.subscription_type)) if chose_type else Selection()
    attempt, _ = StartAttempt.objects.get_or_create(public_id=public_id, defaults={"selection": selection.as_json()})
    return start_from_attempt(attempt=attempt, actor=actor, wish=wish)


@transaction.atomic
def edit_terms(*, workstream: WorkStream, actor: User, values: Mapping[str, Any], seen: str | None = None) -> Terms:
    """Fill in or correct attributes of the WorkStream's type (R20, R41). Clients their estimates, colleagues all.

    `values` are fields of the type's terms; those left out stay. A final price outside its estimated range needs a
    reason, which is kept only where it is needed (R43). `seen` is the fingerprint of the terms the person's form was
    made from; None saves regardless. Saving what is stored already changes and records nothing.

    Raises: NotAllowed; Closed; ForeignAttribute (R40); RangeReversed; ReasonMissing; ChangedMeanwhile.
    """
    workstream = workstreams.lock(workstream, actor)
    require(actor, Can.EDIT_DETAILS, workstream)
    kind = SubscriptionType(workstream.subscription_type)
    _refuse_foreign(values, kind, actor)
    if not workstream.is_open:
        raise Closed(f"“{workstream.name}” is closed, so its subscription stays as it is.")

    terms = terms_of(workstream)
    was = fingerprint(terms)
    before = {name: getattr(terms, name) for name in fields_of(kind)}
    for name, value in values.items():
        setattr(terms, name, value)
    _check_ranges(terms, kind)
    changed = [name for name in fields_of(kind) if getattr(terms, name) != before[name]]
    if not changed:
        return terms
    if seen is not None and seen != was:
        raise ChangedMeanwhile(
            "Somebody else saved this subscription while you were editing. Your entries are still here: "
            "compare them with what is stored now, then save again."
        )
    terms.save()
    labels = dict.fromkeys(label_of(kind, name) for name in changed)
    record(events.TERMS_EDITED, actor=actor, workstream=workstream, data={"fields": list(labels)})
    return terms


@transaction.atomic
def change_type(*, workstream: WorkStream, actor: User, to: SubscriptionType) -> WorkStream:
    """Change the subscription type (A32). The terms of the old type stay as history, and come back with it.

    The milestone keeps its position on the new type's track (`milestones.subscribers`), and the choice of delivery is
    asked for anew. Whether the customer chose the type by themselves was settled at the start and stays (O1).

    Raises: NotAllowed, Closed.
    """
    workstream = workstreams.lock(workstream, actor)
    require(actor, Can.ADMINISTER, workstream)
    before = SubscriptionType(workstream.subscription_type)
    if before == to:
        return workstream
    if not workstream.is_open:
        raise Closed(f"“{workstream.name}” is closed. Reopen it first.")
    workstream.subscription_type = to
    workstream.delivery_mode = ""
    workstream.save(update_fields=["subscription_type", "delivery_mode"])
    MODELS[to].objects.get_or_create(workstream=workstream)
    record(
        events.TYPE_CHANGED,
        actor=actor,
        workstream=workstream,
        data={"before": before.label, "after": to.label, "before_type": str(before), "after_type": str(to)},
    )
    return WorkStream.objects.get(pk=workstream.pk)


def terms_of(workstream: WorkStream, subscription_type: str = "") -> Terms:
    """The terms of the WorkStream's current type, or of another; an empty, unsaved row where none were entered."""
    model = MODELS[SubscriptionType(subscription_type or workstream.subscription_type)]
    found: Terms | None = model.objects.filter(workstream=workstream).first()
    return found or model(workstream=workstream)


def fingerprint(terms: Terms) -> str:
    """A short word for the values of some terms, by which a stale form is noticed.

    Made with the portal's own secret: it is told to people who may not see prices (A7), and whoever knew how it is made
    could try one price after the other until the word fits.
    """
    kind = next(kind for kind, model in MODELS.items() if isinstance(terms, model))
    values = [getattr(terms, name) for name in fields_of(kind)]
    words = [kind, *("" if value is None else str(value) for value in values)]
    return salted_hmac("subscriptions.fingerprint", "\x1f".join(words), algorithm="sha256").hexdigest()[:16]


def _refuse_foreign(values: Mapping[str, Any], kind: SubscriptionType, actor: User) -> None:
    if foreign := sorted(set(values) - set(fields_of(kind))):
        raise ForeignAttribute(f"{kind.label} has no {' or '.join(foreign).replace('_', ' ')}.")
    settled = set(values) - set(fields_of(kind, for_clients=True))
    if settled and not actor.is_internal:
        labels = dict.fromkeys(label_of(kind, name) for name in fields_of(kind) if name in settled)
        raise NotAllowed(f"{', '.join(labels)} is settled by the team; tell them in the chat what you have in mind.")


def _check_ranges(terms: Terms, kind: SubscriptionType) -> None:
    """Ranges run upwards; a final price outside its range has a reason, one inside needs none (R41, R43)."""
    for attribute, _ in ranges_of(kind):
        low, high = getattr(terms, attribute.field), getattr(terms, attribute.upper)
        if low is not None and high is not None and low > high:
            raise RangeReversed(f"{attribute.label}: the lower end is above the upper one.")
    outside = outside_range(terms, kind)
    for attribute in attributes_of(kind):
        if attribute in outside and not getattr(terms, attribute.reason).strip():
            raise ReasonMissing(f"{attribute.label} lies outside the estimated range. Say why.")
        if attribute.reason and attribute not in outside:
            setattr(terms, attribute.reason, "")


def _may_start(actor: User) -> None:
    """Attempts are the clients' way; colleagues start a WorkStream for a client on a page of their own (R74).

    Raises: NotAllowed.
    """
    require(actor, Can.START_WORKSTREAM)
    if actor.is_team:
        raise NotAllowed("This is the clients' way to start a WorkStream. Colleagues start one on a page of their own.")


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
