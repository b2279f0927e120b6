"""Milestone changes and go-aheads, to look at."""

from django.contrib import admin

from activity.admin import ReadsOnly
from milestones.models import GoAhead, MilestoneChange


@admin.register(MilestoneChange)
class MilestoneChangeAdmin(ReadsOnly):
    """The history of all WorkStreams."""

    list_display = ["at", "workstream", "kind", "before", "after", "actor_name", "without_go_aheads"]
    list_select_related = ["workstream", "actor"]
    list_filter = ["kind", "after", "without_go_aheads"]
    search_fields = ["workstream__name"]


@admin.register(GoAhead)
class GoAheadAdmin(ReadsOnly):
    """Recorded decisions on service agreements."""

    list_display = ["workstream", "side", "given_by", "given_at", "withdrawn_at"]
    list_select_related = ["workstream", "given_by"]
    list_filter = ["side"]
    search_fields = ["workstream__name"]
