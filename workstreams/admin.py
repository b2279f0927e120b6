"""WorkStreams and their people, to look at; they are changed on their own screens."""

from django.contrib import admin

from activity.admin import ReadsOnly
from workstreams.models import Membership, WorkStream


@admin.register(WorkStream)
class WorkStreamAdmin(ReadsOnly):
    """Every WorkStream."""

    list_display = ["name", "organization", "subscription_type", "milestone", "status", "lead", "owner", "created_at"]
    list_select_related = ["organization", "lead", "owner"]
    list_filter = ["subscription_type", "status", "milestone", "entry_point"]
    search_fields = ["name", "public_id", "opportunity_id", "organization__name"]


@admin.register(Membership)
class MembershipAdmin(ReadsOnly):
    """Who is on which WorkStream."""

    list_display = ["workstream", "user", "side", "origin", "joined_at"]
    list_select_related = ["workstream", "user"]
    list_filter = ["side", "origin"]
    search_fields = ["workstream__name", "user__email"]
