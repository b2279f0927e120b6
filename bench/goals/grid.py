"""Goals 1 to 3: what a page of the grid costs beside the least it could cost."""

from collections.abc import Iterator

from django.test import Client

from bench import cast, reference
from bench.frame import SETS, Bench, Line, goal, race, statements

API = "/api/v1/workstreams/"
GRID = "/workstreams/"


@goal(1, "Default grid as JSON, against the statement by hand and an empty signed-in page")
def json_page(bench: Bench) -> Iterator[Line]:
    """The grid of the API with a session, as the portal's own pages would ask it."""
    leads = cast.leads()
    found = race(
        {
            "sql": reference.raw_page(leads, size=26),
            "nothing": reference.nothing(leads),
            "json": reference.page(leads, API),
        },
        rounds=bench.rounds(160),
    )
    floor = found["sql"].median + found["nothing"].median
    times = f"{found['json'].median:.1f} ms; by hand {found['sql'].median:.1f}, empty {found['nothing'].median:.1f}"
    yield Line("median", found["json"].median / floor, 2.0, note=times)
    yield Line(
        "p95", found["json"].p95 / (found["sql"].p95 + found["nothing"].p95), 2.5, note=f"{found['json'].p95:.1f} ms"
    )


@goal(2, "Default grid as a page, against the same")
def html_page(bench: Bench) -> Iterator[Line]:
    """The whole page as a browser asks it first, and what htmx asks when a box is ticked."""
    leads = cast.leads()
    found = race(
        {
            "sql": reference.raw_page(leads),
            "nothing": reference.nothing(leads),
            "whole": reference.page(leads, GRID),
            "fragment": reference.page(leads, GRID, HX_Request="true", HX_Target="found"),
        },
        rounds=bench.rounds(80),
    )
    floor = found["sql"].median + found["nothing"].median
    yield Line("whole page, median", found["whole"].median / floor, 4.5, note=f"{found['whole'].median:.1f} ms")
    yield Line("whole page, p95", found["whole"].p95 / floor, note=f"{found['whole'].p95:.1f} ms")
    yield Line(
        "rows only (htmx), median", found["fragment"].median / floor, 4.5, note=f"{found['fragment'].median:.1f} ms"
    )


@goal(3, "SQL statements of a grid request, session and person included")
def statement_counts(bench: Bench) -> Iterator[Line]:
    """At most so many for any page, and the same for one row as for many, in the big set as in the small one."""
    for title, path in (("as JSON", API), ("as a page", GRID)):
        counts: dict[str, set[int]] = {}
        for which in SETS:
            with bench.on(which):
                asker = cast.signed_in(cast.leads()[0])
                for what, address in addresses(path).items():
                    counts.setdefault(what, set()).add(statements_of(asker, address))
        most = max(max(found) for found in counts.values())
        yield Line(f"{title}, at most", most, 6, unit="", note=", ".join(f"{k} {max(v)}" for k, v in counts.items()))
        alike = counts["one row"] | counts["many rows"]
        yield Line(f"{title}, more for many rows or a larger set", max(alike) - min(alike), 0, unit="")


def addresses(path: str) -> dict[str, str]:
    """The default, nothing found, a client of one WorkStream, one of many that fit on a page, and a full page.

    In a small set, the clients that come nearest to one and to sixteen.
    """
    client = (
        "SELECT o.public_id FROM workstreams_workstream AS w JOIN accounts_organization AS o ON o.id = organization_id"
    )
    one, many = (
        cast.rows_of(f"{client} GROUP BY o.id ORDER BY abs(count(*) - %s), o.id LIMIT 1", [wanted])[0][0]
        for wanted in (1, 16)
    )
    return {
        "default": path,
        "nothing": f"{path}?lead=any&q=qqqqqqqq",
        "one row": f"{path}?lead=any&client={one}",
        "many rows": f"{path}?lead=any&client={many}",
        "full page": f"{path}?lead=any&status=open",
    }


def statements_of(client: Client, address: str) -> int:
    """How many statements this request takes once everything that is kept is known."""
    client.get(address)
    with statements() as sent:
        response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}.")
    return len(sent.texts)
