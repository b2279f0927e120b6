"""Inviting people by e-mail: who is registered is on the WorkStream at once, everybody else gets a link (R75-R79).

The link is a seal over a random word of the invitation's row, made with the installation's secret. So it stands nowhere
but in the mail, it is bound to one address, and sending it again makes the former one worthless.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.actions import belong_to, confirm_email, register
from accounts.capabilities import Can
from accounts.errors import BelongsElsewhere, NotAllowed
from accounts.models import User
from activity.models import Event, SystemActor
from activity.record import record
from workstreams import events
from workstreams.actions import add_member, lock
from workstreams.choices import Side
from workstreams.errors import Closed, InvitationEnded, NotInvited, TooManyInvitations
from workstreams.models import Invitation, Membership, WorkStream
from workstreams.tenancy import capabilities_of, require

MOST_AT_ONCE = 30
_KEY = re.compile(r"([0-9a-f]{32})([0-9a-f]{64})")
_IN_BRACKETS = re.compile(r"<\s*(?:mailto:)?([^<>]*)>|([^\s,<>\"]+@[^\s,<>\"]+)")


class Outcome(StrEnum):
    """What became of one address."""

    ADDED = "added"
    INVITED = "invited"
    ALREADY_MEMBER = "already_member"
    ALREADY_INVITED = "already_invited"
    NOT_VALID = "not_valid"
    REFUSED = "refused"

    @property
    def is_good(self) -> bool:
        """Whether it came as the person wished."""
        return self in {Outcome.ADDED, Outcome.INVITED}


@dataclass(frozen=True)
class Result:
    """What became of one address, in a sentence that goes on after it."""

    address: str
    outcome: Outcome
    says: str
    person: User | None = None
    invitation: Invitation | None = None


# --- The link ----------------------------------------------------------------------------------------------------


def link_of(invitation: Invitation) -> str:
    """The address that the mail holds. It goes into no event, no log and no page."""
    return f"{settings.BASE_URL}{path_of(invitation)}"


def path_of(invitation: Invitation) -> str:
    """The same without the portal's host."""
    return f"{reverse('workstreams:invitation')}?{urlencode({'key': key_of(invitation)})}"


def key_of(invitation: Invitation) -> str:
    """What the link shows: which invitation, and the seal."""
    return invitation.public_id.hex + _seal(invitation)


def look_up(key: str) -> Invitation | None:
    """The invitation a link was made for, also a used or ended one; None for what nobody sent, or sent anew since."""
    if not (found := _KEY.fullmatch(key)):
        return None
    rows = Invitation.objects.select_related("workstream__organization", "invited_by", "accepted_by")
    invitation = rows.filter(public_id=UUID(found[1])).first()
    if invitation is None or not constant_time_compare(found[2], _seal(invitation)):
        return None
    return invitation


def _seal(invitation: Invitation) -> str:
    return salted_hmac("workstreams.invitation", invitation.nonce, algorithm="sha256").hexdigest()


# --- Inviting ----------------------------------------------------------------------------------------------------


def addresses_in(text: str) -> list[str]:
    """The addresses in what somebody typed or pasted: lists, lines, and “Name <address>” as mail programs write it.

    Each once, in small letters. What is no address comes along, so that the person can be told.
    """
    found: list[str] = []
    for part in re.split(r"[;\r\n]+", text):
        if "<" in part:
            found += [inside or bare for inside, bare in _IN_BRACKETS.findall(part)]
        else:
            found += re.split(r"[,\s]+", part)
    return list(dict.fromkeys(address for typed in found if (address := typed.strip(" \t'\"").lower())))


@transaction.atomic
def invite(*, workstream: WorkStream, actor: User, addresses: Iterable[str]) -> list[Result]:
    """Ask people onto a WorkStream by e-mail; one result for each address (R73, R75, R77-R79).

    Registered people are on it at once, on the side that their role says (R80); everybody else is invited as a person
    of the client. The first client person of a WorkStream without owner is its owner (R74, A16).

    Raises: NotAllowed; Closed for clients; TooManyInvitations.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.INVITE_CLIENT_PEOPLE, workstream)
    if not (workstream.is_open or actor.is_team):
        raise Closed(f"“{workstream.name}” is closed. Ask to reopen it.")
    wanted = list(addresses)
    if len(wanted) > MOST_AT_ONCE:
        raise TooManyInvitations(f"These are {len(wanted)} addresses; give at most {MOST_AT_ONCE} at a time.")
    _insist_on_measure(workstream, actor, len(wanted))
    return [_invite_one(workstream, actor, address) for address in wanted]


def invite_first(*, workstream: WorkStream, actor: User, address: str) -> Result:
    """Ask the first person onto a WorkStream that was just made for them; for the action that makes it (R74, A16)."""
    return _invite_one(workstream, actor, address.strip().lower())


def _invite_one(workstream: WorkStream, actor: User, address: str) -> Result:
    if not _is_address(address):
        return Result(address[:100], Outcome.NOT_VALID, "is not an e-mail address.")
    person = User.objects.with_address(address).first()
    if person is not None and not person.is_active:
        return Result(address, Outcome.REFUSED, _nameless_refusal(workstream, actor, "may not sign in any more."))
    if person is not None and Membership.objects.filter(workstream=workstream, user=person).exists():
        return Result(address, Outcome.ALREADY_MEMBER, "is a member already.", person)
    if person is not None and User.objects.confirmed().filter(pk=person.pk).exists():
        return _add(workstream, actor, person)
    waiting = Invitation.objects.pending().filter(workstream=workstream, email=address).first()
    if waiting is not None:
        says = f"was invited already, on {waiting.sent_at:%-d %b}. You can send it again from the list."
        return Result(address, Outcome.ALREADY_INVITED, says, invitation=waiting)
    return _send(workstream, actor, address)


def _add(workstream: WorkStream, actor: User, person: User) -> Result:
    """A registered person has access at once (R78)."""
    if person.is_team:
        if Can.ADD_TEAM_PEOPLE not in capabilities_of(actor, workstream):
            says = f"is of {settings.PROVIDER_NAME}, whose team adds its own people. Ask for them in the chat."
            return Result(person.email, Outcome.REFUSED, says, person)
    else:
        try:
            belong_to(person=person, organization=workstream.organization, actor=actor)
        except BelongsElsewhere as refusal:
            says = _nameless_refusal(workstream, actor, refusal.message.removeprefix(f"{person.email} "))
            return Result(person.email, Outcome.REFUSED, says, person)
    owns = _take_part(workstream, person, actor=actor)
    says = "is on it now, as WorkStream Owner." if owns else "is on it now."
    return Result(person.email, Outcome.ADDED, says, person)


def _send(workstream: WorkStream, actor: User, address: str) -> Result:
    """Everybody else gets a link that lets them register (R77)."""
    is_first = workstream.owner_id is None and not workstream.invitations.pending().filter(becomes_owner=True).exists()
    now = timezone.now()
    invitation = Invitation.objects.create(
        workstream=workstream,
        email=address,
        side=Side.CLIENT,
        nonce=secrets.token_hex(32),
        becomes_owner=is_first,
        invited_by=actor,
        created_at=now,
        sent_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
    )
    data = {**_about(invitation), "side": str(invitation.side), "becomes_owner": is_first}
    record(events.INVITED, actor=actor, workstream=workstream, data=data)
    as_what = " as WorkStream Owner" if is_first else ""
    says = f"is invited{as_what}. The link works for {settings.INVITATION_DAYS} days."
    return Result(address, Outcome.INVITED, says, invitation=invitation)


@transaction.atomic
def send_again(*, invitation: Invitation, actor: User) -> Invitation:
    """Mail a new link and let the old one die. What was accepted or withdrawn meanwhile stays so.

    Raises: NotAllowed, TooManyInvitations, InvitationEnded.
    """
    workstream = lock(invitation.workstream, actor)
    require(actor, Can.INVITE_CLIENT_PEOPLE, workstream)
    invitation = Invitation.objects.get(pk=invitation.pk)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise InvitationEnded(f"The invitation of {invitation.email} is not waiting any more, so nothing was sent.")
    _insist_on_measure(workstream, actor, 1)
    invitation.nonce = secrets.token_hex(32)
    invitation.sent_at = timezone.now()
    invitation.expires_at = invitation.sent_at + timedelta(days=settings.INVITATION_DAYS)
    invitation.save(update_fields=["nonce", "sent_at", "expires_at"])
    data = {**_about(invitation), "side": str(invitation.side), "becomes_owner": invitation.becomes_owner}
    record(events.INVITED_AGAIN, actor=actor, workstream=workstream, data=data)
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, actor: User) -> Invitation:
    """Take an invitation back; its link ends, and the owner's place is free again (A16). Twice is harmless.

    Whoever may invite takes back their own; those of others, who may remove people.

    Raises: NotAllowed; InvitationEnded when it was accepted meanwhile.
    """
    workstream = lock(invitation.workstream, actor)
    require(actor, Can.INVITE_CLIENT_PEOPLE, workstream)
    invitation = Invitation.objects.get(pk=invitation.pk)
    if invitation.invited_by_id != actor.pk and Can.REMOVE_CLIENT_PEOPLE not in capabilities_of(actor, workstream):
        raise NotAllowed("You may not withdraw invitations of others.")
    if invitation.accepted_at:
        raise InvitationEnded(f"{invitation.email} has accepted the invitation meanwhile. You can remove them instead.")
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
        record(events.INVITATION_WITHDRAWN, actor=actor, workstream=workstream, data=_about(invitation))
    return invitation


# --- Accepting ---------------------------------------------------------------------------------------------------


@transaction.atomic
def accept(*, invitation: Invitation, actor: User) -> WorkStream:
    """The invited person joins (R77). Whoever is on it already stays; the invitation is used up by it.

    Raises: NotInvited for anybody but the person of the address; InvitationEnded; BelongsElsewhere.
    """
    workstream, invitation = _lock(invitation)
    if actor.email.lower() != invitation.email.lower():
        raise NotInvited(f"This invitation is for {invitation.email}, and you are signed in as {actor.email}.")
    if Membership.objects.filter(workstream=workstream, user=actor).exists():
        _use_up(workstream, actor)
        return workstream
    _insist_on_its_life(invitation)
    if not actor.is_team:
        belong_to(person=actor, organization=workstream.organization, actor=actor)
    _take_part(workstream, actor, actor=actor)
    data = {"invitation_id": invitation.pk, "user_id": actor.pk, "name": actor.display_name}
    record(events.INVITATION_ACCEPTED, actor=actor, workstream=workstream, data=data)
    return workstream


@transaction.atomic
def register_and_accept(invitation: Invitation) -> User | None:
    """Whoever holds the mailed link reads the mails of its address: that registers, confirms and lets in (R77, F4).

    None when somebody registered lives there by now: they sign in first, because the link is no key to an account.

    Raises: InvitationEnded, BelongsElsewhere.
    """
    _, invitation = _lock(invitation)
    _insist_on_its_life(invitation)
    if User.objects.confirmed().with_address(invitation.email).exists():
        return None
    person = register(email=invitation.email)
    if person is None:
        raise InvitationEnded(f"{invitation.email} may not sign in any more. Ask {invitation.invited_by.display_name}.")
    confirm_email(actor=person)
    accept(invitation=invitation, actor=person)
    return person


@transaction.atomic
def ask_for_another(invitation: Invitation) -> bool:
    """Tell the inviter that somebody came too late: once for each sending. Returns whether this was the first time."""
    workstream, invitation = _lock(invitation)
    if invitation.accepted_at or not has_ended(invitation):
        return False
    told = Event.objects.filter(
        workstream=workstream,
        verb=events.INVITATION_MISSED,
        at__gte=invitation.sent_at,
        data__invitation_id=invitation.pk,
    )
    if told.exists():
        return False
    record(events.INVITATION_MISSED, actor=SystemActor.PORTAL, workstream=workstream, data=_about(invitation))
    return True


def has_ended(invitation: Invitation) -> bool:
    """Whether it was withdrawn or is too old; a used one has not ended but come true."""
    return invitation.withdrawn_at is not None or invitation.expires_at <= timezone.now()


def _lock(invitation: Invitation) -> tuple[WorkStream, Invitation]:
    """Both rows anew, under the WorkStream's lock: whoever holds the link may know of it without being a member."""
    workstream = WorkStream.objects.select_for_update(of=("self",), no_key=True).get(pk=invitation.workstream_id)
    return workstream, Invitation.objects.select_related("invited_by").get(pk=invitation.pk)


def _insist_on_its_life(invitation: Invitation) -> None:
    if invitation.accepted_at:
        raise InvitationEnded("This invitation was used already. Sign in to open the WorkStream.")
    if has_ended(invitation):
        raise InvitationEnded("This invitation has ended. Ask for a new one.")


def _take_part(workstream: WorkStream, person: User, *, actor: User) -> bool:
    """Put somebody on it and use up what invited them; returns whether they own it by that."""
    about_to_own = _use_up(workstream, person)
    add_member(
        workstream=workstream, user=person, actor=actor, origin=Membership.Origin.INVITED, about_to_own=about_to_own
    )
    return workstream.owner_id == person.pk


def _use_up(workstream: WorkStream, person: User) -> bool:
    """Mark this person's waiting invitation as accepted; returns whether it was the owner's."""
    waiting = Invitation.objects.pending().filter(workstream=workstream, email=person.email.lower()).first()
    if waiting is None:
        return False
    waiting.accepted_at, waiting.accepted_by = timezone.now(), person
    waiting.save(update_fields=["accepted_at", "accepted_by"])
    return waiting.becomes_owner


# --- Small things ------------------------------------------------------------------------------------------------


def _about(invitation: Invitation) -> dict[str, object]:
    return {"invitation_id": invitation.pk, "email": invitation.email}


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _nameless_refusal(workstream: WorkStream, actor: User, says: str) -> str:
    """What a colleague reads in full; a client learns nothing of other clients' people."""
    if actor.is_team:
        return says
    return f"cannot be added to a WorkStream of {workstream.organization.name}. Ask your {settings.PROVIDER_NAME} team."


def _insist_on_measure(workstream: WorkStream, actor: User, count: int) -> None:
    """Refuse to write to too many people: nobody shall send mails to the world, or try out who is registered."""
    limits = (
        (f"invited-by:{actor.public_id}", 3600, settings.INVITATIONS_AN_HOUR, "You have", "an hour"),
        (f"invited-to:{workstream.public_id}", 86400, settings.INVITATIONS_A_DAY, "This WorkStream has", "a day"),
    )
    for key, seconds, most, whose, period in limits:
        cache.add(key, 0, seconds)
        try:
            so_far = cache.incr(key, count) or 0
        except ValueError:
            continue  # it ran out between the two
        if so_far > most:
            cache.decr(key, count)
            raise TooManyInvitations(
                f"{whose} invited {most} people within {period}, which is the limit. Nothing was sent; try again later."
            )
