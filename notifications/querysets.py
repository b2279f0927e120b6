"""Questions about notifications and mails, and claiming mails."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from activity.claims import claim_first
from chat.models import ReadMark
from workstreams.models import WorkStream

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)
# Longer than a slow mail server takes for one mail, with EMAIL_TIMEOUT for each of its answers.
LEASE = timedelta(minutes=2)


class MailQuerySet(models.QuerySet[M]):
    """Questions about mails."""

    def claim(self, *, now: datetime) -> M | None:
        """Take the most urgent due mail for one worker; the claim is a lease that runs out if the worker dies.

        One at a time: of several the last would wait for all others, and its lease would run out before it is sent.
        """
        return claim_first(self.filter(state="waiting"), now=now, lease=LEASE, first=["priority"])

    def settled_before(self, moment: datetime) -> Self:
        """Mails that are done with since then."""
        return self.exclude(state="waiting").filter(created_at__lt=moment)


class BouncedAddressQuerySet(models.QuerySet[M]):
    """Questions about addresses that do not take our mails."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Colleagues see whom mails do not reach; nobody else."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_internal:
            return self.none()
        return self

    def those_of(self, addresses: Iterable[str]) -> "models.QuerySet[M, str]":
        """Those of these addresses that bounced, in small letters."""
        small = [address.lower() for address in addresses]
        return self.filter(email__in=small).order_by().values_list("email", flat=True)

    def among(self, addresses: list[str]) -> M | None:
        """The first of these addresses that bounced."""
        return self.filter(email__in=[address.lower() for address in addresses]).first()


# The bell counts no further, so that counting takes the same time however much somebody has not read.
COUNTED = 99


class NotificationQuerySet(models.QuerySet[M]):
    """Questions about what people are told."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """One's own, of WorkStreams one still may know exist, about what one may still be told of (R70, A7)."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        rows = self.filter(person=user)
        if user.is_internal:
            return rows
        from notifications.policy import offered_to  # noqa: PLC0415  the policy knows the models

        rows = rows.filter(topic__in=[topic.name for topic in offered_to(user)])
        return rows.filter(Q(workstream=None) | Q(workstream__in=WorkStream.objects.visible_to(user)))

    def in_bell(self) -> Self:
        """What the bell shows, newest first, with whatever is printed of it."""
        return self.filter(is_in_app=True).select_related("workstream", "event", "actor").order_by("-at", "-id")

    def unread(self) -> Self:
        """Not read yet: neither here nor, where it is a chat, in the chat."""
        read_in_the_chat = ReadMark.objects.filter(
            workstream=OuterRef("workstream"), user=OuterRef("person"), message__gte=OuterRef("last")
        )
        return self.filter(Q(event__isnull=False) | ~Exists(read_in_the_chat), is_in_app=True, read_at=None)

    def with_reading(self) -> Self:
        """Each with `seen`, the last message its reader has seen of the chat."""
        marks = ReadMark.objects.filter(workstream=OuterRef("workstream"), user=OuterRef("person"))
        return self.annotate(seen=models.Subquery(marks.values("message")[:1]))

    def count_for_bell(self) -> int:
        """How many, but never more than one beyond what the bell prints."""
        return self.order_by().values("pk")[: COUNTED + 1].count()

    def waiting(self) -> Self:
        """Those whose mail is not written yet."""
        return self.filter(mail="waiting")

    def due(self, *, now: datetime) -> Self:
        """Those whose mail is to be written."""
        return self.waiting().filter(due_at__lte=now)
