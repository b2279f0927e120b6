"""Making a person's contact in HubSpot, and keeping it up to date, once, whoever else writes there (R8, R94).

A contact is looked for by the id we know, else by the address; where there is none it is made, and where one was made
in between HubSpot names it. So doing it again, or at the same time as somebody else, ends with one contact. It is read
before it is written: HubSpot's people write to the same properties, and the last writer is right.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from integrations.failures import NotNow, Refused, VendorFailure
from integrations.hubspot import actions, client, properties
from integrations.hubspot.models import Contact
from integrations.models import Delivery
from integrations.movements import Sent

# How often a contact may come or go between two requests of ours.
ROUNDS = 4
PORTAL, HUBSPOT = "portal", "hubspot"


@dataclass
class Work:
    """One contact being brought up to date."""

    contact_id: str
    wanted: dict[str, dict[str, str]]
    known: dict[str, dict[str, str]]
    # Whether the id is the one we knew; one that was found by the address may have another as its first address.
    is_known: bool
    left_out: dict[str, str] = field(default_factory=dict)
    # What went out last, for its digest.
    body: dict[str, str] = field(default_factory=dict)
    did: str = "nothing to change"

    def wish(self, name: str) -> str:
        """The portal's value of a property."""
        return self.wanted.get(name, {}).get("value", "")


def send(delivery: Delivery) -> Sent:
    """Bring a person's contact up to date; safe to repeat. Raises: VendorFailure."""
    person = User.objects.select_related("organization").get(pk=delivery.mailbox.person_id)
    if person.erased_at is not None:
        return Sent({"did": "nothing, the person was erased"})
    # What changed without an event counts as of now.
    actions.note(person=person, at=timezone.now())
    contact = Contact.objects.get(person=person)
    work = Work(contact.contact_id, contact.wanted, dict(contact.known), is_known=bool(contact.contact_id))
    try:
        _bring_up_to_date(work)
    except VendorFailure:
        _keep(person, contact_id=work.contact_id, known=_with_tried(work))
        raise
    _keep(person, contact_id=work.contact_id, known=work.known, left_out=work.left_out, synced_at=timezone.now())
    outcome: dict[str, Any] = {"contact_id": work.contact_id, "did": work.did}
    if work.left_out:
        outcome["left_out"] = work.left_out
    return Sent(outcome, client.digest(work.body) if work.body else "")


def forget(delivery: Delivery) -> Sent:
    """Delete the contact of somebody who was erased, for good; safe to repeat. Raises: VendorFailure."""
    contact = Contact.objects.select_related("person").filter(person=delivery.mailbox.person_id).first()
    if contact is None:
        return Sent({"did": "nothing, it is gone"})
    found = client.read(contact.contact_id) if contact.contact_id else None
    if found is None:
        # Merged there meanwhile, or made by a request whose answer nobody heard. Our own id finds it without words.
        found = client.read(str(contact.person.public_id), by=properties.USER_ID)
    if found is not None:
        client.purge(found.contact_id)
    contact.delete()
    return Sent({"contact_id": found.contact_id, "did": "deleted"} if found else {"did": "nothing, it is gone"})


def _bring_up_to_date(work: Work) -> None:
    for _ in range(ROUNDS):
        by_id = client.read(work.contact_id, properties=properties.ALL_NAMES) if work.contact_id else None
        found = by_id or client.read(work.wish("email"), by="email", properties=properties.ALL_NAMES)
        try:
            if found is None:
                _create(work)
            else:
                work.is_known = work.is_known and by_id is not None
                work.contact_id = found.contact_id
                _update(work, found)
        except client.Missing:
            work.contact_id = ""
        except client.Taken as taken:
            work.contact_id, work.is_known = taken.contact_id, False
        else:
            return
    raise NotNow("The contact in HubSpot changed again and again while it was being written.")


def _create(work: Work) -> None:
    values = {name: each["value"] for name, each in work.wanted.items() if each["value"]}
    # Whether it is a customer's contact by now is for HubSpot's people; a new one is a lead (A3).
    values[properties.LIFECYCLE] = properties.LEAD
    work.body = values
    try:
        made = client.create(values)
    except client.Invalid as refusal:
        values = _without_refused(work, values, refusal)
        if "email" not in values:
            raise Refused(f"HubSpot does not take the address: {refusal.reason}") from refusal
        made = client.create(values)
    work.contact_id, work.body, work.did = made.contact_id, values, "made"
    _written(work, values, made)


def _update(work: Work, found: client.Found) -> None:
    values = _changes(work, found)
    if not work.is_known:
        # The address it was found by may be its second one; which is the first is for HubSpot's people to choose.
        values.pop("email", None)
        _theirs(work, "email", found, timezone.now())
    if not values:
        return
    work.body = values
    written: client.Found | None
    try:
        written = client.update(found.contact_id, values)
    except client.Taken as taken:
        # Another contact has the new address. People merge the two there; until then this one keeps the old one.
        if "email" not in values:
            raise Refused(taken.reason) from taken
        work.left_out["email"] = f"CONTACT_{taken.contact_id or 'UNKNOWN'}_HAS_IT"
        values = {name: value for name, value in values.items() if name != "email"}
        written = client.update(found.contact_id, values) if values else None
    except client.Invalid as refusal:
        values = _without_refused(work, values, refusal)
        written = client.update(found.contact_id, values) if values else None
    if written is not None:
        work.body, work.did = values, "updated"
        _written(work, values, written)


def _changes(work: Work, found: client.Found) -> dict[str, str]:
    """The properties to write: what changed in the portal, unless somebody at HubSpot wrote later."""
    values: dict[str, str] = {}
    disputed: list[str] = []
    for name, each in work.wanted.items():
        there, known = found.values.get(name, ""), work.known.get(name)
        is_settled = known is not None and "tried" not in known and known["sent"] == each["value"]
        is_untouched = known is not None and there in {known["there"], known.get("tried")}
        if there == each["value"] or (is_settled and is_untouched):
            work.known[name] = known if is_settled and known else _as_known(each["value"], there, each["at"], PORTAL)
        elif name in properties.OUR_NAMES:
            values[name] = each["value"]
        elif is_settled or (known is None and not each["value"]):
            _theirs(work, name, found, timezone.now())
        elif not there or (
            known is not None and is_untouched and (known["writer"] == PORTAL or _is_newer(each, known))
        ):
            values[name] = each["value"]
        else:
            disputed.append(name)
    if disputed:
        times = client.read(found.contact_id, properties=tuple(disputed), with_times=True)
        if times is None:
            raise client.Missing("The contact in HubSpot has just gone.")
        for name in disputed:
            wrote_at = times.changed_at.get(name)
            if wrote_at is None or datetime.fromisoformat(work.wanted[name]["at"]) > wrote_at:
                values[name] = work.wish(name)
            else:
                _theirs(work, name, found, wrote_at)
    return values


def _is_newer(each: dict[str, str], known: dict[str, str]) -> bool:
    return datetime.fromisoformat(each["at"]) > datetime.fromisoformat(known["at"])


def _with_tried(work: Work) -> dict[str, dict[str, str]]:
    """What is known, and what was sent without our hearing an answer: found there, it is ours and nobody else's."""
    at = timezone.now().isoformat()
    tried = {
        name: {**work.known.get(name, _as_known("", "", at, PORTAL)), "tried": value}
        for name, value in work.body.items()
        if name in work.wanted
    }
    return work.known | tried


def _as_known(sent: str, there: str, at: str, writer: str) -> dict[str, str]:
    return {"sent": sent, "there": there, "at": at, "writer": writer}


def _theirs(work: Work, name: str, found: client.Found, at: datetime) -> None:
    """HubSpot's value stands, until the person says something new in the portal."""
    work.known[name] = _as_known(work.wish(name), found.values.get(name, ""), at.isoformat(), HUBSPOT)


def _written(work: Work, values: dict[str, str], answer: client.Found) -> None:
    """What was written, as HubSpot has it: it may write an address or a language in its own way."""
    now = timezone.now().isoformat()
    for name, value in values.items():
        if name in work.wanted:
            work.known[name] = _as_known(value, answer.values.get(name, value), now, PORTAL)


def _without_refused(work: Work, values: dict[str, str], refusal: client.Invalid) -> dict[str, str]:
    """The same without what HubSpot does not take, so that one property does not keep the others out.

    When it does not say which, a new contact gets its address alone, and nothing is written to one that is there.
    """
    codes = {name: code for name, code in refusal.codes.items() if name in values}
    if not codes:
        codes = {name: "UNKNOWN" for name in values if name != "email"}
        if not codes:
            raise Refused(refusal.reason) from refusal
    work.left_out |= codes
    return {name: value for name, value in values.items() if name not in codes}


@transaction.atomic
def _keep(person: User, **found: Any) -> None:
    """Write down what is known now. Of somebody erased meanwhile only the id, by which HubSpot forgets them."""
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if person.erased_at is not None:
        found = {"contact_id": found["contact_id"]}
    Contact.objects.filter(person=person).update(**found)
