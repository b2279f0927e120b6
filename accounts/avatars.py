"""The picture or the initials of a person as HTML: a page of a chat has fifty of them."""

from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString


def avatar(person: Any, size: str = "") -> SafeString:
    """What stands for a person; the name stands beside it, so this is hidden from screen readers."""
    looks = f"avatar avatar--{'team' if person.is_team else 'client'}{f' avatar--{escape(size)}' if size else ''}"
    return SafeString(f'<span class="{looks}" aria-hidden="true">{escape(person.initials)}{_picture(person)}</span>')


def avatar_of(name: str, *, is_team: bool) -> SafeString:
    """What stands for somebody who has no account, and so no picture."""
    look = "team" if is_team else "client"
    return SafeString(f'<span class="avatar avatar--{look}" aria-hidden="true">{escape(initials_of(name))}</span>')


def initials_of(name: str) -> str:
    """One or two letters for the picture."""
    words = name.replace(".", " ").replace("_", " ").split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper() or "?"


def picture_address(person: Any) -> str:
    """Where somebody's picture is, for those who may see it. It changes with the picture, so it may be kept."""
    return reverse("workstreams:picture", args=[person.public_id, person.picture_version])


def _picture(person: Any) -> str:
    if not person.picture_version:
        return ""
    return (
        f'<img class="avatar__picture" src="{escape(picture_address(person))}" alt="" width="32" height="32"'
        ' loading="lazy" decoding="async">'
    )
