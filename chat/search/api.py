"""Searching chats over the API. Notes have an address of their own, which for others does not exist (R70)."""

from typing import Any
from urllib.parse import urlencode

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from accounts.errors import NotAllowed
from accounts.models import User
from api import query
from api.base import ApiRequest, ApiView
from chat.api import TAG, TAG_NOTES, MessageSerializer, NoteSerializer
from chat.search.find import Found, Question, find_messages, find_notes, people_named
from chat.search.forms import workstream_of
from chat.search.words import terms_of
from workstreams.tenancy import require

LARGEST_PAGE = 50


class SearchQuery(serializers.Serializer[Any]):
    """What to search for. At least one of these, besides the WorkStream, should be there."""

    q = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=200,
        help_text="Words, or beginnings of words of three letters and more; all of them must be there, in any order. "
        "Capitals and accents do not matter; what stands in quotation marks is found as it stands.",
    )
    workstream = serializers.UUIDField(required=False, help_text="Only in this WorkStream.")
    author = serializers.CharField(required=False, max_length=120, help_text="Only of people with this name.")
    since = serializers.DateField(required=False, help_text="Only from this day on.")
    until = serializers.DateField(required=False, help_text="Only up to this day.")
    after = serializers.IntegerField(required=False, min_value=1, help_text="Follow `next` instead of writing it.")
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=20)


class SearchMessagesQuery(SearchQuery):
    """The same for messages."""

    with_files = serializers.BooleanField(default=False, help_text="Only messages that carry files.")


class WhereSerializer(serializers.Serializer[Any]):
    """The WorkStream of an answer."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class FoundMessageSerializer(MessageSerializer):
    """A message that was found, and where."""

    workstream = WhereSerializer()


class FoundNoteSerializer(NoteSerializer):
    """A note that was found, and where."""

    workstream = WhereSerializer()


def _page(name: str, row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    fields = {
        "__doc__": "What was found, the newest first.",
        "next": serializers.URLField(allow_null=True, help_text="Where it goes on; null at the end."),
        "results": row(many=True),
    }
    return type(name, (serializers.Serializer,), fields)


class SearchMessagesView(ApiView):
    """Messages by their words."""

    looks_something_up = True

    @extend_schema(
        operation_id="messages_search",
        tags=[TAG],
        summary="Search messages",
        description="In every chat you read, or in one; the newest first.",
        parameters=[SearchMessagesQuery],
        responses=_page("FoundMessagesSerializer", FoundMessageSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        """A page of answers."""
        if request.user.is_team and not request.user.is_internal:
            raise NotAllowed("You may not take part in chats, so there is nothing to search.")
        asked = query.read(request, SearchMessagesQuery)
        found = find_messages(
            _question(request.user, asked), request.user, before=asked.get("after"), size=asked["page_size"]
        )
        return _answer(request, found, FoundMessageSerializer)


class SearchNotesView(ApiView):
    """Internal Notes by their words."""

    known_with = Can.READ_NOTES
    looks_something_up = True

    @extend_schema(
        operation_id="notes_search",
        tags=[TAG_NOTES],
        summary="Search Internal Notes",
        description="In every WorkStream, or in one; the newest first.",
        parameters=[SearchQuery],
        responses=_page("FoundNotesSerializer", FoundNoteSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        """A page of answers."""
        require(request.user, Can.READ_NOTES)
        asked = query.read(request, SearchQuery)
        found = find_notes(
            _question(request.user, asked), request.user, before=asked.get("after"), size=asked["page_size"]
        )
        return _answer(request, found, FoundNoteSerializer)


def _question(user: User, asked: dict[str, Any]) -> Question:
    return Question(
        terms=terms_of(asked["q"]),
        workstream=workstream_of(user, asked.get("workstream")),
        authors=people_named(asked["author"]) if asked.get("author") else None,
        with_files=asked.get("with_files", False),
        since=asked.get("since"),
        until=asked.get("until"),
    )


def _answer(request: ApiRequest, found: Found[Any], row: type[serializers.Serializer[Any]]) -> Response:
    following = None
    if found.next is not None:
        more = {**request.query_params.dict(), "after": str(found.next)}
        following = f"{request.build_absolute_uri(request.path)}?{urlencode(more)}"
    results = row(found.entries, many=True, context={"reader": request.user, "request": request}).data
    return Response({"next": following, "results": results})
