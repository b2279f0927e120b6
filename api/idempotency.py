"""A POST that is sent again happens once.

With an `Idempotency-Key` the change, and the answer that is remembered for the key, are one transaction: either both
are there or neither. While it runs it holds an advisory lock of that transaction, so a second one with the same key
knows at once that the first has not ended; when the process dies, the database lets go of the lock and undoes the
change. What was refused changed nothing and is not remembered: its key may be used again.

Keys are optional, because many actions are harmless twice by themselves; they are kept for a day.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.errors import BadRequest, KeyUsedBefore, StillRunning
from api.models import RememberedAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 200
_PURGED_AT_ONCE = 5000

Handler = Callable[..., HttpResponseBase]


def once(handler: Handler) -> Handler:
    """The handler of a POST, made so that the same key is answered the same.

    Raises, when called: BadRequest for a key nobody could have meant, StillRunning, KeyUsedBefore.
    """

    def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers[HEADER]
        if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            raise BadRequest(f"{HEADER} must be 1 to {LONGEST_KEY} visible ASCII characters, such as a UUID.")
        person = request.user
        assert isinstance(person, User)  # noqa: S101  nobody else comes this far
        fingerprint = _fingerprint(request, person)
        with transaction.atomic():
            if not _lock(person, key):
                raise StillRunning(f"The first request with this {HEADER} has not ended. Ask again in a moment.")
            remembered = RememberedAnswer.objects.filter(person=person, key=key).first()
            if remembered and remembered.at < timezone.now() - KEPT_FOR:
                remembered.delete()
                remembered = None
            if remembered is None:
                response = handler(request, *args, **kwargs)
                if response.status_code >= 400:
                    transaction.set_rollback(True)
                else:
                    _remember(person, key, fingerprint, response)
                return response
        if remembered.fingerprint != fingerprint:
            raise KeyUsedBefore(f"This {HEADER} was used for another request. Take a new key for a new request.")
        headers = {REPLAYED: "true", **({"ETag": remembered.etag} if remembered.etag else {})}
        return HttpResponse(remembered.body, status=remembered.status, content_type="application/json", headers=headers)

    return answer


def forget_words(person: User, words: str) -> None:
    """Take what somebody took back out of the answers that are remembered for their keys. Call in a transaction."""
    told = JSONRenderer().render(words).decode()
    for remembered in RememberedAnswer.objects.filter(person=person, body__contains=told):
        remembered.body = remembered.body.replace(told, '""')
        remembered.save(update_fields=["body"])


def purge() -> int:
    """Forget what is older than a day, in small steps; how many there were."""
    old = RememberedAnswer.objects.older_than(timezone.now() - KEPT_FOR)
    total = 0
    while keys := list(old.values_list("pk", flat=True)[:_PURGED_AT_ONCE]):
        total += RememberedAnswer.objects.filter(pk__in=keys).delete()[0]
    return total


def _fingerprint(request: Request, person: User) -> str:
    """Which request it is. Asked in another role it is another: what was told then may be secret now."""
    line = f"{request.method} {request.get_full_path()} {person.role}\n".encode()
    return hashlib.sha256(line + request._request.body).hexdigest()  # noqa: SLF001  the bytes as they came


def _lock(person: User, key: str) -> bool:
    """Take this key for this transaction. Two keys may share a lock; then one is asked to come again for no reason."""
    digest = hashlib.sha256(f"api.idempotency {person.pk} {key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])
        return bool(cursor.fetchone()[0])


def _remember(person: User, key: str, fingerprint: str, response: HttpResponseBase) -> None:
    if isinstance(response, Response):
        body = JSONRenderer().render(response.data) if response.data is not None else b""
    else:
        assert isinstance(response, HttpResponse)  # noqa: S101  a stream cannot be remembered
        body = response.content
    RememberedAnswer.objects.create(
        person=person,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        body=body.decode(),
        etag=response.headers.get("ETag", ""),
    )
