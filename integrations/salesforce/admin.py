"""The newest stages Salesforce told, to look at."""

from django.contrib import admin

from activity.admin import ReadsOnly
from integrations.salesforce.models import Opportunity


@admin.register(Opportunity)
class OpportunityAdmin(ReadsOnly):
    """Every opportunity that was heard of, tied or not."""

    list_display = ["opportunity_id", "stage", "modified_at", "heard_at"]
    list_filter = ["stage"]
    search_fields = ["opportunity_id"]
