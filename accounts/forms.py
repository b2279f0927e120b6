"""The shape of what people say of themselves."""

from typing import Any

from django import forms

from accounts.capabilities import Role
from accounts.fields import LineField
from accounts.models import User, validate_time_zone
from accounts.pictures import MOST_BYTES
from accounts.profile import LANGUAGES, ProfileFields


class ProfileForm(forms.Form):
    """One's own profile. `version` says from which one it was made."""

    name = LineField(
        max_length=120,
        required=False,
        help_text="As others are to read it. Without one they see the beginning of your address.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    title = LineField(
        label="Job title",
        max_length=120,
        required=False,
        help_text="Such as “Head of Operations”; seen by everybody you share a WorkStream with.",
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    company = LineField(max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization"}))
    time_zone = forms.CharField(
        max_length=60,
        validators=[validate_time_zone],
        help_text="Type a city to find it. Times are shown, and quiet hours are kept, in this zone.",
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        choices=LANGUAGES, required=False, help_text="What you read best. The portal itself is in English."
    )
    enter_sends = forms.BooleanField(
        label="Enter sends a message",
        required=False,
        help_text="Otherwise Enter begins a new line. Ctrl and Enter together always send.",
    )
    shows_typing = forms.BooleanField(label="Show others that I am writing", required=False)
    single_keys = forms.BooleanField(
        label="Single letters are shortcuts",
        required=False,
        help_text="Such as / for the search. Switch them off if you dictate, or press keys by accident.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        """For `person`, whose profile it shows until they type."""
        names = ("name", "title", "time_zone", "language", "enter_sends", "shows_typing", "single_keys", "version")
        kwargs.setdefault("initial", {name: getattr(person, name) for name in names})
        super().__init__(*args, **kwargs)
        if person.organization_id or person.role != Role.CLIENT:
            del self.fields["company"]
        else:
            self.fields["company"].help_text = "It becomes the client of the WorkStreams you start."

    def profile(self) -> ProfileFields:
        """What was typed; call it on a valid form."""
        data = self.cleaned_data
        return ProfileFields(
            name=data["name"],
            title=data["title"],
            time_zone=data["time_zone"],
            language=data["language"],
            enter_sends=data["enter_sends"],
            shows_typing=data["shows_typing"],
            single_keys=data["single_keys"],
            company=data.get("company", ""),
        )


class PictureForm(forms.Form):
    """A file for a picture. What it is, is seen when it is read."""

    picture = forms.FileField(
        label="Choose a picture",
        help_text=f"JPEG, PNG, WebP or GIF, up to {MOST_BYTES // 1024 // 1024} MB. The middle of it is shown.",
        error_messages={"required": "Choose a file first.", "empty": "This file is empty."},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )


class WelcomeForm(forms.Form):
    """Who somebody is, asked once; both may be left out."""

    name = LineField(
        label="Your name", max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    company = LineField(max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization"}))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        """For `person`; what is known is not asked."""
        super().__init__(*args, **kwargs)
        if person.name:
            del self.fields["name"]
        if person.organization_id:
            del self.fields["company"]


class CodeForm(forms.Form):
    """A code from a mail or an app; spaces do not count."""

    code = forms.CharField(
        max_length=40,
        error_messages={"required": "Give the code."},
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


class AddressForm(forms.Form):
    """Another e-mail address."""

    email = forms.EmailField(
        label="New e-mail address",
        max_length=254,
        error_messages={
            "required": "Please give the new address.",
            "invalid": "This does not look like an e-mail address. It is like ann@acme.com.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )
