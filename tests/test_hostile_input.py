"""Whatever arrives at the lists of WorkStreams, there is an answer, and never one with another client's names in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams import facets
from workstreams.filters import WorkStreamFilter
from workstreams.models import WorkStream

pytestmark = pytest.mark.django_db

WHO = ("isr", "agile_worker", "stranger", "nobody")
# Names that somebody must not meet, on pages and in errors alike. The Agile Worker is on Acme's WorkStream.
FOREIGN = {
    "isr": (),
    "agile_worker": ("Invoice scans", "Globex", "Stella"),
    "stranger": ("Street labels", "Acme", "Olive", "Milo", "Architect Colleague"),
    "nobody": ("Street labels", "Invoice scans", "Acme", "Globex", "Olive", "Stella", "Colleague"),
}
QUESTION = tuple(WorkStreamFilter.base_filters)


@dataclass(frozen=True)
class Place:
    """An address that takes a question, the parameters it knows, and the place of the page htmx fetches it for."""

    name: str
    parameters: tuple[str, ...]
    target: str = ""
    # A strict list stops at the first parameter that is wrong; the others read all of them each time.
    is_strict: bool = False

    @property
    def one_by_one(self) -> tuple[str, ...]:
        """The parameters to try on their own: all of a strict list's, and those that the others make most of."""
        return self.parameters if self.is_strict else ("q", "sort", "after")

    def ask(self, client: Client, query: str, **headers: str) -> Any:
        """The answer to a query string that is sent as it stands."""
        htmx = {"HX-Request": "true", "HX-Target": self.target} if self.target else {}
        return client.generic("GET", reverse(self.name), QUERY_STRING=query, headers={**htmx, **headers})


ON_THE_GRID = (*QUESTION, "after", "before", "find_owner", "find_client", "view", "columns", "choose")
PLACES = {
    "the grid": Place("workstreams:grid", ON_THE_GRID),
    "its results": Place("workstreams:grid", ON_THE_GRID, "found"),
    "the owners to choose from": Place("workstreams:grid", ON_THE_GRID, "owner-options"),
    "the clients to choose from": Place("workstreams:grid", ON_THE_GRID, "client-options"),
    "what to export": Place("workstreams:export", ON_THE_GRID),
    "a view to save": Place("workstreams:new_view", ON_THE_GRID),
    "saved views": Place("workstreams:views", ("view", "page")),
    "one's own list": Place("workstreams:mine", ("before", "closed_before")),
    "the grid by API": Place("api:workstreams", (*QUESTION, "after", "before", "page_size"), is_strict=True),
    "the counts by API": Place("api:workstreams_facets", QUESTION, is_strict=True),
    "saved views by API": Place("api:views", ("after", "before", "page_size"), is_strict=True),
    "organisations by API": Place("api:organizations", ("q", "after", "before", "page_size"), is_strict=True),
    "people by API": Place(
        "api:people", ("q", "role", "can_lead", "organization", "after", "before", "page_size"), is_strict=True
    ),
}

HOSTILE = [
    "",
    "%00",
    "a%00b",
    "%25",
    "_",
    "%5C",
    "%5C%25",
    "%27%20OR%201%3D1--",
    "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%FF%FE",
    "%ED%A0%80",  # half of a surrogate pair, as no UTF-8 has it
    "%F0%9F%9A%A6",
    "%E2%80%AE",  # turns the writing direction
    "%0D%0ASet-Cookie%3A%20a%3Db",
    "x" * 10_000,
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "0",
    "true",
    "null",
    "%7B%22a%22%3A1%7D",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-01-01T00%3A00%3A00Z",
    "%D9%A2%D9%A0%D9%A2%D9%A6-%D9%A0%D9%A1-%D9%A0%D9%A1",  # a date in other digits
    "%D9%A7",
    "me",
    "none",
    "any",
    "..%2F..%2Fetc%2Fpasswd",
    "00000000-0000-0000-0000-000000000000",
    "%7B00000000-0000-4000-8000-000000000000%7D",
    "urn%3Auuid%3A00000000-0000-4000-8000",
    "W10",
    "%%%",
    "%u0000",
]
SEVERAL = [
    "&".join(f"lead={n}" for n in range(900)),
    "&".join(f"x{n}=1" for n in range(1_100)),
    "&".join(f"owner=00000000-0000-4000-8000-{n:012}" for n in range(60)),
    "&&&=&=a&a",
    "lead[]=me&lead[0]=me&lead.a=me",
    "type=agile&type=agile&type=gold&sort=name&sort=-start&sort=x",
    "created_from=2026-05-01&created_to=2026-01-01&start_from=2199-12-31&start_to=2000-01-01",
    "created_to=2199-12-31&active=90&salesforce=yes&lifecycle=user&entry=invitation",
    ";;%3B%26",
    "\xff\xfe=\xff",
    "q=a" * 2_000,
]


@pytest.fixture(autouse=True)
def _nobody_counts(settings: Settings) -> None:
    """More is asked here in a minute than anybody may."""
    settings.API_CALLS_PER_MINUTE = settings.API_ANONYMOUS_CALLS_PER_MINUTE = 1_000_000


@pytest.fixture
def visitors(world: World) -> dict[str, Client]:
    """A browser for each, signed in where there is somebody to sign in; and counts beside the boxes."""
    facets.recount(now=world.labels.created_at)
    found = {}
    for who in WHO:
        found[who] = Client()
        if who != "nobody":
            found[who].force_login(getattr(world, who))
    return found


def insist(response: Any, who: str, asked: object = "") -> None:
    """An answer of those that are meant, with no name in it that is foreign to who asked."""
    assert response.status_code in {200, 302, 400, 401, 403, 404, 414}, (who, asked)
    text = response.content.decode()
    for name in FOREIGN[who]:
        assert name not in text, (who, name, asked)
    assert "Set-Cookie: a=b" not in str(response.headers)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_no_value_breaks_any_list(place: Place, visitors: dict[str, Client]) -> None:
    for value in HOSTILE:
        together = "&".join(f"{name}={value}" for name in place.parameters)
        for who, client in visitors.items():
            insist(place.ask(client, together), who, value[:40])
        for name in place.one_by_one:
            insist(place.ask(visitors["isr"], f"{name}={value}&{name}={value}"), "isr", (name, value[:40]))


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_no_query_breaks_any_list(place: Place, visitors: dict[str, Client]) -> None:
    for query in SEVERAL:
        for who, client in visitors.items():
            insist(place.ask(client, query), who, query[:40])


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_an_id_of_somebody_or_something_else_tells_nothing(
    place: Place, visitors: dict[str, Client], world: World
) -> None:
    ids = [
        row.public_id
        for row in (world.acme, world.globex, world.owner, world.stranger, world.isr, world.labels, world.scans)
    ]
    for public_id in ids:
        for name in place.parameters if place.is_strict else ("lead", "owner", "client", "before"):
            insist(place.ask(visitors["isr"], f"{name}={public_id}&{name}={public_id.hex}"), "isr", (name, public_id))
        together = "&".join(f"{name}={public_id}" for name in place.parameters)
        for who, client in visitors.items():
            insist(place.ask(client, together), who, public_id)


# --- Places in a list


@pytest.fixture
def cursors(visitors: dict[str, Client], world: World) -> list[str]:
    """Real ones, and all that can be made of them without the key."""
    WorkStreamFactory.create_batch(51, owner=world.owner)
    grid = visitors["isr"].get(reverse("workstreams:grid"), {"lead": "any"}).context["next_url"]
    own = visitors["stranger"].get(reverse("api:workstreams"), {"page_size": 1}).json()["next"]
    by_api = visitors["isr"].get(reverse("api:organizations"), {"page_size": 1}).json()["next"]
    real = [dict(parse_qsl(urlsplit(url).query))["after"] for url in (grid, by_api, own or grid)]
    return [*real, *_bent(real[0])]


def _bent(cursor: str) -> Iterator[str]:
    yield from (cursor[:-1], cursor[1:], cursor[: len(cursor) // 2], cursor + "x", cursor.swapcase(), cursor * 50)
    yield from (cursor.replace(":", "."), f".{cursor}", cursor.partition(":")[0], cursor.partition(":")[2])
    for made_up in (None, ["activity", "2026-01-01", "x"], "x" * 5_000):
        yield signing.dumps(made_up, salt="of.somebody.else", compress=True)
        yield signing.dumps(made_up, key="another key", salt="workstreams.grid")


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_a_place_in_another_list_or_of_nobody_breaks_no_list(
    place: Place, visitors: dict[str, Client], cursors: list[str]
) -> None:
    for cursor in cursors:
        for direction in ("after", "before"):
            insist(place.ask(visitors["isr"], urlencode({direction: cursor})), "isr", cursor[:60])
    for who, client in visitors.items():
        for cursor in cursors[:4]:
            insist(place.ask(client, urlencode({"after": cursor, "before": cursor})), who, cursor[:60])


# --- Headers


@pytest.mark.parametrize("value", ["", "x" * 5_000, "#found", "found found", "\x7f", "__proto__", "owner-options "])
def test_no_header_of_htmx_breaks_the_grid(value: str, visitors: dict[str, Client]) -> None:
    for who, client in visitors.items():
        for name in ("HX-Target", "HX-Current-URL", "HX-Trigger", "HX-Boosted", "HX-Prompt"):
            headers = {"HX-Request": "true", name: value, f"{name}-URI-AutoEncoded": "true"}
            insist(PLACES["the grid"].ask(client, "lead=any", **headers), who, (name, value[:40]))


# --- What is sent by forms

FORMS = {
    "a view to save": ("workstreams:new_view", ("name", "query", "is_shared")),
    "columns to show": ("workstreams:columns", ("next", "columns", "up", "down")),
    "rows to change": ("workstreams:bulk_choose", ("act", "all", "question", "chosen")),
    "a file to export": ("workstreams:export", ("question", "column")),
}
ADDRESSES = [
    "http%3A%2F%2F%5B",
    "%2F%2Fevil.example%2F%3Fq%3D1",
    "http%3A%2F%2Fa%E2%84%80b%2F",
    "%3F" + "x%3D1%26" * 1_100,
]


@pytest.mark.parametrize(("name", "fields"), FORMS.values(), ids=FORMS.keys())
def test_no_form_breaks_on_what_is_sent(
    name: str, fields: tuple[str, ...], visitors: dict[str, Client], world: World
) -> None:
    for value in (*HOSTILE, *ADDRESSES, str(world.labels.public_id), "%3Flead%3Dany%26q%3D%2500"):
        queries = ["&".join(f"{field}={value}" for field in fields), *(f"{field}={value}" for field in fields)]
        for number, query in enumerate(queries):
            for who in ("isr",) if number else ("isr", "agile_worker"):
                response: Any = visitors[who].post(
                    reverse(name), data=query, content_type="application/x-www-form-urlencoded"
                )
                if response.streaming:
                    assert b"".join(response.streaming_content)
                    assert who == "isr"
                else:
                    assert response.status_code in {200, 302, 400, 403, 409, 422}, (who, query[:60])
                    assert who == "isr" or response.status_code == 403
                assert "evil.example" not in response.headers.get("Location", "")


# --- What is sent to the API

STRINGS = ["", " ", "\x00", "a\x00b", "\ud800", "a\udfffb", "x" * 10_000, "\u202e", "🚦", "%", "\\", "\n" * 50, "null"]
THINGS: list[Any] = [None, True, 1, -1, 10**400, 1e300, [], [[]], {}, {"a": {"b": []}}, [None], ["\ud800"]]


def _bodies(fields: dict[str, Any]) -> Iterator[Any]:
    for name in fields:
        for thing in (*STRINGS, *THINGS):
            yield {**fields, name: thing}
    yield from (*THINGS, "x", {"\ud800": "\x00"})


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("api:workstreams", {"name": "Labels", "new_organization": "Initech", "first_person": "", "description": ""}),
        ("api:workstreams", {"name": "Labels", "organization": "x", "intended_start": "2026-12-01"}),
        ("api:workstream_set_lead", {"lead": "x", "seen": None}),
        ("api:workstream_close", {"reason": "lost", "note": ""}),
        ("api:views", {"name": "Labels", "query": "type=agile", "is_shared": True}),
    ],
)
def test_no_body_breaks_the_api(name: str, fields: dict[str, Any], visitors: dict[str, Client], world: World) -> None:
    arguments = [world.scans.public_id] if name.startswith("api:workstream_") else []
    for body in _bodies(fields):
        for who in ("isr", "agile_worker"):
            response = visitors[who].post(
                reverse(name, args=arguments), data=json.dumps(body), content_type="application/json"
            )
            assert response.status_code < 500, (who, body)
            if who == "agile_worker":
                assert response.status_code in {400, 403, 404}
    for raw in (b"", b"{", b"\xff\xfe", b"\x00", b"[" * 5_000, b'{"name": "a", "name": "b"}', b"NaN", b'"\\ud800"'):
        response = visitors["isr"].post(reverse(name, args=arguments), data=raw, content_type="application/json")
        assert 400 <= response.status_code < 500, raw[:20]


# --- Anything else

PARAMETERS = sorted({name for place in PLACES.values() for name in place.parameters} | {"x", "lead[]"})
WORDS = ["agile", "none", "any", "me", "open", "yes", "-name", "start", "7", "2026-02-28", "%", "\\", "1", "200"]
VALUES = st.one_of(
    st.text(max_size=60), st.sampled_from(WORDS), st.uuids().map(str), st.dates().map(str), st.integers().map(str)
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pairs=st.lists(st.tuples(st.sampled_from(PARAMETERS), VALUES), max_size=8),
    place=st.sampled_from(list(PLACES.values())),
    raw=st.binary(max_size=20),
)
def test_nothing_that_can_be_thought_of_breaks_a_list(
    pairs: list[tuple[str, str]], place: Place, raw: bytes, visitors: dict[str, Client]
) -> None:
    query = "&".join(f"{quote(name)}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs)
    for who, client in visitors.items():
        insist(place.ask(client, query), who, query)
        insist(place.ask(client, f"{query}&q={quote(raw)}"), who, query)
    assert WorkStream.objects.count() == 2
