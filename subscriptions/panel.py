"""What the subscription panel of a WorkStream shows to one person."""

from dataclasses import dataclass

from django.conf import settings

from accounts.capabilities import Can
from accounts.models import User
from subscriptions.actions import terms_of
from subscriptions.attributes import Row, describe
from workstreams.choices import SubscriptionType
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of


@dataclass(frozen=True)
class Panel:
    """The attributes of the type, as far as this person may see them, and whether they may fill any in."""

    workstream: WorkStream
    kind: SubscriptionType
    rows: list[Row]

    @property
    def may_edit(self) -> bool:
        """Whether there is anything for them to fill in."""
        return any(row.may_edit for row in self.rows)


def panel_for(workstream: WorkStream, user: User, *, rights: frozenset[Can] | None = None) -> Panel:
    """The panel. One query for the terms; one more for clients unless `rights` are known."""
    rights = capabilities_of(user, workstream) if rights is None else rights
    kind = SubscriptionType(workstream.subscription_type)
    rows = describe(
        terms_of(workstream),
        kind,
        sees_prices=Can.SEE_PRICES in rights,
        may_edit=Can.EDIT_DETAILS in rights and workstream.is_open,
        edits_all=user.is_internal,
        discount=settings.YEARLY_DISCOUNT_PERCENT,
    )
    return Panel(workstream, kind, rows)


def earlier_terms(workstream: WorkStream) -> list[Panel]:
    """What was entered for types this WorkStream had before (A32), for colleagues."""
    found = []
    for kind in SubscriptionType:
        if kind != workstream.subscription_type:
            rows = describe(
                terms_of(workstream, kind),
                kind,
                sees_prices=True,
                may_edit=False,
                edits_all=False,
                discount=settings.YEARLY_DISCOUNT_PERCENT,
            )
            if any(row.is_known for row in rows):
                found.append(Panel(workstream, kind, rows))
    return found
