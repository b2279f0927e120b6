"""The shape of what colleagues send from the Salesforce tab."""

from django import forms
from django.core.exceptions import ValidationError

from integrations.salesforce.actions import understand
from integrations.salesforce.ids import LONGEST_PASTE, NotAnOpportunity, Parsed
from workstreams.choices import DeliveryMode


class OpportunityForm(forms.Form):
    """An opportunity, named by its ID or a link to it."""

    opportunity = forms.CharField(
        label="Opportunity ID or URL",
        help_text="The ID of 15 or 18 characters, or the link of the opportunity in Salesforce. "
        "You see what was understood before anything is saved.",
        max_length=LONGEST_PASTE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": "Paste the opportunity's ID or the link to it in Salesforce."},
    )
    parsed: Parsed

    def clean_opportunity(self) -> str:
        """Understand it; `parsed` has what is odd about it."""
        try:
            self.parsed = understand(self.cleaned_data["opportunity"])
        except NotAnOpportunity as refusal:
            raise ValidationError(refusal.message) from refusal
        return self.parsed.opportunity_id


class UntieForm(forms.Form):
    """The opportunity the person saw when deciding to untie it."""

    seen = forms.CharField(max_length=18)


class DeliveryForm(forms.Form):
    """How a BATCH WorkStream is delivered."""

    mode = forms.ChoiceField(choices=DeliveryMode.choices, error_messages={"required": "Choose how it is delivered."})
