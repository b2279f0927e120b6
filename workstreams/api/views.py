"""Views people keep of the grid."""

from typing import Any
from uuid import UUID

from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from api import paging, query
from api.base import ApiRequest, ApiView
from api.fields import Line, Moment
from api.paging import Order, PageQuery
from workstreams import saved_views
from workstreams.models import SavedView
from workstreams.saved_views import LONGEST_NAME, LONGEST_QUERY
from workstreams.tenancy import require

BY_NAME = Order("views", ("name_in_order", "public_id"))


class SavedViewSerializer(serializers.Serializer[SavedView]):
    """A question of the grid that a colleague keeps under a name."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    query = serializers.CharField(help_text="The grid's query string: filters, order and columns.")
    is_shared = serializers.BooleanField(help_text="Whether every colleague sees it.")
    owner = serializers.SerializerMethodField(help_text="Whose it is.")
    created_at = Moment()

    def get_owner(self, view: SavedView) -> str:
        """The owner's id."""
        return str(view.owner.public_id)


class NewViewSerializer(serializers.Serializer[SavedView]):
    """A view to keep."""

    name = Line(max_length=LONGEST_NAME)
    query = serializers.CharField(max_length=LONGEST_QUERY, allow_blank=True)
    is_shared = serializers.BooleanField(default=False)


class ViewNameSerializer(serializers.Serializer[SavedView]):
    """Another name."""

    name = Line(max_length=LONGEST_NAME)


class ViewQuestionSerializer(serializers.Serializer[SavedView]):
    """Another question."""

    query = serializers.CharField(max_length=LONGEST_QUERY, allow_blank=True)


class SavedViewsView(ApiView):
    """The views a colleague may open."""

    @extend_schema(operation_id="views", parameters=[PageQuery], responses=paging.paged(SavedViewSerializer))
    def get(self, request: ApiRequest) -> Response:
        """One's own views, and those that colleagues share, by name."""
        require(request.user, Can.SEARCH_GRID)
        asked = query.read(request, PageQuery)
        rows = SavedView.objects.visible_to(request.user).select_related("owner").annotate(name_in_order=Lower("name"))
        found = paging.page(rows, asked, BY_NAME)
        return paging.answer(request, found, _shape)

    @extend_schema(operation_id="views_save", request=NewViewSerializer, responses={201: SavedViewSerializer})
    def post(self, request: ApiRequest) -> Response:
        """Keep a question of the grid under a name."""
        require(request.user, Can.SEARCH_GRID)
        told = query.body(request, NewViewSerializer)
        view = saved_views.save_view(actor=request.user, **told)
        return Response(_shape(view), status=201)


class SavedViewView(ApiView):
    """One view."""

    @extend_schema(operation_id="view", responses=SavedViewSerializer)
    def get(self, request: ApiRequest, view_id: UUID) -> Response:
        """One view. Its `query` can be sent to the list of WorkStreams, without `columns`."""
        return Response(_shape(_fetch(request, view_id)))

    @extend_schema(
        operation_id="view_delete", request=None, responses={204: OpenApiResponse(description="It is gone.")}
    )
    def delete(self, request: ApiRequest, view_id: UUID) -> Response:
        """Delete one's own view; administrators may delete a shared one."""
        saved_views.delete_view(view=_fetch(request, view_id), actor=request.user)
        return Response(status=204)


class RenameView(ApiView):
    """Another name."""

    @extend_schema(operation_id="view_rename", request=ViewNameSerializer, responses=SavedViewSerializer)
    def post(self, request: ApiRequest, view_id: UUID) -> Response:
        """Give one's own view another name."""
        view = _fetch(request, view_id)
        name = query.body(request, ViewNameSerializer)["name"]
        return Response(_shape(saved_views.rename_view(view=view, actor=request.user, name=name)))


class ReplaceView(ApiView):
    """Another question."""

    @extend_schema(operation_id="view_replace", request=ViewQuestionSerializer, responses=SavedViewSerializer)
    def post(self, request: ApiRequest, view_id: UUID) -> Response:
        """Let one's own view hold another question."""
        view = _fetch(request, view_id)
        asked = query.body(request, ViewQuestionSerializer)["query"]
        return Response(_shape(saved_views.replace_view(view=view, actor=request.user, query=asked)))


class ShareView(ApiView):
    """Showing it to all."""

    @extend_schema(operation_id="view_share", request=None, responses=SavedViewSerializer)
    def post(self, request: ApiRequest, view_id: UUID) -> Response:
        """Show one's own view to every colleague."""
        return Response(_shape(saved_views.share_view(view=_fetch(request, view_id), actor=request.user)))


class UnshareView(ApiView):
    """Keeping it to oneself."""

    @extend_schema(operation_id="view_unshare", request=None, responses=SavedViewSerializer)
    def post(self, request: ApiRequest, view_id: UUID) -> Response:
        """Keep one's own view to oneself again."""
        return Response(_shape(saved_views.unshare_view(view=_fetch(request, view_id), actor=request.user)))


def _fetch(request: ApiRequest, view_id: UUID) -> SavedView:
    require(request.user, Can.SEARCH_GRID)
    view: SavedView = get_object_or_404(
        SavedView.objects.visible_to(request.user).select_related("owner"), public_id=view_id
    )
    return view


def _shape(view: SavedView) -> Any:
    return SavedViewSerializer(view).data
