"""What becomes of a mail that came in."""

from email.message import EmailMessage

import pytest
from pytest_django import Settings

from accounts.capabilities import Role
from accounts.models import User
from activity.models import Event
from chat.models import MAX_LENGTH, Message, Note
from mailroom.models import IncomingMail
from mailroom.tasks import work_waiting_mails
from notifications.letters import Kind, reply_address
from notifications.models import Mail
from tests.conftest import World
from tests.mailroom.letters import answer, arrive
from workstreams.actions import close
from workstreams.choices import CloseReason, Side
from workstreams.models import Membership

pytestmark = pytest.mark.django_db
State = IncomingMail.State


def texts(world: World) -> list[tuple[str, str]]:
    """Who wrote what in the chat, without what the portal wrote."""
    found = Message.objects.filter(workstream=world.labels, author__isnull=False)
    return [(message.author.email, message.body) for message in found if message.author]


def test_a_clients_answer_becomes_a_message(world: World) -> None:
    mail = arrive(answer(world.owner, world.labels, "Yes, please.\n\n> Shall we?\n"))

    assert (mail.state, mail.reason) == (State.POSTED, "")
    assert texts(world) == [("owner@acme.example", "Yes, please.")]
    message = Message.objects.get(author=world.owner)
    assert (message.side, message.number) == (Side.CLIENT, mail.number)


def test_a_colleague_who_answers_joins_and_leads(world: World) -> None:
    arrive(answer(world.isr, world.labels), sender=world.isr.email)

    world.labels.refresh_from_db()
    assert world.labels.lead == world.isr
    assert Membership.objects.get(workstream=world.labels, user=world.isr).origin == Membership.Origin.RESPONDED
    assert Message.objects.get(author=world.isr).side == Side.TEAM


def test_an_answer_to_a_note_becomes_a_note_and_nothing_else(world: World) -> None:
    mail = arrive(answer(world.isr, world.labels, "Too cheap!", kind=Kind.NOTES), sender=world.isr.email)

    assert mail.state == State.POSTED
    assert Note.objects.get(author=world.isr).body == "Too cheap!"
    assert texts(world) == []


def test_the_same_mail_again_is_counted_and_posted_once(world: World) -> None:
    mail = answer(world.owner, world.labels)
    arrive(mail)
    again = arrive(mail)

    assert again.repeats == 1
    assert len(texts(world)) == 1


def test_a_worker_that_died_after_posting_posts_nothing_twice(world: World) -> None:
    mail = arrive(answer(world.owner, world.labels))
    IncomingMail.objects.update(state=State.RECEIVED, due_at=mail.received_at)
    work_waiting_mails()

    mail.refresh_from_db()
    assert mail.state == State.POSTED
    assert len(texts(world)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"X-Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"List-Id": "<list.acme.example>"},
        {"X-Loop": "testserver"},
    ],
)
def test_what_a_program_wrote_is_dropped_and_never_answered(world: World, headers: dict[str, str]) -> None:
    mail = arrive(answer(world.owner, world.labels, "I am out of the office.", headers=headers))

    assert mail.state == State.DROPPED
    assert mail.reason
    assert texts(world) == []
    assert not Mail.objects.exists()


def test_our_own_mail_that_came_back_is_dropped(world: World) -> None:
    mail = answer(world.owner, world.labels)
    del mail["Message-ID"]
    mail["Message-ID"] = "<1@testserver>"

    assert arrive(mail).reason == "It is a mail of our own that came back."


def test_a_mail_without_an_envelope_sender_is_a_report(world: World) -> None:
    assert arrive(answer(world.owner, world.labels), sender="<>").state == State.DROPPED
    assert texts(world) == []


def test_somebody_else_at_this_address_is_held_and_told_once(world: World) -> None:
    for _ in range(2):
        mail = arrive(answer(world.owner, world.labels, sender="Eve <Eve@evil.example>"), sender="eve@evil.example")

    assert mail.state == State.HELD
    assert mail.reason == "It is from eve@evil.example, and answers here are those of owner@acme.example."
    assert texts(world) == []
    notice = Mail.objects.get()
    assert notice.recipients == ["eve@evil.example"]
    assert "Street labels" not in notice.text + notice.html + notice.subject + notice.from_email
    assert Event.objects.filter(verb="mailroom.held", workstream=world.labels).count() == 2


def test_nobody_is_told_of_what_was_forged_in_their_name(world: World) -> None:
    arrive(answer(world.owner, world.labels, sender="victim@third.example"), sender="eve@evil.example")

    assert not Mail.objects.exists()


def _leave(world: World) -> None:
    Membership.objects.filter(user=world.member).delete()


def _leave_and_come_back(world: World) -> None:
    membership = Membership.objects.get(user=world.member)
    membership.delete()
    membership.pk = None
    membership.save()


def _close_access(world: World) -> None:
    User.objects.filter(pk=world.member.pk).update(is_active=False)


def _close_it(world: World) -> None:
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)


@pytest.mark.parametrize("change", [_leave, _leave_and_come_back, _close_access, _close_it])
def test_who_may_not_write_there_any_more_is_held(world: World, change: object) -> None:
    mail = answer(world.member, world.labels)
    change(world)  # type: ignore[operator]
    held = arrive(mail, sender=world.member.email)

    assert held.state == State.HELD
    assert (held.person, held.workstream) == (world.member, world.labels)
    assert texts(world) == []


@pytest.mark.parametrize("role", [Role.CLIENT, Role.AGILE_WORKER])
@pytest.mark.parametrize("kind", Kind)
def test_a_former_colleague_writes_neither_notes_nor_messages(world: World, role: Role, kind: Kind) -> None:
    mail = answer(world.isr, world.labels, "Our margin is 40 %.", kind=kind)
    User.objects.filter(pk=world.isr.pk).update(role=role)
    notes = Note.objects.count()

    assert arrive(mail, sender=world.isr.email).state == State.HELD
    assert Note.objects.count() == notes
    assert texts(world) == []


def test_an_answer_to_a_note_at_the_address_of_the_chat_is_held(world: World) -> None:
    root = f"<workstream-{world.labels.public_id}-{world.isr.public_id}-notes@testserver>"
    by_thread = answer(world.isr, world.labels, "Margin 40 %", headers={"References": root})
    to_both = answer(world.isr, world.labels, "Margin 40 %")
    to_both["Cc"] = reply_address(world.isr, world.labels, Kind.NOTES)

    for mail in (by_thread, to_both):
        held = arrive(mail, to=reply_address(world.isr, world.labels, Kind.CHAT), sender=world.isr.email)
        assert held.state == State.HELD
    assert texts(world) == []


def test_too_long_is_held_and_nothing_new_is_dropped(world: World) -> None:
    assert arrive(answer(world.owner, world.labels, "word " * (MAX_LENGTH // 4))).state == State.HELD
    assert arrive(answer(world.owner, world.labels, "> only what was quoted\n")).state == State.DROPPED
    assert texts(world) == []


@pytest.mark.parametrize(
    ("results", "state"),
    [
        (["mx.portal.example; dmarc=pass header.from=acme.example"], State.POSTED),
        (["mx.portal.example; spf=pass smtp.mailfrom=owner@acme.example"], State.POSTED),
        (["mx.portal.example; dkim=pass header.d=acme.example"], State.POSTED),
        (["mx.portal.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example"], State.HELD),
        (["mx.portal.example; dmarc=fail; spf=pass smtp.mailfrom=acme.example"], State.HELD),
        (["mx.evil.example; dmarc=pass"], State.HELD),
        (["mx.evil.example; dmarc=fail", "mx.portal.example; dmarc=pass"], State.HELD),
        # What a sender wrote into an address or a comment is no result.
        (['mx.portal.example; spf=pass smtp.mailfrom="a; dmarc=pass "@evil.example; dmarc=fail'], State.HELD),
        (["mx.portal.example; spf=pass smtp.mailfrom==?us-ascii?q?a=3Bdmarc=3Dpass_?=@evil.example"], State.HELD),
        (["mx.portal.example; spf=pass (of a; dmarc=pass b) smtp.mailfrom=evil.example; dmarc=fail"], State.HELD),
        (['mx.portal.example; spf=pass smtp.mailfrom="a header.d=acme.example"@evil.example'], State.HELD),
        (["mx.portal.example; spf=fail reason=dkim=pass smtp.mailfrom=acme.example"], State.HELD),
        (["mx.portal.example; spf=pass (a proved sender) smtp.mailfrom=owner@acme.example"], State.POSTED),
        ([], State.HELD),
    ],
)
def test_where_a_server_is_trusted_it_must_have_proved_the_sender(
    world: World, settings: Settings, results: list[str], state: str
) -> None:
    settings.MAIL_TRUSTED_SERVER = "mx.portal.example"
    mail = answer(world.owner, world.labels)
    above = "".join(f"Authentication-Results: {result}\n" for result in results).encode()

    assert arrive(above + mail.as_bytes(), to=str(mail["To"])).state == state


def report(address: str, status: str = "5.1.1", action: str = "failed") -> EmailMessage:
    """What a mail server sends when it could not deliver."""
    mail = EmailMessage()
    mail["From"] = "MAILER-DAEMON@mx.acme.example"
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail["Message-ID"] = "<report-1@mx.acme.example>"
    mail["Content-Type"] = 'multipart/report; report-type=delivery-status; boundary="b"'
    mail.set_payload(
        "--b\nContent-Type: text/plain\n\nI am sorry.\n\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.acme.example\n\nFinal-Recipient: rfc822; {address}\nAction: {action}\n"
        f"Status: {status}\nDiagnostic-Code: smtp; 550 {status} User unknown\n\n--b--\n"
    )
    return mail


@pytest.mark.parametrize(
    ("address", "status", "action", "is_marked"),
    [
        ("owner@acme.example", "5.1.1", "failed", True),
        ("owner@acme.example", "5.2.2", "failed", False),
        ("owner@acme.example", "4.4.1", "delayed", False),
        ("member@acme.example", "5.1.1", "failed", False),
    ],
)
def test_a_report_marks_an_address_that_does_not_exist(
    world: World, address: str, status: str, action: str, is_marked: bool
) -> None:
    from notifications.letters import letter
    from notifications.models import BouncedAddress

    letter(to=world.owner, subject="News", text="Text").send()
    to = f"bounce+{Mail.objects.get().public_id.hex}@reply.portal.example"
    mail = arrive(report(address, status, action), to=to, sender="<>")

    assert mail.state == State.DROPPED
    assert list(BouncedAddress.objects.values_list("email", flat=True)) == ([address] if is_marked else [])
