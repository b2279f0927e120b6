"""One WorkStream: reading and editing it, what can be done with it, and who is on it."""

from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from accounts.capabilities import Can
from accounts.models import User
from api import etags, query
from api.base import ApiRequest, ApiView
from api.errors import ChangedSince
from api.schema import IF_NONE_MATCH
from workstreams import actions
from workstreams.actions import GeneralFields
from workstreams.api import shapes
from workstreams.api.lists import one
from workstreams.api.shapes import (
    CloseWorkStreamSerializer,
    SetLeadSerializer,
    WorkStreamEditSerializer,
    WorkStreamSerializer,
)
from workstreams.choices import CloseReason
from workstreams.errors import ChangedMeanwhile
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of, require


def fetch(request: ApiRequest, public_id: UUID, capability: Can | None = None) -> WorkStream:
    """The WorkStream an address names, with what its shape prints.

    Raises: Http404 for one the caller may not know of; NotAllowed without the capability.
    """
    workstream: WorkStream = get_object_or_404(
        WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id
    )
    if capability:
        require(request.user, capability, workstream)
    return workstream


class WorkStreamView(ApiView):
    """One WorkStream."""

    @extend_schema(
        operation_id="workstream",
        parameters=[IF_NONE_MATCH],
        responses={200: WorkStreamSerializer, 304: OpenApiResponse(description="It is what you have.")},
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """One WorkStream, as the caller may see it. Its ETag goes into If-Match to edit it."""
        workstream = fetch(request, public_id)
        rights = capabilities_of(request.user, workstream)
        shape = shapes.whole(workstream, reader=request.user, rights=rights)
        return etags.answer(request, shape, version=workstream.version)

    @extend_schema(operation_id="workstream_edit", request=WorkStreamEditSerializer, responses=WorkStreamSerializer)
    def patch(self, request: ApiRequest, public_id: UUID) -> Response:
        """Edit name, description, organisation and start. What is not sent stays; everything else has its action."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        told = query.body(request, WorkStreamEditSerializer, partial=True)
        seen = etags.seen_version(request)
        with transaction.atomic():
            # What is not sent must be what is there when the rest is saved.
            workstream = actions.lock(workstream, request.user)
            fields = GeneralFields(
                name=told.get("name", workstream.name),
                description=told.get("description", workstream.description),
                starts_on=told.get("starts_on", workstream.starts_on),
                organization=told.get("organization", workstream.organization),
            )
            try:
                workstream = actions.edit_general(
                    workstream=workstream, actor=request.user, fields=fields, seen_version=seen
                )
            except ChangedMeanwhile as refusal:
                raise ChangedSince(
                    f"“{workstream.name}” was saved by somebody else since you read it. Read it again and decide."
                ) from refusal
        return one(request, workstream)


class CloseView(ApiView):
    """Closing."""

    @extend_schema(operation_id="workstream_close", request=CloseWorkStreamSerializer, responses=WorkStreamSerializer)
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Close it with a reason. Closing a closed one changes nothing, also not its reason."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        told = query.body(request, CloseWorkStreamSerializer)
        reason = CloseReason(told["reason"])
        return one(request, actions.close(workstream=workstream, actor=request.user, reason=reason, note=told["note"]))


class ReopenView(ApiView):
    """Reopening."""

    @extend_schema(operation_id="workstream_reopen", request=None, responses=WorkStreamSerializer)
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Open a closed one again, where it stood. Opening an open one changes nothing."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        return one(request, actions.reopen(workstream=workstream, actor=request.user))


class SetLeadView(ApiView):
    """Making somebody WorkStream Lead."""

    @extend_schema(operation_id="workstream_set_lead", request=SetLeadSerializer, responses=WorkStreamSerializer)
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Make a colleague WorkStream Lead; they become a member if they were none."""
        workstream = fetch(request, public_id, Can.SET_LEAD)
        told = query.body(request, SetLeadSerializer)
        lead = get_object_or_404(User.objects.visible_to(request.user), public_id=told["lead"])
        seen = str(told["seen"] or "") if "seen" in told else None
        return one(request, actions.set_lead(workstream=workstream, actor=request.user, lead=lead, seen=seen))


class TakeView(ApiView):
    """Taking a WorkStream nobody leads."""

    @extend_schema(operation_id="workstream_take", request=None, responses=WorkStreamSerializer)
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Become WorkStream Lead of one that has none. If somebody was quicker, nothing changes (409)."""
        workstream = fetch(request, public_id, Can.SET_LEAD)
        return one(request, actions.set_lead(workstream=workstream, actor=request.user, lead=request.user, seen=""))
