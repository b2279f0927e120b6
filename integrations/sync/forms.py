"""What administrators say and choose on the sync pages."""

from typing import Any

from django import forms

from integrations.models import Delivery, InboundEvent, Provider

NEEDS_A_REASON = "Say why, for whoever reads this later."


class _Select(forms.Select):
    def __init__(self, **options: Any) -> None:
        super().__init__(attrs={"class": "input"}, **options)


class ReasonForm(forms.Form):
    """Why something is paused or left out."""

    reason = forms.CharField(max_length=500, error_messages={"required": NEEDS_A_REASON}, label="Reason")


class DeliveryFilterForm(forms.Form):
    """Which deliveries are listed. What makes no sense is left out."""

    vendor = forms.ChoiceField(required=False, choices=[("", "Every vendor"), *Provider.choices], widget=_Select)
    state = forms.ChoiceField(required=False, choices=[("", "Every state"), *Delivery.State.choices], widget=_Select)


class InboundFilterForm(forms.Form):
    """Which events of vendors are listed."""

    vendor = forms.ChoiceField(required=False, choices=[("", "Every vendor"), *Provider.choices], widget=_Select)
    state = forms.ChoiceField(
        required=False, choices=[("", "Every state"), *InboundEvent.State.choices], widget=_Select
    )
