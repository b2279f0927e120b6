"""Removing, leaving, handing over: who may, what stays, and what ends."""

from uuid import uuid4

import pytest
from django.test import Client

from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event
from chat.actions import post_message
from chat.models import Message
from tests.conftest import World
from tests.factories import ClientFactory, ColleagueFactory, join
from workstreams import invitations, membership
from workstreams.actions import set_lead
from workstreams.errors import CannotOwn, InvitationEnded, LeadStays, OwnerStays
from workstreams.models import Invitation, Membership


def on_it(world: World) -> set[str]:
    return set(Membership.objects.filter(workstream=world.labels).values_list("user__name", flat=True))


@pytest.mark.parametrize("who", ["owner", "isr", "architect", "delivery", "billing", "admin"])
def test_owner_and_staff_remove_people_of_the_client(world: World, who: str) -> None:
    actor = getattr(world, who)
    assert membership.remove(workstream=world.labels, actor=actor, person=world.member)
    assert not membership.remove(workstream=world.labels, actor=actor, person=world.member)

    event = Event.objects.get()
    assert (event.verb, event.actor) == ("workstream.member_removed", actor)
    assert event.data == {"user_id": world.member.pk, "name": "Milo Member", "side": "client"}
    assert on_it(world) == {"Olive Owner", "Agile Worker Colleague"}


def test_the_removed_do_not_know_it_any_more_and_what_they_wrote_stays(client: Client, world: World) -> None:
    post_message(workstream=world.labels, author=world.member, body="Hello", client_key=uuid4())
    membership.remove(workstream=world.labels, actor=world.owner, person=world.member)

    client.force_login(world.member)
    assert client.get(world.labels.get_absolute_url()).status_code == 404
    assert Message.objects.get().author == world.member
    client.force_login(world.owner)
    assert "Milo Member" in client.get(world.labels.get_absolute_url()).text


@pytest.mark.parametrize("who", ["member", "agile_worker"])
@pytest.mark.parametrize("whom", ["owner", "isr"])
def test_others_remove_nobody(world: World, who: str, whom: str) -> None:
    join(world.labels, world.isr)
    with pytest.raises(NotAllowed):
        membership.remove(workstream=world.labels, actor=getattr(world, who), person=getattr(world, whom))
    assert not Event.objects.exists()


def test_the_owner_removes_nobody_of_the_team(world: World) -> None:
    with pytest.raises(NotAllowed):
        membership.remove(workstream=world.labels, actor=world.owner, person=world.agile_worker)
    assert "Agile Worker Colleague" in on_it(world)


@pytest.mark.parametrize("who", ["isr", "admin"])
def test_nobody_removes_the_owner(world: World, who: str) -> None:
    with pytest.raises(OwnerStays, match="Make somebody else owner first"):
        membership.remove(workstream=world.labels, actor=getattr(world, who), person=world.owner)
    with pytest.raises(OwnerStays):
        membership.leave(workstream=world.labels, actor=world.owner)
    assert "Olive Owner" in on_it(world)


def test_the_lead_hands_over_before_they_go(world: World) -> None:
    set_lead(workstream=world.labels, actor=world.admin, lead=world.isr)
    with pytest.raises(LeadStays, match="Choose another lead first"):
        membership.leave(workstream=world.labels, actor=world.isr)
    with pytest.raises(LeadStays, match="Choose another lead first"):
        membership.remove(workstream=world.labels, actor=world.admin, person=world.isr)
    set_lead(workstream=world.labels, actor=world.admin, lead=world.architect)
    assert membership.leave(workstream=world.labels, actor=world.isr)


def test_who_leaves_is_gone_and_the_event_says_so(client: Client, world: World) -> None:
    client.force_login(world.member)
    url = f"{world.labels.get_absolute_url()}members/leave/"
    assert "You can no longer open it" in client.get(url).text
    response = client.post(url, follow=True)

    assert "You left “Street labels”." in response.text
    assert "Milo Member" not in on_it(world)
    assert Event.objects.get().data["user_id"] == world.member.pk


def test_the_owner_hands_over_and_stays_a_member(world: World) -> None:
    Invitation.objects.create(
        workstream=world.labels,
        email="new@acme.example",
        side="client",
        nonce="n",
        becomes_owner=True,
        invited_by=world.isr,
        expires_at=world.labels.created_at,
    )
    for _ in range(2):
        membership.transfer(workstream=world.labels, actor=world.owner if _ == 0 else world.isr, to=world.member)

    world.labels.refresh_from_db()
    assert world.labels.owner == world.member
    assert "Olive Owner" in on_it(world)
    assert not Invitation.objects.filter(becomes_owner=True).exists()
    event = Event.objects.get()
    assert event.data == {"user_id": world.member.pk, "name": "Milo Member", "before_id": world.owner.pk}
    with pytest.raises(NotAllowed):
        membership.transfer(workstream=world.labels, actor=world.owner, to=world.owner)


@pytest.mark.parametrize("whom", ["stranger", "agile_worker", "isr", "left"])
def test_only_an_active_person_of_the_client_who_is_on_it_can_own_it(world: World, whom: str) -> None:
    join(world.labels, world.isr)
    if whom == "left":
        person = ClientFactory.create(organization=world.acme, is_active=False)
        join(world.labels, person)
    else:
        person = getattr(world, whom)
    with pytest.raises(CannotOwn, match="choose a person of Acme"):
        membership.transfer(workstream=world.labels, actor=world.isr, to=person)
    world.labels.refresh_from_db()
    assert world.labels.owner == world.owner


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("{}/remove/", "From this moment <bdi>Milo Member</bdi> cannot open"),
        ("{}/make-owner/", "You stay a member."),
    ],
)
def test_it_is_asked_once_more_with_what_it_means(client: Client, world: World, address: str, says: str) -> None:
    client.force_login(world.owner)
    url = f"{world.labels.get_absolute_url()}members/" + address.format(world.member.public_id)
    assert says in " ".join(client.get(url).text.split())
    assert not Event.objects.exists()

    response = client.post(url, {"next": "https://evil.example/"})
    assert response["Location"] == f"{world.labels.get_absolute_url()}?tab=members#members"
    assert Event.objects.count() == 1


def test_a_stale_button_is_refused_with_a_sentence(client: Client, world: World) -> None:
    client.force_login(world.isr)
    url = f"{world.labels.get_absolute_url()}members/{world.owner.public_id}/remove/"
    assert "Make somebody else owner first" in client.get(url).text
    response = client.post(url)
    assert (response.status_code, "is WorkStream Owner" in response.text) == (409, True)


def test_nobody_is_found_by_guessing_ids(client: Client, world: World) -> None:
    client.force_login(world.owner)
    outsider = ColleagueFactory.create()
    for person in (world.stranger, outsider):
        for act in ("remove", "make-owner"):
            url = f"{world.labels.get_absolute_url()}members/{person.public_id}/{act}/"
            assert client.post(url).status_code == 404


def test_whoever_was_removed_says_nothing_any_more(world: World) -> None:
    membership.remove(workstream=world.labels, actor=world.owner, person=world.member)
    with pytest.raises(NotAllowed):
        post_message(workstream=world.labels, author=world.member, body="Still here", client_key=uuid4())
    assert not Message.objects.exists()


def test_no_invitation_to_their_address_brings_the_removed_back(world: World) -> None:
    (invited,) = invitations.invite(workstream=world.labels, actor=world.owner, addresses=["new@acme.example"])
    waiting = Invitation.objects.get(pk=invited.invitation.pk if invited.invitation else 0)
    User.objects.filter(pk=world.member.pk).update(email="new@acme.example")
    world.member.refresh_from_db()
    membership.remove(workstream=world.labels, actor=world.owner, person=world.member)
    with pytest.raises(InvitationEnded):
        invitations.accept(invitation=waiting, actor=world.member)
    assert not Membership.objects.filter(workstream=world.labels, user=world.member).exists()


def test_the_invitations_of_who_was_removed_end_and_those_of_others_and_of_leavers_stay(world: World) -> None:
    membership.let_members_invite(workstream=world.labels, actor=world.owner, allowed=True)
    leaver = ClientFactory.create(organization=world.acme)
    join(world.labels, leaver)
    for inviter, address in ((world.member, "friend@acme.example"), (leaver, "heir@acme.example")):
        invitations.invite(workstream=world.labels, actor=inviter, addresses=[address])
    membership.leave(workstream=world.labels, actor=leaver)
    membership.remove(workstream=world.labels, actor=world.owner, person=world.member)

    waiting = world.labels.invitations.pending().values_list("email", flat=True)
    ended = Event.objects.get(verb="workstream.invitation_withdrawn")
    assert list(waiting) == ["heir@acme.example"]
    assert (ended.actor, ended.data["email"]) == (world.owner, "friend@acme.example")


def test_owner_and_staff_decide_who_invites(client: Client, world: World) -> None:
    client.force_login(world.owner)
    url = f"{world.labels.get_absolute_url()}members/who-invites/"
    response = client.post(url, {"members_may_invite": "yes"}, follow=True)
    world.labels.refresh_from_db()
    assert world.labels.members_may_invite
    assert "Every member of Acme may invite people now." in response.text

    client.post(url, {"members_may_invite": "yes"})
    assert Event.objects.count() == 1
    client.post(url, {"members_may_invite": "no"})
    world.labels.refresh_from_db()
    assert not world.labels.members_may_invite
