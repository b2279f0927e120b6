"""Contacts and trails in Django's admin, which reads only."""

from django.contrib import admin

from activity.admin import ReadsOnly
from integrations.hubspot.models import Contact, VisitTrail


@admin.register(Contact)
class ContactAdmin(ReadsOnly):
    """Who is which contact in HubSpot, and what it does not take."""

    list_display = ["person", "contact_id", "synced_at", "left_out"]
    search_fields = ["contact_id", "person__email"]
    list_select_related = ["person"]


@admin.register(VisitTrail)
class VisitTrailAdmin(ReadsOnly):
    """How people came."""

    list_display = ["person", "landing_page", "referrer", "first_utm", "last_utm", "remembered_at"]
    search_fields = ["person__email"]
    list_select_related = ["person"]
