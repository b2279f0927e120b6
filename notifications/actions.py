"""Reading what one was told, and choosing what one is told."""

from collections.abc import Collection, Mapping
from datetime import time
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.capabilities import Can
from accounts.models import User
from activity.models import Event
from notifications.notices import Level, Loudness, Notification, Preferences
from notifications.policy import TOPICS, Topic, offered_to
from notifications.unsubscribing import Wish
from workstreams.models import WorkStream
from workstreams.tenancy import require


def mark_read(*, actor: User, ids: Collection[UUID] | None = None, workstream: WorkStream | None = None) -> int:
    """Read some of one's own, those of a WorkStream, or all; returns how many were unread. Reading ends held mails."""
    rows = Notification.objects.filter(person=actor, read_at=None)
    if ids is not None:
        rows = rows.filter(public_id__in=list(ids))
    if workstream is not None:
        rows = rows.filter(workstream=workstream)
    return _read(rows)


def mark_settled(*, topic: str, verb: str, about: Mapping[str, int]) -> int:
    """Read, for everybody, what they were told of something that nobody needs to do any more; how many rows."""
    events = list(Event.objects.filter(verb=verb, data__contains=about).values_list("pk", flat=True))
    return _read(Notification.objects.filter(topic=topic, event__in=events, read_at=None))


@transaction.atomic
def _read(rows: "QuerySet[Notification]") -> int:
    # Locked in the order that whoever writes mails locks them in.
    keys = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    return Notification.objects.filter(pk__in=keys).update(read_at=timezone.now()) if keys else 0


def choices_of(person: User) -> list[Topic]:
    """What this person can be told of, in the order of the policy."""
    return offered_to(person)


@transaction.atomic
def set_preferences(
    *,
    actor: User,
    not_in_app: Collection[str] | None = None,
    not_by_mail: Collection[str] | None = None,
    has_quiet_hours: bool | None = None,
    digest_at: time | None = None,
    told_of_unassigned: bool | None = None,
) -> Preferences:
    """Save what was given, and leave the rest. What cannot be switched off stays on."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    chosen, _ = Preferences.objects.get_or_create(user=actor)
    if not_in_app is not None:
        chosen.not_in_app = _optional(not_in_app)
    if not_by_mail is not None:
        chosen.not_by_mail = _optional(not_by_mail)
    if has_quiet_hours is not None:
        chosen.has_quiet_hours = has_quiet_hours
    if digest_at is not None:
        chosen.digest_at = digest_at
    chosen.save()
    if told_of_unassigned is not None and actor.is_internal and actor.told_of_unassigned != told_of_unassigned:
        actor.told_of_unassigned = told_of_unassigned
        actor.save(update_fields=["told_of_unassigned"])
    return chosen


def _optional(names: Collection[str]) -> list[str]:
    return sorted(name for name in set(names) if name in TOPICS and not TOPICS[name].must)


@transaction.atomic
def set_level(*, actor: User, workstream: WorkStream, level: Loudness) -> Loudness:
    """Choose how much one hears of a WorkStream. Everything is what everybody hears, so it leaves no row.

    Raises: NotAllowed.
    """
    require(actor, Can.OPEN_WORKSTREAM, workstream)
    if level == Loudness.EVERYTHING:
        Level.objects.filter(user=actor, workstream=workstream).delete()
    else:
        Level.objects.update_or_create(user=actor, workstream=workstream, defaults={"level": level})
    return level


@transaction.atomic
def unsubscribe(wish: Wish) -> bool:
    """Do what a link of a mail asks for. It only ever tells its person less; twice is harmless.

    Returns False when the person, or the WorkStream for them, is gone.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).filter(public_id=wish.person).first()
    if person is None or not person.is_active:
        return False
    if wish.workstream is not None:
        workstream = WorkStream.objects.visible_to(person).filter(public_id=wish.workstream).first()
        if workstream is None:
            return False
        set_level(actor=person, workstream=workstream, level=Loudness.NOTHING)
    if wish.topics:
        chosen, _ = Preferences.objects.get_or_create(user=person)
        chosen.not_by_mail = _optional({*chosen.not_by_mail, *wish.topics})
        chosen.save(update_fields=["not_by_mail"])
    return True


def level_of(person: User, workstream: WorkStream) -> Loudness:
    """How much this person hears of a WorkStream."""
    row = Level.objects.filter(user=person, workstream=workstream).values_list("level", flat=True).first()
    return Loudness(row) if row else Loudness.EVERYTHING


def levels_of(person: User) -> list[Level]:
    """The WorkStreams this person hears less of."""
    visible = WorkStream.objects.visible_to(person)
    rows = Level.objects.filter(user=person, workstream__in=visible).select_related("workstream")
    return list(rows.order_by("workstream__name", "pk")[:200])


def preferences_of(person: User) -> Preferences:
    """What this person chose, or what everybody has who chose nothing."""
    return Preferences.objects.filter(user=person).first() or Preferences(user=person)


def hears_unassigned(person: User) -> bool:
    """Whether this colleague is told of every new WorkStream (A17)."""
    return bool(User.objects.get_queryset().told_of_unassigned().filter(pk=person.pk).exists())
