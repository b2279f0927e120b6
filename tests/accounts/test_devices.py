from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone
from time_machine import travel

from accounts import devices
from accounts.models import Device, User
from activity.models import Event
from notifications.models import Mail
from tests.conftest import World
from tests.mailbox import code_in, latest_mail

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"


def sign_in(person: User, client: Client | None = None, *, browser: str = FIREFOX) -> Client:
    """Sign in by a mailed code, as people do."""
    client = client or Client(headers={"User-Agent": browser})
    where_to = client.post("/sign-in/", {"email": person.email})["Location"]
    codes = Mail.objects.filter(recipients=[person.email], subject__contains="code").order_by("-id")
    client.post(where_to, {"code": code_in(codes[0])})
    assert get_user(client) == person
    return client


def warnings(person: User) -> int:
    return Mail.objects.filter(recipients=[person.email], subject="A new sign-in to your account").count()


def test_the_first_browser_is_no_news_and_the_next_one_is(world: World) -> None:
    first = sign_in(world.owner)
    assert warnings(world.owner) == 0
    first.post("/accounts/logout/")
    sign_in(world.owner, first)
    assert warnings(world.owner) == 0

    sign_in(world.owner, browser=SAFARI)
    mail = latest_mail(world.owner.email)
    assert warnings(world.owner) == 1
    assert "Safari on iPhone" in mail.text
    event = Event.objects.get(verb="accounts.new_device")
    assert set(event.data) == {"user_id", "device_id"}


def test_a_browser_that_another_person_uses_too_is_new_to_this_one(world: World) -> None:
    sign_in(world.member)
    shared = sign_in(world.owner)
    shared.post("/accounts/logout/")
    sign_in(world.member, shared)

    assert warnings(world.member) == 1
    assert Device.objects.count() == 3


def test_a_made_up_cookie_is_nobodys_device(world: World) -> None:
    sign_in(world.owner)
    client = Client(headers={"User-Agent": FIREFOX})
    client.cookies["device"] = "made-up"
    sign_in(world.owner, client)

    assert warnings(world.owner) == 1


def test_sessions_are_listed_with_this_one_first_and_signed_out_one_by_one(world: World) -> None:
    here, there, third = (sign_in(world.owner, browser=b) for b in (FIREFOX, SAFARI, SAFARI))
    rows = devices.sessions_of(world.owner, this=here.session.session_key)
    assert [(row.device, row.is_this) for row in rows] == [
        ("Firefox on Windows", True),
        ("Safari on iPhone", False),
        ("Safari on iPhone", False),
    ]
    page = here.get("/profile/sessions/").content.decode()
    assert str(there.session.session_key) not in page

    chosen = next(r.id for r in rows if r.id == devices._name_of(str(there.session.session_key)))
    here.post("/profile/sessions/end/", {"session": chosen})
    here.post("/profile/sessions/end/", {"session": chosen})
    assert there.get("/profile/").status_code == 302
    assert third.get("/profile/").status_code == 200
    assert Event.objects.filter(verb="accounts.sessions_ended").count() == 1

    here.post("/profile/sessions/end/")
    assert third.get("/profile/").status_code == 302
    assert here.get("/profile/").status_code == 200
    assert UserSession.objects.count() == 1


def test_nobody_ends_another_persons_session(world: World) -> None:
    victim, attacker = sign_in(world.owner), sign_in(world.stranger)
    name = devices._name_of(str(victim.session.session_key))
    attacker.post("/profile/sessions/end/", {"session": name})

    assert victim.get("/profile/").status_code == 200
    assert name not in attacker.get("/profile/sessions/").content.decode()


def test_a_session_in_use_is_seen_every_five_minutes(world: World) -> None:
    client = sign_in(world.owner)
    for minutes, moved in ((1, False), (6, True)):
        with travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            client.get("/profile/")
            seen = UserSession.objects.get().last_seen_at
            assert (timezone.now() - seen < timedelta(seconds=5)) == moved


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [(FIREFOX, "Firefox on Windows"), (SAFARI, "Safari on iPhone"), ("", "A browser"), ("curl/8", "A browser")],
)
def test_browsers_are_named_in_words(user_agent: str, words: str) -> None:
    assert devices.words_of(user_agent) == words
