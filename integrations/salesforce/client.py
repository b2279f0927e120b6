"""Reading opportunities in Salesforce. The only module that knows its library; nothing is ever written there (R102).

The library is used for two things: to log in, and to run a query with a token that is given to it. It never logs in
again by itself, because then it would do so without end. One token serves all workers, from the cache.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

import requests
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceError,
    SalesforceExpiredSession,
)
from simple_salesforce.format import format_soql
from simple_salesforce.login import SalesforceLogin

from integrations.failures import NotNow, Refused, VendorAway
from integrations.salesforce.ids import OPPORTUNITY_PREFIX, NotAnOpportunity, complete

logger = logging.getLogger(__name__)

# A query is part of an address, and addresses are not endless.
IDS_AT_ONCE = 200
# What a page of answers may hold is Salesforce's choice; more pages than rows there cannot be.
MOST_PAGES = IDS_AT_ONCE
TOKEN_LIVES = 12 * 3600  # seconds; the organisation's own rule may end it earlier, which a 401 says
LOGIN_TAKES = 30  # seconds that others wait at most for whoever logs in
AFTER_THE_LIMIT = timedelta(hours=1)
# Of the calls that the organisation has in a day.
USAGE_KEPT = 24 * 3600  # seconds

_ONE_ID = re.compile(r"006[0-9A-Za-z]{15}")
_WANTED = (
    "SELECT Id, Name, StageName, IsClosed, IsWon, IsDeleted, LastStageChangeDate, SystemModstamp FROM Opportunity "
    "WHERE Id IN {ids}"
)
_ALL = f"{_WANTED} ORDER BY SystemModstamp, Id"
_CHANGED = f"{_WANTED} AND SystemModstamp >= {{since}} ORDER BY SystemModstamp, Id"


@dataclass(frozen=True)
class Patience:
    """How long a call may take, in seconds."""

    connect: float
    answer: float


# A worker's four calls at most (log in, ask, log in anew, ask again) end within the lease of what it works on.
OF_A_WORKER = Patience(3.05, 9)
# Somebody looks at the page meanwhile.
OF_A_PAGE = Patience(1, 2)


@dataclass(frozen=True)
class Reading:
    """One opportunity as Salesforce has it; `asked_at` is our own time just before the question."""

    opportunity_id: str
    name: str
    stage: str
    is_closed: bool
    is_won: bool
    is_deleted: bool
    modified_at: datetime
    stage_since: datetime | None
    asked_at: datetime


@dataclass(frozen=True)
class Usage:
    """How many of its daily calls the organisation has used, by all programs together."""

    used: int
    allowed: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.used / self.allowed if self.allowed else 0.0


class _Token(TypedDict):
    token: str
    host: str


def read(ids: Sequence[str], *, since: datetime | None = None, patience: Patience = OF_A_WORKER) -> list[Reading]:
    """Read opportunities, deleted ones too; with `since` only those changed from then on. Unknown ones are left out.

    At most IDS_AT_ONCE ids of 18 characters. Call with no transaction open.

    Raises: Refused when it is no use to ask again, NotNow, VendorAway.
    """
    if len(ids) > IDS_AT_ONCE:
        raise ValueError(f"At most {IDS_AT_ONCE} ids at once.")
    _check(ids)
    query = format_soql(_CHANGED if since else _ALL, ids=list(ids), since=since)
    asked_at = timezone.now()
    rows = _with_token(lambda token: _rows(token, query, patience), patience)
    return [_reading(row, asked_at) for row in rows]


def usage() -> Usage | None:
    """What Salesforce said last of the organisation's calls; None when it was not asked within a day."""
    kept = cache.get(_key("usage"))
    return Usage(*kept) if kept else None


def _check(ids: Sequence[str]) -> None:
    """Let nothing into a query that is not an opportunity's id. Raises: Refused."""
    for each in ids:
        try:
            is_one = bool(_ONE_ID.fullmatch(each)) and complete(each) == each
        except NotAnOpportunity:
            is_one = False
        if not is_one:
            raise Refused(f"Only ids of opportunities, which begin with {OPPORTUNITY_PREFIX}, can be looked up.")


# --- Asking ----------------------------------------------------------------------------------------------------------


def _rows(token: _Token, query: str, patience: Patience) -> list[dict[str, Any]]:
    """Every row of the answer, page by page. Raises what the library raises."""
    salesforce = Salesforce(
        session_id=token["token"],
        instance_url=f"https://{token['host']}",
        session=_session(patience),
        version=settings.SALESFORCE_API_VERSION,
    )
    answer = salesforce.query(query, include_deleted=True)
    rows: list[dict[str, Any]] = []
    for _ in range(MOST_PAGES):
        rows += answer["records"]
        _keep_usage(salesforce)
        if answer["done"]:
            return rows
        if not answer["nextRecordsUrl"].startswith("/services/data/"):
            raise NotNow("Salesforce's answer goes on somewhere else.")
        answer = salesforce.query_more(answer["nextRecordsUrl"], identifier_is_url=True)
    raise NotNow("Salesforce's answer has no end.")


def _with_token(ask: Callable[[_Token], list[dict[str, Any]]], patience: Patience) -> list[dict[str, Any]]:
    """Ask with the shared token; where it is not accepted, once more with a new one, and then no more."""
    token = _token(patience)
    try:
        return _translated(ask, token)
    except SalesforceExpiredSession:
        token = _token(patience, instead_of=token)
    try:
        return _translated(ask, token)
    except SalesforceExpiredSession as refusal:
        cache.delete(_key("token"))
        raise VendorAway(f"Salesforce does not accept a new session: {_code(refusal)}.") from refusal


def _translated(ask: Callable[[_Token], list[dict[str, Any]]], token: _Token) -> list[dict[str, Any]]:
    try:
        return ask(token)
    except SalesforceExpiredSession:
        raise
    except SalesforceError as failure:
        raise _in_our_words(failure) from failure
    except requests.exceptions.JSONDecodeError as failure:
        raise VendorAway("Salesforce answers with a page instead of data, as during maintenance.") from failure
    except requests.exceptions.RequestException as failure:
        raise VendorAway(f"Salesforce does not answer: {type(failure).__name__}.") from failure
    except (KeyError, TypeError, ValueError, AttributeError) as failure:
        raise NotNow("Salesforce's answer has another shape than it should.") from failure


def _in_our_words(failure: Any) -> Exception:
    """What an error answer means for us."""
    code = _code(failure)
    said = f"Salesforce answered {failure.status} {code}."
    if failure.status == 403 and code == "REQUEST_LIMIT_EXCEEDED":
        return VendorAway(
            "The organisation has used up its calls to Salesforce for now.", until=timezone.now() + AFTER_THE_LIMIT
        )
    if failure.status in {403, 410} or (failure.status == 404 and code != "NOT_FOUND"):
        # Rights, a retired version, a wrong address: nothing of ours gets through until somebody changes it.
        return VendorAway(said)
    if failure.status == 400 and code in {"QUERY_TIMEOUT", "INVALID_QUERY_LOCATOR"}:
        return NotNow(said)
    if 400 <= failure.status < 500 and failure.status not in {408, 429}:
        return Refused(said)
    return VendorAway(said)


def _code(failure: Any) -> str:
    """Salesforce's own word for an error; nothing else of the body, which may quote our query."""
    content = failure.content
    first = content[0] if isinstance(content, list) and content else content
    code = first.get("errorCode", "") if isinstance(first, dict) else ""
    return str(code)[:80] if re.fullmatch(r"[A-Z_]{1,80}", str(code)) else "without a code"


def _reading(row: dict[str, Any], asked_at: datetime) -> Reading:
    try:
        return Reading(
            opportunity_id=complete(row["Id"]),
            name=str(row.get("Name") or "")[:255].replace("\x00", ""),
            stage=str(row["StageName"])[:255].replace("\x00", ""),
            is_closed=bool(row["IsClosed"]),
            is_won=bool(row["IsWon"]),
            is_deleted=bool(row["IsDeleted"]),
            modified_at=datetime.fromisoformat(row["SystemModstamp"]),
            stage_since=datetime.fromisoformat(row["LastStageChangeDate"]) if row.get("LastStageChangeDate") else None,
            asked_at=asked_at,
        )
    except (KeyError, TypeError, ValueError, NotAnOpportunity) as failure:
        raise NotNow("An opportunity in Salesforce's answer lacks what we asked for.") from failure


def _keep_usage(salesforce: Any) -> None:
    told = salesforce.api_usage.get("api-usage")
    if told:
        cache.set(_key("usage"), (told.used, told.total), USAGE_KEPT)


# --- Logging in ------------------------------------------------------------------------------------------------------


def _token(patience: Patience, *, instead_of: _Token | None = None) -> _Token:
    """The token all workers share; one of them fetches it, the others wait for that one. Raises: VendorAway."""
    ends = time.monotonic() + patience.connect + patience.answer
    while True:
        token: _Token | None = cache.get(_key("token"))
        if token and token != instead_of:
            return token
        if cache.add(_key("login"), 1, LOGIN_TAKES):
            try:
                # Whoever logged in between the look and the lock has put it there.
                token = cache.get(_key("token"))
                return token if token and token != instead_of else _log_in(patience)
            finally:
                cache.delete(_key("login"))
        if time.monotonic() > ends:
            raise VendorAway("Logging in to Salesforce takes too long.")
        time.sleep(0.05)


def _log_in(patience: Patience) -> _Token:
    try:
        token, host = SalesforceLogin(
            consumer_key=settings.SALESFORCE_CONSUMER_KEY,
            consumer_secret=settings.SALESFORCE_CONSUMER_SECRET,
            domain=settings.SALESFORCE_DOMAIN,
            session=_session(patience),
        )
    except SalesforceAuthenticationFailed as refusal:
        # Whatever is no JSON comes with the status as its code, and the page it was as its message.
        code = refusal.code if re.fullmatch(r"[a-zA-Z0-9_ ]{1,60}", str(refusal.code)) else "an unknown error"
        raise VendorAway(f"Salesforce refused the login: {code}.") from refusal
    except requests.exceptions.RequestException as failure:
        raise VendorAway(f"Salesforce does not answer the login: {type(failure).__name__}.") from failure
    except (AttributeError, KeyError, TypeError, ValueError) as failure:
        raise VendorAway("Salesforce's answer to the login has another shape than it should.") from failure
    if not isinstance(token, str) or not token or not _is_a_salesforce_host(host):
        raise VendorAway("Salesforce's answer to the login names no session or no instance.")
    fresh = _Token(token=token, host=host)
    cache.set(_key("token"), fresh, TOKEN_LIVES)
    logger.info("Logged in to Salesforce at %s.", host)
    return fresh


def _is_a_salesforce_host(host: str) -> bool:
    """Whether our token may be shown there."""
    if settings.SALESFORCE_SIMULATOR_PORT:
        return host == _simulator_host()
    return bool(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(salesforce|force)\.com", host.lower()))


def _key(what: str) -> str:
    """A place in the cache, another one for each connected app and simulator."""
    app = f"{settings.SALESFORCE_DOMAIN} {settings.SALESFORCE_CONSUMER_KEY} {settings.SALESFORCE_SIMULATOR_PORT}"
    return f"salesforce-{what}:{hashlib.sha256(app.encode()).hexdigest()[:16]}"


# --- Going there -----------------------------------------------------------------------------------------------------


class _Bounded(requests.adapters.HTTPAdapter):
    """Gives every call an end; the library has none, and some of its calls take no time-out."""

    def __init__(self, patience: Patience) -> None:
        """Keep the patience."""
        self.patience = patience
        super().__init__(max_retries=0)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send it."""
        kwargs["timeout"] = (self.patience.connect, self.patience.answer)
        return super().send(request, *args, **kwargs)


class _ToSimulator(_Bounded):
    """Leads what the library would ask of Salesforce, always by https, to the simulator on this machine."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send it to the loopback address, whatever host it names."""
        path = request.path_url
        request.url = f"http://{_simulator_host()}/salesforce{path}"
        return super().send(request, *args, **kwargs)


def _session(patience: Patience) -> requests.Session:
    session = requests.Session()
    # Our token goes where it was meant to go and nowhere else.
    session.max_redirects = 0
    session.adapters.clear()
    if settings.SALESFORCE_SIMULATOR_PORT:
        session.trust_env = False
        for host in (_simulator_host(), f"{settings.SALESFORCE_DOMAIN}.salesforce.com"):
            session.mount(f"https://{host}/", _ToSimulator(patience))
    else:
        session.mount("https://", _Bounded(patience))
    return session


def _simulator_host() -> str:
    return f"127.0.0.1:{settings.SALESFORCE_SIMULATOR_PORT}"
