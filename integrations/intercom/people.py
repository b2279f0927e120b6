"""Who speaks in a conversation of Intercom, and who of them is somebody here (A15, R68, R80)."""

from dataclasses import dataclass

from accounts.models import User
from integrations.intercom import teammates
from integrations.intercom.client import ConversationSeen, Missing, PartSeen, client
from integrations.intercom.hints import Hint
from integrations.intercom.markup import Read
from integrations.intercom.models import Contact, Conversation, FormerContact, Teammate
from workstreams.choices import Side
from workstreams.models import WorkStream

ADMIN = "admin"
CUSTOMERS = frozenset({"user", "lead", "contact"})


@dataclass(frozen=True)
class Speaker:
    """One who speaks: the person they are here, or none and their name."""

    side: Side
    person: User | None
    name: str


@dataclass(frozen=True)
class Speakers:
    """Who speaks in a conversation. `colleagues` by the teammates' ids; who has no account is not among them."""

    colleagues: dict[str, User]

    def of(self, part: PartSeen, conversation: Conversation) -> Speaker | None:
        """Who says this; None for whatever is no person: bots, rules, Intercom itself."""
        if part.author_type == ADMIN:
            return Speaker(Side.TEAM, self.colleagues.get(part.author_id), part.author_name)
        if part.author_type not in CUSTOMERS:
            return None
        person = _customer(part, conversation)
        if person is not None and not _takes_part(person, conversation.workstream):
            # They were taken off here, and still have the conversation there.
            return Speaker(Side.CLIENT, None, person.display_name)
        return Speaker(Side.CLIENT, person, part.author_name)


def speakers(seen: ConversationSeen) -> Speakers:
    """Find out who of a conversation is a colleague: by the teammate's id, then by address (A15).

    Raises: VendorFailure.
    """
    addresses = {part.author_id: part.author_email for part in seen.parts if part.author_type == ADMIN}
    colleagues = {}
    for admin_id, address in addresses.items():
        teammate = teammates.named(admin_id)
        person = teammate.person if teammate else None
        person = person or (User.objects.filter(email__iexact=address).first() if address else None)
        if person is not None and _is_colleague(person):
            colleagues[admin_id] = person
    return Speakers(colleagues)


def named(said: Read, *, besides: User | None) -> tuple[str, list[User]]:
    """A note's text with the names that people have here, and which colleagues it names (R71)."""
    text, found = said.text, []
    rows = Teammate.objects.filter(admin_id__in=said.mentioned).select_related("person")
    for teammate in rows.order_by("pk"):
        person = teammate.person
        if person is None or not _is_colleague(person) or person == besides:
            continue
        text = text.replace(f"@{said.mentioned[teammate.admin_id]}", f"@{person.display_name}")
        found.append(person)
    return text, found


def follow(hint: Hint) -> None:
    """See what became of a contact, and remember what it was called before. Raises: VendorFailure."""
    into = Contact.objects.known_as(hint.record).first()
    if into and hint.merged_from and not Contact.objects.filter(contact_id=hint.merged_from).exists():
        # Late notifications name the id that is gone.
        FormerContact.objects.get_or_create(contact_id=hint.merged_from, defaults={"now": into})
    contact = Contact.objects.filter(contact_id=hint.record).first()
    if contact is None:
        return
    try:
        state = Contact.State.ARCHIVED if client().contact(hint.record).is_archived else Contact.State.ACTIVE
    except Missing:
        state = Contact.State.GONE
    if contact.state != state:
        # Another digest, so that it is brought up to date the next time it is used.
        Contact.objects.filter(pk=contact.pk, contact_id=hint.record).update(state=state, digest="")


def _customer(part: PartSeen, conversation: Conversation) -> User | None:
    contact = Contact.objects.known_as(part.author_id).select_related("person").first()
    if contact is None and part.author_id == conversation.written_as:
        contact = conversation.contact
    return contact.person if contact else None


def _takes_part(person: User, workstream: WorkStream) -> bool:
    return not person.is_team and workstream.memberships.filter(user=person).exists()


def _is_colleague(person: User) -> bool:
    """By the role they have here, whatever their address says (R80)."""
    return person.is_active and person.is_internal and person.erased_at is None
