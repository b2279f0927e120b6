"""What people change about themselves."""

from dataclasses import dataclass
from functools import cache, partial
from typing import IO
from zoneinfo import available_timezones

from django.db import transaction
from django.utils import timezone

from accounts import events, pictures
from accounts.capabilities import Role
from accounts.errors import BelongsElsewhere, NotAllowed, ProfileChangedMeanwhile
from accounts.models import Organization, User
from activity.record import record

# What people may say they read best. Pages are in English; the word travels with the person to vendors and colleagues.
LANGUAGES = [
    ("", "Not given"),
    ("ar", "العربية"),
    ("bn", "বাংলা"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fa", "فارسی"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("ne", "नेपाली"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("pt-BR", "Português (Brasil)"),
    ("ru", "Русский"),
    ("sv", "Svenska"),
    ("sw", "Kiswahili"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
]


@cache
def time_zones() -> tuple[str, ...]:
    """The zones to choose from: UTC, and those named after places."""
    return ("UTC", *sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/"))))


@dataclass(frozen=True)
class ProfileFields:
    """What a profile says."""

    name: str
    title: str
    time_zone: str
    language: str
    enter_sends: bool
    shows_typing: bool
    single_keys: bool
    # Only of a client without organisation; empty leaves it at that.
    company: str = ""


FIELD_WORDS = {
    "name": "the name",
    "title": "the job title",
    "time_zone": "the time zone",
    "language": "the language",
    "enter_sends": "what Enter does",
    "shows_typing": "who sees them writing",
    "single_keys": "the single-letter keys",
    "organization": "the company",
    "picture": "the picture",
}


@transaction.atomic
def edit_profile(*, person: User, actor: User, fields: ProfileFields, seen_version: int | None = None) -> User:
    """Save what somebody says of themselves. Saving what is there already changes nothing.

    A company makes a client organisation of their own: neither its name nor an address proves that somebody works for
    one that is there. `seen_version` is the version the form was made from; None saves regardless.

    Raises: NotAllowed, ProfileChangedMeanwhile, BelongsElsewhere.
    """
    person = _lock(person, actor)
    plain = ("name", "title", "time_zone", "language", "enter_sends", "shows_typing", "single_keys")
    changed: dict[str, object] = {n: getattr(fields, n) for n in plain if getattr(person, n) != getattr(fields, n)}
    if fields.company and fields.company != (person.organization.name if person.organization else ""):
        if person.organization is not None or person.role != Role.CLIENT:
            raise BelongsElsewhere("Where you belong is changed by an administrator. Everything else can be saved.")
        changed["organization"] = fields.company
    if not changed:
        return person
    if seen_version is not None and seen_version != person.version:
        raise ProfileChangedMeanwhile(
            "Your profile was saved somewhere else while you were editing. What you typed is still here: "
            "look at it once more, then save again."
        )
    if "organization" in changed:
        changed["organization"] = Organization.objects.create(name=fields.company)
    for name, value in changed.items():
        setattr(person, name, value)
    _save(person, actor, sorted(changed))
    return person


@transaction.atomic
def answer_welcome(*, person: User, actor: User, name: str, company: str) -> User:
    """Take down what somebody said, or that they would rather not, when they were asked who they are. Asked once.

    Raises: NotAllowed.
    """
    person = _lock(person, actor)
    changed = []
    if name and not person.name:
        person.name = name
        changed.append("name")
    if company and person.organization is None and person.role == Role.CLIENT:
        person.organization = Organization.objects.create(name=company)
        changed.append("organization")
    if person.welcomed_at is None:
        person.welcomed_at = timezone.now()
        person.save(update_fields=["welcomed_at"])
    if changed:
        _save(person, actor, changed)
    return person


@transaction.atomic
def set_picture(*, person: User, actor: User, sent: IO[bytes], size: int) -> User:
    """Make a file somebody's picture; the one before is gone then.

    Raises: NotAllowed, PictureRefused.
    """
    drawn = pictures.square(sent, size=size)
    person = _lock(person, actor)
    before = person.picture.name
    person.picture.save("picture", drawn, save=False)
    storage, after = person.picture.storage, str(person.picture.name)
    try:
        with transaction.atomic():
            _save(person, actor, ["picture"])
    except BaseException:
        storage.delete(after)
        raise
    if before:
        transaction.on_commit(partial(storage.delete, before), robust=True)
    return person


@transaction.atomic
def remove_picture(*, person: User, actor: User) -> User:
    """Go back to initials. Without a picture this changes nothing.

    Raises: NotAllowed.
    """
    person = _lock(person, actor)
    if not person.picture:
        return person
    storage, before = person.picture.storage, str(person.picture.name)
    person.picture = ""
    _save(person, actor, ["picture"])
    transaction.on_commit(partial(storage.delete, before), robust=True)
    return person


def is_to_be_welcomed(person: User) -> bool:
    """Whether somebody came for the first time and has not said who they are (ux 3.2: asked once, skippable)."""
    return person.role == Role.CLIENT and person.welcomed_at is None and not (person.name and person.organization_id)


def _lock(person: User, actor: User) -> User:
    if person.pk != actor.pk or not actor.is_active:
        raise NotAllowed("People change their own profile only.")
    locked: User = User.objects.select_for_update(of=("self",)).select_related("organization").get(pk=person.pk)
    return locked


def _save(person: User, actor: User, changed: list[str]) -> None:
    person.version += 1
    person.save(update_fields=[*changed, "version"])
    words = [FIELD_WORDS[name] for name in changed]
    record(events.PROFILE_EDITED, actor=actor, data={"user_id": person.pk, "words": words})
