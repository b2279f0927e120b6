"""The shape of what people send with a file; the rules are in the actions."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.http import QueryDict

from accounts.fields import LineField
from accounts.models import User
from workstreams import attachments
from workstreams.choices import AttachmentKind

MOST_FILES = 20


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files at once. Empty ones are let through: the action names each that cannot be added."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:  # noqa: ARG002  Django's signature
        """The list of the files that were sent."""
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not given and not self.required:
            return []
        if not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(given) > MOST_FILES:
            raise forms.ValidationError(f"Choose at most {MOST_FILES} files at once.", code="too_many")
        return given


class AddAttachmentForm(forms.Form):
    """Files with a kind and a note. The key makes sending the same form twice harmless."""

    file = FilesField(
        label="Files", allow_empty_file=True, max_length=None, error_messages={"required": "Choose a file."}
    )
    kind = forms.TypedChoiceField(choices=[], coerce=AttachmentKind, initial=AttachmentKind.OTHER)
    note = LineField(max_length=500, required=False, help_text="What it is or what to look at.")
    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    # The document it answers, if one was asked for.
    request = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """With the kinds that this person may add."""
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in attachments.kinds_for(user)]  # type: ignore[attr-defined]
        self.fields["file"].help_text = f"Up to {settings.FILES_MAX_MB} MB each, {MOST_FILES} at once."
        self.fields["file"].widget.attrs["data-largest"] = str(attachments.largest_file())


class OlderForm(forms.Form):
    """Where an older page of the panel begins."""

    older = forms.UUIDField(required=False)

    @classmethod
    def place_in(cls, data: QueryDict) -> UUID | None:
        """The attachment that an address names; None for whatever else stands there."""
        form = cls(data)
        return form.cleaned_data["older"] if form.is_valid() else None


class ChosenForm(forms.Form):
    """What a link to the upload has chosen already: the kind, and the request it answers."""

    kind = forms.ChoiceField(choices=AttachmentKind.choices, required=False)
    request = forms.UUIDField(required=False)

    @classmethod
    def chosen_in(cls, data: QueryDict) -> dict[str, Any]:
        """Initial values for the upload's form; what cannot be read is left out."""
        form = cls(data)
        form.is_valid()
        return {name: value for name, value in form.cleaned_data.items() if value}
