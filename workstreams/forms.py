"""The shape of what people type about a WorkStream; the rules are in the actions."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict

from accounts.fields import LineField, PlanDateField, ProseField
from accounts.models import Organization, User
from workstreams.actions import GeneralFields
from workstreams.choices import CloseReason, SubscriptionType
from workstreams.invitations import addresses_in
from workstreams.models import WorkStream
from workstreams.runs import BulkChange

LONGEST_VIEW_NAME = 80


@dataclass(frozen=True)
class Difference:
    """One field of a stale form: what is stored now, and what this person typed (empty text: they left it alone)."""

    label: str
    stored: str
    typed: str


class GeneralForm(forms.Form):
    """The General section (R28, R29). Carries what the person saw, so that a second editor notices the first."""

    name = LineField(max_length=120, error_messages={"required": "Please give it a name."})
    description = ProseField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5}))
    organization: "forms.ModelChoiceField[Organization]" = forms.ModelChoiceField(
        queryset=None,  # what the person may choose from, below
        label="Client organisation",
        empty_label=None,
        help_text="Moving it does not change who can see it: that follows from its members.",
    )
    starts_on = PlanDateField(
        label="WorkStream Starting", required=False, help_text="The settled first day, once it is known."
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    TYPED = ("name", "description", "organization", "starts_on")

    def __init__(self, data: Any = None, *, user: User, workstream: WorkStream) -> None:
        """A form for this person and this WorkStream, with the stored values as what they start from."""
        super().__init__(data, initial=_stored(workstream))
        self.workstream = workstream
        _choices(self, "organization").queryset = Organization.objects.visible_to(user)
        self.fields["description"].widget.attrs["data-counter"] = "2000"
        for name in self.TYPED:
            self.fields[name].show_hidden_initial = True

    def general(self) -> GeneralFields:
        """What to save; call it on a valid form."""
        return GeneralFields(**{name: self.cleaned_data[name] for name in self.TYPED})

    def differences(self) -> list[Difference]:
        """Where the stored values are no longer those this form was made from; call it on a valid form."""
        found = []
        for name in self.TYPED:
            stored, typed = getattr(self.workstream, name), self.cleaned_data[name]
            if stored != self._seen(name) and stored != typed:
                found.append(
                    Difference(
                        str(self[name].label), _in_words(stored), _in_words(typed) if name in self.changed_data else ""
                    )
                )
        return found

    def renewed(self, user: User) -> "GeneralForm":
        """The same form on top of what is stored now: what the person typed stays, what they left alone follows."""
        data = {"version": str(self.workstream.version)}
        for name, value in _stored(self.workstream).items():
            if name in self.TYPED:
                current = self.fields[name].prepare_value(value)
                data[self.add_initial_prefix(name)] = "" if current is None else str(current)
                data[name] = (
                    self.data.get(name, "") if name in self.changed_data else data[self.add_initial_prefix(name)]
                )
        return GeneralForm(data, user=user, workstream=self.workstream)

    def _seen(self, name: str) -> Any:
        """The value the person's form was made from."""
        field = self.fields[name]
        raw = field.hidden_widget().value_from_datadict(self.data, self.files, self.add_initial_prefix(name))
        try:
            return field.to_python(raw)
        except forms.ValidationError:
            return None


class CloseForm(forms.Form):
    """Why a WorkStream is closed, and a word about it for the client (R27, A9)."""

    reason = forms.ChoiceField(
        choices=[("", "Choose a reason"), *CloseReason.choices],
        help_text="For the team and its reports.",
        error_messages={"required": "Choose why this WorkStream is closed."},
    )
    note = ProseField(
        label="Note shared with the client",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-counter": "500"}),
        help_text="They read it at the top of the WorkStream page.",
    )

    def __init__(self, data: Any = None, *, workstream: WorkStream) -> None:
        """Only a BATCH job can be completed, so only there it is offered (A9)."""
        super().__init__(data)
        if workstream.subscription_type != SubscriptionType.BATCH:
            reasons = self.fields["reason"]
            assert isinstance(reasons, forms.ChoiceField)  # noqa: S101  for the type checker
            reasons.choices = [
                ("", "Choose a reason"),
                *(choice for choice in CloseReason.choices if choice[0] != CloseReason.COMPLETED),
            ]


class NewForm(forms.Form):
    """A WorkStream for a client who did not start it (R74). `public_id` makes sending it twice harmless."""

    organization: "forms.ModelChoiceField[Organization]" = forms.ModelChoiceField(
        queryset=None,  # what the person may choose from, below
        label="Client organisation",
        required=False,
        empty_label="A new one, named below",
    )
    new_organization = LineField(
        label="Name of the new organisation",
        max_length=120,
        required=False,
        help_text="Only when it is not in the list.",
    )
    first_person = forms.EmailField(
        label="First person of the client",
        required=False,
        max_length=254,
        help_text="Their e-mail address. They become WorkStream Owner, and are invited if they are not registered.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = LineField(max_length=120, error_messages={"required": "Please give it a name."})
    subscription_type = forms.ChoiceField(
        choices=SubscriptionType.choices, initial=SubscriptionType.AGILE, widget=forms.RadioSelect
    )
    intended_start = PlanDateField(label="Intended Start Date", required=False)
    description = ProseField(
        label="Short description",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "data-counter": "2000"}),
    )
    public_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: Any = None, *, user: User) -> None:
        """The organisations this person may choose from."""
        super().__init__(data)
        _choices(self, "organization").queryset = Organization.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        """One organisation: chosen or named."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if {"organization", "new_organization"} <= data.keys():
            if not data["organization"] and not data["new_organization"]:
                self.add_error("organization", "Choose the client organisation, or name a new one.")
            elif data["organization"] and data["new_organization"]:
                self.add_error("new_organization", "Choose one from the list or name a new one, not both.")
        return data


class LeadForm(forms.Form):
    """Who is to be WorkStream Lead: colleagues only (R87). Carries who was lead when the person chose."""

    lead: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        queryset=None,  # whom the person may choose, below
        to_field_name="public_id",
        error_messages={
            "required": "Choose a colleague.",
            "invalid_choice": "Choose an active colleague. Clients and Agile Workers cannot be WorkStream Lead.",
        },
    )
    seen = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, user: User) -> None:
        """The colleagues this person may choose from."""
        super().__init__(data)
        _choices(self, "lead").queryset = User.objects.visible_to(user).active_colleagues()


class ViewNameForm(forms.Form):
    """What a saved view is called."""

    name = LineField(
        label="Name of the view",
        max_length=LONGEST_VIEW_NAME,
        error_messages={"required": "Give the view a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SavedViewForm(ViewNameForm):
    """The grid's present question under a name, for oneself or for the team."""

    is_shared = forms.BooleanField(
        label="Share it with the team",
        required=False,
        help_text="Every colleague finds it among their views. “Me” in it is whoever opens it.",
    )
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)


class ChosenForm(forms.Form):
    """Which rows of the grid are to be changed: some by name, or all that answer a question."""

    act = forms.ChoiceField(choices=BulkChange.Kind.choices, required=False)
    all = forms.BooleanField(required=False)
    question = forms.CharField(required=False)

    def kind(self) -> BulkChange.Kind:
        """What is to be done; call it on a cleaned form."""
        return BulkChange.Kind(self.cleaned_data.get("act") or BulkChange.Kind.LEAD)

    @staticmethod
    def chosen(data: QueryDict) -> list[UUID]:
        """The ids that are ids."""
        field = forms.UUIDField()
        found = []
        for value in data.getlist("chosen"):
            with suppress(forms.ValidationError):
                found.append(field.clean(value))
        return found


class BulkLeadForm(forms.Form):
    """Who is to lead all of them: colleagues only (R87)."""

    lead: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        queryset=None,  # whom the person may choose, below
        label="New WorkStream Lead",
        to_field_name="public_id",
        empty_label="Choose a colleague",
        help_text="They and whoever led until now get one mail each about all of it.",
        error_messages={
            "required": "Choose a colleague.",
            "invalid_choice": "Choose an active colleague. Clients and Agile Workers cannot be WorkStream Lead.",
        },
    )

    def __init__(self, data: Any = None, *, user: User, bulk: BulkChange) -> None:
        """The colleagues this person may choose from, beginning with what was said before."""
        super().__init__(data, initial={"lead": bulk.lead.public_id if bulk.lead else None})
        _choices(self, "lead").queryset = User.objects.visible_to(user).active_colleagues().order_by("name", "email")

    def choice(self) -> dict[str, Any]:
        """What `bulk.choose` takes; call it on a valid form."""
        return {"lead": self.cleaned_data["lead"]}


class BulkCloseForm(forms.Form):
    """Why all of them are closed, and a word about it for their clients (R27, A9)."""

    reason = forms.ChoiceField(
        choices=[("", "Choose a reason"), *CloseReason.choices],
        help_text="For the team and its reports. Only BATCH jobs can be completed.",
        error_messages={"required": "Choose why these WorkStreams are closed."},
    )
    note = ProseField(
        label="Note shared with the clients",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-counter": "500"}),
        help_text="Every one of these clients reads it at the top of the WorkStream page.",
    )

    def __init__(self, data: Any = None, *, bulk: BulkChange) -> None:
        """Beginning with what was said before."""
        super().__init__(data, initial={"reason": bulk.close_reason, "note": bulk.close_note})

    def choice(self) -> dict[str, Any]:
        """What `bulk.choose` takes; call it on a valid form."""
        return {"reason": self.cleaned_data["reason"], "note": self.cleaned_data["note"]}


def _choices(form: forms.Form, name: str) -> "forms.ModelChoiceField[Any]":
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
    return field


def _stored(workstream: WorkStream) -> dict[str, Any]:
    return {
        "name": workstream.name,
        "description": workstream.description,
        "organization": workstream.organization_id,
        "starts_on": workstream.starts_on,
        "version": workstream.version,
    }


def _in_words(value: Any) -> str:
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return str(value or "") or "(empty)"


class InviteForm(forms.Form):
    """Whom to invite: addresses as people type and paste them."""

    addresses = forms.CharField(
        label="E-mail addresses",
        max_length=5000,
        widget=forms.Textarea(
            attrs={"rows": 2, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "data-grow": True}
        ),
        help_text="One or several, with commas or on lines of their own.",
        error_messages={
            "required": "Give at least one e-mail address.",
            "max_length": "This is too much at once. Give fewer addresses.",
        },
    )

    def clean_addresses(self) -> list[str]:
        """The addresses, each once.

        Raises: ValidationError when there is none.
        """
        found = addresses_in(self.cleaned_data["addresses"])
        if not found:
            raise forms.ValidationError(self.fields["addresses"].error_messages["required"], code="required")
        return found


class MembersForm(forms.Form):
    """Which page of each side's people is shown; anything that is not a number means the first."""

    client_page = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    team_page = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    invited_page = forms.IntegerField(min_value=1, max_value=10_000, required=False)

    @classmethod
    def pages_in(cls, query: QueryDict) -> dict[str, int]:
        """The page numbers of an address; of those who are invited only when it names one."""
        form = cls(query)
        form.is_valid()
        found = {name: form.cleaned_data.get(name) or 1 for name in cls.base_fields}
        if found["invited_page"] == 1:
            del found["invited_page"]
        return found
