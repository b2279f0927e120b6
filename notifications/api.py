"""What one was told and what one chose to be told, over the API."""

from datetime import time
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from api import paging, query
from api.base import ApiRequest, ApiView
from api.fields import Moment
from api.paging import Order, PageQuery
from notifications import actions, bell
from notifications.bell import Item
from notifications.notices import Loudness, Notification
from notifications.policy import Topic
from workstreams.api.one import fetch
from workstreams.models import WorkStream

TAG = "Notifications"
LATEST = Order("notifications", ("at", "public_id"), descending=True)
MOST_IDS = 100
HOURS_AND_MINUTES = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class AboutSerializer(serializers.Serializer[WorkStream]):
    """The WorkStream it is about."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class NotificationSerializer(serializers.Serializer[Item]):
    """One thing the person was told."""

    id = serializers.UUIDField(source="public_id")
    topic = serializers.CharField()
    says = serializers.CharField(help_text="One sentence, without the WorkStream's name.")
    workstream = AboutSerializer(allow_null=True)
    at = Moment()
    url = serializers.SerializerMethodField(help_text="The page it leads to.")
    is_unread = serializers.BooleanField()

    def get_url(self, item: Item) -> str:
        """With the portal's host."""
        return f"{settings.BASE_URL}{item.path}"


class ListQuery(PageQuery):
    """Which ones."""

    unread = serializers.BooleanField(required=False, default=False, help_text="Only those not read yet.")


class ReadSerializer(serializers.Serializer[Any]):
    """What was read: these, those of a WorkStream, or all when neither is given."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_IDS, allow_empty=False)
    workstream = serializers.UUIDField(required=False)


class UnreadSerializer(serializers.Serializer[Any]):
    """How many are left."""

    unread = serializers.IntegerField(help_text="100 stands for a hundred or more.")


class TopicSerializer(serializers.Serializer[Any]):
    """One row of the settings."""

    topic = serializers.CharField()
    does = serializers.CharField(help_text="What happens, in words.")
    mail = serializers.CharField(help_text="When a mail is written, in words.")
    in_app = serializers.BooleanField(help_text="Whether it stands under the bell.")
    by_mail = serializers.BooleanField(help_text="Whether it is mailed.")
    must = serializers.CharField(help_text="Why it cannot be switched off; empty when it can.")


class PreferencesSerializer(serializers.Serializer[Any]):
    """What the person chose."""

    topics = TopicSerializer(many=True)
    has_quiet_hours = serializers.BooleanField(help_text="No held mails from 20:00 to 07:00 in their time zone.")
    digest_at = serializers.RegexField(HOURS_AND_MINUTES, help_text="In their time zone, such as 08:00.")
    told_of_unassigned = serializers.BooleanField(help_text="Of colleagues: whether they hear of new WorkStreams.")


class ChoosePreferencesSerializer(serializers.Serializer[Any]):
    """What to choose; what is not sent stays."""

    not_in_app = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=50, help_text="All that is not wanted."
    )
    not_by_mail = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=50, help_text="All not to be mailed."
    )
    has_quiet_hours = serializers.BooleanField(required=False)
    digest_at = serializers.RegexField(HOURS_AND_MINUTES, required=False, help_text="Such as 08:00.")
    told_of_unassigned = serializers.BooleanField(required=False)


class LevelSerializer(serializers.Serializer[Any]):
    """How much the person hears of one WorkStream."""

    level = serializers.ChoiceField(choices=Loudness.choices)


class NotificationsView(ApiView):
    """What one was told."""

    @extend_schema(
        operation_id="notifications_list",
        tags=[TAG],
        summary="Read what you were told",
        description="Everything under your bell, newest first. A chat is one row, however much was written there.",
        parameters=[ListQuery],
        responses=paging.paged(NotificationSerializer, unread=serializers.IntegerField()),
    )
    def get(self, request: ApiRequest) -> Response:
        """A page of it."""
        asked = query.read(request, ListQuery)
        rows = Notification.objects.visible_to(request.user).in_bell().with_reading()
        if asked["unread"]:
            rows = rows.unread()
        found = paging.page(rows, asked, LATEST)
        items = paging.Page(bell.items(found.items), found.next, found.previous)
        unread = bell.count_of(request.user).number
        return paging.answer(request, items, lambda item: NotificationSerializer(item).data, unread=unread)


class ReadNotificationsView(ApiView):
    """Reading it."""

    @extend_schema(
        operation_id="notifications_read",
        tags=[TAG],
        summary="Mark as read",
        description="Some of it, all about a WorkStream, or everything. What is read here is not mailed any more.",
        request=ReadSerializer,
        responses=UnreadSerializer,
    )
    def post(self, request: ApiRequest) -> Response:
        """Mark it."""
        told = query.body(request, ReadSerializer)
        workstream = fetch(request, told["workstream"]) if told.get("workstream") else None
        actions.mark_read(actor=request.user, ids=told.get("ids"), workstream=workstream)
        return Response({"unread": bell.count_of(request.user).number})


class PreferencesView(ApiView):
    """What one wants to be told."""

    @extend_schema(
        operation_id="notification_preferences",
        tags=[TAG],
        summary="Read your notification settings",
        description="What you are told, where, and when; and what cannot be switched off, with the reason.",
        responses=PreferencesSerializer,
    )
    def get(self, request: ApiRequest) -> Response:
        """The settings."""
        return _preferences(request)

    @extend_schema(
        operation_id="notification_preferences_set",
        tags=[TAG],
        summary="Choose your notification settings",
        description="What is not sent stays. What cannot be switched off stays on, whatever is sent.",
        request=ChoosePreferencesSerializer,
        responses=PreferencesSerializer,
    )
    def post(self, request: ApiRequest) -> Response:
        """Save them."""
        told = query.body(request, ChoosePreferencesSerializer)
        if "digest_at" in told:
            told["digest_at"] = time.fromisoformat(told["digest_at"])
        actions.set_preferences(actor=request.user, **told)
        return _preferences(request)


class LevelView(ApiView):
    """How much one hears of a WorkStream."""

    @extend_schema(
        operation_id="notification_level",
        tags=[TAG],
        summary="Read how much you hear of a WorkStream",
        description="Everything, only mentions and answers, or nothing.",
        responses=LevelSerializer,
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """The level."""
        return Response({"level": actions.level_of(request.user, fetch(request, public_id))})

    @extend_schema(
        operation_id="notification_level_set",
        tags=[TAG],
        summary="Choose how much you hear of a WorkStream",
        description="Everything, only mentions and answers, or nothing.",
        request=LevelSerializer,
        responses=LevelSerializer,
    )
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Choose it."""
        workstream = fetch(request, public_id)
        level = Loudness(query.body(request, LevelSerializer)["level"])
        return Response({"level": actions.set_level(actor=request.user, workstream=workstream, level=level)})


def _preferences(request: ApiRequest) -> Response:
    stored = actions.preferences_of(request.user)
    return Response(
        PreferencesSerializer(
            {
                "topics": [
                    _row(topic, stored.not_in_app, stored.not_by_mail) for topic in actions.choices_of(request.user)
                ],
                "has_quiet_hours": stored.has_quiet_hours,
                "digest_at": f"{stored.digest_at:%H:%M}",
                "told_of_unassigned": actions.hears_unassigned(request.user),
            }
        ).data
    )


def _row(topic: Topic, not_in_app: list[str], not_by_mail: list[str]) -> dict[str, Any]:
    return {
        "topic": topic.name,
        "does": topic.does,
        "mail": topic.mail.words,
        "in_app": topic.is_in_app and topic.name not in not_in_app,
        "by_mail": topic.is_mailed and topic.name not in not_by_mail,
        "must": topic.must,
    }
