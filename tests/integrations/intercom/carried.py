"""A WorkStream that a conversation of Intercom carries, and what happens in that conversation."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from chat.models import Message, Note
from integrations.intercom.models import Contact, Conversation
from integrations.intercom.simulator.vendor import Intercom
from integrations.models import InboundEvent
from integrations.work import work_next
from tests.conftest import World
from tests.vendors import Vendors
from workstreams.models import WorkStream


@dataclass
class Carried:
    """Both ends of it."""

    vendors: Vendors
    workstream: WorkStream
    conversation: str
    contact: str

    @property
    def intercom(self) -> Intercom:
        """Intercom's side."""
        return self.vendors.intercom

    def does(self, what: str, **told: Any) -> Any:
        """Let somebody in Intercom do something in this conversation."""
        return getattr(self.intercom, what)(conversation=self.conversation, **told)

    def tell(self, what: str, **told: Any) -> InboundEvent:
        """Let somebody do something, and the portal hear of it; what became of the notification."""
        self.does(what, **told)
        self.hear()
        return InboundEvent.objects.latest("id")

    def hear(self) -> None:
        """Carry the webhooks that are due, and let the workers do their part."""
        assert all(carried.status in {200, None} for carried in self.vendors.courier.deliver())
        self.work()

    def work(self, **later: float) -> None:
        """Let the workers do what is due, now or so much later."""
        for _ in range(50):
            if not work_next(now=timezone.now() + timedelta(**later)):
                return

    @property
    def messages(self) -> list[tuple[str, str, str]]:
        """The chat: side, who and what."""
        rows = Message.objects.filter(workstream=self.workstream).select_related("author").order_by("number")
        return [(row.side, row.author_name, row.body) for row in rows]

    @property
    def notes(self) -> list[tuple[str, str]]:
        """The Internal Notes: who and what."""
        rows = Note.objects.filter(workstream=self.workstream).select_related("author").order_by("number")
        return [(row.author_name, row.body) for row in rows]


def carry(vendors: Vendors, world: World) -> Carried:
    """Have `labels` carried by a conversation that its owner's contact opened."""
    contact = vendors.intercom.add_user(
        email=world.owner.email, name=world.owner.name, external_id=str(world.owner.public_id)
    )
    conversation = vendors.intercom.start_as_customer(contact=contact, body="WorkStream “Street labels”")
    vendors.courier.deliver()  # of what happened before anybody listened
    InboundEvent.objects.all().delete()
    row = Contact.objects.create(person=world.owner, contact_id=contact)
    Conversation.objects.create(
        workstream=world.labels,
        conversation_id=conversation,
        state=Conversation.State.OPEN,
        contact=row,
        written_as=contact,
        opened_at=timezone.now(),
    )
    return Carried(vendors, world.labels, conversation, contact)
