"""Text and dates as people paste and type them."""

from datetime import date

import pytest
import time_machine
from django import forms

from accounts.fields import LineField, PlanDateField, ProseField


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Street   labels \n", "Street labels"),
        ("Street\x00\x07 labels\x1b", "Street labels"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("Cafe\u0301", "Café"),
        ("👩‍🌾 أسماء الشوارع", "👩‍🌾 أسماء الشوارع"),
    ],
)
def test_a_name_is_one_clean_line(typed: str, kept: str) -> None:
    assert LineField().clean(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200d", "\x01\x02", "\u3000"])
def test_a_name_nobody_could_see_is_no_name(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match="required"):
        LineField().clean(typed)


def test_prose_keeps_its_lines_and_loses_control_characters() -> None:
    assert ProseField().clean(" one\r\ntwo\x07\rthree\n\n") == "one\ntwo\nthree"


@pytest.mark.parametrize("typed", ["0203-05-01", "2014-12-31", "2046-01-01", "31.12.2025", "2025-02-30", "soon"])
@time_machine.travel("2025-11-22 12:00Z", tick=False)
def test_an_absurd_day_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        PlanDateField().clean(typed)


@time_machine.travel("2025-11-22 12:00Z", tick=False)
def test_a_day_ten_years_ahead_can_be_planned() -> None:
    assert PlanDateField().clean("2035-12-31") == date(2035, 12, 31)
