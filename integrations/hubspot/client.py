"""HubSpot's API: the only module that knows HubSpot's own client.

What it gets wrong at the version we pin is mended here. It has no time-outs of its own, so every call gets one. It
repeats nothing, because our queue does. Each of its parts has its own family of exceptions; an error body that is no
text, and a broken certificate, come as exceptions of another kind altogether; an answer that is no JSON comes as a
contact without id. Form submissions are not in it at all.

Nothing but `integrations.failures` comes out of it, with a reason that holds no words of customers: HubSpot repeats
values in its messages, so only its codes are passed on.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, TypeVar

import requests
import urllib3
from django.conf import settings
from django.utils import timezone
from hubspot import HubSpot
from hubspot.crm.contacts.exceptions import OpenApiException as ContactsError
from hubspot.crm.properties.exceptions import OpenApiException as PropertiesError

from integrations.failures import NotNow, Refused, Unclear, VendorAway
from integrations.hubspot.properties import GROUP, GROUP_LABEL, OUR_NAMES, Property

PATIENCE = (3.05, 10.0)  # seconds to connect, and to wait for bytes
LOCKED_FOR = timedelta(seconds=2)
ROLLING = timedelta(seconds=10)
# Nobody says when a day begins at HubSpot; one request an hour finds out.
DAILY = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=24)
CONTACTS = "contacts"

_ERRORS = (ContactsError, PropertiesError)
_EXISTING = re.compile(r"Existing ID: (\d+)")
_ID = re.compile(r"\d{1,20}")
# The vendor is not there at all; what it says does not come from it.
_GATEWAY = frozenset({502, 503, 504, 521, 522, 523, 524, 525, 526})
_NEVER_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
T = TypeVar("T")


class Missing(Refused):
    """There is nothing under this id: deleted, merged, or never there."""


class Taken(Refused):
    """A contact with this address is there. `contact_id` names it, if HubSpot did; else it is empty."""

    def __init__(self, reason: str, *, contact_id: str) -> None:
        """Keep the sentence and the id."""
        super().__init__(reason)
        self.contact_id = contact_id


class Invalid(Refused):
    """Values were not taken. `codes` are HubSpot's, by property; empty when it did not say which."""

    def __init__(self, reason: str, *, codes: dict[str, str]) -> None:
        """Keep the sentence and the codes."""
        super().__init__(reason)
        self.codes = codes


class FormRefused(Refused):
    """A submission was not taken; `codes` are HubSpot's."""

    def __init__(self, reason: str, *, codes: frozenset[str]) -> None:
        """Keep the sentence and the codes."""
        super().__init__(reason)
        self.codes = codes


@dataclass(frozen=True)
class Found:
    """A contact as HubSpot has it. `changed_at` is filled only where it was asked for."""

    contact_id: str
    values: dict[str, str]
    changed_at: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Described:
    """A property as HubSpot has it."""

    name: str
    type: str
    field_type: str
    is_unique: bool
    is_read_only: bool


# --- Contacts ----------------------------------------------------------------------------------------------------


def read(key: str, *, by: str = "", properties: tuple[str, ...] = (), with_times: bool = False) -> Found | None:
    """The contact with this id, or with this value of another property (`by`); None when there is none.

    `with_times` asks when each value was written, too.
    """
    asked: dict[str, Any] = {"properties_with_history" if with_times else "properties": list(properties)}
    if by:
        asked["id_property"] = by
    try:
        return _contact(_ask(lambda: _contacts().get_by_id(key, _request_timeout=PATIENCE, **asked)))
    except Missing:
        return None


def create(values: Mapping[str, str]) -> Found:
    """Make a contact. Raises: Taken, Invalid."""
    body = {"properties": dict(values)}
    return _contact(
        _ask(lambda: _contacts().create(simple_public_object_input_for_create=body, _request_timeout=PATIENCE))
    )


def update(contact_id: str, values: Mapping[str, str]) -> Found:
    """Write these properties and no others; an empty value clears one. Raises: Missing, Taken, Invalid."""
    body = {"properties": dict(values)}
    return _contact(
        _ask(lambda: _contacts().update(contact_id, simple_public_object_input=body, _request_timeout=PATIENCE))
    )


def purge(contact_id: str) -> None:
    """Delete a contact for good, with its history. One that is gone already is fine.

    Raises: Refused, also when our token may not: it concerns this one request.
    """
    # Without `idProperty`: with an address HubSpot would block it for ever where it finds nobody.
    body = {"objectId": contact_id}
    try:
        _ask(
            lambda: _contacts().purge(public_gdpr_delete_input=body, _request_timeout=PATIENCE),
            forbidden_is_of_this=True,
        )
    except Missing:
        return


# --- Properties --------------------------------------------------------------------------------------------------


def describe(name: str) -> Described | None:
    """A property of contacts; None when there is none of this name."""
    try:
        found = _ask(lambda: _core().get_by_name(object_type=CONTACTS, property_name=name, _request_timeout=PATIENCE))
    except Missing:
        return None
    if found is None or found.name != name:
        raise Unclear("HubSpot answered with something that is no property.")
    meta = found.modification_metadata
    return Described(
        name, found.type, found.field_type, bool(found.has_unique_value), bool(meta and meta.read_only_value)
    )


def make_group() -> bool:
    """Make the group of our properties; False when it is there. Raises: Refused."""
    body = {"name": GROUP, "label": GROUP_LABEL}
    try:
        _ask(
            lambda: _groups().create(object_type=CONTACTS, property_group_create=body, _request_timeout=PATIENCE),
            forbidden_is_of_this=True,
        )
    except Taken:
        return False
    return True


def make_property(wanted: Property) -> bool:
    """Make a property of ours; False when there is one of this name. Raises: Refused."""
    body: dict[str, Any] = {
        "groupName": GROUP,
        "name": wanted.name,
        "label": wanted.label,
        "type": wanted.type,
        "fieldType": wanted.field_type,
        "hasUniqueValue": wanted.is_unique,
        "formField": wanted.name in OUR_NAMES and not wanted.is_unique,
    }
    if wanted.options:
        body["options"] = [
            {"label": label, "value": value, "hidden": False, "displayOrder": number}
            for number, (value, label) in enumerate(wanted.options)
        ]
    try:
        _ask(
            lambda: _core().create(object_type=CONTACTS, property_create=body, _request_timeout=PATIENCE),
            forbidden_is_of_this=True,
        )
    except Taken:
        return False
    return True


# --- Forms -------------------------------------------------------------------------------------------------------


def submit(body: dict[str, Any]) -> None:
    """Submit our form. Raises: FormRefused with HubSpot's codes; Unclear and VendorAway may mean that it was done."""
    address = (
        f"{settings.HUBSPOT_FORMS_URL}/submissions/v3/integration/secure/submit/"
        f"{settings.HUBSPOT_PORTAL_ID}/{settings.HUBSPOT_FORM_ID}"
    )
    try:
        answer = requests.post(
            address,
            json=body,
            headers={"Authorization": f"Bearer {settings.HUBSPOT_TOKEN}"},
            timeout=PATIENCE,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        cause = error.args[0] if error.args else None
        if isinstance(getattr(cause, "reason", cause), _NEVER_SENT):
            raise VendorAway("HubSpot's forms cannot be reached.") from error
        raise Unclear(f"HubSpot's forms did not answer ({type(error).__name__}).") from error
    if answer.status_code == requests.codes.ok:
        return
    said = _said(answer.text)
    errors = [each for each in _list(said.get("errors")) if isinstance(each, dict)]
    codes = frozenset(str(each["errorType"]) for each in errors if "errorType" in each)
    if answer.status_code in {400, 403, 404}:
        words = ", ".join(sorted(codes)) or _category(said)
        raise FormRefused(f"HubSpot did not take the form: {answer.status_code} {words}.", codes=codes)
    raise _failure(answer.status_code, said, answer.headers, may_be_done=True)


def digest(body: Mapping[str, Any]) -> str:
    """SHA-256 of what was sent, in hexadecimal."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


# --- What HubSpot's client makes of it ---------------------------------------------------------------------------


def _contacts() -> Any:
    return _api(settings.HUBSPOT_BASE_URL, settings.HUBSPOT_TOKEN)[0]


def _core() -> Any:
    return _api(settings.HUBSPOT_BASE_URL, settings.HUBSPOT_TOKEN)[1]


def _groups() -> Any:
    return _api(settings.HUBSPOT_BASE_URL, settings.HUBSPOT_TOKEN)[2]


@cache
def _api(host: str, token: str) -> tuple[Any, Any, Any]:
    """The three parts we use. They are kept: each time one is asked for, the client makes new connections."""
    client = HubSpot(access_token=token, host=host, retry=urllib3.Retry(0))
    return client.crm.contacts.basic_api, client.crm.properties.core_api, client.crm.properties.groups_api


def _ask(call: Callable[[], T], *, forbidden_is_of_this: bool = False) -> T:
    """Do one call, and turn whatever comes of it into a failure of ours."""
    try:
        return call()
    except _ERRORS as error:
        raise _translated(error, forbidden_is_of_this) from error
    except urllib3.exceptions.HTTPError as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, _NEVER_SENT):
            raise VendorAway("HubSpot cannot be reached.") from error
        raise Unclear(f"HubSpot did not answer ({type(reason).__name__}).") from error
    except (UnicodeDecodeError, AttributeError) as error:
        # Raised while the client handled its own exception, which has the status.
        if isinstance(error.__context__, _ERRORS):
            raise _translated(error.__context__, forbidden_is_of_this) from error
        if isinstance(error, UnicodeDecodeError):
            raise Unclear("HubSpot's answer is no text.") from error
        raise


def _translated(error: Any, forbidden_is_of_this: bool) -> Exception:
    status = getattr(error, "status", None) or 0
    said = _said(getattr(error, "body", None))
    if status == requests.codes.forbidden and forbidden_is_of_this:
        return Refused(f"HubSpot's token lacks a right for this: 403 {_category(said)}.")
    return _failure(status, said, getattr(error, "headers", None) or {})


def _failure(status: int, said: dict[str, Any], headers: Mapping[str, str], *, may_be_done: bool = False) -> Exception:
    words = f"HubSpot answered {status} {_category(said)}".strip()
    if correlation := re.fullmatch(r"[\w-]{1,60}", str(said.get("correlationId", ""))):
        words += f" (correlation {correlation[0]})"
    if status in _MEANINGS:
        return _MEANINGS[status](words, said, headers)
    if status in _GATEWAY:
        return VendorAway(f"{words}.", is_unclear=may_be_done)
    # 0 is what the client makes of an answer that it cannot read.
    return Unclear(f"{words}.") if status >= 500 or status == 0 else Refused(f"{words}.")


def _taken(words: str, said: dict[str, Any], _: Mapping[str, str]) -> Exception:
    named = _EXISTING.search(str(said.get("message", "")))
    return Taken(f"{words}.", contact_id=named[1] if named else "")


def _too_many(words: str, said: dict[str, Any], headers: Mapping[str, str]) -> Exception:
    usual = DAILY if "DAILY" in str(said.get("policyName", "")).upper() else ROLLING
    return VendorAway(f"{words}: too many requests.", until=timezone.now() + _wait(headers, usual))


_MEANINGS: dict[int, Callable[[str, dict[str, Any], Mapping[str, str]], Exception]] = {
    400: lambda words, said, _: Invalid(f"{words}.", codes=_codes(said)),
    401: lambda words, *_: VendorAway(f"{words}: our token is not accepted."),
    403: lambda words, *_: VendorAway(f"{words}: our token lacks a right."),
    404: lambda words, *_: Missing(f"{words}."),
    409: _taken,
    423: lambda words, _, headers: NotNow(
        f"{words}: the record is locked.", retry_at=timezone.now() + max(_wait(headers, LOCKED_FOR), LOCKED_FOR)
    ),
    429: _too_many,
    # The account moves to another data centre.
    477: lambda words, _, headers: VendorAway(
        f"{words}: the account is being moved.", until=timezone.now() + _wait(headers, DAILY)
    ),
}


def _contact(found: Any) -> Found:
    """What a call answered, if it is a contact."""
    contact_id = getattr(found, "id", None)
    if not isinstance(contact_id, str) or not _ID.fullmatch(contact_id):
        raise Unclear("HubSpot answered with something that is no contact.")
    values = {name: str(value) for name, value in (found.properties or {}).items() if value is not None}
    changed: dict[str, datetime] = {}
    for name, versions in (getattr(found, "properties_with_history", None) or {}).items():
        if versions:
            latest = max(versions, key=lambda version: version.timestamp)
            changed[name] = latest.timestamp if latest.timestamp.tzinfo else latest.timestamp.replace(tzinfo=UTC)
    return Found(contact_id, values, changed)


def _said(body: object) -> dict[str, Any]:
    try:
        found = json.loads(body) if isinstance(body, str | bytes) else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _category(said: dict[str, Any]) -> str:
    for name in ("category", "errorType", "policyName"):
        if re.fullmatch(r"[A-Za-z_]{1,60}", word := str(said.get(name, ""))):
            return word
    return ""


def _codes(said: dict[str, Any]) -> dict[str, str]:
    """Which properties were refused, by the list of errors, else by the JSON that stands inside the message."""
    found: dict[str, str] = {}
    for each in _list(said.get("errors")):
        if isinstance(each, dict) and isinstance(each.get("context"), dict):
            for name in _list(each["context"].get("propertyName")):
                found[str(name)] = str(each.get("code") or each.get("subCategory") or "INVALID")
    if found:
        return found
    inside = str(said.get("message", "")).partition("[")
    try:
        told = json.loads(inside[1] + inside[2])
    except ValueError:
        return {}
    return {
        str(each["name"]): str(each.get("error") or "INVALID")
        for each in _list(told)
        if isinstance(each, dict) and "name" in each
    }


def _wait(headers: Mapping[str, str], usual: timedelta) -> timedelta:
    """What the vendor asks for, never less than a second or more than a day; else our own."""
    for name, asked in headers.items():
        if name.lower() == "retry-after":
            if asked.strip().isdigit():
                wait = timedelta(seconds=min(int(asked), LONGEST_WAIT.total_seconds()))
            else:
                try:
                    wait = parsedate_to_datetime(asked) - timezone.now()
                except (TypeError, ValueError):
                    return usual
            return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)
    return usual
