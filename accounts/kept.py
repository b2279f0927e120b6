"""What this app keeps about a person, for their copy and for their erasure."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session

from accounts.devices import words_of
from accounts.models import FORMER_MEMBER, DataExport, Device, User
from accounts.own_data import OwnFile, delete_file
from accounts.personal import Traces, registry
from activity.forgetting import forget
from activity.models import Event


@registry.gathers("profile")
def profile(person: User) -> dict[str, Any]:
    """What they said of themselves, and what was kept beside it."""
    return {
        "id": person.public_id,
        "name": person.name,
        "job_title": person.title,
        "e-mail": person.email,
        "e-mail_confirmed": EmailAddress.objects.filter(user=person, verified=True).exists(),
        "role": person.role_label,
        "organization": person.organization.name if person.organization else None,
        "time_zone": person.time_zone,
        "language": person.language,
        "enter_sends": person.enter_sends,
        "shows_typing": person.shows_typing,
        "single_letter_shortcuts": person.single_keys,
        "registered": person.date_joined,
        "last_seen": person.last_seen_at,
        "second_factor": Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists(),
        "grid_columns": person.grid_columns,
    }


@registry.gathers("picture")
def picture(person: User) -> list[OwnFile]:
    """Their picture, as it is shown."""
    if not person.picture:
        return []
    return [OwnFile("picture.webp", person.picture, person.picture.size)]


@registry.gathers("sign-ins")
def sign_ins(person: User) -> dict[str, Any]:
    """Where they signed in."""
    return {
        "sessions": [
            {
                "browser": words_of(session.user_agent),
                "address": session.ip,
                "since": session.created_at,
                "last_seen": session.last_seen_at,
            }
            for session in UserSession.objects.filter(user=person).order_by("created_at")
        ],
        "browsers": [
            {"browser": device.words, "first_used": device.created_at, "last_used": device.last_used_at}
            for device in Device.objects.filter(person=person).order_by("created_at")
        ],
    }


@registry.gathers("activity")
def activity(person: User) -> list[dict[str, Any]]:
    """What they did, and what happened to their account; nothing of what others said or did besides."""
    rows = Event.objects.filter(actor=person).select_related("workstream").order_by("id")
    return [
        {"at": event.at, "what": event.verb, "workstream": event.workstream.name if event.workstream else None}
        for event in rows.iterator(chunk_size=2000)
    ]


@registry.erases("copies of their data")
def erase_copies(person: User, _traces: Traces) -> None:
    """The files; their rows go with the person."""
    for export in DataExport.objects.filter(person=person):
        delete_file(export)


@registry.erases("sessions")
def erase_sessions(person: User, _traces: Traces) -> None:
    """A session remembers how its person signed in, with the address."""
    keys = UserSession.objects.filter(user=person).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()


@registry.erases("administration log")
def erase_from_log(person: User, _traces: Traces) -> None:
    """Django's admin notes under which name somebody was edited."""
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=kind, object_id=str(person.pk)).update(object_repr=FORMER_MEMBER)


@registry.sweeps("record")
def sweep_record(person: User, traces: Traces) -> None:
    """The record keeps who did what by the person's row, and names of people here and there in words."""
    forget(user_id=person.pk, words=traces.words)
