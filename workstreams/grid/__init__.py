"""The grid's question and how it is answered: one page of ids, then the rows of these ids, and a capped count.

Nothing here knows a request or an address; `workstreams.filters` makes a `GridQuery` from an address.
"""

from workstreams.grid.counts import COUNT_CAP, Counting, capped_count, counting, quick_count
from workstreams.grid.pages import PAGE_SIZE, Page, load, page_of_ids
from workstreams.grid.places import Cursor, NotACursor, read_cursor
from workstreams.grid.question import LONGEST_NAME, SHORTEST_INFIX, GridQuery, People, Sort, narrow

__all__ = [
    "COUNT_CAP",
    "LONGEST_NAME",
    "PAGE_SIZE",
    "SHORTEST_INFIX",
    "Counting",
    "Cursor",
    "GridQuery",
    "NotACursor",
    "Page",
    "People",
    "Sort",
    "capped_count",
    "counting",
    "load",
    "narrow",
    "page_of_ids",
    "quick_count",
    "read_cursor",
]
