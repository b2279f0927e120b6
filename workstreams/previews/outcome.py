"""What comes of looking into a file."""

from dataclasses import dataclass, field
from typing import Any


class CannotPreview(Exception):
    """There is nothing to show; the sentence says why."""


@dataclass(frozen=True)
class Picture:
    """One picture made by us, as WebP."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Outcome:
    """Pictures, or facts that a template shows; both are bounded."""

    pictures: list[Picture] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
