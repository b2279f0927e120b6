"""A plain list of WorkStreams: model serializers, django-filter, a search filter, numbered pages with their count."""

from django.db.models import QuerySet
from django_filters.rest_framework import DateTimeFilter, DjangoFilterBackend, FilterSet, MultipleChoiceFilter
from rest_framework import filters, serializers, viewsets
from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import IsAuthenticated

from accounts.models import Organization, User
from workstreams.choices import Milestone, Status, SubscriptionType
from workstreams.models import Membership, WorkStream


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person inside a row."""

    class Meta:
        model = User
        fields = ["public_id", "name", "email", "role"]


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """A client inside a row."""

    class Meta:
        model = Organization
        fields = ["public_id", "name", "region"]


class WorkStreamSerializer(serializers.ModelSerializer[WorkStream]):
    """A row with the people and the client it belongs to, and how many members it has."""

    organization = OrganizationSerializer()
    lead = PersonSerializer()
    owner = PersonSerializer()
    members = serializers.SerializerMethodField()

    class Meta:
        model = WorkStream
        fields = [
            *("public_id", "name", "organization", "lead", "owner", "members", "subscription_type", "status"),
            *("milestone", "created_at", "last_activity_at", "intended_start", "opportunity_id", "entry_point"),
        ]

    def get_members(self, workstream: WorkStream) -> int:
        """How many people are on it."""
        return Membership.objects.filter(workstream=workstream).count()


class WorkStreamFilters(FilterSet):  # type: ignore[misc]
    """The grid's commonest filters, as the documentation of django-filter shows them."""

    status = MultipleChoiceFilter(choices=Status.choices)
    subscription_type = MultipleChoiceFilter(choices=SubscriptionType.choices)
    milestone = MultipleChoiceFilter(choices=Milestone.choices)
    created_after = DateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = DateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = WorkStream
        fields = ["lead", "organization"]


class Pages(PageNumberPagination):
    """As many rows as the measured page has."""

    page_size = 50
    page_size_query_param = "page_size"


class WorkStreamViewSet(viewsets.ModelViewSet[WorkStream]):
    """`GET /yardstick/?lead=…&status=open&search=…&page=…`."""

    queryset: "QuerySet[WorkStream]" = WorkStream.objects.all()
    serializer_class = WorkStreamSerializer
    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]
    pagination_class = Pages
    filter_backends = [DjangoFilterBackend, filters.SearchFilter, filters.OrderingFilter]
    filterset_class = WorkStreamFilters
    search_fields = ["name"]
    ordering = ["-last_activity_at"]
