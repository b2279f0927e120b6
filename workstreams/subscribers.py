"""What follows within the WorkStream when something happens to its files."""

from activity.models import Event, SystemActor
from activity.registry import registry
from workstreams import requests
from workstreams.models import Attachment
from workstreams.previews import work


@registry.follows("workstream.attachment_added", "a preview is made; the request that it answers is ticked off")
def receive(event: Event) -> None:
    """A file that was added is looked into by a worker, and may be what somebody waited for."""
    attachment = Attachment.objects.get(pk=event.data["attachment_id"])
    work.want(attachment)
    assert event.actor is not None  # noqa: S101  files are added by people
    requests.answer(attachment=attachment, actor=event.actor)


@registry.follows("workstream.attachment_removed", "its preview goes too; what it answered is waited for again")
@registry.follows("workstream.attachment_quarantined", "its preview goes too; what it answered is waited for again")
def lose(event: Event) -> None:
    """A file that nobody can have any more answers nothing, and cannot be looked into."""
    attachment = Attachment.objects.get(pk=event.data["attachment_id"])
    work.forget(attachment.pk)
    requests.miss(attachment=attachment, actor=event.actor or SystemActor.PORTAL)
