"""Form fields that every screen shares: text as people paste it, dates as people plan."""

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

# What may stand in text although it is invisible: joiners (emoji, several scripts) and direction marks.
_INVISIBLE_BUT_NEEDED = {"\u200c", "\u200d", "\u200e", "\u200f"}
_UNSEEN_CATEGORIES = {"Cc", "Cf", "Cs"}


def one_line(text: str) -> str:
    """Text for a name: white space and line ends become single spaces, invisible control characters go.

    Characters that turn the writing direction of what follows go too: a name stands inside other sentences. A letter
    and its accent become one character, however they were typed, so that names are found by what one sees.
    """
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(c for c in text if c in _INVISIBLE_BUT_NEEDED or unicodedata.category(c) not in _UNSEEN_CATEGORIES)


def several_lines(text: str) -> str:
    """Text of several lines: line ends as one character, control characters gone, trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()


def is_blank(text: str) -> bool:
    """Whether nobody would see anything: only white space and invisible characters."""
    return not any(unicodedata.category(c) not in {*_UNSEEN_CATEGORIES, "Zs", "Zl", "Zp"} for c in text)


class LineField(forms.CharField):
    """A name or the like, on one line."""

    def to_python(self, value: Any) -> Any:
        """The cleaned line; empty when nobody would see anything of it."""
        text = one_line(str(value or ""))
        return self.empty_value if is_blank(text) else text


class ProseField(forms.CharField):
    """A description or a note, on several lines."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        """The cleaned text; empty when nobody would see anything of it."""
        text = several_lines(str(value or ""))
        return self.empty_value if is_blank(text) else text


class PlanDateField(forms.DateField):
    """A day somebody plans with: not before `earliest`, not more than ten years ahead."""

    YEARS_AHEAD = 10

    def __init__(self, *, earliest: date = date(2015, 1, 1), **options: Any) -> None:
        """`earliest` is the first day that makes sense here."""
        self.earliest = earliest
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        options.setdefault("input_formats", ["%Y-%m-%d"])
        options.setdefault("error_messages", {"invalid": "This is not a date. Write it like 2026-03-31."})
        super().__init__(**options)

    def validate(self, value: Any) -> None:
        """Refuse days nobody can plan with.

        Raises: ValidationError.
        """
        super().validate(value)
        if value is None:
            return
        latest = timezone.localdate().replace(month=12, day=31)
        latest = latest.replace(year=latest.year + self.YEARS_AHEAD)
        if not self.earliest <= value <= latest:
            raise forms.ValidationError(
                f"{_in_words(value)} cannot be right. "
                f"Choose a day from {_in_words(self.earliest)} to {_in_words(latest)}."
            )


def _in_words(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"
