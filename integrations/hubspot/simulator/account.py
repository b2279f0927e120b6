"""What HubSpot's side knows, and which values it takes."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LANGUAGES = tuple("ar bn de en es fa fr he hi id it ja ko nl pl pt pt-br ru sv tr uk vi zh".split())  # noqa: SIM905
STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "other")
LONGEST = 65_536


@dataclass
class Value:
    """What somebody wrote, and when."""

    value: str
    at: float
    source: str


@dataclass
class Record:
    """A contact. `others` are its further addresses, `hutk` the cookie whose pages are joined to it."""

    id: str
    values: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[Value]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    hutk: str = ""
    is_archived: bool = False

    def addresses(self) -> set[str]:
        """All its addresses; each is one contact's only."""
        return {address.lower() for address in [self.values.get("email", ""), *self.others] if address}

    def plain(self) -> dict[str, str]:
        """What it says, without what is empty."""
        return {name: value for name, value in self.values.items() if value}


@dataclass
class Submission:
    """A form that was sent in."""

    at: float
    values: dict[str, str]
    context: dict[str, str]
    due: float
    is_done: bool = False


@dataclass
class Account:
    """Everything."""

    contacts: dict[str, Record] = field(default_factory=dict)
    last_id: int = 500
    properties: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: list[str] = field(default_factory=lambda: ["contactinformation"])
    form_fields: list[str] = field(default_factory=lambda: ["email"])
    submissions: list[Submission] = field(default_factory=list)
    pages: dict[str, list[str]] = field(default_factory=dict)
    stale_cookies: list[str] = field(default_factory=list)
    blocked_domains: list[str] = field(default_factory=list)
    about_to_appear: list[str] = field(default_factory=list)
    purged: list[str] = field(default_factory=list)


def described_from_the_start() -> dict[str, dict[str, Any]]:
    """The properties that every account has, as far as anybody here asks for them."""

    def text(name: str, *, read_only: bool = False, **more: Any) -> dict[str, Any]:
        return {
            "name": name,
            "label": name,
            "groupName": "contactinformation",
            "type": "string",
            "fieldType": "text",
            "readOnly": read_only,
            **more,
        }

    def choice(name: str, values: tuple[str, ...]) -> dict[str, Any]:
        options = [{"label": value, "value": value, "hidden": False} for value in values]
        return text(name, type="enumeration", fieldType="select", options=options)

    all_of_them = [
        *(text(name) for name in ("email", "firstname", "lastname", "company", "jobtitle", "phone")),
        choice("hs_language", LANGUAGES),
        choice("lifecyclestage", STAGES),
        *(text(name, read_only=True) for name in ("hs_object_id", "hs_analytics_source", "createdate")),
        text("lastmodifieddate", read_only=True),
    ]
    return {each["name"]: each for each in all_of_them}


def complaint_about(name: str, value: str, described: dict[str, Any] | None) -> str:
    """HubSpot's code for a value that it does not take; empty for one that it does. Empty values clear."""
    if described is None:
        return "PROPERTY_DOESNT_EXIST"
    options = {each["value"] for each in described.get("options", [])}
    wrong = {
        "READ_ONLY_VALUE": bool(described.get("readOnly")),
        "VALUE_TOO_LONG": len(value) > LONGEST,
        "INVALID_EMAIL": name == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", value),
        "INVALID_OPTION": described["type"] in {"enumeration", "bool"} and value not in options,
        "INVALID_DATE": described["type"] == "datetime" and not _is_moment(value),
    }
    codes = [code for code, is_wrong in wrong.items() if is_wrong and (value or code == "READ_ONLY_VALUE")]
    return codes[0] if codes else ""


def _is_moment(value: str) -> bool:
    if value.isdigit():
        return True
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
