"""Making sure, before something that cannot be taken back, that it is the person: a code by mail, or the second factor.

Codes are rows, not part of a session: wrong tries count wherever they come from. Only a keyed digest is stored.
"""

import hmac
import secrets
import time
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.errors import CodeRefused, TooOften
from accounts.models import MailedCode, User

LIVES = timedelta(minutes=15)
MOST_TRIES = 5
# Mails with a code, to one person for one purpose.
MOST_CODES, WITHIN = 4, timedelta(minutes=15)
FRESH_FOR = timedelta(minutes=10)
CONFIRMED_AT = "confirmed_at"


@transaction.atomic
def send_code(request: HttpRequest, *, person: User, purpose: MailedCode.Purpose, email: str) -> None:
    """Mail a code; the ones mailed before for the same purpose are worthless then.

    Raises: TooOften.
    """
    code = keep_code(person=person, purpose=purpose, email=email)
    get_adapter(request).send_mail(
        "account/email/confirm", email, {"code": code, "purpose": MailedCode.Purpose(purpose).label, "person": person}
    )


@transaction.atomic
def keep_code(*, person: User, purpose: MailedCode.Purpose, email: str) -> str:
    """Make a code and keep what it takes to recognise it.

    Raises: TooOften.
    """
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    now = timezone.now()
    codes = MailedCode.objects.filter(person=person, purpose=purpose)
    codes.filter(created_at__lt=now - WITHIN).delete()
    if codes.count() >= MOST_CODES:
        raise TooOften("That was too often. Use the latest mail, or wait a quarter of an hour.")
    codes.update(expires_at=now)
    code = f"{secrets.randbelow(1_000_000):06}"
    MailedCode.objects.create(
        person=person, purpose=purpose, email=email, digest=_digest(person, code), expires_at=now + LIVES
    )
    return code


def check_code(*, person: User, purpose: MailedCode.Purpose, code: str) -> str:
    """The address the right code was mailed to; a code works once.

    Raises: CodeRefused, which counts as a try also when the caller gives up.
    """
    with transaction.atomic():
        sent = (
            MailedCode.objects.select_for_update()
            .filter(person=person, purpose=purpose, expires_at__gt=timezone.now())
            .order_by("-created_at", "-pk")
            .first()
        )
        if sent is not None and sent.tries < MOST_TRIES:
            if hmac.compare_digest(sent.digest, _digest(person, "".join(code.split()))):
                sent.expires_at = timezone.now()
                sent.save(update_fields=["expires_at"])
                return sent.email
            sent.tries += 1
            sent.save(update_fields=["tries"])
            problem = "That is not the code of the latest mail. Please look again; spaces do not count."
        else:
            problem = "This code does not count any more. Have a new one mailed."
    raise CodeRefused(problem)


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person showed within ten minutes that it is them, by signing in or by a code."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101  only signed-in people come here
    moments = [each.get("at", 0) for each in get_authentication_records(request, person)]
    moments.append(request.session.get(CONFIRMED_AT, 0))
    return bool(time.time() - max(moments) < FRESH_FOR.total_seconds())


def has_second_factor(person: User) -> bool:
    """Whether an authenticator app is set up."""
    return bool(Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists())


def confirm(request: HttpRequest, code: str) -> None:
    """Take the code that makes this session fresh: of the authenticator app, else of the mail.

    Raises: CodeRefused, TooOften.
    """
    person = request.user
    assert isinstance(person, User)  # noqa: S101
    check(person=person, code=code)
    if has_second_factor(person):
        note_code_of_app(request)
    request.session[CONFIRMED_AT] = time.time()


def check(*, person: User, code: str) -> None:
    """Take a code that shows that it is them: of the authenticator app, else of the mail. It works once.

    Raises: CodeRefused, which counts as a try also when the caller gives up.
    """
    if has_second_factor(person):
        _check_code_of_app(person, code)
    else:
        check_code(person=person, purpose=MailedCode.Purpose.CONFIRM, code=code)


def note_code_of_app(request: HttpRequest) -> None:
    """Somebody has just given a right code of their app; they are not asked for the next one at once."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101
    record_authentication(request, person, method="mfa", type="totp", reauthenticated=True)


def _check_code_of_app(person: User, code: str) -> None:
    from allauth.mfa.base.forms import ReauthenticateForm  # noqa: PLC0415  reads the apps' settings when it is imported

    form = ReauthenticateForm(user=person, data={"code": code})
    if not form.is_valid():
        raise CodeRefused("That is not the code your app shows now. Please look again.")
    form.authenticator.record_usage()


def _digest(person: User, code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{person.pk} {code}".encode(), "sha256").hexdigest()
