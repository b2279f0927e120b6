"""Getting out of mails without signing in: one click, and only what the link was made for."""

import pytest
from django.test import Client

from accounts.models import User
from notifications import actions
from notifications.models import Mail
from notifications.notices import Level, Loudness, Preferences
from tests.conftest import World
from workstreams.actions import set_lead


def way_out(mail: Mail) -> str:
    """The path that the mail program's button posts to."""
    return str(mail.headers["List-Unsubscribe"]).strip("<>").removeprefix("http://testserver")


@pytest.fixture
def mail(world: World) -> Mail:
    """A mail that somebody could do without."""
    set_lead(workstream=world.labels, actor=world.isr, lead=world.architect)
    return Mail.objects.get()


def test_one_click_of_a_mail_program_ends_mails_of_this_kind(mail: Mail, world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for _ in range(2):
        assert browser.post(way_out(mail), {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert Preferences.objects.get().not_by_mail == ["lead"]
    set_lead(workstream=world.labels, actor=world.isr, lead=world.delivery)
    assert not Mail.objects.filter(subject="Delivery Squad Colleague leads Street labels").exists()


def test_opening_the_link_changes_nothing_and_shows_a_button(mail: Mail, client: Client) -> None:
    page = client.get(way_out(mail))
    assert "No more mails of this kind?" in page.text
    assert "You become WorkStream Lead" in page.text
    assert not Preferences.objects.exists()


def test_the_other_link_silences_one_workstream(mail: Mail, world: World, client: Client) -> None:
    mute = next(line for line in mail.text.splitlines() if line.startswith("Hear nothing of this WorkStream: "))
    address = mute.partition(": ")[2].removeprefix("http://testserver")
    assert world.labels.name not in client.get(address).text, "whoever finds the mail learns nothing by the link"
    client.post(address)
    level = Level.objects.get()
    assert (level.user, level.workstream, level.level) == (world.architect, world.labels, Loudness.NOTHING)


@pytest.mark.parametrize("signed", ["x", "WyJhIl0:1abc:def"])
def test_what_we_did_not_sign_does_nothing(client: Client, db: None, signed: str) -> None:
    assert client.post(f"/notifications/unsubscribe/{signed}/").status_code == 404


def test_whoever_has_left_is_told_so(mail: Mail, world: World, client: Client) -> None:
    User.objects.filter(pk=world.architect.pk).update(is_active=False)
    assert "Nothing to change" in client.post(way_out(mail)).text
    assert not Preferences.objects.exists()


def test_every_mail_about_a_workstream_says_why_and_how_to_change_it(mail: Mail) -> None:
    for body in (mail.text, mail.html):
        assert "You get this mail because you are WorkStream Lead there now." in body
        assert "http://testserver/notifications/preferences/" in body
        assert "http://testserver/notifications/unsubscribe/" in body


def test_what_cannot_be_switched_off_stays_on(world: World) -> None:
    stored = actions.set_preferences(actor=world.owner, not_by_mail=["invitation_missed", "closed", "nonsense"])
    assert stored.not_by_mail == ["closed"]
