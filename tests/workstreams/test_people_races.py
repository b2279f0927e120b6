"""Inviting, accepting and removing, two at once."""

from uuid import uuid4

import pytest
from django.db import transaction

from accounts.actions import register
from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event
from chat.actions import post_message
from chat.models import Message
from tests.conftest import World
from tests.factories import ClientFactory, WorkStreamFactory
from tests.races import all_at_once
from workstreams import invitations, membership
from workstreams.actions import lock
from workstreams.models import Invitation, Membership, WorkStream

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "new@acme.example"


def invite(workstream: WorkStream, actor: User, *addresses: str) -> list[invitations.Result]:
    return invitations.invite(workstream=workstream, actor=actor, addresses=addresses)


def test_the_same_address_invited_twice_waits_once(world: World) -> None:
    results = all_at_once(
        world.labels,
        lambda: invite(world.labels, world.owner, NEW)[0].outcome.value,
        lambda: invite(world.labels, world.isr, NEW)[0].outcome.value,
    )
    assert sorted(map(str, results)) == ["already_invited", "invited"]
    assert Invitation.objects.count() == 1


def test_a_link_followed_twice_makes_one_person_who_is_signed_in_by_it_once(world: World) -> None:
    [result] = invite(world.labels, world.owner, NEW)
    invitation = result.invitation
    assert invitation

    people = all_at_once(world.labels, *[lambda: invitations.register_and_accept(invitation)] * 2)
    assert len([person for person in people if isinstance(person, User)]) == 1
    assert len([ended for ended in people if isinstance(ended, Exception)]) == 1
    assert User.objects.filter(email=NEW).count() == 1
    assert Membership.objects.filter(user__email=NEW).count() == 1
    assert Event.objects.filter(verb="workstream.invitation_accepted").count() == 1


def test_registering_while_being_invited_makes_one_account_and_one_membership(world: World) -> None:
    all_at_once(world.labels, lambda: invite(world.labels, world.owner, NEW))
    [invitation] = Invitation.objects.all()

    def register_by_form() -> User | None:
        with transaction.atomic():
            lock(world.labels, world.owner)  # so that both have begun
            return register(email=NEW)

    results = all_at_once(world.labels, register_by_form, lambda: invitations.register_and_accept(invitation))
    assert not [result for result in results if isinstance(result, Exception)]
    assert User.objects.filter(email=NEW).count() == 1
    assert Membership.objects.filter(user__email=NEW).count() == 1


def test_two_first_people_at_once_leave_one_owner(world: World) -> None:
    made = WorkStreamFactory.create(owner=None, organization=world.acme, created_by=world.isr, members=[world.isr])
    ClientFactory.create(email="first@acme.example", organization=world.acme)
    ClientFactory.create(email="second@acme.example", organization=world.acme)
    all_at_once(
        made,
        lambda: invite(made, world.isr, "first@acme.example"),
        lambda: invite(made, world.admin, "second@acme.example"),
        lambda: invite(made, world.architect, NEW),
    )
    made.refresh_from_db()
    owners = int(made.owner_id is not None) + made.invitations.pending().filter(becomes_owner=True).count()
    assert owners == 1
    assert made.memberships.filter(side="client").count() == 2


def test_two_removals_are_one(world: World) -> None:
    results = all_at_once(
        world.labels,
        lambda: membership.remove(workstream=world.labels, actor=world.owner, person=world.member),
        lambda: membership.remove(workstream=world.labels, actor=world.isr, person=world.member),
    )
    assert sorted(map(str, results)) == ["False", "True"]
    assert Event.objects.filter(verb="workstream.member_removed").count() == 1


def test_becoming_owner_while_being_removed_never_leaves_an_owner_outside(world: World) -> None:
    all_at_once(
        world.labels,
        lambda: membership.remove(workstream=world.labels, actor=world.isr, person=world.member),
        lambda: membership.transfer(workstream=world.labels, actor=world.owner, to=world.member),
    )
    world.labels.refresh_from_db()
    assert world.labels.owner in {member.user for member in world.labels.memberships.all()}


def test_withdrawing_while_accepting_ends_one_way(world: World) -> None:
    [result] = invite(world.labels, world.owner, NEW)
    invitation = result.invitation
    assert invitation
    all_at_once(
        world.labels,
        lambda: invitations.withdraw(invitation=invitation, actor=world.owner),
        lambda: invitations.register_and_accept(invitation),
    )
    invitation.refresh_from_db()
    is_in = Membership.objects.filter(user__email=NEW).exists()
    assert (invitation.accepted_at is not None, invitation.withdrawn_at is None) == (is_in, is_in)


def test_what_is_said_while_being_removed_is_stored_before_or_refused(world: World) -> None:
    def say() -> object:
        return post_message(workstream=world.labels, author=world.member, body="Hello", client_key=uuid4())

    def remove() -> bool:
        # Both wait for the row: what is said moves the WorkStream up, and so asks for it too.
        return membership.remove(workstream=world.labels, actor=world.owner, person=world.member)

    WorkStream.objects.filter(pk=world.labels.pk).update(last_activity_at="2020-01-01T00:00Z")
    world.labels.refresh_from_db()
    _, said = all_at_once(world.labels, remove, say)

    gone = Event.objects.get(verb="workstream.member_removed")
    stored = Message.objects.filter(author=world.member)
    assert isinstance(said, NotAllowed if not stored else Message)
    assert not Event.objects.filter(verb="chat.message_posted", pk__gt=gone.pk).exists()
