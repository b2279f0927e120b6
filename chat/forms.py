"""The shapes of what browsers send; the rules are in the actions."""

from typing import Any
from uuid import UUID

from django import forms

from workstreams.attachment_forms import FilesField


class EntryField(forms.CharField):
    """The text as it came. A NUL, which Django's own field refuses, goes like every other control character."""

    def to_python(self, value: Any) -> str:
        """The text without NULs, which neither PostgreSQL nor anybody's eyes can hold."""
        return str(value or "").replace("\x00", "")


class PublicIdsField(forms.Field):
    """Public ids, sent as many times as there are; what is none is refused."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[UUID]:
        """The ids."""
        try:
            return [UUID(each) for each in value or []]
        except (ValueError, AttributeError, TypeError):
            raise forms.ValidationError("These are no ids.") from None


class EntryForm(forms.Form):
    """A message or note. Length and emptiness are the action's to judge, which says what is the matter."""

    body = EntryField(required=False, strip=False)
    client_key = forms.UUIDField(required=False)
    mention = PublicIdsField(required=False)
    # What a message carries: attachments by their ids, and for browsers without script the files themselves.
    attached = PublicIdsField(required=False)
    file = FilesField(required=False, allow_empty_file=True, max_length=None)


class EditForm(forms.Form):
    """A new text for what was said, and which change of it the person saw."""

    body = EntryField(required=False, strip=False)
    change = forms.IntegerField(required=False, min_value=0, max_value=10**9)
    # Whether `mention` says all whom a note names now; without a script it says nothing.
    names = forms.BooleanField(required=False)
    mention = PublicIdsField(required=False)


class BegunForm(forms.Form):
    """The beginning of a colleague's name."""

    q = forms.CharField(required=False, max_length=80)


class WindowForm(forms.Form):
    """Which part of the history to send."""

    before = forms.IntegerField(required=False, min_value=1, max_value=10**9)
    after = forms.IntegerField(required=False, min_value=0, max_value=10**9)
    at = forms.IntegerField(required=False, min_value=1, max_value=10**9)


class WritingForm(forms.Form):
    """Where somebody is writing."""

    kind = forms.ChoiceField(choices=[("message", "a message"), ("note", "an Internal Note")])


class LookingForm(forms.Form):
    """Whether somebody has just left."""

    gone = forms.BooleanField(required=False)


class ReadForm(forms.Form):
    """How far a person has read."""

    message = forms.IntegerField(required=False, min_value=0, max_value=10**9)
    note = forms.IntegerField(required=False, min_value=0, max_value=10**9)


class NextForm(forms.Form):
    """Where somebody is, and whether they want what comes before."""

    back = forms.BooleanField(required=False)

    def __init__(self, data: Any) -> None:
        """The address says `from`, which is no name in Python."""
        super().__init__(data)
        self.fields["from"] = forms.UUIDField(required=False)
