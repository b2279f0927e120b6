import re
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from time_machine import travel

from accounts import actions
from accounts.cache import ForgivingCache
from accounts.models import User
from activity.models import Event
from notifications.models import Mail
from tests.conftest import World
from tests.mailbox import code_in, latest_mail, link_in

SIGN_IN = "/sign-in/"
CODE = "/accounts/login/code/confirm/"


def ask(client: Client, email: str, where_to: str = "") -> str:
    """Ask for a code; returns where the answer leads."""
    response = client.post(SIGN_IN, {"email": email, "next": where_to})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def is_signed_in_as(client: Client, user: User) -> bool:
    return get_user(client) == user


def test_an_unknown_address_registers_a_client_and_signs_in_by_code(client: Client, db: None) -> None:
    where_to = ask(client, "New.Person@Initech.example")
    user = User.objects.get()
    assert (user.email, user.role, user.organization) == ("new.person@initech.example", "client", None)
    assert not EmailAddress.objects.get(user=user).verified

    response = client.post(where_to, {"code": code_in(latest_mail(user.email))})

    assert response["Location"] == reverse("home")
    assert is_signed_in_as(client, user)
    address = EmailAddress.objects.get(user=user)
    assert address.verified
    assert address.primary
    assert Event.objects.filter(verb="accounts.address_confirmed", actor=user).count() == 1


@pytest.mark.parametrize("alike", ["mike@ınitech.example", "mike@initeſch.example"])
def test_an_address_that_only_looks_alike_is_another_persons(alike: str, client: Client, db: None) -> None:
    """In capital letters these are the same to the database, but their mails go to another mailbox."""
    victims = [User.objects.create_user(email) for email in ("mike@initech.example", "mike@initesch.example")]
    client.post(ask(client, alike), {"code": code_in(latest_mail(alike))})

    assert is_signed_in_as(client, User.objects.get(email=alike))
    assert not EmailAddress.objects.filter(user__in=victims).exists()


def test_registering_is_recorded_once_however_often_one_asks(client: Client, db: None) -> None:
    ask(client, "ann@initech.example")
    ask(Client(), "ANN@initech.example")

    assert User.objects.count() == 1
    assert [event.verb for event in Event.objects.all()] == ["accounts.registered"]


def test_a_code_is_six_digits_and_may_be_pasted_with_spaces(client: Client, world: World) -> None:
    where_to = ask(client, world.owner.email)
    code = code_in(latest_mail(world.owner.email))
    client.post(where_to, {"code": f" {code[:3]} {code[3:]} "})

    assert is_signed_in_as(client, world.owner)


def test_after_the_code_one_lands_where_one_wanted(client: Client, world: World) -> None:
    page = world.labels.get_absolute_url()
    where_to = ask(client, world.owner.email, page)
    response = client.post(where_to, {"code": code_in(latest_mail(world.owner.email)), "next": page})

    assert response["Location"] == page


@pytest.mark.parametrize(
    "hostile", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example", "nowhere"]
)
def test_nobody_is_led_out_of_the_portal(hostile: str, client: Client, world: World) -> None:
    where_to = ask(client, world.owner.email, hostile)
    mail = latest_mail(world.owner.email)
    assert "evil" not in mail.text + where_to
    response = client.post(where_to, {"code": code_in(mail), "next": hostile})

    assert response["Location"] == reverse("home")


def test_another_address_is_asked_for_where_one_began(client: Client, world: World) -> None:
    assert client.get("/sign-in/again/")["Location"] == SIGN_IN
    page = client.get(ask(client, world.owner.email, "/my-workstreams/") + "&next=javascript:alert(1)")

    assert 'href="javascript' not in page.content.decode()
    assert client.get("/sign-in/again/")["Location"] == "/my-workstreams/"


def test_many_addresses_from_one_network_are_slowed_down(client: Client, world: World) -> None:
    for number in range(30):
        client.post(SIGN_IN, {"email": f"a{number}@initech.example"})

    assert client.post(SIGN_IN, {"email": "a31@initech.example"}).status_code == 429
    assert not User.objects.filter(email="a31@initech.example").exists()


def test_known_unknown_and_closed_addresses_get_the_same_answer_and_one_mail(world: World) -> None:
    User.objects.filter(pk=world.member.pk).update(is_active=False)
    pages = []
    for email in (world.owner.email, "who@nowhere.example", world.member.email):
        client = Client()
        where_to = ask(client, email)
        page = client.get(where_to).content.decode()
        wrong = client.post(where_to, {"code": "000000x"}).content.decode()
        pages.append([where_to, *(_without_secrets(text, email) for text in (page, wrong))])

        assert Mail.objects.filter(recipients=[email]).count() == 1
    assert pages[0] == pages[1] == pages[2]


def _without_secrets(page: str, email: str) -> str:
    page = re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken&quot;|"X-CSRFToken")[^>]+', "", page)
    return page.replace(email, "ADDRESS")


def test_a_closed_address_cannot_sign_in(client: Client, world: World) -> None:
    User.objects.filter(pk=world.owner.pk).update(is_active=False)
    ask(client, world.owner.email)

    mail = latest_mail(world.owner.email)
    assert "closed" in mail.text
    assert "sign-in/link" not in mail.text
    assert User.objects.filter(email=world.owner.email).count() == 1


def test_a_wrong_code_says_so_and_five_of_them_end_it(client: Client, world: World) -> None:
    where_to = ask(client, world.owner.email, "/my-workstreams/")
    response = client.post(where_to, {"code": "12"})
    assert "not the code of the latest mail" in response.content.decode()
    for _ in range(4):
        response = client.post(where_to, {"code": "12"})
    client.post(where_to, {"code": code_in(latest_mail(world.owner.email))})

    assert get_user(client).is_anonymous
    assert client.get(response["Location"])["Location"] == "/sign-in/?next=%2Fmy-workstreams%2F"


def test_a_new_code_makes_the_old_one_worthless(client: Client, world: World) -> None:
    where_to = ask(client, world.owner.email)
    old = code_in(latest_mail(world.owner.email))
    client.post(where_to, {"action": "resend"})
    new = code_in(latest_mail(world.owner.email))
    client.post(where_to, {"code": old if old != new else "x"})
    assert get_user(client).is_anonymous
    client.post(where_to, {"code": new})

    assert is_signed_in_as(client, world.owner)


def test_a_code_is_good_for_fifteen_minutes(client: Client, world: World) -> None:
    with travel("2026-11-22 12:00", tick=False):
        where_to = ask(client, world.owner.email)
    with travel("2026-11-22 12:15:30", tick=False):
        client.post(where_to, {"code": code_in(latest_mail(world.owner.email))})

    assert get_user(client).is_anonymous


def test_asking_too_often_is_slowed_down_with_a_sentence(client: Client, world: World) -> None:
    for _ in range(4):
        ask(Client(), world.owner.email)
    response = client.post(SIGN_IN, {"email": world.owner.email})

    assert response.status_code == 429
    assert "wait a few minutes" in response.content.decode()
    assert Mail.objects.count() == 4


@pytest.mark.parametrize("email", ["", "nobody", "a\0b@c.example", "a" * 300 + "@c.example", "a@b\r\nBcc: x@y.example"])
def test_an_impossible_address_is_named_as_such(email: str, client: Client, db: None) -> None:
    response = client.post(SIGN_IN, {"email": email})

    assert response.status_code == 422
    assert not Mail.objects.exists()
    assert not User.objects.exists()


def test_the_link_signs_in_on_another_device_and_leads_on(client: Client, world: World) -> None:
    page = world.labels.get_absolute_url()
    ask(client, world.owner.email, page)
    link = link_in(latest_mail(world.owner.email))

    other = Client()
    asked = other.get(link)
    assert world.owner.email in asked.content.decode()
    assert get_user(other).is_anonymous
    response = other.post("/sign-in/link/", {"key": asked.context["key"], "next": asked.context["where_to"]})

    assert response["Location"] == page
    assert is_signed_in_as(other, world.owner)
    assert EmailAddress.objects.get(user=world.owner).verified


def use(client: Client, link: str) -> int:
    key = parse_qs(urlsplit(link).query)["key"][0]
    return client.post("/sign-in/link/", {"key": key}).status_code


def test_a_link_works_once(client: Client, world: World) -> None:
    ask(client, world.owner.email)
    link = link_in(latest_mail(world.owner.email))

    assert use(Client(), link) == 302
    second = Client()
    assert use(second, link) == 410
    assert get_user(second).is_anonymous


def test_a_code_that_was_used_ends_the_link_of_the_same_mail(client: Client, world: World) -> None:
    where_to = ask(client, world.owner.email)
    mail = latest_mail(world.owner.email)
    client.post(where_to, {"code": code_in(mail)})

    assert use(Client(), link_in(mail)) == 410


def test_an_expired_link_offers_a_new_one_to_the_same_address(client: Client, world: World) -> None:
    with travel("2026-11-22 12:00", tick=False):
        ask(client, world.owner.email, "/my-workstreams/")
        link = link_in(latest_mail(world.owner.email))
    with travel("2026-11-22 12:16", tick=False):
        response = Client().get(link)

    page = response.content.decode()
    assert response.status_code == 410
    assert "This link has expired" in page
    assert f'value="{world.owner.email}"' in page
    assert 'name="next" value="/my-workstreams/"' in page


@pytest.mark.parametrize("key", ["", "x", "a" * 5000, "\0", "ünï", "AAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_made_up_link_is_an_expired_one(key: str, client: Client, world: World) -> None:
    assert client.get("/sign-in/link/", {"key": key}).status_code == 410
    assert client.post("/sign-in/link/", {"key": key}).status_code == 410


def test_a_link_for_somebody_else_asks_before_it_changes_who_one_is(client: Client, world: World) -> None:
    ask(Client(), world.owner.email)
    link = link_in(latest_mail(world.owner.email))
    client.force_login(world.member)

    assert "Stay as" in client.get(link).content.decode()
    assert is_signed_in_as(client, world.member)
    use(client, link)
    assert is_signed_in_as(client, world.owner)


def test_a_link_to_a_closed_person_does_not_hold(client: Client, world: World) -> None:
    ask(client, world.owner.email)
    User.objects.filter(pk=world.owner.pk).update(is_active=False)

    assert use(client, link_in(latest_mail(world.owner.email))) == 410


def test_a_second_factor_is_asked_for_after_the_link_too(client: Client, world: World) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(world.isr, generate_totp_secret())
    ask(client, world.isr.email)
    use(client, link_in(latest_mail(world.isr.email)))

    assert get_user(client).is_anonymous


def test_signing_in_changes_the_session(client: Client, world: World) -> None:
    where_to = ask(client, world.owner.email)
    before = client.session.session_key
    client.post(where_to, {"code": code_in(latest_mail(world.owner.email))})

    assert client.session.session_key != before


def test_those_signed_in_are_led_on(client: Client, world: World) -> None:
    client.force_login(world.owner)

    assert client.get("/sign-in/?next=/my-workstreams/")["Location"] == "/my-workstreams/"
    assert client.get("/sign-in/")["Location"] == reverse("home")


@pytest.mark.parametrize("path", ["login/", "login/code/", "signup/", "email/", "inactive/", "password/reset/"])
def test_pages_the_portal_does_not_have_lead_to_its_own(path: str, client: Client, db: None) -> None:
    response = client.get(f"/accounts/{path}")

    assert response.status_code == 302
    assert response["Location"] == SIGN_IN


def test_the_admin_has_no_door_of_its_own(client: Client, db: None) -> None:
    assert client.get("/admin/login/")["Location"].startswith(SIGN_IN)


def test_signing_out_takes_a_post_and_ends_at_the_sign_in(client: Client, world: World) -> None:
    client.force_login(world.owner)
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert is_signed_in_as(client, world.owner)

    assert client.post("/accounts/logout/")["Location"] == SIGN_IN
    assert get_user(client).is_anonymous


def test_a_password_signs_in_whoever_chose_one(client: Client, world: World) -> None:
    world.owner.set_password("a long pass phrase")
    world.owner.save()
    EmailAddress.objects.create(user=world.owner, email=world.owner.email, verified=True, primary=True)
    client.post("/sign-in/password/", {"login": world.owner.email, "password": "a long pass phrase"})

    assert is_signed_in_as(client, world.owner)


def test_a_wrong_password_says_the_same_for_known_and_unknown(client: Client, world: World) -> None:
    answers = []
    for email in (world.owner.email, "who@nowhere.example"):
        response = client.post("/sign-in/password/", {"login": email, "password": "wrong"})
        answers.append([*response.context["form"].errors.as_data()["__all__"][0].messages])

    assert answers[0] == answers[1]


@pytest.mark.django_db(transaction=True)
def test_two_who_register_the_same_address_at_once_are_one_person() -> None:
    gate = threading.Barrier(2)
    found: list[User | None] = []

    def register(email: str) -> None:
        gate.wait()
        found.append(actions.register(email=email))
        connection.close()

    threads = [threading.Thread(target=register, args=[email]) for email in ("a@b.example", "A@B.example")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found[0] == found[1]
    assert User.objects.count() == 1
    assert Event.objects.filter(verb="accounts.registered").count() == 1


def test_without_redis_the_limits_sleep_and_people_sign_in() -> None:
    away = ForgivingCache("redis://127.0.0.1:9/0", {"OPTIONS": {"IGNORE_EXCEPTIONS": True}})

    assert away.add("lock", True) is True
    assert away.get("lock", []) == []


def test_somebody_signs_in_while_redis_is_away(client: Client, world: World, settings: Settings) -> None:
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = {"default": away}
    settings.DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = False
    where_to = ask(client, world.owner.email)
    client.post(where_to, {"code": code_in(latest_mail(world.owner.email))})

    assert is_signed_in_as(client, world.owner)


def test_the_mail_says_the_same_with_and_without_markup(client: Client, world: World) -> None:
    ask(client, world.owner.email)
    mail = latest_mail(world.owner.email)

    assert code_in(mail) in mail.subject
    assert code_in(mail) in mail.html
    assert link_in(mail).replace("&", "&amp;") in mail.html
