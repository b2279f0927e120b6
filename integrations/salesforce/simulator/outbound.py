"""Outbound Messages as Salesforce writes them, and reading the answer as strictly as it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OUTBOUND = "http://soap.sforce.com/2005/09/outbound"
ENTERPRISE = "urn:sobject.enterprise.soap.sforce.com"


@dataclass
class Shape:
    """How the next message looks, besides what it says."""

    organization: str
    action: str = "04k000000000001AAA"
    # The prefixes of the three namespaces; an empty one makes it the default namespace.
    soap: str = "soapenv"
    outbound: str = ""
    sobject: str = "sf"
    # Put before the envelope, such as a DOCTYPE.
    before: str = ""
    # A notification that says nothing of use, as the first one of the message.
    with_a_bad_one: bool = False


def message(notifications: Sequence[tuple[str, Mapping[str, str | None]]], shape: Shape) -> bytes:
    """One request: up to a hundred notifications, each with its own id and the fields of one opportunity.

    A field that is None is sent as nil; one that is missing is left out.
    """
    s, o = (f"{prefix}:" if prefix else "" for prefix in (shape.soap, shape.outbound))
    bad = f"<{o}Notification><{o}Id>04l0</{o}Id></{o}Notification>" if shape.with_a_bad_one else ""
    told = bad + "".join(_notification(number, fields, shape) for number, fields in notifications)
    host = "https://simulated.my.salesforce.com/services/Soap"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{shape.before}'
        f'<{s}Envelope {_names(shape.soap)}="{SOAP}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n <{s}Body>\n'
        f'  <{o}notifications {_names(shape.outbound)}="{OUTBOUND}">\n'
        f"   <{o}OrganizationId>{shape.organization}</{o}OrganizationId>\n"
        f"   <{o}ActionId>{shape.action}</{o}ActionId>\n"
        f'   <{o}SessionId xsi:nil="true"/>\n   <{o}EnterpriseUrl>{host}/c/59.0/00D</{o}EnterpriseUrl>\n'
        f"   <{o}PartnerUrl>{host}/u/59.0/00D</{o}PartnerUrl>\n{told}"
        f"  </{o}notifications>\n </{s}Body>\n</{s}Envelope>\n"
    )
    return text.encode()


def is_acknowledged(status: int | None, answer: bytes) -> bool:
    """Whether the portal has taken a message: status 200, and an Ack of true in the right namespaces."""
    if status != 200:
        return False
    try:
        envelope = fromstring(answer, forbid_dtd=True)
    except (ParseError, DefusedXmlException):
        return False
    found = envelope.findall(f"{{{SOAP}}}Body/{{{OUTBOUND}}}notificationsResponse/{{{OUTBOUND}}}Ack")
    return envelope.tag == f"{{{SOAP}}}Envelope" and [ack.text for ack in found] == ["true"]


def _notification(number: str, fields: Mapping[str, str | None], shape: Shape) -> str:
    o = f"{shape.outbound}:" if shape.outbound else ""
    f = f"{shape.sobject}:"
    said = "".join(
        f'     <{f}{name} xsi:nil="true"/>\n' if value is None else f"     <{f}{name}>{escape(value)}</{f}{name}>\n"
        for name, value in fields.items()
    )
    return (
        f"   <{o}Notification>\n    <{o}Id>{number}</{o}Id>\n"
        f'    <{o}sObject xsi:type="{f}Opportunity" xmlns:{shape.sobject}="{ENTERPRISE}">\n{said}'
        f"    </{o}sObject>\n   </{o}Notification>\n"
    )


def _names(prefix: str) -> str:
    return f"xmlns:{prefix}" if prefix else "xmlns"
