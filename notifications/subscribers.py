"""What follows from events here: people are told, each as the policy says."""

from accounts.models import User
from activity.models import Event
from activity.registry import registry
from notifications import policy
from notifications.actions import mark_settled
from notifications.mails import invite, tell_of_many
from notifications.notices import Level, Notification, Preferences
from notifications.telling import tell_of
from workstreams.invitations import link_of
from workstreams.models import Invitation, WorkStream
from workstreams.runs import BulkChange, BulkItem


def _follow(verb: str, says: str) -> None:
    registry.follows(verb, says)(tell_of)


for _verb in sorted({verb for topic in policy.TOPICS.values() for verb in topic.verbs}):
    _told = [topic for topic in policy.topics_of(_verb) if topic.mail.when != policy.When.TALK]
    if _told:
        _follow(_verb, "told: " + ", ".join(dict.fromkeys(topic.to for topic in _told)))


@registry.follows("workstream.invited", "the invitation by mail, with its link (R75)")
@registry.follows("workstream.invited_again", "the invitation anew, with a new link; the old one is dead (R75)")
def mail_the_invitation(event: Event) -> None:
    """The link is made here and stands in no event."""
    rows = Invitation.objects.select_related("workstream__organization", "invited_by")
    invitation = rows.get(pk=event.data["invitation_id"])
    invite(invitation, link=link_of(invitation), by=event.actor_name)


@registry.follows("accounts.erased", "what they were told and chose to be told is deleted")
def forget(event: Event) -> None:
    """Nothing is kept of what somebody heard who is erased, and nothing waits for them."""
    for model in (Notification, Preferences, Level):
        key = "person" if model is Notification else "user"
        model.objects.filter(**{key: event.data["user_id"]}).delete()


@registry.follows("mailroom.accepted", "nobody is told any more that the mail waits")
@registry.follows("mailroom.discarded", "nobody is told any more that the mail waits")
def read_what_is_settled(event: Event) -> None:
    """A held mail that one colleague settled waits for no other."""
    mark_settled(topic="held_mail", verb="mailroom.held", about={"mail_id": event.data["mail_id"]})


@registry.follows("workstream.bulk_done", "one mail to the new WorkStream Lead and to each former one")
def tell_leads_of_many(event: Event) -> None:
    """Who leads now and who led, whatever the number of WorkStreams; not the one who did it (A38)."""
    _tell_leads(event, BulkItem.State.CHANGED, is_undo=False)


@registry.follows("workstream.bulk_undone", "one mail to the same people, that it was undone")
def tell_leads_of_undoing(event: Event) -> None:
    """Who was told of the change is told that it holds no more: once each."""
    _tell_leads(event, BulkItem.State.PUT_BACK, is_undo=True)


def _tell_leads(event: Event, state: BulkItem.State, *, is_undo: bool) -> None:
    bulk = BulkChange.objects.select_related("lead").get(public_id=event.data["bulk"])
    items = list(bulk.items.filter(state=state).select_related("workstream", "lead_before"))
    if bulk.lead is None or not items:
        return
    former: dict[User, list[WorkStream]] = {}
    for item in items:
        if item.lead_before:
            former.setdefault(item.lead_before, []).append(item.workstream)
    new = [(bulk.lead, "lead_many_undone" if is_undo else "lead_many", [item.workstream for item in items])]
    old = [(person, "led_many_again" if is_undo else "led_many", theirs) for person, theirs in former.items()]
    for person, about, workstreams in new + old:
        if person.pk != event.actor_id:
            tell_of_many(
                person,
                about,
                workstreams=workstreams,
                because="the WorkStream Lead of these changed.",
                by=event.actor_name,
                lead=bulk.lead,
            )
