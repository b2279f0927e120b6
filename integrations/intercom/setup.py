"""What a workspace of Intercom needs before the portal writes to it, and sending what is here already."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from accounts.capabilities import Role
from accounts.models import User
from integrations import outgoing
from integrations.intercom import contacts, conversations, teammates
from integrations.intercom.client import client
from integrations.intercom.models import Contact, Conversation, Teammate
from integrations.models import Provider
from workstreams.choices import Status
from workstreams.models import WorkStream


@dataclass
class Found:
    """How a workspace stands."""

    made: list[str] = field(default_factory=list)
    # What only a person can do, as sentences.
    to_do: list[str] = field(default_factory=list)
    teammates: int = 0
    colleagues: int = 0


def set_up() -> Found:
    """Make the attributes of contacts, read the teammates, and say what is left to do by hand. Twice is harmless.

    Raises: VendorFailure.
    """
    found = Found()
    there = client().attributes("contact")
    for name, description in contacts.ATTRIBUTES.items():
        if name not in there:
            client().create_attribute("contact", name, description)
            found.made.append(name)
    there = client().attributes("conversation")
    found.to_do += [
        f"Make the conversation attribute “{name}” (text) in Intercom's settings: {description}."
        for name, description in conversations.ATTRIBUTES.items()
        if name not in there
    ]
    found.teammates = teammates.read()
    found.colleagues = Teammate.objects.filter(person__isnull=False).count()
    if not Teammate.objects.filter(admin_id=settings.INTERCOM_ADMIN_ID).exists():
        found.to_do.append("Set INTERCOM_ADMIN_ID to the id of the teammate in whose name the portal speaks.")
    return found


def send_what_is_here() -> tuple[int, int]:
    """Have contacts made for all who registered before, and conversations for open WorkStreams without one.

    Returns how many of each were written into the queue; who is there already is not written again.
    """
    people = User.objects.filter(role=Role.CLIENT, is_active=True, erased_at=None).exclude(
        pk__in=Contact.objects.values("person")
    )
    asked = 0
    for person in people.iterator():
        contacts.want(person)
        asked += 1
    carried = Conversation.objects.exclude(state=Conversation.State.GONE).values("workstream")
    without = WorkStream.objects.filter(status=Status.OPEN, owner__isnull=False).exclude(pk__in=carried)
    opened = 0
    for workstream in without.iterator():
        with transaction.atomic():
            outgoing.write(Provider.INTERCOM, conversations.OPEN, about=workstream)
        opened += 1
    return asked, opened
