"""Who is on a WorkStream, who is invited, and what is done with them (R72-R84, A20, A35)."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.capabilities import Can
from accounts.models import User
from api import paging, query
from api.base import ApiRequest, ApiView
from api.fields import Moment
from api.paging import Order, PageQuery
from workstreams import invitations, membership
from workstreams.api import shapes
from workstreams.api.lists import one
from workstreams.api.one import fetch
from workstreams.api.shapes import MemberSerializer, WorkStreamSerializer
from workstreams.choices import Side
from workstreams.invitations import MOST_AT_ONCE, Outcome, Result
from workstreams.models import Invitation, Membership, WorkStream
from workstreams.tenancy import capabilities_of

JOINED = Order("members", ("joined_at", "user__public_id"))
INVITED = Order("invitations", ("created_at", "public_id"))


class InviteSerializer(serializers.Serializer[Any]):
    """Whom to invite."""

    addresses = serializers.ListField(
        child=serializers.CharField(max_length=320),
        min_length=1,
        max_length=MOST_AT_ONCE,
        help_text="E-mail addresses.",
    )


class InvitedSerializer(serializers.Serializer[Result]):
    """What became of one address."""

    address = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[(each.value, each.value.replace("_", " ")) for each in Outcome])
    says = serializers.CharField(help_text="The outcome in words that go on after the address.")
    invitation = serializers.UUIDField(allow_null=True, help_text="The invitation that waits, if one does.")


class InvitedAllSerializer(serializers.Serializer[Any]):
    """What became of each address."""

    results = InvitedSerializer(many=True)


class InvitationSerializer(serializers.Serializer[Invitation]):
    """An invitation that waits for its person."""

    id = serializers.UUIDField(source="public_id")
    email = serializers.EmailField()
    side = serializers.ChoiceField(choices=Side.choices)
    becomes_owner = serializers.BooleanField(help_text="Whether they own the WorkStream once they join.")
    invited_by = serializers.CharField(source="invited_by.display_name", help_text="Whoever invited them, by name.")
    sent_at = Moment(help_text="When the latest mail went out.")
    expires_at = Moment(help_text="Until when its link works.")


class WhoInvitesSerializer(serializers.Serializer[Any]):
    """Who of the client may invite."""

    members_may_invite = serializers.BooleanField(help_text="Every member; otherwise the owner alone.")


class AcceptSerializer(serializers.Serializer[Any]):
    """The key of a mailed link."""

    key = serializers.CharField(max_length=200)


class RemovedSerializer(serializers.Serializer[Any]):
    """Whether somebody went."""

    was_member = serializers.BooleanField(help_text="False when they were not on it, so that nothing changed.")


class MembersView(ApiView):
    """Who is on a WorkStream."""

    @extend_schema(operation_id="workstream_members", parameters=[PageQuery], responses=paging.paged(MemberSerializer))
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """The people on it, in the order of joining."""
        workstream = fetch(request, public_id)
        rights = capabilities_of(request.user, workstream)
        asked = query.read(request, PageQuery)
        rows = Membership.objects.visible_to(request.user).filter(workstream=workstream).select_related("user")
        found = paging.page(rows, asked, JOINED)
        return paging.answer(request, found, lambda membership: shapes.member(membership, workstream, rights=rights))

    @extend_schema(operation_id="workstream_invite", request=InviteSerializer, responses=InvitedAllSerializer)
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Invite people by e-mail. Registered ones are on it at once; the others get a mail with a link."""
        workstream = fetch(request, public_id, Can.INVITE_CLIENT_PEOPLE)
        told = query.body(request, InviteSerializer)
        addresses = list(dict.fromkeys(address.strip().lower() for address in told["addresses"]))
        results = invitations.invite(workstream=workstream, actor=request.user, addresses=addresses)
        return Response({"results": [_result(result) for result in results]})


class RemoveMemberView(ApiView):
    """Taking somebody off."""

    @extend_schema(operation_id="workstream_remove_member", request=None, responses=RemovedSerializer)
    def post(self, request: ApiRequest, public_id: UUID, person_id: UUID) -> Response:
        """Take somebody off; what they wrote stays. Owner and lead hand over first (409)."""
        workstream = fetch(request, public_id)
        person = _person(request, workstream, person_id)
        went = membership.remove(workstream=workstream, actor=request.user, person=person)
        return Response({"was_member": went})


class MakeOwnerView(ApiView):
    """Handing over what the owner may."""

    @extend_schema(operation_id="workstream_make_owner", request=None, responses=WorkStreamSerializer)
    def post(self, request: ApiRequest, public_id: UUID, person_id: UUID) -> Response:
        """Make a person of the client who is on it WorkStream Owner; the former one stays a member."""
        workstream = fetch(request, public_id, Can.TRANSFER_OWNERSHIP)
        person = _person(request, workstream, person_id)
        return one(request, membership.transfer(workstream=workstream, actor=request.user, to=person))


class LeaveView(ApiView):
    """Going oneself."""

    @extend_schema(operation_id="workstream_leave", request=None, responses=RemovedSerializer)
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Go from it oneself. Owner and lead hand over first (409)."""
        workstream = fetch(request, public_id)
        return Response({"was_member": membership.leave(workstream=workstream, actor=request.user)})


class WhoInvitesView(ApiView):
    """Who may invite."""

    @extend_schema(operation_id="workstream_who_invites", request=WhoInvitesSerializer, responses=WhoInvitesSerializer)
    def post(self, request: ApiRequest, public_id: UUID) -> Response:
        """Let every member of the client invite, or the owner alone; owner and colleagues decide."""
        workstream = fetch(request, public_id, Can.REMOVE_CLIENT_PEOPLE)
        allowed = query.body(request, WhoInvitesSerializer)["members_may_invite"]
        membership.let_members_invite(workstream=workstream, actor=request.user, allowed=allowed)
        return Response({"members_may_invite": allowed})


class InvitationsView(ApiView):
    """Who is invited."""

    @extend_schema(
        operation_id="workstream_invitations", parameters=[PageQuery], responses=paging.paged(InvitationSerializer)
    )
    def get(self, request: ApiRequest, public_id: UUID) -> Response:
        """The invitations that wait, in the order of inviting; not for Agile Workers."""
        workstream = fetch(request, public_id, Can.SEE_ADDRESSES)
        asked = query.read(request, PageQuery)
        rows = Invitation.objects.visible_to(request.user).pending().filter(workstream=workstream)
        found = paging.page(rows.select_related("invited_by"), asked, INVITED)
        return paging.answer(request, found, _invitation)


class InviteAgainView(ApiView):
    """Another mail."""

    @extend_schema(operation_id="workstream_invite_again", request=None, responses=InvitationSerializer)
    def post(self, request: ApiRequest, public_id: UUID, invitation_id: UUID) -> Response:
        """Mail a new link; the old one does not work any more."""
        workstream = fetch(request, public_id, Can.INVITE_CLIENT_PEOPLE)
        found = _fetch_invitation(request, workstream, invitation_id)
        return Response(_invitation(invitations.send_again(invitation=found, actor=request.user)))


class WithdrawView(ApiView):
    """Taking it back."""

    @extend_schema(operation_id="workstream_withdraw_invitation", request=None, responses=InvitationSerializer)
    def post(self, request: ApiRequest, public_id: UUID, invitation_id: UUID) -> Response:
        """Take an invitation back; its link does not work any more."""
        workstream = fetch(request, public_id, Can.INVITE_CLIENT_PEOPLE)
        found = _fetch_invitation(request, workstream, invitation_id)
        return Response(_invitation(invitations.withdraw(invitation=found, actor=request.user)))


class AcceptView(ApiView):
    """Joining."""

    looks_something_up = True

    @extend_schema(operation_id="invitation_accept", request=AcceptSerializer, responses=WorkStreamSerializer)
    def post(self, request: ApiRequest) -> Response:
        """Join a WorkStream by the key of the link that was mailed to the caller's own address."""
        found = invitations.look_up(query.body(request, AcceptSerializer)["key"])
        if found is None or found.email != request.user.email.lower():
            raise Http404  # what is somebody else's was never sent, as far as the caller knows
        return one(request, invitations.accept(invitation=found, actor=request.user))


def _person(request: ApiRequest, workstream: WorkStream, person_id: UUID) -> User:
    rows = Membership.objects.visible_to(request.user).filter(workstream=workstream).select_related("user")
    if found := rows.filter(user__public_id=person_id).first():
        return found.user
    person: User = get_object_or_404(User.objects.visible_to(request.user), public_id=person_id)
    return person


def _fetch_invitation(request: ApiRequest, workstream: WorkStream, invitation_id: UUID) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related("workstream", "invited_by")
    invitation: Invitation = get_object_or_404(rows, workstream=workstream, public_id=invitation_id)
    return invitation


def _invitation(invitation: Invitation) -> Any:
    return InvitationSerializer(invitation).data


def _result(result: Result) -> dict[str, Any]:
    invitation = str(result.invitation.public_id) if result.invitation else None
    return {"address": result.address, "outcome": str(result.outcome), "says": result.says, "invitation": invitation}
