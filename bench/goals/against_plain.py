"""Goal 6: the grid against the same list as a beginner would write it: whole requests, pages of 25 rows."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from bench import cast, reference
from bench.frame import Bench, Line, goal, race
from bench.generate import vocabulary
from bench.goals.grid import API, GRID


@goal(6, "How many times as fast as a plain list on the same tables and indexes")
def against_plain(bench: Bench) -> Iterator[Line]:
    """The default grid, and searches by name of every class, as JSON; the portal's page is shown beside them."""
    lead = cast.leads()[0]
    words = [word.lower() for word in vocabulary()]
    terms = [words[0], words[2], words[90], words[220], words[3000], words[40][1:5], words[5][:2]]
    mine = [{"lead": "me", "status": "open"}]
    searches = [{"lead": "any", "q": term} for term in terms]
    for title, questions, limit, rounds in (
        ("my open ones", mine, 15, 24),
        ("search, any status", searches, 20, 21),
        ("search, open", [{**search, "status": "open"} for search in searches], 20, 21),
    ):
        plain = [_as_plain(question, lead.pk) for question in questions]
        asked = [urlencode(question) for question in questions]
        found = race(
            {
                "plain": reference.pages(lead, [f"/yardstick/?{query}" for query in plain]),
                "ours": reference.pages(lead, [f"{API}?{query}" for query in asked]),
                "page": reference.pages(lead, [f"{GRID}?{query}" for query in asked]),
            },
            rounds=bench.rounds(rounds),
            warm_up=1,
        )
        slow, ours, page = found["plain"].median, found["ours"].median, found["page"].median
        yield Line(f"{title}: median", slow / ours, limit, at_least=True, note=f"{slow:.0f} ms against {ours:.1f}")
        yield Line(f"{title}, as a page of 50 rows: median", slow / page, note=f"{page:.1f} ms")


def _as_plain(question: Mapping[str, str], lead: int) -> str:
    names = {"lead": "lead", "q": "search", "status": "status"}
    asked = {names[name]: value for name, value in question.items() if value != "any"}
    return urlencode(asked | {"page_size": "25"} | ({"lead": str(lead)} if asked.get("lead") == "me" else {}))
