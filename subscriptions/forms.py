"""The shape of what people type when they start a WorkStream or fill in its subscription; rules are in the actions."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from accounts.fields import LineField, ProseField, several_lines
from accounts.models import User, validate_time_zone
from subscriptions.actions import Wish, fingerprint, terms_of
from subscriptions.attributes import (
    MODELS,
    USUAL_HOURS,
    Unit,
    attributes_of,
    describe,
    fields_of,
    foreign_fields,
    number,
    outside_range,
    ranges_of,
)
from subscriptions.handoff import Selection
from subscriptions.models import BillingMethod, LeanPackage, StartAttempt
from workstreams.choices import SubscriptionType
from workstreams.models import WorkStream

YEARS_AHEAD = 2
LONGEST_DRAFT_VALUE = 10_000

ABOUT: dict[SubscriptionType, str] = {
    SubscriptionType.AGILE: "A managed team of your own, by the hour. Good for work that changes as you learn.",
    SubscriptionType.BATCH: "One job of known size at a project price.",
    SubscriptionType.LEAN: "A steady flow of small tasks at a price per unit.",
}

_IN: dict[Unit, str] = {
    Unit.SECONDS: "In seconds.",
    Unit.DOLLARS: "In dollars.",
    Unit.DOLLARS_A_MONTH: "In dollars a month.",
    Unit.CENTS: "In cents; fractions such as 4.25 are fine.",
}

_NOT_KNOWN = ("", "Not known yet")
_CHOICES = {
    "billing_method": [_NOT_KNOWN, *BillingMethod.choices],
    "package": [_NOT_KNOWN, *LeanPackage.choices],
}


def term_fields(subscription_type: str, *, for_clients: bool) -> dict[str, forms.Field]:
    """Form fields for a type's terms: none required, each with its unit beside it (R20, R41)."""
    model = MODELS[SubscriptionType(subscription_type)]
    fields: dict[str, forms.Field] = forms.fields_for_model(
        model, fields=fields_of(subscription_type, for_clients=for_clients)
    )
    for name, typed in fields.items():
        # Django asks these of a ModelForm's instance only, and these forms have none.
        stored = getattr(model, name).field
        limits = [limit for limit in stored.validators if isinstance(limit, MinValueValidator | MaxValueValidator)]
        typed.validators += [limit for limit in limits if limit not in typed.validators]
    for attribute in attributes_of(subscription_type):
        for name in attribute.fields:
            if name in fields:
                fields[name].help_text = _hint(name, attribute.unit)
                if attribute.unit != Unit.CHOICE:
                    fields[name].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
    for name, choices in _CHOICES.items():
        field = fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = choices
    return fields


def _hint(name: str, unit: Unit) -> str:
    discount = settings.YEARLY_DISCOUNT_PERCENT
    if name == "hours_per_month":
        return f"Usually between {number(USUAL_HOURS.start)} and {number(USUAL_HOURS[-1])}. More is fine."
    if name == "billing_method" and discount:
        return f"Yearly billing carries a discount of {number(discount)}\u00a0%."
    return _IN.get(unit, "")


class SelectionForm(forms.Form):
    """The card “Your selection”, changed in place."""

    product = forms.ChoiceField(label="Subscription", choices=SubscriptionType.choices)
    hours = forms.IntegerField(label="Hours per month", required=False, min_value=1, max_value=1_000_000_000)
    billing = forms.ChoiceField(label="Billing", required=False, choices=_CHOICES["billing_method"])
    package = forms.ChoiceField(required=False, choices=_CHOICES["package"])
    units = forms.IntegerField(required=False, min_value=1, max_value=1_000_000_000, help_text="For LEAN, a month.")
    seconds = forms.DecimalField(
        label="Seconds per unit", required=False, min_value=0, max_value=8_640_000, decimal_places=1
    )

    # Which product each field belongs to; the page shows only those of the chosen one.
    BELONGS = {
        "hours": "agile",
        "billing": "agile",
        "package": "lean",
        "units": "batch lean",
        "seconds": "batch lean",
    }

    def __init__(self, data: Any = None, *, selection: Selection) -> None:
        """Begin with what was chosen."""
        super().__init__(data, auto_id="id_selection_%s", initial=selection.as_json())
        self.initial["product"] = selection.subscription_type
        self.before = selection

    def parts(self) -> list[tuple[str, forms.BoundField]]:
        """The fields that depend on the product, each with the products it belongs to."""
        return [(products, self[name]) for name, products in self.BELONGS.items()]

    def selection(self) -> Selection:
        """What is chosen now; call it on a valid form. Details of other products are dropped."""
        product = self.cleaned_data["product"]
        kept = {name: self.cleaned_data[name] for name, belongs in self.BELONGS.items() if product in belongs.split()}
        seconds = kept.get("seconds")
        if "seconds" in kept:
            kept["seconds"] = str(seconds) if seconds else ""
        return Selection(product=product, use_case=self.before.use_case, **kept)


class StartForm(forms.Form):
    """Three inputs, the type, and whatever is known of it (R37, R38)."""

    name = LineField(
        max_length=120,
        help_text="Something you will recognise, for example “Street sign labels”.",
        error_messages={
            "required": "Please give it a name.",
            "max_length": "Please shorten it to %(limit_value)d characters; it has %(show_value)d.",
        },
    )
    intended_start = forms.DateField(
        label="Intended start date",
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="When you would like the work to begin. A guess is fine.",
        error_messages={
            "required": "Please say when you would like to start.",
            "invalid": "This is not a date. Write it like 2026-03-31.",
        },
    )
    description = ProseField(
        label="Short description",
        max_length=2000,
        help_text="What is your data, and what should be done with it?",
        widget=forms.Textarea(attrs={"rows": 5, "data-counter": "2000", "data-grow": True}),
        error_messages={
            "required": "Please describe it in a sentence or two.",
            "max_length": "Please shorten it to %(limit_value)d characters; it has %(show_value)d.",
        },
    )
    subscription_type = forms.ChoiceField(
        choices=SubscriptionType.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one of the three."},
    )
    person_name = LineField(label="Your name", required=False, max_length=120)
    company = LineField(
        label="Your company", required=False, max_length=120, help_text="As your colleagues will see it here."
    )
    time_zone = LineField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: User, attempt: StartAttempt) -> None:
        """Begin with the selection, and with what was typed before."""
        selection = Selection.from_json(attempt.selection)
        initial: dict[str, Any] = {"subscription_type": selection.subscription_type.value}
        self.detail_names: dict[str, dict[str, str]] = {}
        details: dict[str, forms.Field] = {}
        for kind in SubscriptionType:
            fields = term_fields(kind, for_clients=True)
            self.detail_names[kind] = {f"{kind}_{name}": name for name in fields}
            details |= {f"{kind}_{name}": field for name, field in fields.items()}
            initial |= {f"{kind}_{name}": value for name, value in selection.details_of(kind).items()}
        super().__init__(data, initial=initial | attempt.draft)
        self.fields |= details
        self.user = user
        self.knows_use_case = bool(selection.use_case)
        for name in ("name", "description", "person_name", "company"):
            self.fields[name].widget.attrs["dir"] = "auto"
        self.fields["person_name"].widget.attrs["autocomplete"] = "name"
        self.fields["company"].widget.attrs["autocomplete"] = "organization"
        if user.name:
            del self.fields["person_name"]
        if user.organization_id:
            del self.fields["company"]
        today = timezone.localdate()
        self.fields["intended_start"].widget.attrs |= {"min": today.isoformat(), "max": _latest(today).isoformat()}
        if selection.use_case and "description" not in attempt.draft:
            self.initial["description"] = f"Use case: {selection.use_case}"

    def cards(self) -> list[tuple[Any, str]]:
        """The three types: each radio button with what it is about."""
        return [
            (button, ABOUT[SubscriptionType(kind)])
            for button, kind in zip(self["subscription_type"], SubscriptionType, strict=True)
        ]

    def detail_groups(self) -> list[tuple[SubscriptionType, list[forms.BoundField]]]:
        """The optional details, by type; the page shows those of the chosen one."""
        return [(kind, [self[name] for name in self.detail_names[kind]]) for kind in SubscriptionType]

    @property
    def shows_details(self) -> bool:
        """Whether the details begin unfolded: something is in them."""
        names = [name for kind in SubscriptionType for name in self.detail_names[kind]]
        return any(self.errors.get(name) or self[name].value() for name in names)

    def clean_time_zone(self) -> str:
        """The browser's zone, or nothing when it is none."""
        zone: str = self.cleaned_data["time_zone"]
        try:
            validate_time_zone(zone)
        except forms.ValidationError:
            return ""
        return zone if len(zone) <= 60 else ""

    def clean(self) -> dict[str, Any]:
        """Judge the day in the person's own zone, and only the details of the chosen type."""
        chosen = self.cleaned_data.get("subscription_type")
        for kind, names in self.detail_names.items():
            if kind != chosen:
                for name in names:
                    self.errors.pop(name, None)
        day = self.cleaned_data.get("intended_start")
        if day is not None:
            self._judge(day)
        return self.cleaned_data

    def _judge(self, day: date) -> None:
        typed = self.cleaned_data.get("time_zone", "")
        if problem := problem_of_start(day, zone=typed if self.user.time_zone == "UTC" else self.user.time_zone):
            self.add_error("intended_start", problem)

    def wish(self) -> Wish:
        """What to start; call it on a valid form."""
        data = self.cleaned_data
        kind = SubscriptionType(data["subscription_type"])
        return Wish(
            name=data["name"],
            intended_start=data["intended_start"],
            description=data["description"],
            subscription_type=kind,
            details={name: data[key] for key, name in self.detail_names[kind].items()},
            person_name=data.get("person_name", ""),
            company=data.get("company", ""),
            time_zone=data["time_zone"],
        )


class TermsForm(forms.Form):
    """The attributes of a WorkStream's type: for clients those they estimate, for colleagues all (R20, R40-R43)."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: Any = None, *, workstream: WorkStream, for_clients: bool, focus: str = "") -> None:
        """Begin with what is stored. `focus` names the field the person came for."""
        self.kind = SubscriptionType(workstream.subscription_type)
        self.stored = terms_of(workstream)
        fields = term_fields(self.kind, for_clients=for_clients)
        initial = {name: _as_typed(getattr(self.stored, name)) for name in fields}
        super().__init__(data, initial=initial | {"seen": fingerprint(self.stored)})
        self.fields |= fields
        self.names = list(fields)
        for attribute in attributes_of(self.kind):
            if attribute.reason in self.fields:
                self.fields[attribute.reason] = LineField(
                    label=f"Why the {attribute.label.lower()} lies outside its range",
                    required=False,
                    max_length=300,
                    help_text="Only needed when it does. The client reads it too.",
                )
        if focus in self.fields:
            self.fields[focus].widget.attrs["autofocus"] = True

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields line by line: the two ends of a range side by side, a price beside its reason."""
        lines = []
        for attribute in attributes_of(self.kind):
            names = [*attribute.fields, *([attribute.reason] if attribute.reason else [])]
            if line := [self[name] for name in names if name in self.fields]:
                lines.append(line)
        return lines

    def clean(self) -> dict[str, Any]:
        """Other types' attributes do not belong here; ranges run upwards; an odd price says why."""
        if foreign := sorted(foreign_fields(self.kind) & set(self.data)):
            words = ", ".join(name.replace("_", " ") for name in foreign)
            self.add_error(None, f"{self.kind.label} has no {words}: the type was changed meanwhile. Reload the page.")
        stored = {name: getattr(self.stored, name) for name in fields_of(self.kind)}
        now = SimpleNamespace(**stored | self.cleaned_data)
        for estimate, _ in ranges_of(self.kind):
            low, high = getattr(now, estimate.field), getattr(now, estimate.upper)
            if low is not None and high is not None and low > high and estimate.upper in self.cleaned_data:
                self.add_error(estimate.upper, "This is below the lower end of the range.")
        for price in outside_range(now, self.kind):
            if price.reason in self.cleaned_data and not self.cleaned_data[price.reason]:
                self.add_error(price.reason, f"The {price.label.lower()} lies outside its estimated range. Say why.")
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """What to save; call it on a valid form."""
        return {name: self.cleaned_data[name] for name in self.names}

    def differences(self) -> list[tuple[str, str]]:
        """Label and stored value wherever what is stored now differs from what this person typed."""
        rows = describe(self.stored, self.kind, sees_prices=True, may_edit=False, edits_all=False, discount=Decimal(0))
        typed = self.cleaned_data
        return [
            (row.label, row.value or "not known")
            for row in rows
            if any(name in typed and typed[name] != getattr(self.stored, name) for name in row.attribute.fields)
        ]

    def renewed(self, workstream: WorkStream, *, for_clients: bool) -> "TermsForm":
        """The same entries on top of what is stored now, so that saving again is a decision."""
        data = dict(self.data.items()) | {"seen": fingerprint(terms_of(workstream))}
        form = TermsForm(data, workstream=workstream, for_clients=for_clients)
        form.is_valid()
        return form


class TypeForm(forms.Form):
    """Another subscription type (A32)."""

    to = forms.ChoiceField(
        label="New type",
        choices=[("", "Choose a type"), *SubscriptionType.choices],
        error_messages={"required": "Choose the new type."},
    )

    def __init__(self, data: Any = None, *, workstream: WorkStream) -> None:
        """Offer the other two."""
        super().__init__(data)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = [
            ("", "Choose a type"),
            *(choice for choice in SubscriptionType.choices if choice[0] != workstream.subscription_type),
        ]


def problem_of_start(day: date, *, zone: str) -> str:
    """What is the matter with an intended start, judged by the calendar of `zone`; empty for a day that is fine."""
    today = timezone.localdate(timezone=ZoneInfo(zone or "UTC"))
    if day < today:
        return "This day is past. Choose today or a later one."
    if day > (latest := _latest(today)):
        return (
            f"This is more than two years ahead. Choose a day up to {latest.day} {latest:%b %Y}, "
            "or tell us more in the description."
        )
    return ""


def draft_of(data: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed so far, as they typed it, for the attempt's row. Never invalid; cut where it is absurd."""
    names = [name for name in StartForm.base_fields if name != "time_zone"]
    names += [f"{kind}_{name}" for kind in SubscriptionType for name in fields_of(kind, for_clients=True)]
    return {name: several_lines(data[name][:LONGEST_DRAFT_VALUE]) for name in names if name in data}


def _as_typed(value: Any) -> Any:
    """A stored number as somebody would type it: without idle zeros."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def _latest(today: date) -> date:
    try:
        return today.replace(year=today.year + YEARS_AHEAD)
    except ValueError:  # the 29th of February
        return today.replace(year=today.year + YEARS_AHEAD, day=28)
