"""The chat's addresses: history, posting, read marks. The widget itself stands on the WorkStream page."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID, uuid4, uuid5

from django.contrib import messages as notices
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.capabilities import Can
from accounts.errors import DomainError, NotAllowed
from accounts.http import PortalRequest
from accounts.models import User
from chat import actions, changes
from chat.conversation import Line, html_of, lines_of
from chat.errors import KeyTaken, NoSuchFile
from chat.forms import BegunForm, EditForm, EntryForm, LookingForm, NextForm, ReadForm, WindowForm, WritingForm
from chat.live import signs
from chat.live.channels import Kind
from chat.mentions import suggestions
from chat.models import MAX_LENGTH, Message, Note
from chat.panel import PAGE
from chat.querysets import EntryQuerySet
from chat.seen import readers_of
from chat.summaries import unread_beside
from workstreams import attachments
from workstreams.choices import AttachmentKind
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of, require

E = TypeVar("E", Message, Note)


@require_http_methods(["GET", "POST"])
def messages(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The group chat: POST says something; GET with ?before= or ?after= answers a piece of the history."""
    workstream = _workstream(request, public_id, Can.CHAT)
    if request.method == "GET":
        return _history(request, workstream, Message.objects.visible_to(request.user))
    return _post(request, workstream, "message")


@require_http_methods(["GET", "POST"])
def notes(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The team's Internal Notes, in the same way; for colleagues only (R70)."""
    workstream = _workstream(request, public_id, Can.OPEN_WORKSTREAM)
    if Can.READ_NOTES not in capabilities_of(request.user, workstream):
        raise Http404  # that there are notes at all is not theirs to know
    if request.method == "GET":
        return _history(request, workstream, Note.objects.visible_to(request.user))
    return _post(request, workstream, "note")


@require_http_methods(["GET", "POST"])
def edit_message(request: PortalRequest, public_id: UUID, number: int) -> HttpResponse:
    """Edit one's own message: GET shows it as it was written, POST saves."""
    message = _entry(request, public_id, number, Message.objects.visible_to(request.user), Can.CHAT)
    return _edit(
        request,
        message,
        lambda form, body: changes.edit_message(
            message=message, actor=request.user, body=body, seen=form.cleaned_data.get("change")
        ),
    )


@require_http_methods(["GET", "POST"])
def edit_note(request: PortalRequest, public_id: UUID, number: int) -> HttpResponse:
    """Edit one's own note, in the same way; for colleagues only (R70)."""
    note = _entry(request, public_id, number, _notes_of(request), Can.WRITE_NOTES)
    return _edit(
        request,
        note,
        lambda form, body: changes.edit_note(
            note=note,
            actor=request.user,
            body=body,
            seen=form.cleaned_data.get("change"),
            mentions=form.cleaned_data.get("mention", []) if form.cleaned_data.get("names") else None,
        ),
    )


@require_GET
def colleagues(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Colleagues whose name goes on like what was typed after "@" in a note (R71)."""
    workstream = _workstream(request, public_id, Can.OPEN_WORKSTREAM)
    if Can.WRITE_NOTES not in capabilities_of(request.user, workstream):
        raise Http404
    form = BegunForm(request.GET)
    begun = form.cleaned_data["q"] if form.is_valid() else ""
    people = suggestions(workstream, request.user, begun)
    return JsonResponse({"people": [_named(person) for person in people]})


@require_http_methods(["GET", "POST"])
def remove_message(request: PortalRequest, public_id: UUID, number: int) -> HttpResponse:
    """Remove a message: GET asks once more, POST does it."""
    message = _entry(request, public_id, number, Message.objects.visible_to(request.user), Can.CHAT)
    return _remove(request, message, lambda: changes.remove_message(message=message, actor=request.user))


@require_http_methods(["GET", "POST"])
def remove_note(request: PortalRequest, public_id: UUID, number: int) -> HttpResponse:
    """Remove a note, in the same way; for colleagues only (R70)."""
    note = _entry(request, public_id, number, _notes_of(request), Can.WRITE_NOTES)
    return _remove(request, note, lambda: changes.remove_note(note=note, actor=request.user))


@require_POST
def read(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Remember how far this person has read."""
    workstream = _workstream(request, public_id, Can.CHAT)
    form = ReadForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("These are no numbers.")
    actions.mark_read(
        workstream=workstream,
        reader=request.user,
        message=form.cleaned_data["message"] or 0,
        note=form.cleaned_data["note"] or 0,
    )
    return HttpResponse(status=204)


@require_POST
def mark_unread(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Keep the last message for later. The answer leaves the page, which would mark it as read at once."""
    workstream = _workstream(request, public_id, Can.CHAT)
    actions.mark_unread(workstream=workstream, reader=request.user)
    notices.success(request, f"“{workstream.name}” is marked as unread.")
    return redirect("home")


@require_GET
def next_unread(request: PortalRequest) -> HttpResponse:
    """Go to the next WorkStream of one's own with unread messages, or to the one before."""
    form = NextForm(request.GET)
    form.is_valid()
    here = form.cleaned_data.get("from") or UUID(int=0)
    found = unread_beside(request.user, here, is_back=form.cleaned_data["back"])
    if found is None:
        notices.info(request, "Nothing else is unread.")
        return redirect(WorkStream.objects.visible_to(request.user).filter(public_id=here).first() or "home")
    return redirect(_chat_of(found))


@require_GET
def seen(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Who has read how far, for an open page; what it hears from then on are signs (chat.live.signs)."""
    workstream = _workstream(request, public_id, Can.CHAT)
    return JsonResponse({"readers": readers_of(workstream, request.user)})


@require_POST
def writing(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Tell the others that this person is writing, unless they do not want that."""
    workstream = _workstream(request, public_id, Can.CHAT)
    form = WritingForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("Nobody writes there.")
    kind = Kind(form.cleaned_data["kind"])
    if kind == Kind.NOTE and Can.WRITE_NOTES not in capabilities_of(request.user, workstream):
        raise Http404  # that there are notes at all is not theirs to know
    if request.user.shows_typing and (workstream.is_open or request.user.is_team):
        signs.writing(workstream, request.user, kind)
    return HttpResponse(status=204)


@require_POST
def looking(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """A colleague has this WorkStream open, or leaves it; the answer names the other colleagues who look at it."""
    workstream = _workstream(request, public_id, Can.OPEN_WORKSTREAM)
    if Can.READ_NOTES not in capabilities_of(request.user, workstream):
        raise Http404  # what colleagues do among themselves is not theirs to know
    form = LookingForm(request.POST)
    form.is_valid()
    others = signs.looking(workstream, request.user, is_gone=form.cleaned_data["gone"])
    return JsonResponse({"others": others})


@require_POST
def ask_to_reopen(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Ask the team to reopen a closed WorkStream."""
    workstream = _workstream(request, public_id, Can.CHAT)
    actions.ask_to_reopen(workstream=workstream, actor=request.user)
    notices.success(request, "We asked the team to reopen it. They answer here.")
    return redirect(_chat_of(workstream))


def _workstream(request: PortalRequest, public_id: UUID, capability: Can) -> WorkStream:
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user), public_id=public_id)
    require(request.user, capability, workstream)
    return workstream


def _notes_of(request: PortalRequest) -> EntryQuerySet[Note]:
    return Note.objects.visible_to(request.user)


def _entry(request: PortalRequest, public_id: UUID, number: int, rows: EntryQuerySet[E], capability: Can) -> E:
    """One message or note. Whoever may not read notes learns nothing of them: their address does not exist."""
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user), public_id=public_id)
    if rows.model is Note and Can.READ_NOTES not in capabilities_of(request.user, workstream):
        raise Http404
    require(request.user, capability, workstream)
    entry: E = get_object_or_404(rows.select_related("workstream", *rows.printed), workstream=workstream, number=number)
    return entry


def _edit(request: PortalRequest, entry: E, save: Callable[[EditForm, str], E]) -> HttpResponse:
    """A script gets the text as it was written, and JSON; others a page with a form."""
    if request.method == "GET":
        if _is_script(request):
            people = [_named(person) for person in Line(entry).mentioned]
            return JsonResponse({"body": entry.body, "change": entry.change, "people": people})
        return _form_to_edit(request, entry, entry.body)
    form = EditForm(request.POST)
    form.is_valid()
    body = form.cleaned_data.get("body", "")
    try:
        saved = save(form, body)
    except NotAllowed:
        raise
    except DomainError as refusal:
        if _is_script(request):
            raise
        return _form_to_edit(request, entry, body, refusal)
    if _is_script(request):
        return JsonResponse({"number": saved.number, "html": html_of(saved)})
    return redirect(_chat_of(entry.workstream, _kind(entry), entry.number))


def _form_to_edit(
    request: PortalRequest, entry: Message | Note, body: str, refusal: DomainError | None = None
) -> HttpResponse:
    context = {
        "entry": entry,
        "kind": _kind(entry),
        "body": body,
        "refusal": refusal,
        "back": _chat_of(entry.workstream, _kind(entry), entry.number),
        "max_length": MAX_LENGTH,
    }
    return render(request, "chat/edit.html", context, status=refusal.status_code if refusal else 200)


def _remove(request: PortalRequest, entry: E, remove: Callable[[], E]) -> HttpResponse:
    back = _chat_of(entry.workstream, _kind(entry), entry.number)
    if request.method == "GET":
        return render(
            request, "chat/remove.html", {"entry": entry, "line": Line(entry), "kind": _kind(entry), "back": back}
        )
    removed = remove()
    if _is_script(request):
        return JsonResponse({"number": removed.number, "html": html_of(removed)})
    return redirect(back)


def _kind(entry: Message | Note) -> str:
    return "message" if isinstance(entry, Message) else "note"


def _named(person: User) -> dict[str, str]:
    return {"id": str(person.public_id), "name": person.display_name, "role": person.role_label}


def _is_script(request: PortalRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _history(request: PortalRequest, workstream: WorkStream, rows: EntryQuerySet[E]) -> HttpResponse:
    """A page of entries before a number, or after one; without a number, the WorkStream page itself."""
    form = WindowForm(request.GET)
    if not form.is_valid():
        return HttpResponseBadRequest("These are no numbers.")
    before, after = form.cleaned_data["before"], form.cleaned_data["after"]
    if before is None and after is None:
        return redirect(_chat_of(workstream))
    rows = rows.filter(workstream=workstream)
    entries = rows.window(PAGE, before=before) if before is not None else list(rows.after(after)[:PAGE])
    may_write = workstream.is_open or request.user.is_team
    lines = lines_of(entries, reader=request.user, may_write=may_write)
    return render(request, "chat/_lines.html", {"lines": lines, "workstream": workstream})


def _post(request: PortalRequest, workstream: WorkStream, kind: str) -> HttpResponse:
    """Say something. A script gets JSON; a plain form goes back to the page, or gets its text back with the reason."""
    is_script = _is_script(request)
    form = EntryForm(request.POST, request.FILES)
    form.is_valid()
    body = form.cleaned_data.get("body", "")
    key = form.cleaned_data.get("client_key") or uuid4()
    carried: list[UUID] = []
    try:
        try:
            entry = _say(request, workstream, kind, form, key, carried)
        except KeyTaken:
            if is_script:
                raise
            # The form of a page that was gone back to: another text is another message.
            carried.clear()
            entry = _say(request, workstream, kind, form, uuid4(), carried)
    except NotAllowed:
        raise
    except DomainError as refusal:
        if is_script:
            raise
        context = {
            "workstream": workstream,
            "kind": kind,
            "body": body,
            "refusal": refusal,
            "client_key": uuid4(),
            "max_length": MAX_LENGTH,
            "carried": attachments.of_author(workstream=workstream, author=request.user, ids=carried),
        }
        return render(request, "chat/refused.html", context, status=refusal.status_code)
    if is_script:
        return JsonResponse({"number": entry.number, "html": html_of(entry)})
    return redirect(_chat_of(workstream, kind, entry.number))


def _say(  # noqa: PLR0917
    request: PortalRequest, workstream: WorkStream, kind: str, form: EntryForm, key: UUID, carried: list[UUID]
) -> Message | Note:
    """Say what a form holds. `carried` gets the ids of the files, also of those that were added before a refusal."""
    body = form.cleaned_data.get("body", "")
    if kind == "note":
        mentions = form.cleaned_data.get("mention", [])
        return actions.post_note(
            workstream=workstream, author=request.user, body=body, client_key=key, mentions=mentions
        )
    carried += form.cleaned_data.get("attached", [])
    if form.has_error("file"):
        raise NoSuchFile(form.errors["file"][0])
    for number, upload in enumerate(form.cleaned_data["file"]):
        # Sent without script. The same form sent twice adds them once.
        added = attachments.add(
            workstream=workstream,
            actor=request.user,
            upload=upload,
            kind=AttachmentKind.OTHER,
            client_key=uuid5(key, f"{number}/{upload.size}/{upload.name}"),
        )
        carried.append(added.public_id)
    return actions.post_message(workstream=workstream, author=request.user, body=body, client_key=key, files=carried)


def _chat_of(workstream: WorkStream, kind: str = "message", number: int | None = None) -> str:
    notes = "?conversation=notes" if kind == "note" else ""
    return f"{workstream.get_absolute_url()}{notes}#{f'{kind}-{number}' if number else 'chat'}"
