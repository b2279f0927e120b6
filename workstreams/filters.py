"""Reading the grid's question off an address. Whatever an address holds, there is an answer, never an error page.

An address says everything it asks: `?type=batch&lead=me`. One that asks nothing is the default, "Lead: me" (R89);
`?lead=any` is how "everything" is written, because an address without any question is taken.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Protocol, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet, MultipleChoiceFilter

from accounts.fields import LineField
from accounts.finding import Named, find_named
from accounts.models import User
from workstreams import grid
from workstreams.choices import EntryPoint, Lifecycle, Milestone, Status, SubscriptionType
from workstreams.grid import GridQuery, People, Sort
from workstreams.models import WorkStream

if TYPE_CHECKING:
    from workstreams.facets import Facets

ME, NOBODY, ANY, NONE = "me", "none", "any", "none"
MOST_VALUES = 50
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
MILESTONES = [(NONE, "No milestone yet"), *Milestone.choices]
YES_OR_NO = [("yes", "Tied to Salesforce"), ("no", "Not tied")]
RECENTLY = [("1", "Last 24 hours"), ("7", "Last 7 days"), ("30", "Last 30 days"), ("90", "Last 90 days")]
SORTS = [(prefix + sort.value, sort.value) for sort in Sort for prefix in ("", "-")]

Pair = tuple[str, str]


def _twin(declared: Any, memo: dict[int, Any]) -> Any:
    """Another one of the same with the same attributes; several times quicker than `copy`, which asks how to."""
    twin = memo[id(declared)] = object.__new__(type(declared))
    twin.__dict__.update(declared.__dict__)
    return twin


class _Lenient:
    """Mixed into fields: what cannot be understood is left out and remembered, and the rest counts."""

    ignored: list[str]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "required": False})
        self.ignored = []

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        # Nobody changes choices or widgets, so they are shared; copying them was a third of what a page of rows costs.
        shared = _twin(self, memo)
        shared.ignored = []
        return shared


class KnownChoices(_Lenient, forms.MultipleChoiceField):
    """Those of the values that are choices."""

    def clean(self, value: Any) -> list[str]:
        """The known values, each once, in the order of the choices."""
        given = dict.fromkeys(str(item) for item in (value or []) if item)
        self.ignored += [item for item in given if not self.valid_value(item)]
        return [str(choice) for choice, _ in cast("list[Pair]", self.choices) if choice in given]


class Ids(_Lenient, forms.MultipleChoiceField):
    """Words that have a meaning, and ids of rows, which are looked up later."""

    def __init__(self, *args: Any, words: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.words = words

    def clean(self, value: Any) -> list[str]:
        """Words and well-formed ids, each once, in the order given."""
        found = []
        for item in dict.fromkeys(str(item) for item in (value or []) if item):
            if item in self.words:
                found.append(item)
            elif (known := _uuid(item)) and len(found) < MOST_VALUES:
                found.append(str(known))
            else:
                self.ignored.append(item)
        return found


class OneChoice(_Lenient, forms.ChoiceField):
    """One of the choices, or nothing."""

    def clean(self, value: Any) -> str:
        """The value, if it is a choice."""
        text = str(value or "")
        if text and not self.valid_value(text):
            self.ignored.append(text)
            return ""
        return text


class Day(_Lenient, forms.DateField):
    """A day that a WorkStream could have to do with, or nothing."""

    def clean(self, value: Any) -> date | None:
        """The day, if it is one."""
        try:
            day = cast("date | None", super().clean(value))
        except ValidationError:
            self.ignored.append(str(value))
            return None
        if day and not EARLIEST <= day <= LATEST:
            self.ignored.append(str(value))
            return None
        return day


class SearchTerm(_Lenient, LineField):
    """A part of a name; control characters and what is longer than any name are cut away."""

    def clean(self, value: Any) -> str:
        """The term on one line."""
        return cast("str", self.to_python(str(value or "")[: 10 * grid.LONGEST_NAME]))[: grid.LONGEST_NAME]


class _Shared:
    """Mixed into filters: what they were declared with is shared, not copied for every request."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return _twin(self, memo)


class _Search(_Shared, CharFilter):  # type: ignore[misc]
    field_class = SearchTerm


class _Choices(_Shared, MultipleChoiceFilter):  # type: ignore[misc]
    field_class = KnownChoices


class _Ids(_Shared, MultipleChoiceFilter):  # type: ignore[misc]
    field_class = Ids


class _One(_Shared, ChoiceFilter):  # type: ignore[misc]
    field_class = OneChoice


class _Day(_Shared, DateFilter):  # type: ignore[misc]
    field_class = Day


FormClass = type[forms.Form]
_FORM: list[FormClass] = []


class WorkStreamFilter(FilterSet):  # type: ignore[misc]
    """Every attribute of A30 by its name in an address. `qs` holds the rows, in no order and none twice."""

    q = _Search(label="Name")
    type = _Choices(label="Type", choices=SubscriptionType.choices)
    milestone = _Choices(label="Milestone", choices=MILESTONES)
    status = _Choices(label="Status", choices=Status.choices)
    lead = _Ids(label="Lead", words=(ME, NOBODY, ANY))
    owner = _Ids(label="Owner", words=(NOBODY,))
    client = _Ids(label="Client")
    lifecycle = _Choices(label="Client is", choices=Lifecycle.choices)
    entry = _Choices(label="Came by", choices=EntryPoint.choices)
    salesforce = _One(label="Salesforce", choices=YES_OR_NO)
    active = _One(label="Active", choices=RECENTLY)
    created_from = _Day(label="Created from")
    created_to = _Day(label="Created until")
    start_from = _Day(label="Intended start from")
    start_to = _Day(label="Intended start until")
    sort = _One(label="Order", choices=SORTS)

    def __init__(self, data: Mapping[str, Any] | None, *, user: User, now: datetime) -> None:
        """The filter for an address's query, as this person asks it."""
        super().__init__(data, queryset=WorkStream.objects.visible_to(user))
        self.user = user
        self.now = now

    def get_form_class(self) -> FormClass:
        """The form of the declared filters, put together once."""
        if not _FORM:
            _FORM.append(super().get_form_class())
        return _FORM[0]

    def filter_queryset(self, queryset: "QuerySet[WorkStream]") -> "QuerySet[WorkStream]":
        """The rows that answer, by `grid.narrow`: django-filter's own way would add a DISTINCT over every column."""
        return grid.narrow(queryset, read(self).query)


# The order in which attributes stand in addresses and as chips.
ATTRIBUTES = tuple(name for name in WorkStreamFilter.base_filters if name != "sort")


@dataclass(frozen=True)
class Address:
    """What the grid's address says, always written the same way: pairs of attribute and value, and the order.

    `columns` are those it names, with commas; empty where it leaves them to the person. `view` is the public id of the
    saved view that is open, empty for none: it stays open while its question is changed.
    """

    pairs: tuple[Pair, ...]
    sort: Sort = Sort.ACTIVITY
    descending: bool = True
    columns: str = ""
    view: str = ""

    @property
    def is_default(self) -> bool:
        """Whether it asks what an address without question asks."""
        return self.pairs == (("lead", ME),)

    def query_string(self, **places: str) -> str:
        """The query with its question mark, or nothing for the default; `places` may name `after` or `before`."""
        # An address that names a view and asks nothing would ask what the view asks.
        written = self._written(asks_by_default=not self.view)
        if self.view:
            written.append(("view", self.view))
        written += places.items()
        return f"?{_encoded(written)}" if written else ""

    @property
    def in_full(self) -> str:
        """The query as it is kept and passed on, without question mark: also the default is written out."""
        return _encoded(self._written(asks_by_default=False))

    @property
    def sort_value(self) -> str:
        """The order as it is written in an address."""
        return f"-{self.sort.value}" if self.descending else self.sort.value

    def without(self, pair: Pair) -> "Address":
        """The same without one value."""
        return replace(self, pairs=tuple(kept for kept in self.pairs if kept != pair))

    def cleared(self) -> "Address":
        """The same order and columns, asking for every WorkStream; no view is open."""
        return replace(self, pairs=(), view="")

    def sorted_by(self, sort: Sort) -> "Address":
        """The same in another order; asking for the order that is there turns it round."""
        descending = not self.descending if sort == self.sort else sort.newest_first
        return replace(self, sort=sort, descending=descending)

    def with_pairs(self, *pairs: Pair) -> "Address":
        """Another question in the same order and columns; no view is open."""
        return replace(self, pairs=pairs, view="")

    def _written(self, *, asks_by_default: bool) -> list[Pair]:
        written = [] if asks_by_default and self.is_default else list(self.pairs) or [("lead", ANY)]
        if (self.sort, self.descending) != (Sort.ACTIVITY, True):
            written.append(("sort", self.sort_value))
        if self.columns:
            written.append(("columns", self.columns))
        return written


def _encoded(pairs: Sequence[Pair]) -> str:
    return urlencode(pairs).replace("%2C", ",")


@dataclass(frozen=True)
class RowsNamed:
    """The people and clients that an address names, by public id; `facets` where they came to light on the way."""

    people: dict[str, Named] = field(default_factory=dict)
    organizations: dict[str, Named] = field(default_factory=dict)
    facets: "Facets | None" = None


class LookUp(Protocol):
    """How the rows are found that an address names."""

    def __call__(
        self,
        user: User,
        query: GridQuery,
        /,
        *,
        leads: Collection[str],
        others: Collection[str],
        clients: Collection[str],
    ) -> RowsNamed:
        """Those of these public ids; `query` is the rest of the question. One statement at most."""


def look_up(
    user: User, _query: GridQuery, /, *, leads: Collection[str], others: Collection[str], clients: Collection[str]
) -> RowsNamed:
    """Those that this person may look up, whatever the rest of the question; no statement where nobody is named."""
    if not (leads or others or clients):
        return RowsNamed()
    found = find_named(user, people={*leads, *others}, organizations=clients)
    return RowsNamed(found.people, found.organizations)


@dataclass(frozen=True)
class Reading:
    """What was understood of an address: the question, how to write it, the rows it names, and what was left out."""

    query: GridQuery
    address: Address
    named: RowsNamed = field(default_factory=RowsNamed)
    has_ignored: bool = False


def read(filters: WorkStreamFilter, look_up: LookUp = look_up) -> Reading:
    """Understand what was filled in. Costs one statement where it names people or clients."""
    filters.form.is_valid()  # every field is lenient: nothing makes it invalid
    found: dict[str, Any] = filters.form.cleaned_data
    query, address = _question(filters, found, RowsNamed())
    named = look_up(
        filters.user,
        query,
        leads=_uuids(found["lead"]),
        others=_uuids(found["owner"]),
        clients=_uuids(found["client"]),
    )
    if named.people or named.organizations:
        query, address = _question(filters, found, named)
    has_ignored = (
        any(getattr(form_field, "ignored", ()) for form_field in filters.form.fields.values())
        or any(item not in named.people for item in _uuids(found["lead"] + found["owner"]))
        or any(item not in named.organizations for item in found["client"])
    )
    return Reading(query, address, named, has_ignored)


def _question(filters: WorkStreamFilter, found: dict[str, Any], named: RowsNamed) -> tuple[GridQuery, Address]:
    """What is asked, and how it is written, as far as those are known whom it names."""
    people, organizations = named.people, named.organizations

    pairs = tuple(_pairs(found, people, organizations, filters.user)) if asks(filters.data) else (("lead", ME),)
    values = _values(pairs)
    sort, descending = _order(found["sort"])
    query = GridQuery(
        name=found["q"],
        types=frozenset(values["type"]),
        milestones=frozenset(values["milestone"]) - {NONE},
        without_milestone=NONE in values["milestone"],
        statuses=frozenset(values["status"]),
        leads=_people(values["lead"], people, filters.user),
        owners=_people(values["owner"], people, filters.user),
        organizations=frozenset(organizations[item].pk for item in values["client"]),
        lifecycles=frozenset(values["lifecycle"]),
        entry_points=frozenset(values["entry"]),
        created_from=_midnight(found["created_from"]),
        created_before=_midnight(found["created_to"], days_later=1),
        start_from=found["start_from"],
        start_to=found["start_to"],
        is_tied={"yes": True, "no": False}.get(found["salesforce"]),
        active_since=filters.now - timedelta(days=int(found["active"])) if found["active"] else None,
        sort=sort,
        descending=descending,
    )
    return query, Address(pairs, sort, descending)


def chip_text(pair: Pair, reading: Reading) -> str:
    """What a value in force is called: “Lead: me”, “Type: BATCH”."""
    name, value = pair
    if name == "q":
        return f"Name: “{value}”"
    form_filter = WorkStreamFilter.base_filters[name]
    if name in {"salesforce", "active"}:
        return str(dict(form_filter.extra["choices"])[value])
    if isinstance(form_filter, _Day):
        day = date.fromisoformat(value)
        return f"{form_filter.label} {day.day} {day:%b %Y}"
    if isinstance(form_filter, _Choices):
        return f"{form_filter.label}: {dict(form_filter.extra['choices'])[value]}"
    words = {ME: "me", NOBODY: "nobody"}
    named = reading.named.people.get(value) or reading.named.organizations.get(value)
    return f"{form_filter.label}: {words.get(value) or named}"


def asks(data: Mapping[str, Any]) -> bool:
    """Whether an address asks for any attribute at all; an order or a page alone is no question."""
    given = data if isinstance(data, QueryDict) else QueryDict(urlencode(data or {}, doseq=True))
    return any(any(given.getlist(name)) for name in ATTRIBUTES)


def _pairs(
    found: dict[str, Any], people: dict[str, Named], organizations: dict[str, Named], user: User
) -> Iterator[Pair]:
    known = {"lead": people.keys() | {ME, NOBODY}, "owner": people.keys() | {NOBODY}, "client": organizations.keys()}
    own_id = str(user.public_id)
    for name in ATTRIBUTES:
        value = found[name]
        if name in known:
            named = [ME if name == "lead" and item == own_id else item for item in value if item in known[name]]
            yield from ((name, item) for item in dict.fromkeys(named))
        elif isinstance(value, list):
            yield from ((name, item) for item in value)
        elif value:
            yield name, value.isoformat() if isinstance(value, date) else str(value)


def _values(pairs: Sequence[Pair]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {name: [] for name in ATTRIBUTES}
    for name, value in pairs:
        values[name].append(value)
    return values


def _people(values: Sequence[str], people: dict[str, Named], user: User) -> People:
    ids = frozenset(user.pk if value == ME else people[value].pk for value in values if value != NOBODY)
    return People(ids, nobody=NOBODY in values)


def _uuids(values: Sequence[str]) -> list[str]:
    return [value for value in values if value not in {ME, NOBODY, ANY}]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def _order(value: str) -> tuple[Sort, bool]:
    return (Sort(value.removeprefix("-")), value.startswith("-")) if value else (Sort.ACTIVITY, True)


def _midnight(day: date | None, *, days_later: int = 0) -> datetime | None:
    """The moment a day begins in the reader's time zone."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days_later), time.min))
