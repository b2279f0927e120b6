"""Subscription terms and attempts to start, to look at."""

from django.contrib import admin

from activity.admin import ReadsOnly
from subscriptions.models import AgileTerms, BatchTerms, LeanTerms, StartAttempt


@admin.register(AgileTerms, BatchTerms, LeanTerms)
class TermsAdmin(ReadsOnly):
    """The attributes of one subscription type."""

    list_display = ["workstream"]
    list_select_related = ["workstream"]
    search_fields = ["workstream__name"]


@admin.register(StartAttempt)
class StartAttemptAdmin(ReadsOnly):
    """Who began to start a WorkStream, and how far they came."""

    list_display = ["created_at", "entry_point", "step", "email", "user", "workstream"]
    list_select_related = ["user", "workstream"]
    list_filter = ["entry_point", "step"]
    search_fields = ["email", "user__email"]
