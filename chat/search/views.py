"""The page for searching chats: all that somebody reads, or one."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from accounts.errors import NotAllowed
from accounts.http import PortalRequest
from chat.conversation import Line
from chat.models import Message, Note
from chat.search.find import PAGE, Question, find_messages, find_notes
from chat.search.forms import FILES, MESSAGES, NOTES, SearchForm
from chat.search.words import Term, marked

BEFORE, AROUND = 60, 260  # characters of an answer that are shown


@dataclass(frozen=True)
class Answer:
    """A message or note that was found."""

    line: Line
    excerpt: SafeString

    @property
    def url(self) -> str:
        """The place in its conversation."""
        entry, kind = self.line.entry, self.line.kind
        notes = "conversation=notes&" if self.line.is_note else ""
        return f"{entry.workstream.get_absolute_url()}?{notes}at={entry.number}#{kind}-{entry.number}"


@require_GET
def search(request: PortalRequest) -> HttpResponse:
    """Messages, and for colleagues notes, with the words that are asked for; the newest first."""
    user = request.user
    if request.GET.get("kind") == NOTES and not user.is_internal:
        raise Http404  # that there are notes at all is not theirs to know
    if user.is_team and not user.is_internal:
        raise NotAllowed("You may not take part in chats, so there is nothing to search.")
    form = SearchForm(request.GET, user=user)
    context: dict[str, Any] = {"form": form, "workstream": None, "answers": [], "is_asked": False, "next": None}
    if form.is_valid():
        question = form.question()
        context["workstream"] = question.workstream
        if not question.is_empty or form.cleaned_data["kind"]:
            answers, following = _answers(form, question)
            context |= {"is_asked": True, "answers": answers, "next": following}
    return render(request, "chat/search.html", context)


def _answers(form: SearchForm, question: Question) -> tuple[list[Answer], str | None]:
    """A page of answers, and the address of the next."""
    kind, user = form.cleaned_data["kind"], form.user
    place, place_of_notes = form.places
    found: list[Message | Note] = []
    is_more = False
    if kind != NOTES:
        messages = find_messages(question, user, before=place)
        found += messages.entries
        is_more = messages.next is not None
    if kind not in {MESSAGES, FILES} and user.is_internal:
        notes = find_notes(question, user, before=place_of_notes)
        found += notes.entries
        is_more = is_more or notes.next is not None
    found.sort(key=lambda entry: entry.created_at, reverse=True)
    is_more = is_more or len(found) > PAGE
    found = found[:PAGE]
    answers = [Answer(Line(entry), excerpt(entry.body, question.terms)) for entry in found]
    return answers, _following(form, found) if is_more and found else None


def _following(form: SearchForm, found: list[Message | Note]) -> str:
    """Where it goes on: behind the last of each kind on this page, or where that kind began."""
    place, place_of_notes = form.places
    last = min((entry.pk for entry in found if isinstance(entry, Message)), default=place or 10**12 - 1)
    last_note = min((entry.pk for entry in found if isinstance(entry, Note)), default=place_of_notes or 10**12 - 1)
    asked = {name: value for name, value in form.data.items() if value and name != "after"}
    return f"?{urlencode(asked | {'after': f'{last}.{last_note}'})}"


def excerpt(text: str, terms: list[Term]) -> SafeString:
    """The part of a text around what was asked for, escaped and marked."""
    places = marked(text, terms)
    start = max(0, places[0][0] - BEFORE) if places else 0
    if start:
        start = text.find(" ", start, places[0][0]) + 1 or start
    end = min(len(text), start + AROUND)
    parts, here = ["…"] if start else [], start
    for first, last in places:
        if first < here or last > end:
            continue
        parts += [escape(text[here:first]), f"<mark>{escape(text[first:last])}</mark>"]
        here = last
    parts.append(escape(text[here:end]))
    if end < len(text):
        parts.append("…")
    return mark_safe("".join(parts))  # noqa: S308  every part was escaped
