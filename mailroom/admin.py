"""Mails that came in, to look at."""

from django.contrib import admin

from activity.admin import ReadsOnly
from mailroom.models import IncomingMail


@admin.register(IncomingMail)
class IncomingMailAdmin(ReadsOnly):
    """What came in and what became of it."""

    list_display = ["received_at", "sender", "subject", "state", "via", "attempts", "reason"]
    list_filter = ["state", "via"]
    search_fields = ["sender", "subject"]
    exclude = ["raw", "recipient"]
