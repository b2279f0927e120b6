"""What templates of the floor below show of milestones."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from accounts.capabilities import Can
from milestones import tracks
from milestones.models import GoAhead, MilestoneChange
from milestones.promises import Promise, first_answers_owed
from milestones.tracker import decisions_on, steps_of
from workstreams.choices import Milestone, Side
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of

register = template.Library()


@register.inclusion_tag("milestones/_tracker.html", takes_context=True)
def milestone_tracker(context: dict[str, Any], workstream: WorkStream) -> dict[str, Any]:
    """`{% milestone_tracker workstream %}`: the steps, what happens now, and what the client can do about it.

    Takes `user` from the context, and `rights` (what this person may do here) where the page knows them already.
    One query for the history, one for the promise before the first milestone, one for the go-aheads while the
    agreement is reviewed.
    """
    user = context["user"]
    rights = context["rights"] if "rights" in context else capabilities_of(user, workstream)
    steps = steps_of(workstream, MilestoneChange.objects.filter(workstream=workstream).order_by("at", "id"))
    is_review = workstream.is_open and workstream.milestone == Milestone.REVIEWING_AGREEMENT
    decisions = []
    if is_review:
        standing = GoAhead.objects.filter(workstream=workstream).standing()
        decisions = decisions_on(workstream, standing, provider=settings.PROVIDER_NAME)
    return {
        "csrf_token": context.get("csrf_token"),
        "user": user,
        "workstream": workstream,
        "steps": steps,
        "here": next((step for step in steps if step.state == "current"), None),
        "now": tracks.explanation(workstream.milestone, workstream.subscription_type),
        "promise": first_answers_owed([workstream]).get(workstream.pk),
        "decisions": decisions,
        "client_has_decided": any(d.given for d in decisions if d.side == Side.CLIENT),
        "may_give_go_ahead": is_review and Can.GIVE_CLIENT_GO_AHEAD in rights,
        "may_administer": Can.ADMINISTER in rights,
        "asked": context.get("asked"),
        "shows_needs": workstream.is_open and Can.CHAT in rights,
    }


@register.simple_tag
def first_answer_promises(workstreams: Iterable[WorkStream]) -> dict[int, Promise]:
    """`{% first_answer_promises workstreams as promises %}`: by primary key, the first answers still owed."""
    return first_answers_owed(workstreams)


@register.simple_tag
def first_answer_promise(workstream: WorkStream) -> Promise | None:
    """`{% first_answer_promise workstream as promise %}`: the first answer still owed, if it is."""
    return first_answers_owed([workstream]).get(workstream.pk)


@register.simple_tag
def go_aheads_wanted(workstreams: Iterable[WorkStream]) -> set[int]:
    """`{% go_aheads_wanted workstreams as wanted %}`: primary keys of those that wait for the client's go-ahead."""
    reviewed = {row.pk for row in workstreams if row.is_open and row.milestone == Milestone.REVIEWING_AGREEMENT}
    if not reviewed:
        return set()
    given = GoAhead.objects.filter(workstream__in=reviewed, side=Side.CLIENT).standing()
    return reviewed - set(given.values_list("workstream_id", flat=True))


@register.filter
def step_of_track(workstream: WorkStream) -> SafeString:
    """How far along its track a WorkStream is, in words: “2 of 5”; nothing for a milestone of another track."""
    return _step_of_track(workstream.subscription_type, workstream.milestone)


@register.simple_tag
def steps_of_track(workstreams: Iterable[WorkStream]) -> dict[int, SafeString]:
    """`{% steps_of_track workstreams as steps %}`: the same by primary key, for tables."""
    return {row.pk: _step_of_track(row.subscription_type, row.milestone) for row in workstreams}


@lru_cache
def _step_of_track(subscription_type: str, milestone: str | None) -> SafeString:
    try:
        here = tracks.position(subscription_type, milestone)
    except ValueError:  # rows that came by another way than the actions: a list must show them, or nobody finds them
        return SafeString("")
    return SafeString(f"{here} of {len(tracks.track_of(subscription_type))}")
