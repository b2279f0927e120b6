"""Serializer fields that read what people type as the forms do."""

from datetime import UTC
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from accounts.fields import PlanDateField, is_blank, one_line, several_lines


class Line(serializers.CharField):
    """A name or the like, on one line."""

    def to_internal_value(self, data: Any) -> str:
        """The cleaned line; empty when nobody would see anything of it."""
        text = one_line(super().to_internal_value(data))
        return self._insist("" if is_blank(text) else text)

    def _insist(self, text: str) -> str:
        if not text and not self.allow_blank:
            self.fail("blank")
        return text


class Prose(Line):
    """A description or a note, on several lines."""

    def to_internal_value(self, data: Any) -> str:
        """The cleaned text; empty when nobody would see anything of it."""
        text = several_lines(serializers.CharField.to_internal_value(self, data))
        return self._insist("" if is_blank(text) else text)


class PlanDate(serializers.DateField):
    """A day somebody plans with, within the limits of the forms."""

    def to_internal_value(self, value: Any) -> Any:
        """The day. Raises: ValidationError for what is no day, or one that nobody can plan with."""
        day = super().to_internal_value(value)
        PlanDateField().validate(day)
        return day


class Moment(serializers.DateTimeField):
    """A moment, written in UTC whatever the reader's time zone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


class Known(serializers.SlugRelatedField[Any]):
    """The id of a row that the caller may know; a foreign one does not exist. The model's rows have `visible_to`."""

    def __init__(self, model: Any, **options: Any) -> None:
        self._model = model
        super().__init__(slug_field="public_id", queryset=model.objects.none(), **options)

    def get_queryset(self) -> "QuerySet[Any]":
        """The rows to choose from."""
        rows: QuerySet[Any] = self._model.objects.visible_to(self.context["request"].user)
        return rows
