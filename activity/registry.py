"""Which verbs exist, what they mean, and what follows from each.

An app declares its verbs in `events.py` and its subscribers in `subscribers.py`; both are imported by the app's
`ready()`. A subscriber runs inside the transaction of the event: what it writes stands or falls with the change.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from activity.models import Event

Subscriber = Callable[[Event], None]


@dataclass(frozen=True)
class Verb:
    """One kind of event: its name in the past tense, and how the Activity tab goes on after the actor's name.

    Words in braces are taken from the event's data. `inside` is added for colleagues only; `of_oneself` is said instead
    when the event is about the actor (its `user_id`). What happens `often` is left out of the Activity tab until asked
    for, so that it does not drown the rest.
    """

    name: str
    says: str
    for_clients: bool = False
    inside: str = ""
    of_oneself: str = ""
    often: bool = False


@dataclass(frozen=True)
class Consequence:
    """What follows from a verb: the sentence for the documentation, and the function."""

    says: str
    act: Subscriber


@dataclass
class Registry:
    """All declared verbs and their consequences, in the order of declaration."""

    verbs: dict[str, Verb] = field(default_factory=dict)
    consequences: dict[str, list[Consequence]] = field(default_factory=dict)

    def declare(
        self,
        name: str,
        says: str,
        *,
        for_clients: bool = False,
        inside: str = "",
        of_oneself: str = "",
        often: bool = False,
    ) -> Verb:
        """Add a verb. `for_clients`: a client member may see events of this kind in the page's history."""
        if name in self.verbs:
            raise ValueError(f"The verb {name!r} is declared twice.")
        self.verbs[name] = Verb(name, says, for_clients, inside, of_oneself, often)
        return self.verbs[name]

    def follows(self, name: str, says: str) -> Callable[[Subscriber], Subscriber]:
        """Decorate a function that acts on every event of a verb, in the event's transaction."""

        def remember(act: Subscriber) -> Subscriber:
            self.consequences.setdefault(name, []).append(Consequence(says, act))
            return act

        return remember

    def often(self) -> list[str]:
        """The verbs of what happens often."""
        return [name for name, verb in self.verbs.items() if verb.often]

    def of(self, name: str) -> list[Consequence]:
        """What follows from a verb.

        Raises: LookupError when nobody declared the verb.
        """
        if name not in self.verbs:
            raise LookupError(f"No app declares the verb {name!r}; add it to that app's events.py.")
        return self.consequences.get(name, [])


registry = Registry()
