"""What the page of held mails asks."""

from django import forms


class AcceptForm(forms.Form):
    """Where it goes."""

    where = forms.ChoiceField(choices=[("chat", "chat"), ("note", "note")])


class DiscardForm(forms.Form):
    """Why nobody is to read it."""

    reason = forms.CharField(
        label="Why it is not wanted",
        max_length=200,
        error_messages={"required": "Say why it is not wanted, for whoever looks for it."},
    )
