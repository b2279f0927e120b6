"""The cells of the grid's table as HTML.

A page has some five hundred of them, and a template takes ten times as long over each. What a `Row` hands out is
escaped already; whatever else is put in here has to be ours, or be escaped here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.utils.dateformat import format as written
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from workstreams.rows import Moment, Row


class Turn(Protocol):
    """What a cell shows of a chat."""

    @property
    def unread(self) -> int:
        """How many messages the reader has not read."""

    @property
    def waiting_on(self) -> str:
        """Whose turn it is."""


class Promise(Protocol):
    """An answer that is owed."""

    @property
    def due(self) -> datetime:
        """By when."""

    @property
    def is_late(self) -> bool:
        """Whether that has passed."""


@dataclass(frozen=True)
class Beyond:
    """What the floors above know of the rows, by primary key; empty where no column shows it."""

    turns: Mapping[int, Turn] = field(default_factory=dict)
    promises: Mapping[int, Promise] = field(default_factory=dict)
    steps: Mapping[int, SafeString] = field(default_factory=dict)


Cell = Callable[[Row, Beyond], str]


def table_row(row: Row, cells: list[Cell], beyond: Beyond) -> str:
    """A row: its box, its cells, and at its end “Take” or the way to the administration."""
    return (
        f'<tr data-row data-id="{row.id}">\n'
        '  <td class="grid-table__choose"><label>'
        f'<span class="visually-hidden">Choose {row.name}</span>'
        f'<input type="checkbox" name="chosen" value="{row.id}" form="bulk"></label></td>\n'
        f"  {''.join([cell(row, beyond) for cell in cells])}\n"
        f'  <td class="grid-table__more">{_take(row) if row.may_take else _administration(row)}</td>\n'
        "</tr>\n"
    )


def _take(row: Row) -> str:
    return (
        f'<button class="button button--small" form="take" formaction="{row.take_url}" data-take'
        f' hx-post="{row.take_url}" hx-include="#take" hx-target="closest tr" hx-swap="outerHTML"'
        f' hx-disabled-elt="this" aria-label="Take {row.name}">Take</button>'
    )


def _administration(row: Row) -> str:
    return (
        f'<a class="button button--quiet button--small button--icon" href="{row.administration_url}"'
        f' aria-label="Administration of {row.name}" title="Administration">'
        '<svg width="16" height="16" aria-hidden="true"><use href="#icon-administration"/></svg></a>'
    )


def _name(row: Row, _: Beyond) -> str:
    return f'<th scope="row" class="table__main"><a href="{row.url}"><bdi>{row.name}</bdi></a></th>'


def _client(row: Row, _: Beyond) -> str:
    return f'<td data-label="Client">{row.client}</td>'


def _type(row: Row, _: Beyond) -> str:
    return f'<td data-label="Type"><span class="chip chip--{row.type}">{row.type_label}</span></td>'


def _milestone(row: Row, beyond: Beyond) -> str:
    if not row.has_milestone:
        return f'<td data-label="Milestone">{_muted("None yet")}</td>'
    step = beyond.steps.get(row.pk)
    number = f'<b class="grid-table__step">{step}</b> ' if step else ""
    return f'<td data-label="Milestone">{number}{row.milestone_label}</td>'


def _status(row: Row, _: Beyond) -> str:
    return f'<td data-label="Status"><span class="chip chip--{row.status}">{row.status_label}</span></td>'


def _lead(row: Row, _: Beyond) -> str:
    return f'<td data-label="WorkStream Lead">{_person(row.lead) if row.has_lead else _muted("Nobody yet")}</td>'


def _waiting(row: Row, beyond: Beyond) -> str:
    chat = beyond.turns.get(row.pk)
    turn = "Client"
    if not row.is_open:
        turn = _muted("Nobody")
    elif chat and chat.waiting_on == "us":
        turn = '<span class="grid-table__turn">Us</span>'
    return f'<td data-label="Waiting on">{turn}</td>'


def _time_left(row: Row, beyond: Beyond) -> str:
    promise = beyond.promises.get(row.pk)
    if not promise:
        return '<td data-label="Time left"></td>'
    late = '<span class="grid-table__turn">Late, due </span>' if promise.is_late else ""
    day = written(localtime(promise.due), "j M, H:i")
    return (
        f'<td data-label="Time left">{late}<time datetime="{promise.due.isoformat()}" data-relative>{day}</time></td>'
    )


def _unread(row: Row, beyond: Beyond) -> str:
    # Whoever is not on a WorkStream has nothing unread there.
    chat = beyond.turns.get(row.pk) if row.is_mine else None
    count = f'<span class="count">{chat.unread}</span>' if chat and chat.unread else ""
    return f'<td data-label="Unread">{count}</td>'


def _salesforce(row: Row, _: Beyond) -> str:
    return f'<td data-label="Salesforce">{"Tied" if row.is_tied else _muted("Not tied")}</td>'


def _updated(row: Row, _: Beyond) -> str:
    at = row.updated
    return f'<td data-label="Updated"><time datetime="{at.stamp}" data-relative>{at.day}</time></td>'


def _owner(row: Row, _: Beyond) -> str:
    return f'<td data-label="Owner">{_person(row.owner) if row.has_owner else _muted("Nobody yet")}</td>'


def _start(row: Row, _: Beyond) -> str:
    return f'<td data-label="Intended start">{_day(row.intended_start, otherwise="Not known")}</td>'


def _starts_on(row: Row, _: Beyond) -> str:
    return f'<td data-label="WorkStream Starting">{_day(row.starts_on, otherwise="Not settled")}</td>'


def _created(row: Row, _: Beyond) -> str:
    return f'<td data-label="Created">{_day(row.created, otherwise="")}</td>'


def _entry(row: Row, _: Beyond) -> str:
    return f'<td data-label="Came by">{row.entry_label}</td>'


def _muted(words: str) -> str:
    return f'<span class="muted">{words}</span>'


def _person(name: SafeString) -> str:
    return f"<bdi>{name}</bdi>"


def _day(at: Moment | None, *, otherwise: str) -> str:
    return f'<time datetime="{at.stamp}">{at.day}</time>' if at else _muted(otherwise)


# One for each of `workstreams.columns.COLUMNS`.
CELLS: dict[str, Cell] = {
    "name": _name,
    "client": _client,
    "type": _type,
    "milestone": _milestone,
    "status": _status,
    "lead": _lead,
    "waiting": _waiting,
    "time_left": _time_left,
    "unread": _unread,
    "salesforce": _salesforce,
    "updated": _updated,
    "owner": _owner,
    "start": _start,
    "starts_on": _starts_on,
    "created": _created,
    "entry": _entry,
}
