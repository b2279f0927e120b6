"""Asking the client for a document."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms

from accounts.fields import LineField, PlanDateField
from workstreams.requests import ASKABLE_CHOICES


class AskForm(forms.Form):
    """What is asked for, and by when. `public_id` makes sending it twice harmless."""

    kind = forms.ChoiceField(label="Document", choices=ASKABLE_CHOICES)
    due_on = PlanDateField(
        label="Due",
        required=False,
        help_text="A day of the client's. They are reminded the morning before, and when it has passed.",
    )
    note = LineField(
        label="Note to the client",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "data-counter": "500"}),
        help_text="Such as how much of it, or in which format.",
    )
    public_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, today: date) -> None:
        """A day that has passed for the client is not offered."""
        super().__init__(data, initial={"public_id": uuid4()}, auto_id="id_ask_%s")
        self.today = today
        self.fields["due_on"].widget.attrs["min"] = today.isoformat()

    def clean_due_on(self) -> date | None:
        """Not a day that has passed."""
        due: date | None = self.cleaned_data["due_on"]
        if due and due < self.today:
            raise forms.ValidationError("This day has passed. Choose today or a later day.")
        return due
