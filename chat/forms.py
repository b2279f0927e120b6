"""The shapes of what browsers send; the rules are in the actions."""

from django import forms


class EntryForm(forms.Form):
    """A message or note. Length and emptiness are the action's to judge, which says what is the matter."""

    body = forms.CharField(required=False, strip=False)
    client_key = forms.UUIDField(required=False)


class WindowForm(forms.Form):
    """Which part of the history to send."""

    before = forms.IntegerField(required=False, min_value=1, max_value=10**9)
    after = forms.IntegerField(required=False, min_value=0, max_value=10**9)


class ReadForm(forms.Form):
    """How far a person has read."""

    message = forms.IntegerField(required=False, min_value=0, max_value=10**9)
    note = forms.IntegerField(required=False, min_value=0, max_value=10**9)
