"""What a story is. How its script is written stands in `demo.script`."""

from dataclasses import dataclass

from workstreams.choices import EntryPoint, SubscriptionType


@dataclass(frozen=True)
class Story:
    """One WorkStream, from its start to now.

    `quiet` is how many days ago the last thing happened, and the script says how long everything took; `wish` is how
    many days after the start the client wished to begin. A story without `owner` was started by the colleague `starter`
    and waits for its first client.
    """

    name: str
    company: str
    owner: str
    type: SubscriptionType
    quiet: float
    description: str
    script: str = ""
    starter: str = ""
    entry: EntryPoint = EntryPoint.APP_DIRECT
    wish: int | None = 21
    self_selected: bool = True

    @property
    def key(self) -> str:
        """What its addresses are made from, so that they are the same after every reset."""
        return f"{self.company}/{self.name}"
