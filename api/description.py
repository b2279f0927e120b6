"""The description of the API (OpenAPI) for one kind of reader: what somebody may not know of is not in it."""

from typing import Any, cast

from drf_spectacular.generators import SchemaGenerator

from accounts.capabilities import Can
from accounts.models import User

# Who lacks these may not even know that there is such a thing (R70), so their names are as secret as the addresses.
SECRET = frozenset({Can.READ_NOTES, Can.WRITE_NOTES})


def hidden_from(person: User) -> frozenset[Can]:
    """The capabilities this person is not to hear of."""
    return frozenset(can for can in SECRET if not person.may(can))


def describe(*, hidden: frozenset[Can] = frozenset()) -> dict[str, Any]:
    """The OpenAPI document without addresses that are known only with a hidden capability, and without its name."""
    document = _Generator(hidden).get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return cast("dict[str, Any]", _without(document, {can.name.lower() for can in hidden}))


class _Generator(SchemaGenerator):
    """Leaves addresses out."""

    def __init__(self, hidden: frozenset[Can]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.hidden = hidden

    def _initialise_endpoints(self) -> None:
        super()._initialise_endpoints()  # type: ignore[no-untyped-call]
        every: Any = self.endpoints  # (path, its expression, method, view)
        self.endpoints = [entry for entry in every if getattr(entry[-1].cls, "known_with", None) not in self.hidden]


def _without(part: Any, names: set[str]) -> Any:
    """The same part without these words among choices, and without the lines that explain them."""
    if isinstance(part, list):
        return [_without(each, names) for each in part if not (isinstance(each, str) and each in names)]
    if isinstance(part, str):
        return "\n".join(line for line in part.split("\n") if not any(f"`{name}`" in line for name in names))
    if isinstance(part, dict):
        return {key: _without(value, names) for key, value in part.items()}
    return part
