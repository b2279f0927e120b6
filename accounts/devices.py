"""Which browsers a person signed in with before, and where they are signed in now.

A browser is known by a long-lived signed cookie, not by its network: people move between networks all day. The first
browser of a person is no news; every other one is recorded and mailed. One cookie may be known for several people.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import events
from accounts.models import Device, User
from activity.models import SystemActor
from activity.record import record

COOKIE = "device"
SALT = "accounts.device"
LIVES = timedelta(days=2 * 365)
SEEN_AT = "seen_at"  # in the session: when it was last written down that this one is in use
SEEN_EVERY = timedelta(minutes=5)

# The first word that a browser's name for itself holds; many name their ancestors too, so the order counts.
_BROWSERS = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
]
_SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
]


def words_of(user_agent: str) -> str:
    """A browser in words, such as “Firefox on Windows”."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


@dataclass(frozen=True)
class SignedIn:
    """One session of a person. `id` names it without being it."""

    id: str
    device: str
    address: str
    since: datetime | None
    last_seen_at: datetime | None
    is_this: bool


def begin(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Somebody has just signed in: remember the browser, and tell them if it is a new one."""
    UserSession.objects.create_from_request(request)
    request.session[SEEN_AT] = time.time()
    token = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=int(LIVES.total_seconds()))
    if not token:
        token = secrets.token_urlsafe(32)
    _remember(request, person, token)
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=SALT,
        max_age=int(LIVES.total_seconds()),
        httponly=True,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        samesite="Lax",
    )


@transaction.atomic
def _remember(request: HttpRequest, person: User, token: str) -> None:
    # Two sign-ins at once take turns, so that one of them is the first.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    digest = hashlib.sha256(token.encode()).hexdigest()
    words = words_of(request.headers.get("User-Agent", ""))
    now = timezone.now()
    if Device.objects.filter(person=person, digest=digest).update(last_used_at=now, words=words):
        return
    is_first = not Device.objects.filter(person=person).exists()
    device = Device.objects.create(person=person, digest=digest, words=words, last_used_at=now)
    if is_first:
        return
    record(events.NEW_DEVICE, actor=person, data={"user_id": person.pk, "device_id": device.pk})
    get_adapter(request).send_mail(
        "account/email/new_device",
        person.email,
        {"person": person, "device": words, "address": get_adapter(request).get_client_ip(request), "at": now},
    )


def seen(request: HttpRequest) -> None:
    """Write down that a session is in use, at most once in five minutes."""
    last = request.session.get(SEEN_AT)
    if last is None or time.time() - last < SEEN_EVERY.total_seconds():
        return
    request.session[SEEN_AT] = time.time()
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def sessions_of(person: User, *, this: str | None) -> list[SignedIn]:
    """Where a person is signed in now; the session they ask from is first."""
    found = list(UserSession.objects.filter(user=person).order_by("-last_seen_at"))
    alive = set(
        Session.objects.filter(
            session_key__in=[each.session_key for each in found], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    rows = [
        SignedIn(
            id=_name_of(each.session_key),
            device=words_of(each.user_agent),
            address=each.ip,
            since=each.created_at,
            last_seen_at=each.last_seen_at,
            is_this=each.session_key == this,
        )
        for each in found
        if each.session_key in alive
    ]
    if this and not any(row.is_this for row in rows):
        rows.insert(0, SignedIn(_name_of(this), "This browser", "", None, None, is_this=True))
    return sorted(rows, key=lambda row: not row.is_this)


@transaction.atomic
def end(
    *,
    person: User,
    actor: User | SystemActor,
    names: Iterable[str] | None = None,
    key: str | None = None,
    but: str | None = None,
    reason: str = "",
) -> int:
    """Sign a person out of the sessions of these names or this key, or of all but one; how many.

    Their open pages stop at once: whoever shows live updates follows the event.
    """
    found = list(UserSession.objects.select_for_update().filter(user=person).exclude(session_key=but or ""))
    if key is not None:
        found = [each for each in found if each.session_key == key]
    if names is not None:
        wanted = set(names)
        found = [each for each in found if _name_of(each.session_key) in wanted]
    if not found:
        return 0
    Session.objects.filter(session_key__in=[each.session_key for each in found]).delete()
    UserSession.objects.filter(pk__in=[each.pk for each in found]).delete()
    data = {"user_id": person.pk, "count": len(found), **({"reason": reason} if reason else {})}
    record(events.SESSIONS_ENDED, actor=actor, data=data)
    return len(found)


def _name_of(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()[:24]
