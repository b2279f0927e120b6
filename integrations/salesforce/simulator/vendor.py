"""Salesforce's side: an organisation with opportunities, a connected app, a Flow and an Outbound Message."""

import json
import re
import secrets
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug import Request, Response

from integrations.salesforce.ids import complete
from integrations.salesforce.simulator import outbound
from integrations.simulator.addresses import (
    SALESFORCE_FLOW_SECRET,
    SALESFORCE_KEY,
    SALESFORCE_ORGANIZATION,
    SALESFORCE_OUTBOUND_TOKEN,
    SALESFORCE_SECRET,
)
from integrations.simulator.courier import Parcel
from integrations.simulator.vendor import Mount, Problem, Vendor, act, route

CODES = {
    400: "MALFORMED_QUERY",
    401: "INVALID_SESSION_ID",
    403: "INSUFFICIENT_ACCESS",
    404: "NOT_FOUND",
    410: "UNSUPPORTED_API_VERSION",
    500: "UNKNOWN_EXCEPTION",
    503: "SERVER_UNAVAILABLE",
}
VERSIONS = {f"v{number}.0" for number in range(55, 66)}
# Its stages, in order, and whether they close the opportunity and win it.
STAGES = {
    "Validation": (False, False),
    "Analysis": (False, False),
    "Proposal": (False, False),
    "Negotiation": (False, False),
    "Contracting": (False, False),
    "Booked": (True, True),
    "Closed Lost": (True, False),
}
SESSION_LIVES = 2 * 3600.0  # seconds
LOCATOR_LIVES = 2 * 24 * 3600.0
MOST_NOTIFICATIONS = 100
GROUPED_WITHIN = 1.0  # seconds
FIRST_GAP, LONGEST_GAP, GIVES_UP_AFTER = 60.0, 2 * 3600.0, 24 * 3600.0
_QUERY = re.compile(
    r"SELECT (?P<fields>\w+(?:, \w+)*) FROM Opportunity WHERE Id IN \((?P<ids>'\w+'(?:,'\w+')*)\)"
    r"(?: AND SystemModstamp >= (?P<since>[0-9T:+-]+(?:\.\d+)?(?:\+00:00|Z)))? ORDER BY SystemModstamp, Id"
)


@dataclass
class Record:
    """An opportunity as a reader sees it. Times are seconds since 1970, whole ones."""

    id: str
    name: str
    stage: str
    is_deleted: bool = False
    modified_at: float = 0.0
    stage_since: float = 0.0

    @property
    def fields(self) -> dict[str, Any]:
        """What can be queried of it."""
        is_closed, is_won = STAGES.get(self.stage, (False, False))
        return {
            "Id": self.id,
            "Name": self.name,
            "StageName": self.stage,
            "IsClosed": is_closed,
            "IsWon": is_won,
            "IsDeleted": self.is_deleted,
            "LastStageChangeDate": _moment(self.stage_since),
            "SystemModstamp": _moment(self.modified_at),
        }


@dataclass
class Change:
    """A change that is being saved and that nobody sees before its transaction ends; its stamp is older by then."""

    record: Record
    visible_at: float


@dataclass
class Locator:
    """The rest of an answer that did not fit one page."""

    rows: list[dict[str, Any]]
    page: int
    made_at: float


@dataclass
class Organization:
    """Everything that Salesforce knows."""

    opportunities: dict[str, Record] = field(default_factory=dict)
    saving: list[Change] = field(default_factory=list)
    # Each session and until when it is valid.
    sessions: dict[str, float] = field(default_factory=dict)
    logins: int = 0
    locators: dict[str, Locator] = field(default_factory=dict)
    page_size: int = 2000
    calls_used: int = 0
    calls_allowed: int = 100_000
    has_flow: bool = True
    has_outbound: bool = False
    notifications: int = 0
    # The notifications of each Outbound Message on its way, and since when: by the number in its topic.
    messages: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    begun: dict[str, float] = field(default_factory=dict)
    dropped: int = 0


class Salesforce(Vendor[Organization]):
    """The simulator of Salesforce."""

    name = "salesforce"
    title = "Salesforce"
    mounts = (Mount("/salesforce", Path(__file__).parent / "description.yaml"),)
    panel = "panel.html"
    State = Organization

    # --- What a vendor says for itself

    def begin(self) -> None:
        """The next Outbound Messages look as Salesforce's do, until a test changes `shape`."""
        self.shape = outbound.Shape(organization=SALESFORCE_ORGANIZATION)

    def authorize(self, request: Request, path: str) -> None:
        """Everything but the login needs a session that is still valid."""
        if path.startswith("/services/oauth2/"):
            return
        session = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.state.sessions.get(session, 0) <= self.clock.time():
            raise Problem(401, "Session expired or invalid")

    def problem(self, problem: Problem) -> Response:
        """The vendor's list of errors."""
        code = problem.code or CODES.get(problem.status, "UNKNOWN_EXCEPTION")
        return _json([{"message": problem.message, "errorCode": code}], problem.status)

    def headers(self) -> dict[str, str]:
        """How much of the day's calls is used."""
        return {"Sforce-Limit-Info": f"api-usage={self.state.calls_used}/{self.state.calls_allowed}"}

    def retry_after(self, parcel: Parcel, status: int | None) -> float | None:
        """A Flow sends once. An Outbound Message is sent until it is acknowledged, with growing gaps, for a day."""
        number = parcel.topic.partition(" ")[2]
        if not number or outbound.is_acknowledged(status, parcel.answer):
            self.state.messages.pop(number, None)
            return None
        if self.clock.time() - self.state.begun[number] >= GIVES_UP_AFTER:
            self.state.messages.pop(number, None)
            self.state.dropped += 1
            return None
        return min(FIRST_GAP * 2.0 ** (parcel.attempts - 1), LONGEST_GAP)

    def summary(self) -> dict[str, Any]:
        """What the console's panel is drawn from."""
        self._finish_saving()
        return {
            "opportunities": sorted(self.state.opportunities.values(), key=lambda each: -each.modified_at)[:50],
            "count": len(self.state.opportunities),
            "stages": list(STAGES),
            "organization": self.state,
        }

    # --- What the portal may ask

    @route("POST", "/services/oauth2/token")
    def log_in(self, request: Request) -> Response:
        """The client-credentials flow."""
        expected = "Basic " + b64encode(f"{SALESFORCE_KEY}:{SALESFORCE_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != expected:
            return _json({"error": "invalid_client", "error_description": "invalid client credentials"}, 400)
        if request.form.get("grant_type") != "client_credentials":
            return _json({"error": "unsupported_grant_type", "error_description": "grant type not supported"}, 400)
        session = f"00D5g000000KqXy!{secrets.token_urlsafe(40)}"
        self.state.sessions[session] = self.clock.time() + SESSION_LIVES
        self.state.logins += 1
        port = urlsplit(self.world.url).netloc
        return _json(
            {
                "access_token": session,
                "instance_url": f"https://{port}",
                "id": f"https://login.salesforce.com/id/{SALESFORCE_ORGANIZATION}/0055g00000AbCdEAAV",
                "token_type": "Bearer",
                "issued_at": str(int(self.clock.time() * 1000)),
                "signature": "c2ltdWxhdGVk",
                "scope": "api",
            }
        )

    @route("GET", "/services/data/<version>/queryAll/")
    def query_all(self, request: Request, version: str) -> dict[str, Any]:
        """A query that finds deleted records, too."""
        _check_version(version)
        self._finish_saving()
        self.state.calls_used += 1
        asked = _QUERY.fullmatch(request.args.get("q", ""))
        if asked is None:
            raise Problem(400, "unexpected token")
        wanted = asked["fields"].split(", ")
        ids = set(re.findall(r"\w+", asked["ids"]))
        since = datetime.fromisoformat(asked["since"]).timestamp() if asked["since"] else 0.0
        found = [each for each in self.state.opportunities.values() if each.id in ids and each.modified_at >= since]
        rows = [_row(each, wanted, version) for each in sorted(found, key=lambda each: (each.modified_at, each.id))]
        return self._page(rows, version, total=len(rows))

    @route("GET", "/services/data/<version>/query/<locator>")
    def query_more(self, _request: Request, version: str, locator: str) -> dict[str, Any]:
        """The next page of an answer."""
        _check_version(version)
        self.state.calls_used += 1
        kept = self.state.locators.pop(locator, None)
        if kept is None or self.clock.time() - kept.made_at > LOCATOR_LIVES:
            raise Problem(400, "invalid query locator", code="INVALID_QUERY_LOCATOR")
        return self._page(kept.rows, version, total=len(kept.rows) + kept.page)

    # --- What happens on its side

    @act
    def open_opportunity(
        self, name: str, stage: str = "Validation", opportunity_id: str = "", modified_at: str = ""
    ) -> str:
        """A lead was converted; returns the opportunity's id. With an id, one that is to be there from now on."""
        number = len(self.state.opportunities)
        letters = "".join("ABCDEFGHJKMNPQRSTVWXYZabcdefghj"[number // 31**place % 31] for place in range(4, -1, -1))
        known = complete(opportunity_id or f"0065g00000{letters}")
        at = datetime.fromisoformat(modified_at).timestamp() if modified_at else self.clock.time()
        self.state.opportunities[known] = Record(known, name, stage, modified_at=int(at), stage_since=int(at))
        return known

    @act
    def change_stage(self, opportunity_id: str, stage: str, visible_after: str = "0") -> None:
        """Somebody sets the stage. With `visible_after`, their transaction takes so many seconds to end."""
        now = int(self.clock.time())
        self._change(opportunity_id, float(visible_after), stage=stage, stage_since=now, modified_at=now)
        self._fire(opportunity_id)

    @act
    def edit(self, opportunity_id: str, name: str = "") -> None:
        """Somebody saves the record with the same stage, and perhaps another name."""
        record = self._record(opportunity_id)
        self._change(opportunity_id, 0.0, name=name or record.name, modified_at=int(self.clock.time()))
        if self.state.has_outbound:
            self._notify(opportunity_id)

    @act
    def delete(self, opportunity_id: str) -> None:
        """It goes to the recycle bin; nobody is told."""
        self._change(opportunity_id, 0.0, is_deleted=True, modified_at=int(self.clock.time()))

    @act
    def undelete(self, opportunity_id: str) -> None:
        """It comes back from the recycle bin."""
        self._change(opportunity_id, 0.0, is_deleted=False, modified_at=int(self.clock.time()))

    @act
    def hide(self, opportunity_id: str) -> None:
        """The portal's user may no longer see it, or it was erased for good."""
        del self.state.opportunities[complete(opportunity_id)]

    @act
    def tell_by(self, flow: str = "", outbound: str = "") -> None:
        """Which of its two ways tell the portal of stages: "on" or nothing."""
        self.state.has_flow, self.state.has_outbound = bool(flow), bool(outbound)

    @act
    def end_sessions(self) -> None:
        """An administrator ends every session."""
        self.state.sessions.clear()

    @act
    def use_calls(self, used: str, allowed: str = "100000") -> None:
        """So many of the day's calls are used, by whomever."""
        self.state.calls_used, self.state.calls_allowed = int(used), int(allowed)

    @act
    def notify(self, *opportunity_ids: str) -> None:
        """Outbound Messages of these opportunities, whether or not they changed."""
        for each in opportunity_ids:
            self._notify(each)

    # --- Inside

    def _record(self, opportunity_id: str) -> Record:
        record = self.state.opportunities.get(complete(opportunity_id))
        if record is None:
            raise Problem(404, f"There is no opportunity {opportunity_id}.")
        return record

    def _change(self, opportunity_id: str, visible_after: float, **fields: Any) -> None:
        self._finish_saving()
        record = replace(self._record(opportunity_id), **fields)
        if visible_after:
            self.state.saving.append(Change(record, self.clock.time() + visible_after))
        else:
            self.state.opportunities[record.id] = record
            self._tell_what_is_true()

    def _finish_saving(self) -> None:
        now = self.clock.time()
        for change in [each for each in self.state.saving if each.visible_at <= now]:
            self.state.opportunities[change.record.id] = change.record
            self.state.saving.remove(change)
            self._tell_what_is_true()

    def _tell_what_is_true(self) -> None:
        """An Outbound Message says what is true when it leaves, not when it was caused."""
        for parcel in self.courier.waiting():
            number = parcel.topic.partition(" ")[2]
            if parcel.vendor == self.name and number:
                parcel.body = self._message(number)

    def _fire(self, opportunity_id: str) -> None:
        if self.state.has_flow:
            self._push(opportunity_id)
        if self.state.has_outbound:
            self._notify(opportunity_id)

    def _push(self, opportunity_id: str) -> None:
        """The Flow's callout, on its asynchronous path."""
        fields = self._record(opportunity_id).fields
        body = {
            "eventId": secrets.token_hex(16),
            "organizationId": SALESFORCE_ORGANIZATION,
            "opportunityId": fields["Id"],
            "stageName": fields["StageName"],
            "isClosed": fields["IsClosed"],
            "isWon": fields["IsWon"],
            "systemModstamp": fields["SystemModstamp"].replace("T", " ").replace(".000+0000", "Z"),
        }
        headers = {"Content-Type": "application/json", "X-Portal-Token": SALESFORCE_FLOW_SECRET}
        self._send("flow", "/webhooks/salesforce/stage/", json.dumps(body).encode(), headers, patience=120)

    def _notify(self, opportunity_id: str) -> None:
        """One more notification, in the message that is about to leave or in a new one."""
        known = self._record(opportunity_id).id
        self.state.notifications += 1
        notification = complete(f"04l5g0000{self.state.notifications:06}")
        for parcel in self.courier.waiting():
            number = parcel.topic.partition(" ")[2]
            if parcel.vendor == self.name and number and not parcel.attempts:
                told = self.state.messages[number]
                is_open = self.clock.time() - self.state.begun[number] <= GROUPED_WITHIN
                if is_open and len(told) < MOST_NOTIFICATIONS:
                    told.append((notification, known))
                    parcel.body = self._message(number)
                    return
        number = str(self.state.notifications)
        self.state.messages[number] = [(notification, known)]
        self.state.begun[number] = self.clock.time()
        path = f"/webhooks/salesforce/outbound/{SALESFORCE_OUTBOUND_TOKEN}/"
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        self._send(f"outbound {number}", path, self._message(number), headers, patience=60, after=GROUPED_WITHIN)

    def _message(self, number: str) -> bytes:
        """The state of its records as it is now."""
        told = []
        for notification, known in self.state.messages[number]:
            record = self.state.opportunities.get(known)
            if record is not None:
                fields = record.fields
                told.append(
                    (
                        notification,
                        {
                            "Id": fields["Id"],
                            "IsClosed": str(fields["IsClosed"]).lower(),
                            "IsWon": str(fields["IsWon"]).lower(),
                            "StageName": fields["StageName"],
                            "SystemModstamp": fields["SystemModstamp"].replace("+0000", "Z"),
                        },
                    )
                )
        return outbound.message(told, self.shape)

    def _send(
        self, topic: str, path: str, body: bytes, headers: dict[str, str], *, patience: float, after: float = 0.0
    ) -> None:
        self.courier.send(
            Parcel(
                vendor=self.name,
                topic=topic,
                path=path,
                body=body,
                headers=headers,
                due=self.clock.time() + after,
                patience=patience,
            )
        )

    def _page(self, rows: list[dict[str, Any]], version: str, *, total: int) -> dict[str, Any]:
        size = self.state.page_size
        answer: dict[str, Any] = {"totalSize": total, "done": len(rows) <= size, "records": rows[:size]}
        if not answer["done"]:
            locator = f"01g{secrets.token_hex(7)}-{size}"
            self.state.locators[locator] = Locator(rows[size:], total - len(rows[size:]), self.clock.time())
            answer["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}"
        return answer


def _check_version(version: str) -> None:
    if version not in VERSIONS:
        raise Problem(410, "This version of the API is retired.")


def _row(record: Record, wanted: list[str], version: str) -> dict[str, Any]:
    fields = record.fields
    for name in wanted:
        if name not in fields:
            raise Problem(400, f"No such column '{name}' on entity 'Opportunity'.", code="INVALID_FIELD")
    url = f"/services/data/{version}/sobjects/Opportunity/{record.id}"
    return {"attributes": {"type": "Opportunity", "url": url}, **{name: fields[name] for name in wanted}}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
