"""What the portal keeps about a person, wherever it lies.

The ground floor knows what an export and an erasure are; only the apps above know what they keep. Each says so in its
room `kept`, imported by its `ready()`:

    @registry.gathers("messages")      what goes into a person's copy of their own data
    @registry.erases("messages")       what is done when they are erased
    @registry.sweeps("mails")          where a worker looks for copies of the name, later
    @registry.hinders                  what has to be settled before: sentences
    @registry.readdresses              what follows when their e-mail address changes
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User

Gather = Callable[["User"], Any]
Erase = Callable[["User", "Traces"], None]
Hinder = Callable[["User"], list[str]]
Readdress = Callable[["User", str], None]


@dataclass(frozen=True)
class Traces:
    """How somebody was called, while it is being made to be forgotten."""

    name: str
    email: str

    @property
    def words(self) -> list[str]:
        """What must not be found anywhere afterwards."""
        local = self.email.partition("@")[0]
        return [word for word in (self.name, self.email, local if not self.name else "") if word]


@dataclass
class Personal:
    """What the apps said."""

    gathering: dict[str, Gather] = field(default_factory=dict)
    erasing: dict[str, Erase] = field(default_factory=dict)
    hindering: list[Hinder] = field(default_factory=list)
    readdressing: list[Readdress] = field(default_factory=list)
    sweeping: dict[str, Erase] = field(default_factory=dict)

    def gathers(self, name: str) -> Callable[[Gather], Gather]:
        """Decorate what reads one part of a person's data; it becomes a file of this name."""

        def remember(act: Gather) -> Gather:
            self.gathering[name] = act
            return act

        return remember

    def erases(self, name: str) -> Callable[[Erase], Erase]:
        """Decorate what erases one part of a person's data, in the transaction of the erasure."""

        def remember(act: Erase) -> Erase:
            self.erasing[name] = act
            return act

        return remember

    def sweeps(self, name: str) -> Callable[[Erase], Erase]:
        """Decorate what looks for copies of the name and the address, later and by a worker. Twice is harmless."""

        def remember(act: Erase) -> Erase:
            self.sweeping[name] = act
            return act

        return remember

    def hinders(self, act: Hinder) -> Hinder:
        """Decorate what says, in sentences, why somebody cannot be erased yet."""
        self.hindering.append(act)
        return act

    def readdresses(self, act: Readdress) -> Readdress:
        """Decorate what follows when somebody's address changed; it gets the person and the address before."""
        self.readdressing.append(act)
        return act

    def hindrances(self, person: "User") -> list[str]:
        """What has to be settled before this person can be erased."""
        return [sentence for hinder in self.hindering for sentence in hinder(person)]

    def gathered(self, person: "User") -> Iterator[tuple[str, Any]]:
        """A person's data, part by part."""
        for name, gather in self.gathering.items():
            yield name, gather(person)

    def readdress(self, person: "User", *, before: str) -> None:
        """Let the apps follow a changed address."""
        for act in self.readdressing:
            act(person, before)


registry = Personal()
