"""How a mail is addressed: its sender, its thread, where answers go, and what keeps it from being written twice."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from notifications import bounces
from notifications.letters import Kind, Letter, letter, reply_address
from notifications.mails import invite
from notifications.models import BouncedAddress, Mail, MailFile, Priority, ReplyAddress
from notifications.tasks import forget_old_mails, send_waiting_mails
from tests.conftest import World
from tests.mailbox import latest_mail, link_in
from workstreams.choices import Side
from workstreams.models import Invitation, Membership, WorkStream

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _answers_are_taken_in(settings: Settings) -> None:
    settings.REPLY_DOMAIN = "reply.portal.example"
    settings.BASE_URL = "https://portal.example"


def sent() -> list[EmailMessage]:
    """What left, parsed from its bytes as a receiver would."""
    outbox.outbox.clear()
    send_waiting_mails()
    return [message_from_bytes(message.message().as_bytes(), policy=policy.default) for message in outbox.outbox]


def write(to: User, workstream: WorkStream | None = None, answers: Kind | None = None, subject: str = "News") -> None:
    letter(to=to, subject=subject, text="Text", html="<p>Text", workstream=workstream, answers=answers).send()


def test_mails_of_one_conversation_are_one_thread_with_one_subject(world: World) -> None:
    write(world.owner, world.labels, Kind.CHAT, subject="Milo wrote")
    write(world.owner, world.labels, Kind.CHAT, subject="Ada wrote")
    first, second = sent()

    assert first["Subject"] == second["Subject"] == "WorkStream: Street labels"
    assert first["References"] == second["References"] == first["In-Reply-To"] == second["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["From"] == '"Street labels (CloudFactory)" <portal@testserver.example>'
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Id"] == f"<{world.labels.public_id}.portal.example>"


def test_another_person_another_workstream_and_the_notes_are_other_threads(world: World) -> None:
    write(world.owner, world.labels, Kind.CHAT)
    write(world.isr, world.labels, Kind.CHAT)
    write(world.isr, world.scans, Kind.CHAT)
    write(world.isr, world.labels, Kind.NOTES)
    mails = sent()

    assert len({mail["References"] for mail in mails}) == 4
    assert mails[3]["Subject"] == "Internal Notes: Street labels"


def test_an_answer_goes_to_an_address_of_this_person_workstream_and_kind(world: World) -> None:
    write(world.owner, world.labels, Kind.CHAT)
    write(world.owner, world.labels, Kind.CHAT)
    write(world.member, world.labels, Kind.CHAT)
    write(world.isr, world.labels, Kind.CHAT)
    write(world.isr, world.labels, Kind.NOTES)
    addresses = [parseaddr(mail["Reply-To"])[1] for mail in sent()]

    assert addresses[0] == addresses[1]
    assert len(set(addresses)) == 4
    assert all(len(address.partition("@")[0]) <= 64 for address in addresses)
    assert addresses[0].endswith("@reply.portal.example")
    assert ReplyAddress.objects.get(token=addresses[4].partition("@")[0].removeprefix("reply+")).kind == Kind.NOTES


def test_a_new_membership_has_a_new_address(world: World) -> None:
    before = reply_address(world.member, world.labels, Kind.CHAT)
    old = Membership.objects.get(user=world.member)
    old.delete()
    assert reply_address(world.member, world.labels, Kind.CHAT) == ""

    old.pk = None
    old.save()
    assert reply_address(world.member, world.labels, Kind.CHAT) not in {"", before}


def test_without_a_domain_for_answers_there_is_no_reply_to(world: World, settings: Settings) -> None:
    settings.REPLY_DOMAIN = ""
    write(world.owner, world.labels, Kind.CHAT)
    (mail,) = sent()

    assert mail["Reply-To"] is None
    assert not ReplyAddress.objects.exists()


def test_what_cannot_be_answered_keeps_its_own_subject(world: World) -> None:
    write(world.owner, world.labels, subject="You lead it")
    (mail,) = sent()

    assert (mail["Subject"], mail["Reply-To"]) == ("You lead it", None)


def test_a_name_cannot_add_a_header_and_a_long_one_is_cut(world: World) -> None:
    world.labels.name = "Ann\r\nBcc: eve@evil.example\r\n" + "x" * 100
    write(world.owner, world.labels, Kind.CHAT)
    (mail,) = sent()

    assert mail["Bcc"] is None
    assert parseaddr(mail["From"])[1] == "portal@testserver.example"
    assert len(parseaddr(mail["From"])[0]) < 80
    assert "\n" not in mail["Subject"]


def test_mail_servers_report_to_an_address_of_this_mail(world: World) -> None:
    write(world.owner)
    send_waiting_mails()

    (message,) = outbox.outbox
    assert message.from_email == f"bounce+{Mail.objects.get().public_id.hex}@reply.portal.example"
    assert message.message()["From"] == "WorkStream Portal <portal@testserver.example>"


def test_a_mail_with_a_key_is_written_once(world: World) -> None:
    for _ in range(2):
        letter(to=world.owner, subject="Digest", text="Text", key="digest-1").send()

    assert Mail.objects.count() == 1


def test_copies_answers_and_files_are_kept_and_the_files_go_when_it_is_sent() -> None:
    message = EmailMultiAlternatives(
        "Report", "Text", None, ["a@a.example"], cc=["c@c.example"], bcc=["b@b.example"], reply_to=["r@r.example"]
    )
    message.attach("report.csv", "a,b\n", "text/csv")
    message.send()
    (mail,) = sent()

    assert (mail["To"], mail["Cc"], mail["Bcc"], mail["Reply-To"]) == (
        "a@a.example",
        "c@c.example",
        None,
        "r@r.example",
    )
    assert outbox.outbox[0].recipients() == ["a@a.example", "c@c.example", "b@b.example"]
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("report.csv", "a,b\n")
    assert not MailFile.objects.exists()


def test_files_that_no_server_takes_are_refused_at_once() -> None:
    message = EmailMultiAlternatives("Report", "Text", None, ["a@a.example"])
    message.attach("film.mp4", b"x" * (10 * 1024 * 1024 + 1), "video/mp4")
    with pytest.raises(ValueError, match="too large for a mail"):
        message.send()

    assert not Mail.objects.exists()


def test_a_code_overtakes_ten_thousand_digests(world: World) -> None:
    Mail.objects.bulk_create(
        Mail(recipients=["d@d.example"], subject="Digest", text="", from_email="p@p.example", priority=Priority.BULK)
        for _ in range(10_000)
    )
    write(world.owner, subject="News")
    send_mail("123456 is your code", "123456", None, ["ann@acme.example"])
    now = timezone.now()

    claimed = [Mail.objects.claim(now=now) for _ in range(3)]
    assert [mail.subject for mail in claimed if mail] == ["123456 is your code", "News", "Digest"]


def test_a_code_is_erased_when_it_is_sent_and_a_letter_is_not(world: World, settings: Settings) -> None:
    settings.MAIL_KEEPS_CODES = False
    write(world.owner)
    send_mail("123456 is your code", "123456", None, ["ann@acme.example"])
    assert len(sent()) == 2

    assert "123456" not in str(list(Mail.objects.values()))
    assert Mail.objects.get(is_secret=False).text == "Text"


def test_the_link_of_an_invitation_is_erased_when_it_is_sent(world: World, settings: Settings) -> None:
    settings.MAIL_KEEPS_CODES = False
    bounces.mark("gone@acme.example", "No such user")
    for address in ("new@acme.example", "gone@acme.example"):
        invitation = Invitation.objects.create(
            workstream=world.labels,
            email=address,
            side=Side.CLIENT,
            nonce=address,
            invited_by=world.owner,
            expires_at=timezone.now(),
        )
        invite(invitation, link="https://portal.example/secret-link", by="Olive Owner")
    [left] = sent()
    body = left.get_body()
    assert body is not None
    assert "secret-link" in body.get_content()

    assert "secret-link" not in str(list(Mail.objects.values()))
    assert "Olive Owner" in Mail.objects.latest("id").subject


def test_old_mails_are_forgotten_and_waiting_ones_stay(world: World) -> None:
    for _ in range(3):
        write(world.owner)
    newest = Mail.objects.latest("id")
    Mail.objects.exclude(pk=newest.pk).update(created_at=timezone.now() - timedelta(days=91))
    Mail.objects.filter(pk=newest.pk - 1).update(state=Mail.State.SENT)
    forget_old_mails()

    assert set(Mail.objects.values_list("pk", flat=True)) == {newest.pk, newest.pk - 2}


def test_an_address_that_bounced_gets_codes_only(world: World) -> None:
    bounces.mark("OWNER@acme.example", "No such user")
    write(world.owner)
    send_mail("123456 is your code", "123456", None, [world.owner.email])

    assert [mail["Subject"] for mail in sent()] == ["123456 is your code"]
    held = Mail.objects.get(is_secret=False)
    assert (held.state, held.error) == (Mail.State.GIVEN_UP, "Not sent: owner@acme.example does not take our mails.")


@pytest.mark.parametrize(
    ("code", "words", "is_gone"),
    [
        (550, "5.1.1 No such user", True),
        (550, "No such user", True),
        (550, "5.7.1 Refused by policy", False),
        (552, "5.2.2 Mailbox full", False),
        (554, "Spam", False),
        (550, "5.2.1 Disabled", True),
    ],
)
def test_only_an_address_that_does_not_exist_is_marked(code: int, words: str, is_gone: bool) -> None:
    assert bounces.is_for_good(words, code=code) is is_gone


def test_a_letter_without_html_is_text_alone() -> None:
    assert Letter("A", "B", None, ["a@a.example"]).alternatives == []


@pytest.mark.parametrize("by_mail", [True, False])
def test_the_mark_is_gone_once_its_person_signs_in_by_mail(client: Client, world: World, by_mail: bool) -> None:
    bounces.mark(world.owner.email, "No such user")
    if by_mail:
        client.post("/sign-in/", {"email": world.owner.email})
        asked = client.get(link_in(latest_mail(world.owner.email)))
        client.post("/sign-in/link/", {"key": asked.context["key"], "next": asked.context["where_to"]})
    else:
        client.force_login(world.owner)

    assert BouncedAddress.objects.exists() is not by_mail
