"""Who is told what by mail. Nobody is told of their own acts, and nobody twice of one."""

from accounts.capabilities import Role
from accounts.models import User
from activity.models import Event
from activity.registry import registry
from notifications.mails import tell, tell_of_many
from workstreams.models import Membership, WorkStream
from workstreams.runs import BulkChange, BulkItem


def _workstream(event: Event) -> WorkStream:
    assert event.workstream is not None  # noqa: S101  these verbs always name one
    return event.workstream


@registry.follows("workstream.started", "a mail to colleagues who are told of new WorkStreams (R61, A17)")
def tell_of_unassigned(event: Event) -> None:
    """Name, Subscription Type and URL, one mail each."""
    for colleague in User.objects.get_queryset().told_of_unassigned().exclude(pk=event.actor_id):
        tell(
            colleague,
            "workstream_started",
            workstream=_workstream(event),
            because="you are told of every new WorkStream. An administrator can switch that off for you.",
        )


@registry.follows("workstream.member_added", "a mail to a colleague who became member by answering (R81)")
def tell_who_was_added_by_responding(event: Event) -> None:
    """They did not ask to be added, so they are told; who also becomes lead reads both in one mail."""
    if event.data["origin"] != Membership.Origin.RESPONDED or event.data["becomes_lead"]:
        return
    tell(
        User.objects.get(pk=event.data["user_id"]),
        "added_by_responding",
        workstream=_workstream(event),
        because="answering a client adds you to their WorkStream.",
    )


@registry.follows("workstream.lead_set", "a mail to the new and to the former WorkStream Lead (A38, R81)")
def tell_both_leads(event: Event) -> None:
    """Whoever leads now and whoever led; not the one who did it, unless it happened by answering (R65).

    As part of a change of many they are told once, when all of it is done (`tell_of_many`).
    """
    if event.data.get("bulk"):
        return
    lead = User.objects.get(pk=event.data["user_id"])
    if event.data["by_responding"]:
        because = "the first colleague who answers becomes WorkStream Lead."
        tell(lead, "lead_by_responding", workstream=_workstream(event), because=because)
        return
    if lead.pk != event.actor_id:
        tell(
            lead,
            "lead_made",
            workstream=_workstream(event),
            because="you are WorkStream Lead there now.",
            by=event.actor_name,
        )
    before = event.data["before_id"]
    if before and before != event.actor_id:
        tell(
            User.objects.get(pk=before),
            "lead_handed_over",
            workstream=_workstream(event),
            because="you were WorkStream Lead there until now.",
            by=event.actor_name,
            lead=lead,
        )


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


def _responsible(workstream: WorkStream) -> list[tuple[User, str]]:
    """Who is asked to look at a WorkStream, and why they: its lead, else whoever is told of unassigned ones."""
    if workstream.lead and workstream.lead.is_active:
        return [(workstream.lead, "you are its WorkStream Lead.")]
    because = "nobody leads it, and you are told of such WorkStreams."
    return [(colleague, because) for colleague in User.objects.get_queryset().told_of_unassigned()]


@registry.follows("salesforce.stage_heard", "a mail to whoever is responsible, when it asks for a person (A24-A27)")
def tell_who_is_asked_about_a_stage(event: Event) -> None:
    """A decision, a closed WorkStream, a stage without milestone; what failed, administrators read too."""
    asks = event.data.get("asks")
    if not asks:
        return
    workstream = _workstream(event)
    people = _responsible(workstream)
    if asks == "failed":
        administrators = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk__in=[p.pk for p, _ in people])
        people += [(administrator, "you administer the portal.") for administrator in administrators]
    for person, because in people:
        tell(
            person,
            "salesforce_asks",
            workstream=workstream,
            because=because,
            stage=event.data["stage"],
            reason=event.data["reason"],
            asks=asks,
        )


@registry.follows("chat.reopening_asked", "a mail to the WorkStream Lead, or to who is told of unassigned ones")
def tell_of_the_wish_to_reopen(event: Event) -> None:
    """Somebody of the client asked; the lead decides, or whoever takes it."""
    workstream = _workstream(event)
    for person, because in _responsible(workstream):
        tell(person, "reopening_asked", workstream=workstream, because=because, by=event.actor_name)
