"""What a row of the permission table is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.capabilities import Can, Standing
from tests.conftest import World

Data = Callable[[World], dict[str, Any]]


def nothing(_: World) -> dict[str, Any]:
    """No data is sent."""
    return {}


@dataclass(frozen=True)
class Call:
    """One request; its data is made for each world anew.

    In the address `{ws}` stands for the WorkStream's public id, `{person}` and `{person_id}` for a member's two ids.
    """

    method: str
    address: str
    data: Data = nothing


def sending(**data: Any) -> Data:
    """The same data in every world."""
    return lambda _: data


def get(address: str, data: Data = nothing) -> Call:
    """Read an address."""
    return Call("get", address, data)


def post(address: str, data: Data = nothing) -> Call:
    """Send to an address."""
    return Call("post", address, data)


def upload(address: str, data: Data) -> Call:
    """Send a file to an address of the API."""
    return Call("upload", address, data)


def patch(address: str, data: Data = nothing) -> Call:
    """Change what is at an address."""
    return Call("patch", address, data)


def delete(address: str, data: Data = nothing) -> Call:
    """Remove what is at an address."""
    return Call("delete", address, data)


@dataclass(frozen=True)
class Thing:
    """One thing to do."""

    does: str
    # None: whoever is signed in.
    takes: Can | None
    page: Call
    api: Call
    # What must be so that nothing but the person decides.
    arrange: Callable[[World], Any] = nothing
    # They hold the capability and may not all the same.
    never: frozenset[Standing] = frozenset()
    # For them the two addresses do not mean the same thing: another row says what they do.
    elsewhere: frozenset[Standing] = frozenset()
    # It is somebody else's own, which they may not know exists.
    unknown_to: frozenset[Standing] = frozenset()
    # Whoever may not do it may not even know that it can be done: they get the answer of strangers.
    is_secret: bool = False
    # It concerns no WorkStream, so the role alone decides.
    is_general: bool = False
    # Its page is also the way in for those who have not signed in.
    is_public_page: bool = False
