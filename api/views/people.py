"""Who one is, whom one may look up, and the client organisations."""

from typing import Any

from django.conf import settings
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import INTERNAL_ROLES, Can, Role
from accounts.errors import NotAllowed, ProfileChangedMeanwhile
from accounts.finding import SHORTEST_INFIX
from accounts.models import Organization, Region, User, validate_time_zone
from accounts.profile import LANGUAGES, ProfileFields, edit_profile
from accounts.querysets import UserQuerySet
from api import etags, paging, query
from api.base import ApiRequest, ApiView
from api.errors import ChangedSince
from api.fields import Line, Moment
from api.models import ApiToken, Scope
from api.paging import Order, PageQuery

LONGEST_TERM = 200
BY_NAME = ("name_norm", "public_id")


class OrganizationSerializer(serializers.Serializer[Organization]):
    """A client organisation."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    region = serializers.ChoiceField(choices=Region.choices, allow_blank=True, help_text="Empty: not known.")


class PersonSerializer(serializers.Serializer[User]):
    """A person, as colleagues see them."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField(source="display_name")
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)
    is_team = serializers.BooleanField(help_text="Whether they belong to the company rather than to a client.")
    is_active = serializers.BooleanField(help_text="Whether they may sign in.")
    organization = OrganizationSerializer(allow_null=True, help_text="Of people of a client; null until they join one.")


class TokenSerializer(serializers.Serializer[ApiToken]):
    """The token that a request came with."""

    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    expires_at = Moment()


class MeSerializer(PersonSerializer):
    """The person who asks."""

    own_name = serializers.CharField(source="name", help_text="What they gave as name; empty: nothing yet.")
    title = serializers.CharField(help_text="The job title; empty: not given.")
    language = serializers.CharField(help_text="What they read best, such as pt-BR; empty: not given.")
    time_zone = serializers.CharField(help_text="Days in filters begin and end at midnight there.")
    enter_sends = serializers.BooleanField(help_text="Whether Enter sends a message.")
    shows_typing = serializers.BooleanField(help_text="Whether others see that they are writing.")
    single_keys = serializers.BooleanField(help_text="Whether single letters are shortcuts.")
    picture = serializers.SerializerMethodField(help_text="Address of the picture; null without one.")
    may = serializers.SerializerMethodField(help_text="What they may do that concerns no particular WorkStream.")
    token = serializers.SerializerMethodField(help_text="The token they ask with; null for a browser's session.")

    def get_picture(self, person: User) -> str | None:
        """Where it is; to be asked for as the same person."""
        if not person.picture_version:
            return None
        return f"{settings.BASE_URL}{reverse('workstreams:picture', args=[person.public_id, person.picture_version])}"

    def get_may(self, person: User) -> list[str]:
        """The names of capabilities, in the order of the table."""
        return [can.name.lower() for can in Can if person.may(can)]

    @extend_schema_field(TokenSerializer(allow_null=True))
    def get_token(self, _person: User) -> Any:
        """What is known of the token."""
        token = self.context["request"].auth
        return TokenSerializer(token).data if isinstance(token, ApiToken) else None


class EditMeSerializer(serializers.Serializer[User]):
    """One's own profile; what is not sent stays."""

    name = Line(required=False, allow_blank=True, max_length=120)
    title = Line(required=False, allow_blank=True, max_length=120)
    time_zone = serializers.CharField(required=False, max_length=60, validators=[validate_time_zone])
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    enter_sends = serializers.BooleanField(required=False)
    shows_typing = serializers.BooleanField(required=False)
    single_keys = serializers.BooleanField(required=False)


class MeView(ApiView):
    """The person who asks."""

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: ApiRequest) -> Response:
        """Who the token or the session stands for, and what they may do."""
        return _me(request, request.user)

    @extend_schema(operation_id="me_edit", request=EditMeSerializer, responses=MeSerializer)
    def patch(self, request: ApiRequest) -> Response:
        """Change one's own profile; what is not sent stays."""
        seen = etags.seen_version(request)
        told = query.body(request, EditMeSerializer)
        person = request.user
        fields = ProfileFields(**{name: told.get(name, getattr(person, name)) for name in _OF_THE_PROFILE})
        try:
            edited = edit_profile(person=person, actor=person, fields=fields, seen_version=seen)
        except ProfileChangedMeanwhile as refusal:
            raise ChangedSince(refusal.message) from refusal
        return _me(request, edited)


_OF_THE_PROFILE = ("name", "title", "time_zone", "language", "enter_sends", "shows_typing", "single_keys")


def _me(request: ApiRequest, person: User) -> Response:
    return etags.answer(request, MeSerializer(person, context={"request": request}).data, version=person.version)


class FindQuery(PageQuery):
    """Finding by a part of the name."""

    q = Line(
        required=False,
        max_length=LONGEST_TERM,
        help_text="A part of the name; one or two letters are looked for where a word begins.",
    )


class PeopleQuery(FindQuery):
    """Finding people."""

    email = serializers.CharField(required=False, max_length=254, help_text="The whole address.")
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    can_lead = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Only those who can be WorkStream Lead, or only the others.",
    )
    organization = serializers.UUIDField(required=False, help_text="Only people of this client organisation.")


class OrganizationsView(ApiView):
    """The client organisations, for colleagues."""

    @extend_schema(operation_id="organizations", parameters=[FindQuery], responses=paging.paged(OrganizationSerializer))
    def get(self, request: ApiRequest) -> Response:
        """Client organisations in the order of their names; for colleagues."""
        _for_colleagues(request.user)
        asked = query.read(request, FindQuery)
        rows = Organization.objects.visible_to(request.user)
        if term := asked.get("q"):
            rows = rows.filter(name_norm__contains=_inside(term))
        found = paging.page(rows, asked, Order("organizations", BY_NAME))
        return paging.answer(request, found, lambda row: OrganizationSerializer(row).data)


class PeopleView(ApiView):
    """People, for colleagues."""

    @extend_schema(operation_id="people", parameters=[PeopleQuery], responses=paging.paged(PersonSerializer))
    def get(self, request: ApiRequest) -> Response:
        """Everybody who registered, in the order of their names; for colleagues."""
        _for_colleagues(request.user)
        asked = query.read(request, PeopleQuery)
        rows = _those(User.objects.visible_to(request.user).select_related("organization"), asked)
        found = paging.page(rows, asked, Order("people", BY_NAME))
        return paging.answer(request, found, lambda row: PersonSerializer(row).data)


def _inside(term: str) -> Lower:
    """What is looked for in the normed name: a short term only where a word begins. Made small as the names are."""
    return Lower(Value(term if len(term) >= SHORTEST_INFIX else f" {term}"))


def _those(rows: "UserQuerySet[User]", asked: dict[str, Any]) -> "UserQuerySet[User]":
    if term := asked.get("q"):
        rows = rows.filter(name_norm__contains=_inside(term))
    if email := asked.get("email"):
        rows = rows.with_address(email)
    if role := asked.get("role"):
        rows = rows.filter(role=role)
    if organization := asked.get("organization"):
        rows = rows.filter(organization__public_id=organization)
    if asked["can_lead"] is not None:
        can_lead = Q(is_active=True, role__in=INTERNAL_ROLES)
        rows = rows.filter(can_lead if asked["can_lead"] else ~can_lead)
    return rows


def _for_colleagues(person: User) -> None:
    if not person.is_internal:
        raise NotAllowed("Only colleagues may look up people and client organisations.")
