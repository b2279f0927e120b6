"""Looking for what no notification told: Intercom repeats one only once, so two lost answers lose it for good."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from integrations import inbox
from integrations.connectors import is_on
from integrations.intercom.client import ConversationSeen, client
from integrations.intercom.hints import Hint
from integrations.intercom.models import Conversation, Poll
from integrations.models import Provider

# What a search finds may be minutes behind, and its clock is another.
OVERLAP = timedelta(minutes=5)
# The first time; what is older was seen by whoever set it up.
LOOK_BACK = timedelta(days=1)


def poll(*, now: datetime | None = None) -> int:
    """Ask which conversations changed since the last time, and have those of ours read; how many there are.

    Raises: VendorFailure; the next time begins where this one did.
    """
    if not is_on(Provider.INTERCOM):
        return 0
    began = now or timezone.now()
    last, _ = Poll.objects.get_or_create(pk=Poll.ONLY, defaults={"up_to": began - LOOK_BACK})
    since = int((last.up_to - OVERLAP).timestamp())
    changed = client().search_conversations({"field": "updated_at", "operator": ">", "value": since})
    found = sum(_have_read(seen) for seen in changed)
    Poll.objects.filter(pk=Poll.ONLY, up_to__lt=began).update(up_to=began)
    return found


def _have_read(seen: ConversationSeen) -> bool:
    """Have a conversation of ours read, unless it was since it changed. Once for each change."""
    ours = Conversation.objects.filter(conversation_id=seen.id)
    if not ours.filter(Q(heard_up_to=None) | Q(heard_up_to__lte=seen.updated_at)).exists():
        return False
    hint = Hint("poll", record=seen.id)
    return inbox.remember(
        provider=Provider.INTERCOM,
        dedupe_key=f"poll {seen.id} {seen.updated_at.isoformat()}",
        payload=hint.as_payload(),
        subject_id=hint.subject_id,
        happened_at=seen.updated_at,
    )
