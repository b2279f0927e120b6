"""The page that the link of an invitation opens: who gets in, who is asked, and who is told that it is too late."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from accounts.actions import register
from accounts.models import User
from activity.models import Event
from notifications.models import Mail
from tests.conftest import World
from tests.factories import ClientFactory
from tests.mailbox import code_in, latest_mail, link_in
from workstreams import invitations, membership
from workstreams.models import Invitation, Membership, WorkStream

NEW = "new@acme.example"


@pytest.fixture
def invitation(world: World) -> Invitation:
    """Somebody new is invited."""
    [result] = invitations.invite(workstream=world.labels, actor=world.owner, addresses=[NEW])
    assert result.invitation
    return result.invitation


def somebody_in(client: Client) -> User | AnonymousUser:
    """Whom this browser is signed in as."""
    request = HttpRequest()
    request.session = client.session
    return get_user(request)


def join_by(client: Client, invitation: Invitation, act: str = "join") -> object:
    return client.post("/invitation/", {"key": invitations.key_of(invitation), "act": act})


def test_opening_the_link_shows_who_invites_whom_and_changes_nothing(client: Client, invitation: Invitation) -> None:
    response = client.get(link_in(latest_mail(NEW)))

    assert "Join “<bdi>Street labels</bdi>”" in response.text
    assert "Olive Owner" in response.text
    assert NEW in response.text
    assert not User.objects.filter(email=NEW).exists()
    assert response["Cache-Control"] == "no-store, private"
    assert response["Referrer-Policy"] == "strict-origin"


def test_joining_registers_confirms_signs_in_and_lands_on_the_workstream(
    client: Client, world: World, invitation: Invitation
) -> None:
    response = client.post("/invitation/", {"key": invitations.key_of(invitation), "act": "join"})

    person = User.objects.get(email=NEW)
    invitation.refresh_from_db()
    assert response["Location"].startswith("/welcome/?next=%2Fworkstreams%2F")
    assert somebody_in(client) == person
    assert "Your name" in (asked := client.get(response["Location"]).text)
    assert "Company" not in asked
    assert (person.organization, invitation.accepted_by) == (world.acme, person)
    assert User.objects.confirmed().filter(pk=person.pk).exists()
    assert [e.verb for e in Event.objects.filter(actor=person).order_by("id")] == [
        "accounts.registered",
        "accounts.address_confirmed",
        "accounts.organization_joined",
        "workstream.member_added",
        "workstream.invitation_accepted",
    ]

    answered = client.post("/welcome/", {"name": "Nora New", "next": world.labels.get_absolute_url()}, follow=True)
    assert (answered.status_code, answered.redirect_chain[-1][0]) == (200, world.labels.get_absolute_url())
    assert "Nora New" in answered.text


def test_whoever_was_invited_first_owns_what_staff_made(client: Client, world: World, invitation: Invitation) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(owner=None)
    Invitation.objects.update(becomes_owner=True)
    client.post("/invitation/", {"key": invitations.key_of(invitation), "act": "join"})

    world.labels.refresh_from_db()
    assert world.labels.owner == User.objects.get(email=NEW)


def test_an_address_that_was_typed_before_becomes_the_same_person(client: Client, invitation: Invitation) -> None:
    typed = register(email=NEW)
    join_by(client, invitation)
    assert somebody_in(client) == typed
    assert User.objects.filter(email=NEW).count() == 1


def test_the_link_is_no_key_to_an_account_that_somebody_has_made_meanwhile(
    client: Client, world: World, invitation: Invitation
) -> None:
    ClientFactory.create(email=NEW, organization=world.acme)
    response = client.post("/invitation/", {"key": invitations.key_of(invitation), "act": "join"})

    assert response["Location"].startswith("/sign-in/?next=%2Finvitation%2F")
    assert f'value="{NEW}"' in client.get(response["Location"]).text
    assert somebody_in(client).is_anonymous
    assert not Membership.objects.filter(user__email=NEW).exists()


def test_who_registered_meanwhile_signs_in_and_is_in(client: Client, world: World, invitation: Invitation) -> None:
    ClientFactory.create(email=NEW, organization=world.acme)
    asked = client.post("/invitation/", {"key": invitations.key_of(invitation), "act": "join"})
    code_page = client.post(asked["Location"], {"email": NEW, "next": invitations.path_of(invitation)})["Location"]
    response = client.post(code_page, {"code": code_in(latest_mail(NEW))}, follow=True)

    assert response.redirect_chain[-1][0] == world.labels.get_absolute_url()


def test_signed_in_with_the_invited_address_one_is_in(client: Client, world: World, invitation: Invitation) -> None:
    person = ClientFactory.create(email=NEW, organization=None)
    client.force_login(person)
    response = client.get(invitations.path_of(invitation))

    assert response["Location"] == world.labels.get_absolute_url()
    assert Membership.objects.filter(workstream=world.labels, user=person).exists()


def test_signed_in_as_somebody_else_one_is_asked_and_never_joined(
    client: Client, world: World, invitation: Invitation
) -> None:
    client.force_login(world.stranger)
    page = client.get(invitations.path_of(invitation))
    assert f"Switch to <bdi>{NEW}</bdi>" in page.text
    assert f"Stay as <bdi>{world.stranger.email}</bdi>" in page.text

    join_by(client, invitation)
    assert somebody_in(client) == world.stranger
    assert not Membership.objects.filter(workstream=world.labels, user=world.stranger).exists()
    assert not User.objects.filter(email=NEW).exists()

    response = client.post("/invitation/", {"key": invitations.key_of(invitation), "act": "switch"})
    assert response["Location"] == invitations.path_of(invitation)
    assert somebody_in(client).is_anonymous


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
def test_too_late_one_button_tells_the_inviter_once(
    client: Client, world: World, invitation: Invitation, how: str
) -> None:
    if how == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        invitations.withdraw(invitation=invitation, actor=world.isr)
    page = client.get(invitations.path_of(invitation))
    assert (page.status_code, "This invitation has ended" in page.text) == (410, True)

    for _ in range(2):
        response = client.post("/invitation/", {"key": invitations.key_of(invitation), "act": "ask"}, follow=True)
        assert "Olive Owner knows." in response.text
    mails = Mail.objects.filter(recipients=[world.owner.email])
    assert [mail.subject for mail in mails] == [f"{NEW} asks for a new invitation"]
    join_by(client, invitation)
    assert not User.objects.filter(email=NEW).exists()


def test_sent_again_it_can_be_missed_again(client: Client, world: World, invitation: Invitation) -> None:
    for _ in range(2):
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        invitation.refresh_from_db()
        join_by(client, invitation, "ask")
        invitation = invitations.send_again(invitation=invitation, actor=world.owner)
    assert Event.objects.filter(verb="workstream.invitation_missed").count() == 2


def test_one_that_works_cannot_be_missed(client: Client, invitation: Invitation) -> None:
    join_by(client, invitation, "ask")
    assert not Event.objects.filter(verb="workstream.invitation_missed").exists()


def test_a_used_one_asks_to_sign_in(client: Client, world: World, invitation: Invitation) -> None:
    join_by(client, invitation)
    elsewhere = Client()
    page = elsewhere.get(invitations.path_of(invitation))
    assert "This invitation was used" in page.text
    assert f"/sign-in/?next={world.labels.get_absolute_url().replace('/', '%2F')}" in page.text

    join_by(elsewhere, invitation)
    assert somebody_in(elsewhere).is_anonymous
    # The one who used it comes back by it.
    assert client.get(invitations.path_of(invitation))["Location"] == world.labels.get_absolute_url()


def test_whoever_was_removed_does_not_come_back_by_the_old_link(
    client: Client, world: World, invitation: Invitation
) -> None:
    join_by(client, invitation)
    person = User.objects.get(email=NEW)
    membership.remove(workstream=world.labels, actor=world.owner, person=person)
    response = client.get(invitations.path_of(invitation))

    assert (response.status_code, "was used already" in response.text) == (410, True)
    assert not Membership.objects.filter(user=person).exists()


def test_a_person_of_another_client_is_told_why_it_does_not_work(
    client: Client, world: World, invitation: Invitation
) -> None:
    person = ClientFactory.create(email=NEW, organization=world.globex)
    client.force_login(person)
    response = client.get(invitations.path_of(invitation))

    assert (response.status_code, "belongs to Globex, not to Acme" in response.text) == (422, True)
    assert not Membership.objects.filter(user=person).exists()


def test_whoever_may_not_sign_in_does_not_come_in_by_a_link(client: Client, invitation: Invitation) -> None:
    register(email=NEW)
    User.objects.filter(email=NEW).update(is_active=False)
    response = client.post("/invitation/", {"key": invitations.key_of(invitation), "act": "join"})

    assert (response.status_code, somebody_in(client).is_anonymous) == (410, True)
    assert not Membership.objects.filter(user__email=NEW).exists()


@pytest.mark.parametrize("key", ["", "x", "0" * 96, "\x00"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_nobody_sent_says_nothing_of_anybody(
    client: Client, invitation: Invitation, key: str, method: str
) -> None:
    old = invitations.key_of(invitation)
    invitations.send_again(invitation=invitation, actor=invitation.invited_by)
    for tried in (key, old):
        response = getattr(client, method)("/invitation/", {"key": tried, "act": "join"})
        assert response.status_code == 404
        assert "Street labels" not in response.text
        assert "acme" not in response.text.lower()


def test_trying_keys_out_is_slowed_down(client: Client, db: None) -> None:
    answers = {client.post("/invitation/", {"key": "x"}, REMOTE_ADDR="192.0.2.77").status_code for _ in range(40)}
    assert answers == {404, 429}
