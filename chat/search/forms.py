"""What people ask for."""

from typing import Any
from uuid import UUID

from django import forms
from django.shortcuts import get_object_or_404

from accounts.models import User
from chat.search.find import Question, people_named
from chat.search.words import terms_of
from workstreams.models import WorkStream

MESSAGES, NOTES, FILES = "messages", "notes", "files"
KINDS = [("", "Everything"), (MESSAGES, "Messages"), (NOTES, "Internal Notes"), (FILES, "Messages with files")]


class SearchForm(forms.Form):
    """A question to all chats somebody reads, or to one."""

    q = forms.CharField(label="Words", required=False, max_length=200)
    person = forms.CharField(label="Written by", required=False, max_length=120)
    kind = forms.ChoiceField(label="What", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    workstream = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # How far the page before came among messages and among notes.
    after = forms.RegexField(r"^\d{1,12}\.\d{1,12}$", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, user: User) -> None:
        """`user` asks; who may not read notes is not offered them."""
        super().__init__(data)
        self.user = user
        offered = [kind for kind in KINDS if kind[0] != NOTES or user.is_internal]
        self.fields["kind"].choices = offered  # type: ignore[attr-defined]

    def question(self) -> Question:
        """What is asked for. Raises: Http404 for a WorkStream this person does not see."""
        asked = self.cleaned_data
        return Question(
            terms=terms_of(asked["q"].replace("\x00", "")),
            workstream=workstream_of(self.user, asked["workstream"]),
            authors=people_named(asked["person"].strip().replace("\x00", "")) if asked["person"].strip() else None,
            with_files=asked["kind"] == FILES,
            since=asked["since"],
            until=asked["until"],
        )

    @property
    def places(self) -> tuple[int | None, int | None]:
        """Where messages and notes go on."""
        if not self.cleaned_data.get("after"):
            return None, None
        message, note = map(int, self.cleaned_data["after"].split("."))
        return message, note


def workstream_of(user: User, public_id: UUID | None) -> WorkStream | None:
    """The WorkStream to search in, if it is only one. Raises: Http404."""
    if public_id is None:
        return None
    found: WorkStream = get_object_or_404(WorkStream.objects.visible_to(user), public_id=public_id)
    return found
