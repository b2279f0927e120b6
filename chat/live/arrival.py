"""What Redis brings to the streams of a process."""

from dataclasses import dataclass

from chat.live.channels import Kind


@dataclass(frozen=True)
class Arrival:
    """An entry that was posted; with a change's number, one that was edited or removed."""

    kind: Kind
    number: int
    payload: str
    change: int = 0
