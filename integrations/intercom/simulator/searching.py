"""Intercom's query language, for contacts and conversations."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.simulator.vendor import Problem

DEEPEST, MOST_FILTERS = 2, 15
Values = Mapping[str, Any]
Compare = Callable[[str, Any, Any], bool]


def matches(query: dict[str, Any], values: Values, *, by_day: bool, depth: int = 1) -> bool:
    """Whether a thing with these values is found. Raises: Problem for a query that Intercom does not take."""
    if query.get("operator") in {"AND", "OR"}:
        filters = query.get("value", [])
        if depth > DEEPEST or len(filters) > MOST_FILTERS:
            raise Problem(400, "The query has too many filters, or is nested too deeply.", code="INVALID_PARAMETER")
        found = [matches(each, values, by_day=by_day, depth=depth + 1) for each in filters]
        return all(found) if query["operator"] == "AND" else any(found)
    name, operator, wanted = str(query.get("field")), str(query.get("operator")), query.get("value")
    if name not in values and not name.startswith("custom_attributes."):
        raise Problem(400, f"{name} is not a field that can be searched.", code="parameter_invalid")
    has = values.get(name)
    if name.endswith("_at"):
        return _compare_times(operator, has, wanted, by_day=by_day)
    return _compare(operator, has, wanted)


def _compare_times(operator: str, has: Any, wanted: Any, *, by_day: bool) -> bool:
    if operator not in {"=", ">", "<"}:
        raise Problem(400, f"{operator} does not compare times.", code="parameter_invalid")
    if has is None:
        return False
    left, right = float(has), float(wanted)
    if by_day:
        left, right = _day(left), _day(right)
        return {"=": left == right, ">": left > right, "<": left < right}[operator]
    # "From that moment on."
    return {"=": left == right, ">": left >= right, "<": left < right}[operator]


def _compare(operator: str, has: Any, wanted: Any) -> bool:
    held = [str(one).lower() for one in has] if isinstance(has, list) else [_text(has)]
    asked = [_text(one) for one in wanted] if isinstance(wanted, list) else [_text(wanted)]
    if operator in {"=", "IN"}:
        return any(one in asked for one in held)
    if operator in {"!=", "NIN"}:
        return not any(one in asked for one in held)
    if operator in {"~", "!~"}:
        # By token, not by letter.
        tokens = {word for one in held for word in one.split()}
        return (set(asked[0].split()) <= tokens) == (operator == "~")
    if operator in {"^", "$"}:
        starts = operator == "^"
        return any(one.startswith(asked[0]) if starts else one.endswith(asked[0]) for one in held)
    raise Problem(400, f"{operator} does not compare {wanted!r}.", code="parameter_invalid")


def page(rows: list[Any], pagination: dict[str, Any] | None, *, default: int, most: int) -> tuple[list[Any], Any]:
    """The asked page of the rows, and the `pages` beside it."""
    asked = pagination or {}
    size = int(asked.get("per_page") or default)
    if not 1 <= size <= most:
        raise Problem(400, f"per_page must be from 1 to {most}.", code="parameter_invalid")
    start = _position(asked.get("starting_after"))
    shown = rows[start : start + size]
    after = start + size
    pages = {
        "type": "pages",
        "page": start // size + 1,
        "per_page": size,
        "total_pages": -(-len(rows) // size),
        "next": {"per_page": size, "starting_after": cursor(after)} if after < len(rows) else None,
    }
    return shown, pages


def cursor(position: int) -> str:
    """Where a page begins, as Intercom hands it out."""
    return base64.urlsafe_b64encode(f"[{position}]".encode()).decode()


def _position(text: str | None) -> int:
    if not text:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text).decode().strip("[]"))
    except ValueError as broken:
        raise Problem(400, "starting_after is invalid.", code="parameter_invalid") from broken


def _day(seconds: float) -> float:
    day = datetime.fromtimestamp(seconds, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day.timestamp()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).lower()
