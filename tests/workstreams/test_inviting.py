"""Inviting by e-mail: what becomes of each address, and what is sent."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.actions import register
from accounts.capabilities import Role
from accounts.errors import NotAllowed
from activity.models import Event
from notifications.models import Mail
from tests.conftest import World
from tests.factories import ClientFactory, ColleagueFactory, WorkStreamFactory
from tests.mailbox import latest_mail
from workstreams import invitations, membership
from workstreams.actions import close
from workstreams.choices import CloseReason
from workstreams.errors import Closed, InvitationEnded, TooManyInvitations
from workstreams.invitations import Outcome, addresses_in, invite
from workstreams.models import Invitation, Membership, WorkStream


def one(world: World, address: str, by: object = None) -> invitations.Result:
    actor = by or world.owner
    [result] = invite(workstream=world.labels, actor=actor, addresses=[address])  # type: ignore[arg-type]
    return result


def staff_made(world: World) -> WorkStream:
    return WorkStreamFactory.create(owner=None, organization=world.acme, created_by=world.isr, members=[world.isr])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ann@acme.com", ["ann@acme.com"]),
        (" Ann@Acme.com ,bob@acme.com\nann@acme.com;", ["ann@acme.com", "bob@acme.com"]),
        ('"Okafor, Ann" <ann@acme.com>, Bob <bob@acme.com>', ["ann@acme.com", "bob@acme.com"]),
        ("Okafor, Ann <ann@acme.com>; bob@acme.com\r\nEve <mailto:eve@acme.com>", [
            "ann@acme.com", "bob@acme.com", "eve@acme.com"]),
        ("ann bob@acme.com", ["ann", "bob@acme.com"]),
        (" ,\n; ", []),
        ("<>", []),
    ],
)  # fmt: skip
def test_addresses_are_read_as_people_paste_them(typed: str, found: list[str]) -> None:
    assert addresses_in(typed) == found


def test_somebody_unknown_is_invited_by_mail(world: World) -> None:
    result = one(world, "new@acme.example")

    invitation = Invitation.objects.get()
    mail = latest_mail("new@acme.example")
    assert (result.outcome, result.invitation) == (Outcome.INVITED, invitation)
    assert (invitation.workstream, invitation.invited_by, invitation.becomes_owner) == (
        world.labels,
        world.owner,
        False,
    )
    assert mail.subject == "Olive Owner invites you to Street labels"
    assert invitations.link_of(invitation) in mail.text
    assert invitations.link_of(invitation) in mail.html
    assert not Membership.objects.filter(user__email="new@acme.example").exists()


def test_the_links_key_stands_in_no_event(world: World) -> None:
    one(world, "new@acme.example")
    key = invitations.key_of(Invitation.objects.get())
    assert [event.verb for event in Event.objects.all()] == ["workstream.invited"]
    for event in Event.objects.all():
        assert key[32:] not in str(event.data)
        assert Invitation.objects.get().nonce not in str(event.data)


def test_somebody_registered_is_on_it_at_once(client: Client, world: World) -> None:
    colleague = ClientFactory.create(name="Nora New", email="nora@acme.example", organization=world.acme)
    result = one(world, "nora@acme.example")

    client.force_login(colleague)
    assert (result.outcome, result.person) == (Outcome.ADDED, colleague)
    assert "Street labels" in client.get("/my-workstreams/").text
    assert latest_mail("nora@acme.example").subject == "Olive Owner added you to Street labels"
    assert not Invitation.objects.exists()


def test_somebody_registered_without_organisation_joins_the_clients(world: World) -> None:
    newcomer = ClientFactory.create(email="nora@acme.example", organization=None)
    one(world, "nora@acme.example")

    newcomer.refresh_from_db()
    assert newcomer.organization == world.acme


def test_an_address_that_was_only_typed_somewhere_is_nobody_yet(world: World) -> None:
    register(email="typed@acme.example")
    assert one(world, "typed@acme.example").outcome == Outcome.INVITED
    assert not Membership.objects.filter(user__email="typed@acme.example").exists()


def test_each_address_gets_its_own_answer(world: World) -> None:
    ClientFactory.create(email="nora@acme.example", organization=world.acme)
    one(world, "waits@acme.example")
    asked = ["nora@acme.example", "new@acme.example", "member@acme.example", "waits@acme.example", "nobody", "@"]
    results = invite(workstream=world.labels, actor=world.owner, addresses=asked)

    assert [(result.address, str(result.outcome)) for result in results] == [
        ("nora@acme.example", "added"),
        ("new@acme.example", "invited"),
        ("member@acme.example", "already_member"),
        ("waits@acme.example", "already_invited"),
        ("nobody", "not_valid"),
        ("@", "not_valid"),
    ]
    assert Mail.objects.filter(recipients=["waits@acme.example"]).count() == 1


@pytest.mark.parametrize("address", ["stranger@globex.example", "left@acme.example"])
def test_a_client_learns_nothing_of_others_people(world: World, address: str) -> None:
    ClientFactory.create(email="left@acme.example", organization=world.acme, is_active=False)
    result = one(world, address)

    assert result.outcome == Outcome.REFUSED
    assert result.says == "cannot be added to a WorkStream of Acme. Ask your CloudFactory team."
    assert not Mail.objects.exists()
    assert not Event.objects.exists()


def test_a_colleague_reads_why_somebody_cannot_be_added(world: World) -> None:
    ClientFactory.create(email="left@acme.example", organization=world.acme, is_active=False)
    assert one(world, "stranger@globex.example", world.isr).says == "belongs to Globex, not to Acme."
    assert one(world, "left@acme.example", world.isr).says == "may not sign in any more."


@pytest.mark.parametrize("role", [Role.DELIVERY, Role.AGILE_WORKER])
def test_team_people_are_added_by_colleagues_to_their_own_section(world: World, role: Role) -> None:
    person = ColleagueFactory.create(email="helper@acme.example", role=role)
    assert one(world, "helper@acme.example").outcome == Outcome.REFUSED
    assert one(world, "helper@acme.example", world.architect).outcome == Outcome.ADDED

    joined = Membership.objects.get(workstream=world.labels, user=person)
    person.refresh_from_db()
    assert (joined.side, person.organization) == ("team", None)
    assert latest_mail("helper@acme.example").subject == "Solutions Architect Colleague added you to Street labels"


def test_the_first_client_person_owns_what_staff_made(world: World) -> None:
    made = staff_made(world)
    addresses = ["architect@cloudfactory.example", "owner@acme.example", "member@acme.example"]
    invite(workstream=made, actor=world.isr, addresses=addresses)

    made.refresh_from_db()
    assert made.owner == world.owner


def test_who_is_invited_first_holds_the_owners_place(world: World) -> None:
    made = staff_made(world)
    invite(workstream=made, actor=world.isr, addresses=["first@acme.example", "second@acme.example"])
    invite(workstream=made, actor=world.isr, addresses=["member@acme.example"])

    made.refresh_from_db()
    assert made.owner is None
    assert list(made.invitations.values_list("email", "becomes_owner")) == [
        ("first@acme.example", True),
        ("second@acme.example", False),
    ]
    assert "as its owner" in latest_mail("first@acme.example").text


def test_withdrawing_frees_the_owners_place(world: World) -> None:
    made = staff_made(world)
    [result] = invite(workstream=made, actor=world.isr, addresses=["first@acme.example"])
    assert result.invitation
    invitations.withdraw(invitation=result.invitation, actor=world.architect)
    invite(workstream=made, actor=world.isr, addresses=["second@acme.example"])

    assert [i.email for i in made.invitations.pending().filter(becomes_owner=True)] == ["second@acme.example"]


def test_sending_again_makes_the_old_link_worthless(world: World) -> None:
    invitation = one(world, "new@acme.example").invitation
    assert invitation
    old = invitations.key_of(invitation)
    again = invitations.send_again(invitation=invitation, actor=world.isr)

    assert invitations.look_up(old) is None
    assert invitations.look_up(invitations.key_of(again)) == invitation
    assert invitations.link_of(again) in latest_mail("new@acme.example").text
    assert Mail.objects.count() == 2


def test_withdrawing_twice_is_harmless_and_sending_again_is_refused_then(world: World) -> None:
    invitation = one(world, "new@acme.example").invitation
    assert invitation
    for _ in range(2):
        invitations.withdraw(invitation=invitation, actor=world.owner)
    assert Event.objects.filter(verb="workstream.invitation_withdrawn").count() == 1
    with pytest.raises(InvitationEnded):
        invitations.send_again(invitation=invitation, actor=world.owner)
    assert one(world, "new@acme.example").outcome == Outcome.INVITED


@pytest.mark.parametrize("key", ["", "x", "0" * 96, "\x00", "é" * 96])
def test_a_made_up_key_finds_nothing(world: World, key: str) -> None:
    one(world, "new@acme.example")
    assert invitations.look_up(key) is None


def test_half_a_key_is_no_key(world: World) -> None:
    one(world, "new@acme.example")
    key = invitations.key_of(Invitation.objects.get())
    assert invitations.look_up(key[:32] + "0" * 64) is None
    assert invitations.look_up(key)


@pytest.mark.parametrize("who", ["member", "agile_worker"])
def test_others_invite_nobody(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        one(world, "new@acme.example", getattr(world, who))
    assert not Invitation.objects.exists()
    assert not Mail.objects.exists()


def test_members_invite_where_the_owner_lets_them(world: World) -> None:
    membership.let_members_invite(workstream=world.labels, actor=world.owner, allowed=True)
    own = one(world, "new@acme.example", world.member).invitation
    others = one(world, "other@acme.example", world.owner).invitation
    assert own
    assert others
    invitations.withdraw(invitation=own, actor=world.member)
    with pytest.raises(NotAllowed):
        invitations.withdraw(invitation=others, actor=world.member)
    with pytest.raises(NotAllowed):
        one(world, "more@acme.example", world.agile_worker)

    membership.let_members_invite(workstream=world.labels, actor=world.isr, allowed=False)
    with pytest.raises(NotAllowed):
        one(world, "more@acme.example", world.member)


def test_a_closed_one_is_for_colleagues_to_invite_to(world: World) -> None:
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    with pytest.raises(Closed):
        one(world, "new@acme.example")
    assert one(world, "new@acme.example", world.isr).outcome == Outcome.INVITED


def test_nobody_writes_to_the_world(world: World, settings: Settings) -> None:
    settings.INVITATIONS_AN_HOUR = 3
    for number in range(3):
        one(world, f"new{number}@acme.example")
    with pytest.raises(TooManyInvitations, match="You have invited 3 people within an hour"):
        one(world, "more@acme.example")
    assert one(world, "more@acme.example", world.isr).outcome == Outcome.INVITED

    settings.INVITATIONS_A_DAY = 4
    with pytest.raises(TooManyInvitations, match="This WorkStream has invited 4 people within a day"):
        one(world, "most@acme.example", world.admin)
    with pytest.raises(TooManyInvitations, match="give at most 30 at a time"):
        invite(workstream=world.labels, actor=world.admin, addresses=[f"{n}@acme.example" for n in range(31)])
    assert Invitation.objects.count() == 4


def test_inviting_ten_costs_as_many_queries_each_as_inviting_one(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(10 * 12 + 8):
        invite(workstream=world.labels, actor=world.owner, addresses=[f"new{n}@acme.example" for n in range(10)])
