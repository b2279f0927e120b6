"""Questions about WorkStreams, and the tenancy rule they all begin with."""

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Count, F, Func, Q, Subquery, When
from django.db.models.functions import Lower

from workstreams.choices import COMMERCIAL_KINDS, Side, Status
from workstreams.tenancy import InWorkStreamQuerySet, M

if TYPE_CHECKING:
    from accounts.models import User


class WorkStreamQuerySet(models.QuerySet[M]):
    """Every question about WorkStreams; those that answer a request begin with `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The rows this person may know exist: the one tenancy rule, stated once (A1).

        Colleagues see all; clients and Agile Workers what they are a member of; nobody else anything.
        """
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.is_internal:
            return self
        return self.with_member(user)

    def open(self) -> Self:
        """Those being worked on."""
        return self.filter(status=Status.OPEN)

    def closed(self) -> Self:
        """Those that are not worked on any more."""
        return self.filter(status=Status.CLOSED)

    def with_member(self, user: "User") -> Self:
        """Those this person is a member of."""
        from workstreams.models import Membership  # noqa: PLC0415  the model imports this queryset

        return self.filter(pk__in=Membership.objects.filter(user=user).values("workstream"))

    def for_page(self) -> Self:
        """With everything the WorkStream page's head prints."""
        return self.select_related("organization", "owner", "lead", "created_by")


class MembershipQuerySet(InWorkStreamQuerySet[M]):
    """Questions about the people on a WorkStream."""

    def of_side(self, side: Side) -> Self:
        """One of the two sections of the Members tab (R83)."""
        return self.filter(side=side)

    def in_list_order(self, *, first: int | None) -> Self:
        """The person with primary key `first` on top (owner or lead, R84), then in the order of joining."""
        return self.select_related("user").order_by(Case(When(user_id=first, then=0), default=1), "joined_at", "id")

    def counts(self) -> dict[str, int]:
        """How many people each side has."""
        return self.aggregate(
            client=Count("pk", filter=Q(side=Side.CLIENT)), team=Count("pk", filter=Q(side=Side.TEAM))
        )


class InvitationQuerySet(InWorkStreamQuerySet[M]):
    """Questions about invitations: an address is nobody's business who may not see the members'."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The invitations of WorkStreams this person sees; none for Agile Workers (A7)."""
        if isinstance(user, AnonymousUser) or (user.is_team and not user.is_internal):
            return self.none()
        return super().visible_to(user)

    def pending(self) -> Self:
        """Those neither accepted nor withdrawn; whether their link still works is another question."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)


class DocumentRequestQuerySet(InWorkStreamQuerySet[M]):
    """Questions about documents that were asked for: between the client and us, so not for Agile Workers (A7)."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The requests of WorkStreams this person sees; none for Agile Workers."""
        if isinstance(user, AnonymousUser) or (user.is_team and not user.is_internal):
            return self.none()
        return super().visible_to(user)

    def open(self) -> Self:
        """Those that are still waited for."""
        return self.filter(done_at__isnull=True, withdrawn_at__isnull=True)

    def for_list(self) -> Self:
        """Those that are waited for first, the most urgent on top; then those that have come, the latest on top."""
        return (
            self.filter(withdrawn_at=None)
            .select_related("requested_by", "done_by")
            .order_by(F("done_at").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "created_at", "id")
        )


class AttachmentQuerySet(InWorkStreamQuerySet[M]):
    """Questions about attachments."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The attachments of WorkStreams this person sees; for Agile Workers without those that speak of money (A7)."""
        rows = super().visible_to(user)
        if not isinstance(user, AnonymousUser) and user.is_team and not user.is_internal:
            return rows.exclude(kind__in=COMMERCIAL_KINDS)
        return rows

    def listed_for(self, reader: "User") -> Self:
        """Those that a list shows this person: what is still being checked, only to its sender."""
        return self.exclude(~Q(uploaded_by=reader), scan="waiting")

    def waiting_for_scan(self) -> Self:
        """Those that the virus scan has not seen yet, the oldest first."""
        return self.filter(scan="waiting", removed_at=None).select_related("workstream").order_by("created_at", "id")

    def before(self, public_id: UUID | None) -> Self:
        """Those that come after this one in the list, which begins with the newest; all when there is none."""
        place = self.filter(public_id=public_id).values("created_at", "id").first() if public_id else None
        if place is None:
            return self
        same = Q(created_at=place["created_at"], id__lt=place["id"])
        return self.filter(Q(created_at__lt=place["created_at"]) | same)

    def for_panel(self, *, counting: Self) -> Self:
        """With everything that a row of the panel prints; and of `counting`, where not removed, number and kinds."""
        there = counting.filter(removed_at=None).order_by()
        in_all = there.annotate(n=Func("pk", function="COUNT")).values("n")
        rows = self.select_related("uploaded_by", "removed_by", "preview").defer("preview__facts")
        return rows.annotate(in_all=Subquery(in_all), kinds=ArraySubquery(there.values("kind").distinct()))


class SavedViewQuerySet(models.QuerySet[M]):
    """Questions about the views people keep of the grid."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """A colleague's own views, and those that others share; nobody else knows of any (R92)."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_internal:
            return self.none()
        return self.filter(Q(owner=user) | Q(is_shared=True))

    def by_address(self, public_id: str) -> M | None:
        """The one that an address names, with its owner; None for whatever else stands there."""
        try:
            return self.select_related("owner").filter(public_id=UUID(public_id)).first()
        except ValueError:
            return None

    def in_list_order(self) -> Self:
        """By name, with their owners."""
        return self.select_related("owner").order_by(Lower("name"), "id")

    def own_first(self, user: "User") -> Self:
        """This person's own before those of others, in their order otherwise."""
        return self.order_by(Case(When(owner=user, then=0), default=1), *self.query.order_by)
