"""Every component of the design system on one page, for people who build pages. Its markup: docs/design.md."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import PortalRequest


class Sample(forms.Form):
    """One field of each kind, rendered by the portal's own field template."""

    name = forms.CharField(help_text="Seen by everybody in the WorkStream.", max_length=120)
    intended_start = forms.DateField(label="Intended start date", widget=forms.DateInput(attrs={"type": "date"}))
    hours = forms.IntegerField(label="Hours per month", required=False)
    description = forms.CharField(
        label="Short description", widget=forms.Textarea(attrs={"data-counter": "2000", "rows": 3}), max_length=2000
    )
    lead = forms.ChoiceField(label="WorkStream Lead", choices=[("jonas", "Jonas Brandt"), ("ada", "Ada Lind")])
    kinds = forms.MultipleChoiceField(
        label="Kinds of data",
        choices=[("images", "Images"), ("text", "Text"), ("audio", "Audio")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(label="Send me a copy by e-mail", required=False)


LATER_STEPS = [
    (3, "Reviewing Service Agreement", "Next"),
    (4, "Assembling DataSquad or Rapid Prototyping", "Later"),
    (5, "Processing Data", "Later"),
]
_COLUMNS = ("name", "client", "type", "number", "step", "waiting", "unread", "updated")
_ROWS: list[tuple[Any, ...]] = [
    ("Street signs in four cities", "Acme Mobility", "AGILE", 2, "Preparing a Proposal", "Client", 2, "2 hours ago"),
    ("Invoices, second half of the year", "Northwind", "BATCH", 5, "Processing Data", "Us", 0, "4 hours ago"),
    (
        "A name as long as a whole sentence, as some write",
        "Acme",
        "LEAN",
        4,
        "Rapid Prototyping",
        "Us",
        11,
        "3 Nov",
    ),
]


@require_GET
def design(request: PortalRequest) -> HttpResponse:
    """The gallery. The form is bound to nothing, so that its errors show."""
    context = {
        "form": Sample({"description": "x" * 2100}),
        "later_steps": LATER_STEPS,
        "grid_rows": [dict(zip(_COLUMNS, row, strict=True)) for row in _ROWS],
    }
    return render(request, "design/gallery.html", context)
