"""The files of a WorkStream over the API: the list, one file, adding it whole or in pieces, downloading, removing."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.capabilities import Can
from api import idempotency, paging, query
from api.base import AlwaysJSON, ApiRequest, ApiView, StrictJSON
from api.errors import BadRequest
from api.fields import Known, Line, Moment
from api.paging import Order, PageQuery
from api.schema import ErrorSerializer
from workstreams import attachments, sending, uploads
from workstreams.api.one import fetch
from workstreams.api.shapes import NamedSerializer
from workstreams.choices import AttachmentKind, Side
from workstreams.errors import FileTooLarge
from workstreams.filing import Upload
from workstreams.models import Attachment, DocumentRequest

TAG = "Attachments"
NEWEST = Order("attachments", ("created_at", "public_id"), descending=True)
FURTHEST = 2**53


class AttachmentSerializer(serializers.Serializer[Attachment]):
    """A file of a WorkStream."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=AttachmentKind.choices)
    note = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField(help_text="In bytes.")
    content_type = serializers.CharField(help_text="What its bytes say it is.")
    sha256 = serializers.CharField(help_text="The SHA-256 of its bytes, in hexadecimal digits.")
    side = serializers.ChoiceField(choices=Side.choices, help_text="The side that added it.")
    uploaded_by = serializers.SerializerMethodField()
    created_at = Moment()
    removed_at = Moment(allow_null=True, help_text="When it was removed; then its bytes are gone.")
    state = serializers.SerializerMethodField()
    file = serializers.SerializerMethodField(help_text="Where its bytes are; null when they cannot be downloaded.")

    @extend_schema_field(NamedSerializer)
    def get_uploaded_by(self, attachment: Attachment) -> dict[str, str]:
        """Who added it."""
        person = attachment.uploaded_by
        return {"id": str(person.public_id), "name": person.display_name}

    @extend_schema_field(serializers.ChoiceField(choices=["ready", "waiting", "quarantined", "removed"]))
    def get_state(self, attachment: Attachment) -> str:
        """`ready`, `waiting` for the virus scan, `quarantined` or `removed`."""
        if attachment.removed_at:
            return "removed"
        held = {Attachment.Scan.WAITING, Attachment.Scan.QUARANTINED}
        return str(attachment.scan) if attachment.scan in held else "ready"

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_file(self, attachment: Attachment) -> str | None:
        """An address of the portal."""
        if attachments.why_not(attachment):
            return None
        ids = {"public_id": attachment.workstream.public_id, "attachment_id": attachment.public_id}
        return str(self.context["request"].build_absolute_uri(reverse("api:attachment_file", kwargs=ids)))


class AttachmentQuery(PageQuery):
    """What a list of attachments can be asked for."""

    kind = serializers.ChoiceField(choices=AttachmentKind.choices, required=False)


class NewFileSerializer(serializers.Serializer[Any]):
    """What is said of a file beside its bytes."""

    kind = serializers.ChoiceField(choices=AttachmentKind.choices, default=AttachmentKind.OTHER)
    note = Line(max_length=500, required=False, allow_blank=True, default="")
    client_key = serializers.UUIDField(
        required=False, help_text="A UUID you make. The same file sent again with it is added once."
    )
    request = Known(DocumentRequest, required=False, allow_null=True, help_text="The document request that it answers.")


class NewAttachmentSerializer(NewFileSerializer):
    """A whole file, as a form sends it."""

    file = serializers.FileField(max_length=None, allow_empty_file=True)


class NewUploadSerializer(NewFileSerializer):
    """A file that will come in pieces."""

    name = serializers.CharField(max_length=1000)
    size = serializers.IntegerField(min_value=0, max_value=FURTHEST, help_text="In bytes.")


class UploadSerializer(serializers.Serializer[Upload]):
    """A file on its way."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    size = serializers.IntegerField()
    received = serializers.IntegerField(help_text="How many bytes have arrived: where the next piece begins.")
    piece_size = serializers.SerializerMethodField()
    attachment = serializers.SerializerMethodField()

    def get_piece_size(self, _: Upload) -> int:
        """How long a piece may be."""
        return uploads.PIECE

    @extend_schema_field(AttachmentSerializer(allow_null=True))
    def get_attachment(self, upload: Upload) -> dict[str, Any] | None:
        """What it became; null until it is finished."""
        if upload.attachment is None:
            return None
        return dict(AttachmentSerializer(upload.attachment, context=self.context).data)


class FormsToo(AlwaysJSON):
    """JSON, and the forms that files come in."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser for what the body says it is; none for anything else."""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)


class AttachmentsView(ApiView):
    """The files of a WorkStream."""

    # A file is not held in memory to see whether it is the same; its key says so.
    answers_once = False
    parser_classes = [MultiPartParser, StrictJSON]
    content_negotiation_class = FormsToo

    @extend_schema(
        operation_id="attachments_list",
        tags=[TAG],
        summary="List attachments",
        parameters=[AttachmentQuery],
        responses=paging.paged(AttachmentSerializer),
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """The files of a WorkStream, the newest first; removed ones too. Agile Workers see no quotes or contracts."""
        workstream = fetch(request, public_id, Can.VIEW_ATTACHMENTS)
        asked = query.read(request, AttachmentQuery)
        rows = _visible(request).filter(workstream=workstream)
        if asked.get("kind"):
            rows = rows.filter(kind=asked["kind"])
        found = paging.page(rows, asked, NEWEST)
        return paging.answer(request, found, lambda attachment: _shape(request, attachment))

    @extend_schema(
        operation_id="attachments_add",
        tags=[TAG],
        summary="Add a file",
        description="Adds a whole file, as a form sends it. Large ones had better come in pieces. An `Idempotency-Key` "
        "does what `client_key` does.",
        request={"multipart/form-data": NewAttachmentSerializer},
        responses={201: AttachmentSerializer},
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Add one."""
        workstream = fetch(request, public_id, Can.ADD_ATTACHMENTS)
        # Before the file is looked at: whoever may not add anything need not send it right.
        attachments.may_add(workstream=workstream, actor=request.user)
        told = query.body(request, NewAttachmentSerializer)
        added = attachments.add(
            workstream=workstream,
            actor=request.user,
            upload=told["file"],
            kind=AttachmentKind(told["kind"]),
            note=told["note"],
            client_key=told.get("client_key") or _key(request),
            request=_request(told, workstream.pk),
        )
        return Response(_shape(request, added), status=201)


class AttachmentView(ApiView):
    """One file."""

    @extend_schema(operation_id="attachment", tags=[TAG], summary="One attachment", responses=AttachmentSerializer)
    def get(self, request: ApiRequest, public_id: UUID, attachment_id: UUID) -> Response:
        """What is known of one file."""
        return Response(_shape(request, _fetch(request, public_id, attachment_id)))

    @extend_schema(
        operation_id="attachment_remove",
        tags=[TAG],
        summary="Remove an attachment",
        request=None,
        responses=AttachmentSerializer,
    )
    def delete(self, request: ApiRequest, public_id: UUID, attachment_id: UUID) -> Response:
        """Delete a file's bytes. What was known of it stays, and who removed it. Removing twice changes nothing."""
        attachment = _fetch(request, public_id, attachment_id)
        return Response(_shape(request, attachments.remove(attachment=attachment, actor=request.user)))


class AttachmentFileView(ApiView):
    """The bytes of a file."""

    @extend_schema(
        operation_id="attachment_file",
        tags=[TAG],
        summary="Download an attachment",
        description="The file itself. `Range` gets a part of it, `If-None-Match` with its ETag a 304.",
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="It is what you have."),
            416: OpenApiResponse(ErrorSerializer, description="There is nothing of the file in that range."),
        },
    )
    def get(self, request: ApiRequest, public_id: UUID, attachment_id: UUID) -> HttpResponseBase:
        """The file, or a part of it."""
        attachment = _fetch(request, public_id, attachment_id)
        attachments.require_downloadable(attachment)
        return sending.answer(request._request, attachment)  # noqa: SLF001  Django's own request


class UploadsView(ApiView):
    """Files that come in pieces."""

    @extend_schema(
        operation_id="uploads_begin",
        tags=[TAG],
        summary="Begin to send a file in pieces",
        description="Then PUT piece after piece, and POST to `finish/`. The same `client_key` again goes on with what "
        "has arrived, with another kind or note if you like. What nobody goes on with is forgotten after a day.",
        request=NewUploadSerializer,
        responses={201: UploadSerializer},
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Begin, or go on."""
        workstream = fetch(request, public_id, Can.ADD_ATTACHMENTS)
        told = query.body(request, NewUploadSerializer)
        begun = uploads.begin(
            workstream=workstream,
            actor=request.user,
            name=told["name"],
            size=told["size"],
            kind=AttachmentKind(told["kind"]),
            note=told["note"],
            client_key=told.get("client_key") or uuid4(),
            request=_request(told, workstream.pk),
        )
        return Response(UploadSerializer(begun, context={"request": request}).data, status=201)


class UploadView(ApiView):
    """A file on its way."""

    @extend_schema(operation_id="upload", tags=[TAG], summary="How far an upload is", responses=UploadSerializer)
    def get(self, request: ApiRequest, public_id: UUID, upload_id: UUID) -> Response:
        """How much of it has arrived."""
        return self._told(request, _upload(request, public_id, upload_id))

    @extend_schema(
        operation_id="upload_put",
        tags=[TAG],
        summary="Send a piece",
        description="The bytes from `offset` on, as many as `piece_size` at most. A piece that arrived before changes "
        "nothing; one that begins too far ahead is refused, and `received` says where to go on.",
        parameters=[OpenApiParameter("offset", int, required=True, description="Where the piece begins.")],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses=UploadSerializer,
    )
    def put(self, request: ApiRequest, public_id: UUID, upload_id: UUID) -> Response:
        """Take one piece in."""
        upload = _upload(request, public_id, upload_id)
        query.refuse_unknown(request, {"offset"})
        offset = serializers.IntegerField(min_value=0, max_value=FURTHEST)
        try:
            place = offset.run_validation(request.query_params.get("offset"))
        except serializers.ValidationError as refusal:
            raise serializers.ValidationError({"offset": refusal.detail}) from refusal
        if int(request.META.get("CONTENT_LENGTH") or 0) > uploads.PIECE:
            raise FileTooLarge(f"A piece has {uploads.PIECE} bytes at most. Send the file in smaller ones.")
        piece: bytes = request._request.body  # noqa: SLF001  bytes as they are, no parser in between
        return self._told(request, uploads.put(upload=upload, actor=request.user, offset=place, piece=piece))

    @extend_schema(
        operation_id="upload_cancel",
        tags=[TAG],
        summary="Cancel an upload",
        request=None,
        responses={204: OpenApiResponse(description="It is forgotten.")},
    )
    def delete(self, request: ApiRequest, public_id: UUID, upload_id: UUID) -> Response:
        """Forget what has arrived. What it became, if it was finished, stays."""
        uploads.cancel(upload=_upload(request, public_id, upload_id), now=timezone.now())
        return Response(status=204)

    @staticmethod
    def _told(request: ApiRequest, upload: Upload) -> Response:
        return Response(UploadSerializer(upload, context={"request": request}).data)


class FinishUploadView(ApiView):
    """The end of an upload."""

    # The file is stored before the transaction that records it, and finishing twice is harmless by itself.
    answers_once = False

    @extend_schema(
        operation_id="upload_finish",
        tags=[TAG],
        summary="Finish an upload",
        request=None,
        responses={201: AttachmentSerializer},
    )
    def post(self, request: ApiRequest, public_id: UUID, upload_id: UUID) -> Response:
        """Make an attachment of an upload of which all has arrived. Finishing twice gives the same attachment."""
        added = uploads.finish(upload=_upload(request, public_id, upload_id), actor=request.user)
        return Response(_shape(request, added), status=201)


def _key(request: ApiRequest) -> UUID:
    """The key of a request that brings none in its body."""
    given = request.headers.get(idempotency.HEADER)
    return uuid5(request.user.public_id, given) if given else uuid4()


def _visible(request: ApiRequest) -> "QuerySet[Attachment]":
    rows: QuerySet[Attachment] = (
        Attachment.objects.visible_to(request.user).listed_for(request.user).select_related("workstream", "uploaded_by")
    )
    return rows


def _fetch(request: ApiRequest, public_id: UUID, attachment_id: UUID) -> Attachment:
    fetch(request, public_id, Can.VIEW_ATTACHMENTS)
    return get_object_or_404(_visible(request), workstream__public_id=public_id, public_id=attachment_id)


def _upload(request: ApiRequest, public_id: UUID, upload_id: UUID) -> Upload:
    rows = Upload.objects.visible_to(request.user).select_related("workstream", "attachment__workstream", "request")
    found: Upload = get_object_or_404(rows, workstream__public_id=public_id, public_id=upload_id)
    return found


def _request(told: dict[str, Any], workstream_id: int) -> DocumentRequest | None:
    """The document request that is named. Raises: BadRequest for one of another WorkStream."""
    named: DocumentRequest | None = told.get("request")
    if named and named.workstream_id != workstream_id:
        raise BadRequest("That document was requested in another WorkStream.")
    return named


def _shape(request: ApiRequest, attachment: Attachment) -> dict[str, Any]:
    return dict(AttachmentSerializer(attachment, context={"request": request}).data)
