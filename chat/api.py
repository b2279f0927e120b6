"""The chat over the API: the messages, the team's Internal Notes, and how far a person has read (R56-R71).

Messages and notes have addresses of their own, as everywhere. Who may not read notes gets the answer of an address that
does not exist, and a description of the API without them.
"""

from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from api import etags, query
from api.base import ApiRequest, ApiView
from api.errors import ChangedSince
from api.fields import Moment
from api.paging import LARGEST_PAGE
from api.schema import IF_NONE_MATCH
from chat import actions, changes
from chat.conversation import Line
from chat.models import CameFrom, Counter, Message, Note, ReadMark
from chat.querysets import EntryQuerySet
from chat.seen import readers_of
from workstreams.api.attachments import AttachmentSerializer
from workstreams.api.one import fetch
from workstreams.choices import Side
from workstreams.errors import ChangedMeanwhile
from workstreams.models import WorkStream

TAG = "Chat"
TAG_NOTES = "Internal Notes"
REMOVING = (
    "Your own at any time; administrators anybody's. Its text goes for good; its number, its author and its times stay."
)
PAGE_SIZE = 50
LAST_NUMBER = 10**9

E = TypeVar("E", Message, Note)


class Body(serializers.CharField):
    """What somebody says, as it came. NULs go, as every control character does; the rest is the action's to judge."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **options)

    def to_internal_value(self, data: Any) -> str:
        """The text without NULs."""
        return super().to_internal_value(data).replace("\x00", "")


class NewEntrySerializer(serializers.Serializer[Any]):
    """Something to say."""

    body = Body(help_text="Up to 20,000 characters.")
    client_key = serializers.UUIDField(
        required=False, help_text="A UUID you make. The same text sent again with it is stored once."
    )


class NewMessageSerializer(NewEntrySerializer):
    """Something to say to everybody, perhaps with files."""

    files = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=actions.MOST_FILES,
        help_text="The ids of attachments of this WorkStream that you added (R31). With any of them the text may be "
        "empty.",
    )


MENTIONS = "The ids of the colleagues it names (R71). A name in the text alone names nobody; `@[address]` there does."


class NewNoteSerializer(NewEntrySerializer):
    """Something to say to colleagues."""

    mentions = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50, help_text=MENTIONS)


class EditedEntrySerializer(serializers.Serializer[Any]):
    """Another text for what was said."""

    body = Body(help_text="Up to 20,000 characters.")


class EditedNoteSerializer(EditedEntrySerializer):
    """Another text for a note."""

    mentions = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=50,
        help_text="All whom it names now; those who are left out are named no more. Without it they stay.",
    )


class MentionedSerializer(serializers.Serializer[Any]):
    """Whom a note names."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField(source="display_name")


class EntrySerializer(serializers.Serializer[Any]):
    """What messages and notes share."""

    number = serializers.IntegerField(help_text="From 1, without gaps in its WorkStream.")
    author = serializers.SerializerMethodField(help_text="Who says it; the company itself where the portal speaks.")
    is_own = serializers.SerializerMethodField(help_text="Whether you wrote it.")
    came_from = serializers.ChoiceField(
        choices=CameFrom.choices, allow_blank=True, help_text="Where it was written; empty for here."
    )
    body = serializers.CharField()
    created_at = Moment()
    edited_at = Moment(allow_null=True, help_text="When its author last edited it.")
    removed_at = Moment(allow_null=True, help_text="When it was removed; its body is empty since.")

    def get_author(self, entry: Message | Note) -> str:
        """The name."""
        return Line(entry).author

    def get_is_own(self, entry: Message | Note) -> bool:
        """Whether the reader wrote it."""
        return bool(entry.author_id == self.context["reader"].pk)


class MessageSerializer(EntrySerializer):
    """One message of the group chat."""

    side = serializers.ChoiceField(choices=Side.choices, help_text="On whose side it stands, for everybody.")
    team = serializers.SerializerMethodField(help_text="The team the author belongs to.")
    is_automatic = serializers.SerializerMethodField(help_text="Whether the portal itself speaks.")
    files = serializers.SerializerMethodField(help_text="The attachments it carries; none once it is removed.")

    @extend_schema_field(AttachmentSerializer(many=True))
    def get_files(self, message: Message) -> Any:
        """The attachments, which its author added to its WorkStream."""
        found: Any = [each.attachment for each in Line(message).files]
        for attachment in found:
            attachment.workstream = message.workstream
            # One of somebody without an account is kept in another's name.
            if message.author is not None:
                attachment.uploaded_by = message.author
        return AttachmentSerializer(found, many=True, context=self.context).data

    def get_team(self, message: Message) -> str:
        """The team in words."""
        return Line(message).team

    def get_is_automatic(self, message: Message) -> bool:
        """Whether no person wrote it."""
        return message.is_automatic


class NoteSerializer(EntrySerializer):
    """One Internal Note."""

    role = serializers.SerializerMethodField(help_text="The author's role.")
    mentions = serializers.SerializerMethodField(help_text="The colleagues it names.")
    is_creation_note = serializers.BooleanField(help_text="Whether the portal wrote it when the WorkStream began.")

    @extend_schema_field(MentionedSerializer(many=True))
    def get_mentions(self, note: Note) -> Any:
        """Whom it names."""
        return MentionedSerializer(Line(note).mentioned, many=True).data

    def get_role(self, note: Note) -> str:
        """The role in words."""
        return Line(note).team


class WindowSerializer(serializers.Serializer[Any]):
    """Which part of a conversation."""

    after = serializers.IntegerField(
        required=False, min_value=0, max_value=LAST_NUMBER, help_text="Only what has a higher number."
    )
    before = serializers.IntegerField(
        required=False, min_value=1, max_value=LAST_NUMBER, help_text="Only what has a lower number."
    )
    order = serializers.ChoiceField(
        choices=[("newest", "Newest first"), ("oldest", "Oldest first")],
        default="newest",
        help_text="To follow a conversation, ask for the oldest first after the last number you have.",
    )
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=PAGE_SIZE)


class MarkReadSerializer(serializers.Serializer[Any]):
    """How far somebody has read."""

    number = serializers.IntegerField(min_value=0, max_value=LAST_NUMBER)


class ReadMarkSerializer(serializers.Serializer[Any]):
    """How far you have read."""

    last = serializers.IntegerField(help_text="The number of the last one; 0 before the first.")
    read = serializers.IntegerField(help_text="The number you have read up to.")
    unread = serializers.IntegerField()


class ReaderSerializer(serializers.Serializer[Any]):
    """Somebody who reads."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    read = serializers.IntegerField(help_text="The number they have read up to.")


class ReadersSerializer(serializers.Serializer[Any]):
    """Everybody who has read anything."""

    results = ReaderSerializer(many=True)


class ChatSerializer(ReadMarkSerializer):
    """The group chat of a WorkStream as it stands for you."""

    may_write = serializers.BooleanField(help_text="False to clients while the WorkStream is closed.")
    reopening_is_asked = serializers.BooleanField(help_text="Whether the team was asked to reopen it.")


class AskedToReopenSerializer(serializers.Serializer[Any]):
    """Whether the question was new."""

    is_first = serializers.BooleanField(help_text="False when somebody of the client had asked already.")


def _conversation(name: str, row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    fields = {
        "__doc__": "A part of the conversation.",
        "next": serializers.URLField(allow_null=True, help_text="Where it goes on; null at the end."),
        "last": serializers.IntegerField(help_text="The number of the last one there is; 0 before the first."),
        "results": row(many=True),
    }
    return type(name, (serializers.Serializer,), fields)


MessagePageSerializer = _conversation("MessagePageSerializer", MessageSerializer)
NotePageSerializer = _conversation("NotePageSerializer", NoteSerializer)


class ChatView(ApiView):
    """The chat at a glance."""

    @extend_schema(
        operation_id="chat_read",
        tags=[TAG],
        summary="The chat at a glance",
        description="How many messages there are, how far you have read, and whether you may write.",
        responses=ChatSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """Numbers and rights."""
        workstream = fetch(request, public_id, Can.CHAT)
        may_write = workstream.is_open or request.user.is_team
        return Response(
            _mark(request, workstream, Message)
            | {
                "may_write": may_write,
                "reopening_is_asked": not workstream.is_open and actions.reopening_is_asked(workstream),
            }
        )


class MessagesView(ApiView):
    """The messages of the group chat."""

    @extend_schema(
        operation_id="messages_list",
        tags=[TAG],
        summary="Read messages",
        description="The group chat, newest first unless asked otherwise; also what was said before you joined (R69).",
        parameters=[WindowSerializer],
        responses=MessagePageSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """A part of the conversation."""
        workstream = fetch(request, public_id, Can.CHAT)
        return _window(request, workstream, Message.objects.visible_to(request.user), MessageSerializer)

    @extend_schema(
        operation_id="messages_post",
        tags=[TAG],
        summary="Post a message",
        description=(
            "Say something in the group chat. The first colleague who answers becomes WorkStream Lead (R64, R65). "
            "Clients cannot write while the WorkStream is closed. "
            "Files are added first, as attachments, and named here (R31)."
        ),
        request=NewMessageSerializer,
        responses={201: MessageSerializer},
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Say something."""
        workstream = fetch(request, public_id, Can.CHAT)
        told = query.body(request, NewMessageSerializer)
        message = actions.post_message(
            workstream=workstream,
            author=request.user,
            body=told["body"],
            client_key=told.get("client_key") or uuid4(),
            files=told.get("files", []),
        )
        return Response(MessageSerializer(message, context=_context(request)).data, status=201)


class MessageView(ApiView):
    """One message."""

    @extend_schema(
        operation_id="message",
        tags=[TAG],
        summary="Read one message",
        parameters=[IF_NONE_MATCH],
        responses={200: MessageSerializer, 304: OpenApiResponse(description="It is what you have.")},
    )
    def get(self, request: ApiRequest, public_id: UUID, number: int) -> Response:
        """One message; its ETag goes into If-Match to edit it."""
        workstream = fetch(request, public_id, Can.CHAT)
        return _one(request, MessageSerializer, _entry(workstream, Message.objects.visible_to(request.user), number))

    @extend_schema(
        operation_id="message_edit",
        tags=[TAG],
        summary="Edit your message",
        description="Within ten minutes after it was posted. Everybody sees that it was edited.",
        request=EditedEntrySerializer,
        responses=MessageSerializer,
    )
    def patch(self, request: ApiRequest, public_id: UUID, number: int) -> Response:
        """Another text."""
        workstream = fetch(request, public_id, Can.CHAT)
        message = _entry(workstream, Message.objects.visible_to(request.user), number)
        body, seen = _edited(request)
        try:
            saved = changes.edit_message(message=message, actor=request.user, body=body, seen=seen)
        except ChangedMeanwhile as refusal:
            raise ChangedSince(refusal.message) from refusal
        return _one(request, MessageSerializer, saved)

    @extend_schema(
        operation_id="message_remove",
        tags=[TAG],
        summary="Remove a message",
        description=REMOVING,
        responses={204: None},
    )
    def delete(self, request: ApiRequest, public_id: UUID, number: int) -> Response:
        """Take its text away. Again changes nothing."""
        workstream = fetch(request, public_id, Can.CHAT)
        message = _entry(workstream, Message.objects.visible_to(request.user), number)
        changes.remove_message(message=message, actor=request.user)
        return Response(status=204)


class ReadMessagesView(ApiView):
    """How far messages were read."""

    @extend_schema(
        operation_id="messages_mark_read",
        tags=[TAG],
        summary="Mark messages as read",
        description="Remember that you have read up to a number. Marks only move forward, never past the last message.",
        request=MarkReadSerializer,
        responses=ReadMarkSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Move the mark."""
        workstream = fetch(request, public_id, Can.CHAT)
        actions.mark_read(workstream=workstream, reader=request.user, message=_number(request))
        return Response(_mark(request, workstream, Message))


class ReadersView(ApiView):
    """Who has read how far."""

    @extend_schema(
        operation_id="messages_readers",
        tags=[TAG],
        summary="See who has read how far",
        description="Members who have read anything; to colleagues also others of the team who did.",
        responses=ReadersSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """Everybody with their number."""
        workstream = fetch(request, public_id, Can.CHAT)
        readers = readers_of(workstream, request.user)
        found = [{"id": each["person"], "name": each["name"], "read": each["message"]} for each in readers]
        return Response({"results": [each for each in found if each["read"]]})


class MarkUnreadView(ApiView):
    """Keeping a message for later."""

    @extend_schema(
        operation_id="messages_mark_unread",
        tags=[TAG],
        summary="Mark messages as unread",
        description="What others wrote, from this number on, counts as unread again.",
        request=MarkReadSerializer,
        responses=ReadMarkSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Move the mark back."""
        workstream = fetch(request, public_id, Can.CHAT)
        actions.mark_unread(workstream=workstream, reader=request.user, message=_number(request))
        return Response(_mark(request, workstream, Message))


class AskToReopenView(ApiView):
    """The client's question to the team."""

    @extend_schema(
        operation_id="chat_ask_to_reopen",
        tags=[TAG],
        summary="Ask to reopen",
        description="A client asks the team to reopen a closed WorkStream: one message, once per closing (A9).",
        request=None,
        responses=AskedToReopenSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Ask."""
        workstream = fetch(request, public_id, Can.CHAT)
        return Response({"is_first": actions.ask_to_reopen(workstream=workstream, actor=request.user)})


class NotesView(ApiView):
    """The team's Internal Notes."""

    known_with = Can.READ_NOTES

    @extend_schema(
        operation_id="notes_list",
        tags=[TAG_NOTES],
        summary="Read Internal Notes",
        description="What colleagues say among themselves, newest first unless asked otherwise (R70).",
        parameters=[WindowSerializer],
        responses=NotePageSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """A part of the notes."""
        workstream = fetch(request, public_id, Can.READ_NOTES)
        return _window(request, workstream, Note.objects.visible_to(request.user), NoteSerializer)

    @extend_schema(
        operation_id="notes_post",
        tags=[TAG_NOTES],
        summary="Write an Internal Note",
        description="Only the team ever reads it (R70).",
        request=NewNoteSerializer,
        responses={201: NoteSerializer},
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Write one."""
        workstream = fetch(request, public_id, Can.WRITE_NOTES)
        told = query.body(request, NewNoteSerializer)
        note = actions.post_note(
            workstream=workstream,
            author=request.user,
            body=told["body"],
            client_key=told.get("client_key") or uuid4(),
            mentions=told.get("mentions", []),
        )
        return Response(NoteSerializer(note, context=_context(request)).data, status=201)


class NoteView(ApiView):
    """One Internal Note."""

    known_with = Can.READ_NOTES

    @extend_schema(
        operation_id="note",
        tags=[TAG_NOTES],
        summary="Read one Internal Note",
        parameters=[IF_NONE_MATCH],
        responses={200: NoteSerializer, 304: OpenApiResponse(description="It is what you have.")},
    )
    def get(self, request: ApiRequest, public_id: UUID, number: int) -> Response:
        """One note; its ETag goes into If-Match to edit it."""
        workstream = fetch(request, public_id, Can.READ_NOTES)
        return _one(request, NoteSerializer, _entry(workstream, Note.objects.visible_to(request.user), number))

    @extend_schema(
        operation_id="note_edit",
        tags=[TAG_NOTES],
        summary="Edit your Internal Note",
        description="Within ten minutes after it was written.",
        request=EditedNoteSerializer,
        responses=NoteSerializer,
    )
    def patch(self, request: ApiRequest, public_id: UUID, number: int) -> Response:
        """Another text."""
        workstream = fetch(request, public_id, Can.WRITE_NOTES)
        note = _entry(workstream, Note.objects.visible_to(request.user), number)
        told, seen = query.body(request, EditedNoteSerializer), etags.seen_version(request)
        mentions = told.get("mentions")
        try:
            saved = changes.edit_note(note=note, actor=request.user, body=told["body"], seen=seen, mentions=mentions)
        except ChangedMeanwhile as refusal:
            raise ChangedSince(refusal.message) from refusal
        return _one(request, NoteSerializer, saved)

    @extend_schema(
        operation_id="note_remove",
        tags=[TAG_NOTES],
        summary="Remove an Internal Note",
        description=REMOVING,
        responses={204: None},
    )
    def delete(self, request: ApiRequest, public_id: UUID, number: int) -> Response:
        """Take its text away. Again changes nothing."""
        workstream = fetch(request, public_id, Can.WRITE_NOTES)
        note = _entry(workstream, Note.objects.visible_to(request.user), number)
        changes.remove_note(note=note, actor=request.user)
        return Response(status=204)


class ReadNotesView(ApiView):
    """How far notes were read."""

    known_with = Can.READ_NOTES

    @extend_schema(
        operation_id="notes_mark_read",
        tags=[TAG_NOTES],
        summary="Mark Internal Notes as read",
        description="Remember that you have read up to a number. Marks only move forward, never past the last note.",
        request=MarkReadSerializer,
        responses=ReadMarkSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Move the mark."""
        workstream = fetch(request, public_id, Can.READ_NOTES)
        actions.mark_read(workstream=workstream, reader=request.user, note=_number(request))
        return Response(_mark(request, workstream, Note))


def _context(request: ApiRequest) -> dict[str, Any]:
    return {"reader": request.user, "request": request}


def _entry(workstream: WorkStream, rows: "EntryQuerySet[E]", number: int) -> E:
    entry: E = get_object_or_404(rows.select_related("workstream", *rows.printed), workstream=workstream, number=number)
    return entry


def _one(request: ApiRequest, kind: type[EntrySerializer], entry: Message | Note) -> Response:
    return etags.answer(request, kind(entry, context=_context(request)).data, version=entry.change)


def _edited(request: ApiRequest) -> tuple[str, int | None]:
    return query.body(request, EditedEntrySerializer)["body"], etags.seen_version(request)


def _number(request: ApiRequest) -> int:
    return int(query.body(request, MarkReadSerializer)["number"])


def _mark(request: ApiRequest, workstream: WorkStream, kind: type[Message] | type[Note]) -> dict[str, Any]:
    """The last number, the number read, and how many lie between."""
    name = "message" if kind is Message else "note"
    mark = ReadMark.objects.visible_to(request.user).filter(workstream=workstream, user=request.user).first()
    last, read = _last(workstream, kind), getattr(mark, name, 0)
    return {"last": last, "read": read, "unread": max(0, last - read)}


def _last(workstream: WorkStream, kind: type[Message] | type[Note]) -> int:
    counter = getattr(workstream, "chat_counter", None) or Counter()
    return counter.last_message if kind is Message else counter.last_note


def _window(
    request: ApiRequest, workstream: WorkStream, rows: "EntryQuerySet[E]", kind: type[EntrySerializer]
) -> Response:
    """A page of entries by their numbers, and where it goes on."""
    asked = query.read(request, WindowSerializer)
    size, is_newest_first = asked["page_size"], asked["order"] == "newest"
    rows = rows.filter(workstream=workstream).whole()
    if "after" in asked:
        rows = rows.filter(number__gt=asked["after"])
    if "before" in asked:
        rows = rows.filter(number__lt=asked["before"])
    found = list(rows.order_by("-number" if is_newest_first else "number")[: size + 1])
    entries = found[:size]
    for entry in entries:
        entry.workstream = workstream
    following = None
    if len(found) > size:
        bound = {"before" if is_newest_first else "after": entries[-1].number}
        following = request.build_absolute_uri(f"{request.path}?{urlencode(asked | bound)}")
    return Response(
        {
            "next": following,
            "last": _last(workstream, rows.model),
            "results": kind(entries, many=True, context=_context(request)).data,
        }
    )
