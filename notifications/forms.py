"""The forms of the notification pages."""

from typing import Any

from django import forms

from notifications.notices import Loudness, Preferences
from notifications.policy import Topic


class PreferencesForm(forms.Form):
    """Which topics, on which channel, and when. A topic's boxes are named after it."""

    has_quiet_hours = forms.BooleanField(label="Quiet hours", required=False)
    digest_at = forms.TimeField(label="Digest at", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    told_of_unassigned = forms.BooleanField(required=False)
    in_app = forms.MultipleChoiceField(required=False)
    by_mail = forms.MultipleChoiceField(required=False)

    def __init__(self, *arguments: Any, topics: list[Topic], **named: Any) -> None:
        """Only what this person can be told of may be chosen."""
        super().__init__(*arguments, **named)
        self.topics = [topic for topic in topics if not topic.must]
        names = [(topic.name, topic.does) for topic in self.topics]
        for field in ("in_app", "by_mail"):
            self.fields[field].choices = names  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What the action takes: what is off, rather than what is on."""
        names = [topic.name for topic in self.topics]
        data = self.cleaned_data
        return {
            "not_in_app": [name for name in names if name not in data["in_app"]],
            "not_by_mail": [t.name for t in self.topics if t.has_mail and t.name not in data["by_mail"]],
            "has_quiet_hours": data["has_quiet_hours"],
            "digest_at": data["digest_at"],
            "told_of_unassigned": data["told_of_unassigned"],
        }


def initial_of(preferences: Preferences, topics: list[Topic], *, told_of_unassigned: bool) -> dict[str, Any]:
    """What the form shows of what is stored."""
    names = [topic.name for topic in topics]
    return {
        "has_quiet_hours": preferences.has_quiet_hours,
        "digest_at": preferences.digest_at,
        "told_of_unassigned": told_of_unassigned,
        "in_app": [name for name in names if name not in preferences.not_in_app],
        "by_mail": [name for name in names if name not in preferences.not_by_mail],
    }


class LevelForm(forms.Form):
    """How much of one WorkStream."""

    level = forms.ChoiceField(choices=Loudness.choices)
