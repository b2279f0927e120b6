"""The pages that only a demonstration has."""

from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from demo.links import HAND_OFFS
from notifications.models import Mail
from subscriptions.handoff import read
from tests.conftest import World

pytestmark = pytest.mark.django_db
PEOPLE = reverse("demo:people")


@pytest.fixture
def seeded(db: None) -> None:
    """The whole demonstration."""
    call_command("seed_demo", stdout=StringIO())


def mail(**fields: object) -> Mail:
    return Mail.objects.create(
        **{
            "recipients": ["olive@acme.example"],
            "subject": "Your code is 4711",
            "text": "Open http://testserver/somewhere/ to go on.",
            "from_email": "portal@testserver.example",
            **fields,
        }
    )


def test_one_click_makes_a_visitor_maria(client: Client, seeded: None) -> None:
    maria = User.objects.get(name="Maria Okafor")
    assert maria.display_name in client.get(PEOPLE).content.decode()
    response = client.post(PEOPLE, {"person": maria.public_id}, follow=True)

    assert response.redirect_chain[-1][0] == reverse("workstreams:mine")
    assert response.wsgi_request.user == maria


def test_another_click_makes_her_a_colleague(client: Client, seeded: None) -> None:
    client.post(PEOPLE, {"person": User.objects.get(name="Maria Okafor").public_id})
    response = client.post(PEOPLE, {"person": User.objects.get(name="Nadia Haddad").public_id}, follow=True)

    assert response.redirect_chain[-1][0] == reverse("workstreams:grid")
    assert response.wsgi_request.user.get_username() == "nadia.haddad@cloudfactory.example"


@pytest.mark.parametrize("person", ["", "nobody", "00000000-0000-4000-8000-000000000000", "\x00"])
def test_nobody_is_nobody(client: Client, seeded: None, person: str) -> None:
    assert client.post(PEOPLE, {"person": person}).status_code == 404


def test_people_of_one_s_own_cannot_be_played(client: Client, world: World) -> None:
    assert client.post(PEOPLE, {"person": world.admin.public_id}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_whoever_left_cannot_be_played(client: Client, seeded: None) -> None:
    peter = User.objects.get(name="Peter Novak")
    assert peter.name not in client.get(PEOPLE).content.decode()
    assert client.post(PEOPLE, {"person": peter.public_id}).status_code == 404


def test_the_page_links_to_the_hand_offs_and_says_when_nobody_is_there(client: Client) -> None:
    page = client.get(PEOPLE).content.decode()
    assert "Nobody is here yet" in page
    assert "product=agile&amp;hours=400&amp;billing=yearly" in page


@pytest.mark.parametrize("link", HAND_OFFS, ids=lambda link: link.title)
def test_every_hand_off_arrives(client: Client, link: object) -> None:
    assert client.get(link.url, follow=True).status_code == 200  # type: ignore[attr-defined]


def test_the_hand_offs_say_what_the_start_page_understands() -> None:
    *sound, mangled = [read(urlsplit(link.url).query) for link in HAND_OFFS]

    assert [found.unreadable for found in sound] == [()] * len(sound)
    assert [str(found.entry_point) for found in sound] == [
        "pricing_calculator",
        "use_case_page",
        "product_page",
        "homepage",
    ]
    assert sound[0].selection.hours == 400
    assert mangled.unreadable


def test_mails_are_listed_newest_first_and_links_can_be_clicked(client: Client) -> None:
    older, newer = mail(subject="Older"), mail(subject="Newer")
    listed = client.get(reverse("demo:mailbox")).content.decode()
    shown = client.get(reverse("demo:mail", args=[older.public_id])).content.decode()

    assert listed.index("Newer") < listed.index("Older")
    assert str(newer.public_id) in listed
    assert 'href="http://testserver/somewhere/"' in shown


def test_an_empty_mailbox_says_how_to_fill_it(client: Client) -> None:
    assert "No mails yet" in client.get(reverse("demo:mailbox")).content.decode()


def test_a_mail_s_html_comes_in_a_sandbox_and_may_only_be_framed_by_us(client: Client) -> None:
    sent = mail(html="<p>Hello</p><script>alert(1)</script>")
    response = client.get(reverse("demo:mail_html", args=[sent.public_id]))

    policy = response["Content-Security-Policy"]
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_mail_without_html_has_no_html_page(client: Client) -> None:
    assert client.get(reverse("demo:mail_html", args=[mail().public_id])).status_code == 404


def test_the_sign_in_page_says_where_mails_go(client: Client) -> None:
    assert f'href="{reverse("demo:mailbox")}"' in client.get(reverse("accounts:sign_in")).content.decode()


def test_without_a_demo_it_says_nothing_of_it(client: Client, settings: Any) -> None:
    settings.DEMO = False
    page = client.get(reverse("accounts:sign_in")).content.decode()
    assert "demo" not in page.lower()
