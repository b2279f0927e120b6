"""The shape of what people send about milestones; the rules are in the actions."""

from typing import Any

from django import forms

from accounts.fields import ProseField
from workstreams.choices import DeliveryMode, Milestone, Side


def _reason(label: str, hint: str, *, required: bool) -> ProseField:
    return ProseField(
        label=label,
        help_text=hint,
        required=required,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-counter": "500"}),
        error_messages={"required": "Say why; the others read it in the history."},
    )


class AdvanceForm(forms.Form):
    """One step forward; carries the milestone the person saw."""

    to = forms.ChoiceField(choices=Milestone.choices, error_messages={"required": "Choose the next milestone."})
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    override_reason = _reason("Why without the go-aheads", "Stays in the history, with your name.", required=False)


class GoBackForm(forms.Form):
    """Back to an earlier milestone, with a reason; carries the milestone the person saw."""

    to = forms.ChoiceField(label="Back to", error_messages={"required": "Choose where it goes back to."})
    reason = _reason("Reason", "The team reads it in the history; the client does not.", required=True)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        """Any milestone has the right shape; a stale form may name one that no longer lies before, says the action."""
        super().__init__(data)
        self.offer(list(Milestone))

    def offer(self, earlier: list[Milestone]) -> None:
        """Show these to choose from, nearest first."""
        choice = self.fields["to"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101  for the type checker
        choice.choices = [(str(milestone), milestone.label) for milestone in earlier]


class DeliveryForm(forms.Form):
    """How a BATCH WorkStream is delivered."""

    mode = forms.ChoiceField(choices=DeliveryMode.choices, error_messages={"required": "Choose how it is delivered."})


class GoAheadForm(forms.Form):
    """One side's go-ahead, recorded by a colleague."""

    side = forms.ChoiceField(choices=Side.choices)
    note = forms.CharField(required=False, max_length=500)
