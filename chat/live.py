"""Telling open pages what was posted."""

from chat.models import Message, Note


def announce_message(message: Message) -> None:
    """After the commit, tell every open page of the WorkStream."""


def announce_note(note: Note) -> None:
    """After the commit, tell every open staff page of the WorkStream."""
