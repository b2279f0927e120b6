"""What happened on a WorkStream."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from activity.models import Event
from activity.registry import registry
from activity.sentences import sentence
from api import paging, query
from api.base import ApiRequest, ApiView
from api.fields import Moment
from api.paging import Order, PageQuery
from workstreams.api import shapes
from workstreams.api.one import fetch

LATEST = Order("activity", ("id",), descending=True)


class ActivityQuery(PageQuery):
    """A page of what happened."""

    all = serializers.BooleanField(default=False, help_text="Also what happens often, such as messages.")


class EventSerializer(serializers.Serializer[Any]):
    """One thing that happened."""

    at = Moment()
    verb = serializers.CharField(help_text="What it was, for programs: `milestone.advanced`.")
    actor = serializers.CharField(help_text="Who did it: a person, or a system such as Salesforce.")
    says = serializers.CharField(help_text="How the sentence goes on after the actor's name.")


class ActivityView(ApiView):
    """What happened."""

    @extend_schema(
        operation_id="workstream_activity", parameters=[ActivityQuery], responses=paging.paged(EventSerializer)
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """Everything that happened on a WorkStream, newest first. For colleagues."""
        workstream = fetch(request, public_id, Can.ADMINISTER)
        asked = query.read(request, ActivityQuery)
        rows = workstream.events.select_related("actor").without([] if asked["all"] else registry.often())
        return paging.answer(request, paging.page(rows, asked, LATEST), _shape)


def _shape(event: Event) -> shapes.Shape:
    return {
        "at": shapes.moment(event.at),
        "verb": event.verb,
        "actor": event.actor_name,
        "says": sentence(event),
    }
