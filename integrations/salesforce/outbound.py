"""Outbound Messages: reading the SOAP in which Salesforce says that opportunities changed, and answering it.

There is no signature, and what a message says is what was true when it was sent, in no order. So everything in it is a
hint: it is stored, acknowledged, and read back from Salesforce before anything follows from it.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations.models import InboundEvent, Provider
from integrations.salesforce.ids import OPPORTUNITY_PREFIX, NotAnOpportunity, complete

MOST_NOTIFICATIONS = 100
LONGEST_BODY = 1024 * 1024
LONGEST_RAW = 4000  # characters
# Tags of the three namespaces are found by these words; what prefixes a message gives them does not matter.
NAMESPACES = {
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "out": "http://soap.sforce.com/2005/09/outbound",
    "sf": "urn:sobject.enterprise.soap.sforce.com",
}
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

ACKNOWLEDGED = b"""<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">
 <soapenv:Body>
  <notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound">
   <Ack>true</Ack>
  </notificationsResponse>
 </soapenv:Body>
</soapenv:Envelope>
"""


class NotAMessage(Exception):
    """This is no Outbound Message."""


@dataclass(frozen=True)
class Message:
    """One request: who sends it, and what is to be stored of it."""

    organization: str
    action: str
    events: list[InboundEvent]


def parse(body: bytes) -> Message:
    """Read a message. A notification that makes no sense becomes an event that says so, and hinders no other.

    Raises: NotAMessage for what is no message as a whole; a DOCTYPE is refused unread.
    """
    try:
        envelope = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotAMessage("The body is no XML without a DOCTYPE.") from error
    if envelope.tag != f"{{{NAMESPACES['soap']}}}Envelope":
        raise NotAMessage("The body is no SOAP 1.1.")
    messages = envelope.findall("soap:Body/out:notifications", NAMESPACES)
    if len(messages) != 1:
        raise NotAMessage("The body holds no notifications.")
    told = messages[0].findall("out:Notification", NAMESPACES)
    if not 1 <= len(told) <= MOST_NOTIFICATIONS:
        raise NotAMessage(f"A message holds 1 to {MOST_NOTIFICATIONS} notifications.")
    action = _text(messages[0], "out:ActionId")
    return Message(_text(messages[0], "out:OrganizationId"), action, [_event(each, action) for each in told])


def _event(notification: Element, action: str) -> InboundEvent:
    """A hint to be worked; or, where nobody can say what it is about, a failure for people to look at."""
    number = _text(notification, "out:Id")[:40]
    record = notification.find("out:sObject", NAMESPACES)
    about = {"source": "outbound", "isHint": True, "notificationId": number, "actionId": action[:40]}
    try:
        opportunity_id = _opportunity(record)
    except NotAnOpportunity as problem:
        raw = tostring(notification, encoding="unicode")[:LONGEST_RAW]
        key = number or hashlib.sha256(raw.encode()).hexdigest()
        return InboundEvent(
            provider=Provider.SALESFORCE,
            dedupe_key=f"outbound {key}",
            payload={**about, **_said(None), "raw": raw},
            state=InboundEvent.State.FAILED,
            reason=f"A notification could not be read. {problem.message}"[:500],
        )
    said = _said(record)
    key = number or f"{opportunity_id} {said['systemModstamp']}"
    return InboundEvent(
        provider=Provider.SALESFORCE,
        dedupe_key=f"outbound {key}",
        payload={**about, **said, "opportunityId": opportunity_id},
        subject_id=opportunity_id,
        happened_at=_moment(said["systemModstamp"]) or timezone.now(),
    )


def _opportunity(record: Element | None) -> str:
    """The id of the record. Raises: NotAnOpportunity."""
    if record is None:
        raise NotAnOpportunity("It names no record.")
    kind = record.get(_TYPE, "").rpartition(":")[2]
    if kind not in {"", "Opportunity"}:
        raise NotAnOpportunity(f"It is about a record of the kind “{kind[:40]}”.")
    known = complete(_text(record, "sf:Id"))
    if not known.startswith(OPPORTUNITY_PREFIX):
        raise NotAnOpportunity(f"{known} is no opportunity's id.")
    return known


def _said(record: Element | None) -> dict[str, Any]:
    """What it says besides; all of it may be missing, because nothing of it is followed."""

    def text(name: str) -> str:
        return _text(record, f"sf:{name}")[:255] if record is not None else ""

    return {
        "stageName": text("StageName"),
        "isClosed": text("IsClosed") == "true",
        "isWon": text("IsWon") == "true",
        "systemModstamp": text("SystemModstamp") or text("LastModifiedDate"),
    }


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def _text(parent: Element, path: str) -> str:
    found = parent.find(path, NAMESPACES)
    return "" if found is None or found.get(_NIL) in {"true", "1"} else (found.text or "").strip()
