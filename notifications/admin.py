"""Mails, to look at."""

from django.contrib import admin

from activity.admin import ReadsOnly
from notifications.models import Mail


@admin.register(Mail)
class MailAdmin(ReadsOnly):
    """What was mailed, what waits and what was given up. Their text holds sign-in codes, so it is not shown."""

    list_display = ["created_at", "recipients", "subject", "state", "attempts", "sent_at", "error"]
    list_filter = ["state"]
    search_fields = ["subject"]
    exclude = ["text", "html"]
