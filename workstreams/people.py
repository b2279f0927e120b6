"""The members panel: who is on a WorkStream, in two sections, and who is invited (R83, R84)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.http import urlencode

from accounts.capabilities import Can, Role
from accounts.models import User
from workstreams.choices import Side
from workstreams.models import Invitation, Membership, WorkStream

PER_PAGE = 5


@dataclass(frozen=True)
class Row:
    """One person, as this viewer may see them: `email` is empty for those to whom addresses are not shown (A7)."""

    public_id: UUID
    name: str
    initials: str
    picture_version: str
    is_team: bool
    job_title: str
    role_label: str
    email: str
    tag: str
    last_seen_at: datetime | None
    is_you: bool
    may_be_removed: bool
    may_become_owner: bool
    may_leave: bool

    @property
    def has_menu(self) -> bool:
        """Whether this viewer can do anything with this row."""
        return self.may_be_removed or self.may_become_owner or self.may_leave


@dataclass(frozen=True)
class Waiting:
    """One invitation that waits for its person."""

    id: UUID
    email: str
    sent_at: datetime
    has_expired: bool
    becomes_owner: bool
    may_be_withdrawn: bool


@dataclass(frozen=True)
class Pages:
    """Where one is in a list: the other pages as (number, query of the address)."""

    page: int
    pages: Sequence[tuple[int, str]]

    @property
    def previous(self) -> str:
        """The query of the page before; empty on the first."""
        return self.pages[self.page - 2][1] if self.page > 1 else ""

    @property
    def next(self) -> str:
        """The query of the page after; empty on the last."""
        return self.pages[self.page][1] if self.page < len(self.pages) else ""

    @property
    def near(self) -> list[tuple[int, str] | None]:
        """The first, the last and those around this page; None where some are left out."""
        shown: list[tuple[int, str] | None] = []
        for number, query in self.pages:
            if number in (1, len(self.pages)) or abs(number - self.page) <= 1:
                shown.append((number, query))
            elif shown[-1] is not None:
                shown.append(None)
        return shown


@dataclass(frozen=True)
class Section(Pages):
    """One side's people: a page of rows."""

    side: Side
    title: str
    count: int
    rows: Sequence[Row]


@dataclass(frozen=True)
class Invited(Pages):
    """The invitations that wait: a page of rows."""

    count: int
    rows: Sequence[Waiting]


def panel(workstream: WorkStream, *, viewer: User, rights: frozenset[Can], **pages: int) -> dict[str, Any]:
    """What `_members.html` needs; load the WorkStream with `for_page()`. `pages` says which `<list>_page` is shown.

    A page beyond the last means the last. Five queries at most, however many people there are.
    """
    return _Panel(workstream, viewer, rights, pages).context()


class _Panel:
    def __init__(self, workstream: WorkStream, viewer: User, rights: frozenset[Can], pages: Mapping[str, int]) -> None:
        """Count every list, and find the pages that are shown of them."""
        self.workstream = workstream
        self.viewer = viewer
        self.rights = rights
        self.members = Membership.objects.filter(workstream=workstream)
        self.invitations = Invitation.objects.pending().filter(workstream=workstream)
        # Addresses of people who are not even here are for those alone who read those of the others (A7).
        invited = self.invitations.count() if Can.SEE_ADDRESSES in rights else 0
        self.counts = {**self.members.counts(), "invited": invited}
        self.shown = {key: min(pages.get(f"{key}_page", 1), _last_page(self.counts[key])) for key in self.counts}

    def context(self) -> dict[str, Any]:
        return {
            "workstream": self.workstream,
            "sections": [self._section(side) for side in (Side.CLIENT, Side.TEAM)],
            "invited": self._invited() if self.counts["invited"] else None,
            "may_invite": Can.INVITE_CLIENT_PEOPLE in self.rights
            and (self.workstream.is_open or Can.ADD_TEAM_PEOPLE in self.rights),
            "may_add_team": Can.ADD_TEAM_PEOPLE in self.rights,
            "may_let_invite": Can.REMOVE_CLIENT_PEOPLE in self.rights,
        }

    def _section(self, side: Side) -> Section:
        """The owner is first of the client's people, the WorkStream Lead of ours (R83, R84)."""
        is_client = side == Side.CLIENT
        first = self.workstream.owner_id if is_client else self.workstream.lead_id
        rows = self.members.of_side(side).in_list_order(first=first)[self._slice(side)]
        return Section(
            page=self.shown[side],
            pages=self._pages(side),
            side=side,
            title=self.workstream.organization.name if is_client else settings.PROVIDER_NAME,
            count=self.counts[side],
            rows=[self._row(member, is_first=member.user_id == first) for member in rows],
        )

    def _row(self, member: Membership, *, is_first: bool) -> Row:
        person, is_client = member.user, member.side == Side.CLIENT
        is_you = person.pk == self.viewer.pk
        may_remove = Can.REMOVE_CLIENT_PEOPLE if is_client else Can.REMOVE_TEAM_PEOPLE
        may_own = is_client and person.role == Role.CLIENT and person.is_active
        tag = "Owner" if is_client else "WorkStream Lead"
        return Row(
            public_id=person.public_id,
            name=person.display_name,
            initials=person.initials,
            picture_version=person.picture_version,
            is_team=person.is_team,
            job_title=person.title,
            role_label=person.role_label,
            email=person.email if Can.SEE_ADDRESSES in self.rights else "",
            tag=tag if is_first else "",
            last_seen_at=person.last_seen_at,
            is_you=is_you,
            may_be_removed=may_remove in self.rights and not is_first and not is_you,
            may_become_owner=Can.TRANSFER_OWNERSHIP in self.rights and may_own and not is_first,
            # The team puts Agile Workers on a WorkStream and takes them off it.
            may_leave=is_you and not is_first and Can.CHAT in self.rights,
        )

    def _invited(self) -> Invited:
        """Whoever is to own it first, then in the order of inviting."""
        now = timezone.now()
        rows = [
            Waiting(
                id=invitation.public_id,
                email=invitation.email,
                sent_at=invitation.sent_at,
                has_expired=invitation.expires_at <= now,
                becomes_owner=invitation.becomes_owner,
                may_be_withdrawn=Can.REMOVE_CLIENT_PEOPLE in self.rights or invitation.invited_by_id == self.viewer.pk,
            )
            for invitation in self.invitations.order_by("-becomes_owner", "created_at", "id")[self._slice("invited")]
        ]
        return Invited(
            page=self.shown["invited"], pages=self._pages("invited"), count=self.counts["invited"], rows=rows
        )

    def _slice(self, key: str) -> slice:
        start = (self.shown[key] - 1) * PER_PAGE
        return slice(start, start + PER_PAGE)

    def _pages(self, key: str) -> list[tuple[int, str]]:
        """Each page's number and address; the other lists stay where they are."""
        shown = {f"{other}_page": page for other, page in self.shown.items() if other != "invited" or page > 1}
        last = _last_page(self.counts[key])
        return [(number, urlencode({**shown, f"{key}_page": number})) for number in range(1, last + 1)]


def _last_page(count: int) -> int:
    return max(1, -(-count // PER_PAGE))
