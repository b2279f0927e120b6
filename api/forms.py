"""The shape of what people type about a token."""

from uuid import uuid4

from django import forms

from accounts.fields import LineField
from api.actions import DEFAULT_DAYS, LONGEST_DAYS
from api.models import Scope

READ_ONLY, READ_AND_WRITE = "read", "read write"


class TokenForm(forms.Form):
    """A token for oneself. `public_id` makes sending it twice harmless."""

    name = LineField(
        max_length=80,
        error_messages={"required": "Please give it a name."},
        help_text="What uses it, such as “Nightly report”, so that you know later which one to revoke.",
    )
    scopes = forms.ChoiceField(
        label="It may",
        choices=[(READ_ONLY, "Read"), (READ_AND_WRITE, "Read and change things")],
        initial=READ_ONLY,
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(
        label="Days until it expires",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=DEFAULT_DAYS,
        help_text=f"{LONGEST_DAYS} at most.",
    )
    public_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def wanted_scopes(self) -> list[Scope]:
        """What it is to be used for; call it on a valid form."""
        return [Scope(word) for word in self.cleaned_data["scopes"].split()]
