"""What Salesforce would have told in the demonstration."""

from datetime import datetime
from hashlib import sha256

from integrations.models import InboundEvent, Provider
from integrations.salesforce.ids import complete
from integrations.salesforce.models import Opportunity

# Table of R103; Processing Data is reached by hand only.
STEPS = {"Validation": 1, "Analysis": 1, "Proposal": 2, "Contracting": 3, "Booked": 4}
ORGANIZATION = "00D5g00000DemoOEAS"
_FIRST_FIFTEEN = "0065g00000"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


def id_of(key: str) -> str:
    """An opportunity's ID of 18 characters, made from a word: the same at every call, with a right checksum."""
    digest = sha256(key.encode()).digest()
    short = _FIRST_FIFTEEN + "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:5])
    return complete(short)


def telling(opportunity_id: str, stage: str, at: datetime) -> InboundEvent:
    """A notification that the opportunity reached a stage, settled at once."""
    stamp = at.replace(microsecond=0)
    return InboundEvent(
        provider=Provider.SALESFORCE,
        dedupe_key=f"{opportunity_id} {stamp.isoformat()} {stage}",
        payload={
            "organizationId": ORGANIZATION,
            "opportunityId": opportunity_id,
            "stageName": stage,
            "isClosed": stage.startswith("Closed") or stage == "Booked",
            "isWon": stage == "Booked",
            "systemModstamp": f"{stamp:%Y-%m-%dT%H:%M:%SZ}",
        },
        subject_id=opportunity_id,
        happened_at=stamp,
        received_at=at,
        due_at=at,
        settled_at=at,
        attempts=1,
    )


def opportunity(told: InboundEvent) -> Opportunity:
    """The newest we know after a notification."""
    assert told.happened_at is not None  # noqa: S101  every telling has its time
    is_followed = told.state in {InboundEvent.State.APPLIED, InboundEvent.State.UNCHANGED}
    return Opportunity(
        opportunity_id=told.subject_id,
        stage=told.payload["stageName"],
        is_closed=told.payload["isClosed"],
        is_won=told.payload["isWon"],
        modified_at=told.happened_at,
        heard_at=told.received_at,
        followed_stage=told.payload["stageName"] if is_followed else "",
    )
