"""What stands around files: guidance with samples, and how a file looks inside."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from api import query
from api.base import ApiRequest, ApiView
from api.fields import Moment, Prose
from workstreams import guidance
from workstreams.api import shapes
from workstreams.choices import AttachmentKind
from workstreams.guidance import Guide
from workstreams.papers import PREVIEW_KINDS, PREVIEW_STATES, Preview
from workstreams.tenancy import require
from workstreams.views.guidance import sample_answer
from workstreams.views.previews import fetch, picture_answer


class GuidanceSerializer(serializers.Serializer[Guide]):
    """What helps to choose a good file of one kind."""

    kind = serializers.ChoiceField(choices=AttachmentKind.choices)
    text = serializers.CharField(help_text="Lines; those that begin with “- ” are items of a list.")
    sample_name = serializers.CharField(allow_blank=True, help_text="The sample's file name; empty: there is none.")
    is_ours = serializers.BooleanField(help_text="False once an operator has written it anew.")


class GuidanceEditSerializer(serializers.Serializer[Guide]):
    """Other guidance; its sample is replaced on the page."""

    text = Prose(max_length=2000, allow_blank=True, help_text="Empty: back to ours.")
    shows_sample = serializers.BooleanField(default=True)


class PictureSerializer(serializers.Serializer[Any]):
    """One picture of a preview."""

    number = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    url = serializers.CharField(help_text="Its address, for the same token.")


class PreviewSerializer(serializers.Serializer[Preview]):
    """How a file looks inside."""

    state = serializers.ChoiceField(choices=PREVIEW_STATES)
    kind = serializers.ChoiceField(choices=PREVIEW_KINDS)
    refusal = serializers.CharField(allow_blank=True, help_text="Why it cannot be shown.")
    made_at = Moment(allow_null=True)
    facts = serializers.DictField(
        help_text="Of a table: headings, rows, separator, encoding, hints. Of text: text, encoding. Of others: sizes."
    )
    pictures = PictureSerializer(many=True)


class GuidanceListView(ApiView):
    """All guidance."""

    @extend_schema(operation_id="guidance", responses=GuidanceSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        """What helps people choose a good file, for every kind the caller may know of."""
        return Response([_guide(guide) for guide in guidance.guides_for(request.user)])


class SampleView(ApiView):
    """A sample."""

    @extend_schema(operation_id="guidance_sample", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, kind: str) -> HttpResponse:
        """The sample of a kind, as a file."""
        return sample_answer(_fetch(request, kind))


class GuidanceEditView(ApiView):
    """Writing it anew."""

    @extend_schema(operation_id="guidance_edit", request=GuidanceEditSerializer, responses=GuidanceSerializer)
    def post(self, request: ApiRequest, kind: str) -> Response:
        """Write other guidance for a kind. For administrators."""
        require(request.user, Can.MANAGE_PORTAL)
        guide = _fetch(request, kind)
        told = query.body(request, GuidanceEditSerializer)
        return Response(
            _guide(
                guidance.edit(kind=guide.kind, actor=request.user, text=told["text"], shows_sample=told["shows_sample"])
            )
        )


class PreviewView(ApiView):
    """A preview."""

    @extend_schema(operation_id="attachment_preview", responses=PreviewSerializer)
    def get(self, request: ApiRequest, public_id: UUID, attachment_id: UUID) -> Response:
        """How a file looks inside. 404 for files that can only be downloaded, or that are not there any more."""
        preview = fetch(request.user, public_id, attachment_id)
        pictures = preview.pictures.all() if preview.state == Preview.State.READY else []
        return Response(
            {
                "state": preview.state,
                "kind": preview.kind,
                "refusal": preview.refusal,
                "made_at": shapes.moment(preview.made_at),
                "facts": preview.facts,
                "pictures": [
                    {
                        "number": picture.number,
                        "width": picture.width,
                        "height": picture.height,
                        "url": reverse("api:attachment_picture", args=[public_id, attachment_id, picture.number]),
                    }
                    for picture in pictures
                ],
            }
        )


class PictureView(ApiView):
    """A picture of a preview."""

    @extend_schema(operation_id="attachment_picture", responses={(200, "image/webp"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, public_id: UUID, attachment_id: UUID, number: int) -> HttpResponse:
        """One picture, made by the portal."""
        return picture_answer(fetch(request.user, public_id, attachment_id), number)


def _fetch(request: ApiRequest, kind: str) -> Guide:
    found = guidance.guide_for(AttachmentKind(kind), request.user) if kind in AttachmentKind.values else None
    if found is None:
        raise Http404
    return found


def _guide(guide: Guide) -> dict[str, Any]:
    return {
        "kind": guide.kind.value,
        "text": guide.text,
        "sample_name": guide.sample_name,
        "is_ours": guide.own is None,
    }
