"""What happened, in words: the sentence of an event for the Activity tab."""

from typing import Any

from activity.models import Event
from activity.registry import registry

LONGEST = 200


def sentence(event: Event, *, for_clients: bool = False) -> str:
    """How the sentence goes on after the actor's name. Plain text: whoever shows it escapes it.

    Old events keep their sentence whatever became of their verb: a word that is not in the data is left out, and a
    verb nobody declares any more is shown by its name.
    """
    verb = registry.verbs.get(event.verb)
    if verb is None:
        return event.verb.replace(".", ": ").replace("_", " ")
    about_oneself = event.actor_id is not None and event.data.get("user_id") == event.actor_id
    text = verb.of_oneself if verb.of_oneself and about_oneself else verb.says
    if verb.inside and not for_clients:
        text = f"{text} {verb.inside}"
    return text.format_map(_Words(event.data))


class _Words(dict[str, Any]):
    """The data of an event as words to put into a sentence."""

    def __getitem__(self, key: str) -> str:
        return in_words(super().get(key))

    def __missing__(self, key: str) -> str:
        return in_words(None)


def in_words(value: Any) -> str:
    """One value of an event's data: lists with commas, nothing as “…”, everything on one line and not too long."""
    if value is None or value in ("", []):
        return "…"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        words = [in_words(each) for each in value]
        return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
