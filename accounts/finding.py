"""Finding a few people or client organisations by name, however many there are."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import CharField, Value

from accounts.capabilities import Role
from accounts.models import Organization, User

# Shorter terms are looked for where a word begins: an index of three-letter pieces cannot find them inside words.
SHORTEST_INFIX = 3
# How many with the term somewhere inside are looked at before the first few by name are offered. A term that this many
# names hold is no way to find one of them; whoever means one types on.
_LOOKED_AT = 100

# The names that begin with the term are read off the index in order. Those that hold it elsewhere are gathered (which
# is why they stand in a WITH: the planner, if it knew of the limit, would gamble on meeting enough of them on the way
# through the whole table), but no more of them than anybody would look at.
_FIND = """
WITH holding AS MATERIALIZED (
    SELECT * FROM {table} WHERE {condition} AND name_norm LIKE '%%' || lower(%(inside)s) || '%%'
        AND name_norm NOT LIKE ' ' || lower(%(begins)s) || '%%'
), found AS (
    (SELECT * FROM {table} WHERE {condition} AND name_norm LIKE ' ' || lower(%(begins)s) || '%%'
        ORDER BY name_norm, id LIMIT %(limit)s)
    UNION ALL
    (SELECT * FROM holding LIMIT %(looked_at)s)
)
SELECT * FROM found
ORDER BY name_norm NOT LIKE ' ' || lower(%(begins)s) || '%%', name_norm, id LIMIT %(limit)s
"""
_FIND_CLIENTS = _FIND.format(table="accounts_user", condition=f"role = '{Role.CLIENT.value}'")
_FIND_ORGANIZATIONS = _FIND.format(table="accounts_organization", condition="true")


@dataclass(frozen=True)
class Named:
    """A person or an organisation as lists to choose from need them: several times quicker to read than the whole."""

    pk: int
    public_id: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Known:
    """People and organisations by public id, and the active colleagues where they were asked for."""

    people: dict[str, Named]
    organizations: dict[str, Named]
    colleagues: list[Named]


def find_named(
    viewer: User, *, people: Collection[str], organizations: Collection[str], with_colleagues: bool = False
) -> Known:
    """Those of these public ids that this person may look up, and on demand every active colleague; one statement."""
    seen = User.objects.visible_to(viewer)
    colleagues = seen.active_colleagues() if with_colleagues else seen.none()
    found = seen.filter(public_id__in=people).values_list("pk", "public_id", "name", "email", _as("person"))
    found = found.order_by().union(
        Organization.objects.visible_to(viewer)
        .filter(public_id__in=organizations)
        .order_by()
        .values_list("pk", "public_id", "name", _as(""), _as("organization")),
        colleagues.order_by().values_list("pk", "public_id", "name", "email", _as("colleague")),
        all=True,
    )
    rows: dict[str, list[Named]] = {"person": [], "organization": [], "colleague": []}
    for pk, public_id, name, email, kind in found:
        rows[kind].append(Named(pk, str(public_id), name or email.partition("@")[0]))
    return Known(
        {row.public_id: row for row in rows["person"]},
        {row.public_id: row for row in rows["organization"]},
        rows["colleague"],
    )


def _as(word: str) -> Value:
    return Value(word, output_field=CharField())


def find_clients(viewer: User, term: str, *, limit: int) -> list[User]:
    """Up to `limit` people of clients by a part of their name, those whose name begins with it first; one statement.

    A term without letters or digits only finds names that begin with it. Without a term the first by name. Who is no
    colleague finds nobody, also not themselves.
    """
    if not (viewer.is_internal and viewer.is_active):
        return []
    if not term:
        rows = User.objects.visible_to(viewer).filter(role=Role.CLIENT).order_by("name_norm", "pk")
        return list(rows[:limit])
    return list(User.objects.raw(_FIND_CLIENTS, _parameters(term, limit)))


def find_organizations(viewer: User, term: str, *, limit: int) -> list[Organization]:
    """Up to `limit` client organisations by a part of their name; otherwise as `find_clients`."""
    if not (viewer.is_internal and viewer.is_active):
        return []
    if not term:
        return list(Organization.objects.visible_to(viewer).order_by("name_norm", "pk")[:limit])
    return list(Organization.objects.raw(_FIND_ORGANIZATIONS, _parameters(term, limit)))


def _parameters(term: str, limit: int) -> dict[str, object]:
    plain = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "begins": plain,
        "inside": plain if len(term) >= SHORTEST_INFIX else f" {plain}",
        "limit": limit,
        # Signs alone have no pieces to look up.
        "looked_at": _LOOKED_AT if any(character.isalnum() for character in term) else 0,
    }
