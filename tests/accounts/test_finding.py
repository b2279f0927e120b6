"""Finding people and client organisations by name: what is found, in which order, and for whom."""

import pytest

from accounts.finding import find_clients, find_organizations
from tests.conftest import World
from tests.factories import ClientFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def organizations(world: World, term: str, *, limit: int = 7) -> list[str]:
    return [found.name for found in find_organizations(world.isr, term, limit=limit)]


def test_names_that_begin_with_the_term_come_first(world: World) -> None:
    for name in ("Zoo of Bremen", "Northern Zoo", "azoology", "Zooplus"):
        OrganizationFactory.create(name=name)

    assert organizations(world, "zoo") == ["Zoo of Bremen", "Zooplus", "azoology", "Northern Zoo"]
    assert organizations(world, "ZOO", limit=3) == ["Zoo of Bremen", "Zooplus", "azoology"]


def test_one_or_two_letters_find_where_words_begin(world: World) -> None:
    for name in ("Zoo of Bremen", "Northern Zoo", "azoology"):
        OrganizationFactory.create(name=name)

    assert organizations(world, "zo") == ["Zoo of Bremen", "Northern Zoo"]
    assert organizations(world, "z") == ["Zoo of Bremen", "Northern Zoo"]


def test_without_a_term_the_first_by_name_are_offered(world: World) -> None:
    assert organizations(world, "", limit=1) == ["Acme"]


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("100%", ["100% sure"]),
        ("%", []),
        ("_", []),
        ("a_b", ["a_b"]),
        ("c\\d", ["c\\d"]),
        ("\\", []),
        ("ÉTÉ", ["Été à Paris"]),
        ("🚦", []),
        ("'; DROP TABLE", []),
        ("x" * 10_000, []),
    ],
)
def test_whatever_is_typed_stands_for_itself(term: str, found: list[str], world: World) -> None:
    for name in ("100% sure", "100 percent", "a_b", "axb", "c\\d", "Été à Paris"):
        OrganizationFactory.create(name=name)
    assert organizations(world, term) == found


def test_only_people_of_clients_are_found_also_by_what_stands_for_their_name(world: World) -> None:
    ClientFactory.create(name="", email="olympia@client.example")
    found = [person.display_name for person in find_clients(world.isr, "ol", limit=7)]

    assert found == ["Olive Owner", "olympia"]
    assert find_clients(world.isr, "colleague", limit=7) == []
    assert len(find_clients(world.isr, "", limit=7)) == 4


@pytest.mark.parametrize("who", ["owner", "agile_worker"])
@pytest.mark.parametrize("term", ["", "o", "acme", "olive"])
def test_nobody_but_colleagues_finds_anybody(who: str, term: str, world: World) -> None:
    assert find_clients(getattr(world, who), term, limit=7) == []
    assert find_organizations(getattr(world, who), term, limit=7) == []
