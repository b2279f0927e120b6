"""What a WorkStream looks like in the API. The serializers describe; lists are written by hand, which is several times
faster than serializers and what keeps a page of the grid within its goal."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from rest_framework import serializers

from accounts.capabilities import Can, Role
from accounts.models import Organization, User
from api.fields import Known, Line, Moment, PlanDate, Prose
from workstreams.choices import (
    CloseReason,
    DeliveryMode,
    EntryPoint,
    Milestone,
    Side,
    Status,
    SubscriptionType,
)
from workstreams.models import Membership, WorkStream

COLLEAGUES_ONLY = "Colleagues only: left out for others."

Shape = dict[str, Any]


class NamedSerializer(serializers.Serializer[Any]):
    """Somebody or something, by id and name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class WorkStreamRowSerializer(serializers.Serializer[WorkStream]):
    """A WorkStream in a list."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    subscription_type = serializers.ChoiceField(choices=SubscriptionType.choices)
    milestone = serializers.ChoiceField(
        choices=Milestone.choices, allow_null=True, help_text="Null before the first one."
    )
    organization = NamedSerializer(help_text="The client organisation.")
    owner = NamedSerializer(allow_null=True, help_text="The WorkStream Owner; null until somebody of the client joins.")
    lead = NamedSerializer(allow_null=True, help_text="The WorkStream Lead; null while nobody is.")
    intended_start = serializers.DateField(allow_null=True, help_text="What the client wished.")
    starts_on = serializers.DateField(allow_null=True, help_text="What was settled.")
    created_at = Moment()
    last_activity_at = Moment(help_text="Exact to a minute.")
    opportunity_id = serializers.CharField(
        allow_null=True, required=False, help_text=f"The Salesforce opportunity it is tied to. {COLLEAGUES_ONLY}"
    )


class WorkStreamSerializer(WorkStreamRowSerializer):
    """One WorkStream."""

    description = serializers.CharField(allow_blank=True)
    delivery_mode = serializers.ChoiceField(
        choices=DeliveryMode.choices, allow_blank=True, help_text="How a BATCH job is delivered; empty: not chosen."
    )
    closed_at = Moment(allow_null=True)
    close_note = serializers.CharField(allow_blank=True, help_text="What the client was told when it was closed.")
    close_reason = serializers.ChoiceField(
        choices=CloseReason.choices, allow_blank=True, required=False, help_text=COLLEAGUES_ONLY
    )
    entry_point = serializers.ChoiceField(choices=EntryPoint.choices, required=False, help_text=COLLEAGUES_ONLY)
    self_selected = serializers.BooleanField(
        required=False, help_text=f"Whether the client chose the subscription type. {COLLEAGUES_ONLY}"
    )
    version = serializers.IntegerField(help_text="Counts edits of name, description, organisation and start.")
    may = serializers.ListField(
        child=serializers.ChoiceField(choices=[(can.name.lower(), str(can)) for can in Can]),
        help_text="What the caller may do with it.",
    )
    page = serializers.URLField(help_text="Its page in the portal.")


class MemberSerializer(serializers.Serializer[Membership]):
    """A person on a WorkStream."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField(required=False, help_text="Left out for Agile Workers.")
    side = serializers.ChoiceField(choices=Side.choices)
    role = serializers.ChoiceField(choices=Role.choices)
    is_owner = serializers.BooleanField()
    is_lead = serializers.BooleanField()
    joined_at = Moment()


class WorkStreamEditSerializer(serializers.Serializer[WorkStream]):
    """The fields people type."""

    name = Line(max_length=120)
    description = Prose(max_length=2000, allow_blank=True)
    organization = Known(Organization)
    starts_on = PlanDate(allow_null=True)


class NewWorkStreamSerializer(serializers.Serializer[WorkStream]):
    """A WorkStream for a client who did not start it."""

    organization = Known(
        Organization,
        required=False,
        allow_null=True,
        help_text="The client organisation; or name a new one in `new_organization`.",
    )
    new_organization = Line(max_length=120, required=False, allow_blank=True)
    first_person = serializers.EmailField(
        required=False,
        allow_blank=True,
        help_text="A person of the client, who becomes WorkStream Owner.",
    )
    name = Line(max_length=120)
    subscription_type = serializers.ChoiceField(choices=SubscriptionType.choices, default=SubscriptionType.AGILE)
    intended_start = PlanDate(required=False, allow_null=True)
    description = Prose(max_length=2000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One organisation: chosen or named."""
        if bool(attrs.get("organization")) == bool(attrs.get("new_organization")):
            raise serializers.ValidationError({"organization": ["Send `organization` or `new_organization`."]})
        return attrs


class CloseWorkStreamSerializer(serializers.Serializer[Any]):
    """Why a WorkStream is closed."""

    reason = serializers.ChoiceField(choices=CloseReason.choices)
    note = Prose(max_length=500, required=False, allow_blank=True, default="", help_text="The client reads it.")


class SetLeadSerializer(serializers.Serializer[Any]):
    """Who is to be WorkStream Lead."""

    lead = serializers.UUIDField(help_text="An active colleague.")
    seen = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="Whom you saw as lead, null for nobody: if that is not so any more, nothing happens (409).",
    )


# What `row` reads, in this order.
ROW = (
    "public_id",
    "name",
    "status",
    "subscription_type",
    "milestone",
    "organization__public_id",
    "organization__name",
    "owner__public_id",
    "owner__name",
    "owner__email",
    "lead__public_id",
    "lead__name",
    "lead__email",
    "intended_start",
    "starts_on",
    "created_at",
    "last_activity_at",
    "opportunity_id",
)


_ROWS = """
SELECT w.id, w.public_id::text, w.name, w.status, w.subscription_type, w.milestone,
       organization.public_id::text, organization.name,
       owner.public_id::text, owner.name, owner.email,
       lead.public_id::text, lead.name, lead.email,
       w.intended_start, w.starts_on, w.created_at, w.last_activity_at, w.opportunity_id
  FROM workstreams_workstream w
  JOIN accounts_organization organization ON organization.id = w.organization_id
  LEFT JOIN accounts_user owner ON owner.id = w.owner_id
  LEFT JOIN accounts_user lead ON lead.id = w.lead_id
 WHERE w.id = ANY(%s)
"""


def rows_of(ids: Sequence[int], *, for_team: bool) -> list[Shape]:
    """The rows of these ids in this order. Whose ids they may be, whoever found them has asked.

    Written by hand: putting this statement together anew costs the ORM four times what the database takes for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [list(ids)])
        found = {values[0]: values[1:] for values in cursor.fetchall()}
    return [row(found[pk], for_team=for_team) for pk in ids if pk in found]


def row(values: Sequence[Any], *, for_team: bool) -> Shape:
    """A row of a list, from the columns of `ROW`."""
    (
        public_id,
        name,
        status,
        subscription_type,
        milestone,
        organization_id,
        organization_name,
        owner_id,
        owner_name,
        owner_email,
        lead_id,
        lead_name,
        lead_email,
        intended_start,
        starts_on,
        created_at,
        last_activity_at,
        opportunity_id,
    ) = values
    shape = {
        "id": str(public_id),
        "name": name,
        "status": status,
        "subscription_type": subscription_type,
        "milestone": milestone,
        "organization": {"id": str(organization_id), "name": organization_name},
        "owner": _person(owner_id, owner_name, owner_email),
        "lead": _person(lead_id, lead_name, lead_email),
        "intended_start": day(intended_start),
        "starts_on": day(starts_on),
        "created_at": moment(created_at),
        "last_activity_at": moment(last_activity_at),
    }
    if for_team:
        shape["opportunity_id"] = opportunity_id
    return shape


def whole(workstream: WorkStream, *, reader: User, rights: frozenset[Can]) -> Shape:
    """One WorkStream, as this reader may see it; load it with `for_page()`."""
    shape = row(values_of(workstream), for_team=reader.is_internal) | {
        "description": workstream.description,
        "delivery_mode": workstream.delivery_mode,
        "closed_at": moment(workstream.closed_at),
        "close_note": workstream.close_note,
        "version": workstream.version,
        "may": [can.name.lower() for can in Can if can in rights],
        "page": workstream.full_url,
    }
    if reader.is_internal:
        shape |= {
            "close_reason": workstream.close_reason,
            "entry_point": workstream.entry_point,
            "self_selected": workstream.self_selected,
        }
    return shape


def values_of(workstream: WorkStream) -> list[Any]:
    """The columns of `ROW`, of a row that was loaded with organisation, owner and lead."""
    return [_value(workstream, path) for path in ROW]


def member(membership: Membership, workstream: WorkStream, *, rights: frozenset[Can]) -> Shape:
    """A person on a WorkStream, as this reader may see them."""
    person = membership.user
    shape = {
        "id": str(person.public_id),
        "name": person.display_name,
        "side": membership.side,
        "role": person.role,
        "is_owner": person.pk == workstream.owner_id,
        "is_lead": person.pk == workstream.lead_id,
        "joined_at": moment(membership.joined_at),
    }
    return shape | {"email": person.email} if Can.SEE_ADDRESSES in rights else shape


def moment(value: datetime | None) -> str | None:
    """A moment in UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def day(value: date | None) -> str | None:
    """A day."""
    return value.isoformat() if value else None


def _person(public_id: Any, name: str, email: str) -> Shape | None:
    # As `User.display_name` has it.
    return {"id": str(public_id), "name": name or email.partition("@")[0]} if public_id else None


def _value(workstream: WorkStream, path: str) -> Any:
    found: Any = workstream
    for name in path.split("__"):
        found = getattr(found, name) if found is not None else None
    return found
