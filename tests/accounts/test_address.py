import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import MailedCode, User
from activity.models import Event
from notifications.models import Mail
from tests.accounts.test_devices import sign_in
from tests.conftest import World
from tests.mailbox import code_in, latest_mail

NEW = "olive@elsewhere.example"


def ask(client: Client, email: str = NEW) -> str:
    response = client.post("/profile/address/", {"email": email})
    assert response["Location"] == "/profile/address/code/", response.content.decode()
    return client.get("/profile/address/code/").content.decode()


def test_the_code_of_the_new_address_changes_it_and_both_are_told(world: World) -> None:
    client = sign_in(world.owner)
    ask(client, "Olive@Elsewhere.example")
    old = world.owner.email
    world.owner.refresh_from_db()
    assert world.owner.email == old

    code = code_in(latest_mail(NEW))
    assert client.post("/profile/address/code/", {"code": code})["Location"] == "/profile/sessions/"
    world.owner.refresh_from_db()
    assert world.owner.email == NEW
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(NEW, True, True)]
    for address in (old, NEW):
        assert latest_mail(address).subject == "Your e-mail address was changed"
    event = Event.objects.get(verb="accounts.address_changed")
    assert event.data == {"user_id": world.owner.pk}
    sign_in(world.owner)


def test_whoever_signed_in_long_ago_gives_a_code_first(client: Client, world: World) -> None:
    client.force_login(world.owner)
    assert client.get("/profile/address/")["Location"] == "/profile/confirm/?next=%2Fprofile%2Faddress%2F"
    assert client.post("/profile/address/", {"email": NEW})["Location"].startswith("/profile/confirm/")
    assert not Mail.objects.filter(recipients=[NEW]).exists()

    client.post("/profile/confirm/", {"next": "/profile/address/"})
    wrong = client.post("/profile/confirm/", {"next": "/profile/address/", "code": "12"})
    assert "not the code of the latest mail" in wrong.content.decode()
    code = code_in(latest_mail(world.owner.email))
    right = client.post("/profile/confirm/", {"next": "/profile/address/", "code": f"{code[:3]} {code[3:]}"})
    assert right["Location"] == "/profile/address/"
    assert client.get("/profile/address/").status_code == 200


def test_five_wrong_tries_end_a_code_and_a_fifth_mail_is_too_many(client: Client, world: World) -> None:
    client.force_login(world.owner)
    client.post("/profile/confirm/")
    code = code_in(latest_mail(world.owner.email))
    for _ in range(5):
        client.post("/profile/confirm/", {"code": "x"})
    assert "does not count any more" in client.post("/profile/confirm/", {"code": code}).content.decode()
    for _ in range(3):
        assert client.post("/profile/confirm/").status_code == 200
    assert client.post("/profile/confirm/").status_code == 429
    assert MailedCode.objects.count() == 4


def test_nobody_learns_whether_an_address_has_an_account(world: World) -> None:
    client = sign_in(world.owner)
    pages = [
        re.sub(r"csrf\S+|value=\S+|[\w.]+@\S+|\S+Token\S+ \S+", "", ask(client, e)) for e in (NEW, world.stranger.email)
    ]

    assert pages[0] == pages[1]
    mail = latest_mail(world.stranger.email)
    assert "account of its own already" in mail.text
    assert not re.search(r"\d{6}", mail.text)
    assert client.post("/profile/address/code/", {"code": code_in(latest_mail(NEW))}).status_code == 422


def test_an_address_that_somebody_registered_meanwhile_stays_theirs(world: World) -> None:
    client = sign_in(world.owner)
    ask(client)
    code, old = code_in(latest_mail(NEW)), world.owner.email
    User.objects.create_user(NEW)
    response = client.post("/profile/address/code/", {"code": code})

    assert response.status_code == 422
    assert "Another account has this address" in response.content.decode()
    world.owner.refresh_from_db()
    assert world.owner.email == old


@pytest.mark.parametrize("email", ["owner@acme.example", "OWNER@acme.example", "nonsense", ""])
def test_an_address_that_changes_nothing_is_refused(email: str, world: World) -> None:
    assert sign_in(world.owner).post("/profile/address/", {"email": email}).status_code == 422
