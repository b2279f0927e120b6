"""The members panel: who is on a WorkStream, in two sections (R83, R84)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.http import urlencode

from accounts.capabilities import Can
from workstreams.choices import Side
from workstreams.models import Membership, WorkStream

PER_PAGE = 5


@dataclass(frozen=True)
class Row:
    """One person, as this viewer may see them: `email` is empty for those to whom addresses are not shown (A7)."""

    name: str
    initials: str
    is_team: bool
    role_label: str
    email: str
    tag: str
    last_seen_at: datetime | None


@dataclass(frozen=True)
class Section:
    """One side's people: a page of rows, and the other pages as (number, query of the address)."""

    side: Side
    title: str
    count: int
    page: int
    rows: Sequence[Row]
    pages: Sequence[tuple[int, str]]


def sections(
    workstream: WorkStream, *, rights: frozenset[Can], client_page: int = 1, team_page: int = 1
) -> list[Section]:
    """The client's people on top, ours below; the owner and the WorkStream Lead are first of theirs (R83, R84).

    A page beyond the last means the last. Three queries, however many people there are.
    """
    members = Membership.objects.filter(workstream=workstream)
    counts = members.counts()
    shown = {
        Side.CLIENT: min(client_page, _last_page(counts[Side.CLIENT])),
        Side.TEAM: min(team_page, _last_page(counts[Side.TEAM])),
    }
    found = []
    for side, title, first, tag in (
        (Side.CLIENT, workstream.organization.name, workstream.owner_id, "Owner"),
        (Side.TEAM, settings.PROVIDER_NAME, workstream.lead_id, "WorkStream Lead"),
    ):
        start = (shown[side] - 1) * PER_PAGE
        rows = [
            Row(
                name=member.user.display_name,
                initials=member.user.initials,
                is_team=member.user.is_team,
                role_label=member.user.role_label,
                email=member.user.email if Can.SEE_ADDRESSES in rights else "",
                tag=tag if member.user_id == first else "",
                last_seen_at=member.user.last_seen_at,
            )
            for member in members.of_side(side).in_list_order(first=first)[start : start + PER_PAGE]
        ]
        pages = [(number, _query({**shown, side: number})) for number in range(1, _last_page(counts[side]) + 1)]
        found.append(Section(side=side, title=title, count=counts[side], page=shown[side], rows=rows, pages=pages))
    return found


def _last_page(count: int) -> int:
    return max(1, -(-count // PER_PAGE))


def _query(pages: dict[Side, int]) -> str:
    return urlencode({f"{side}_page": number for side, number in pages.items()})
