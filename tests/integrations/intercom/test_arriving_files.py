"""Files of Intercom's conversations: fetched at once, from named hosts only, kept like every upload."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from chat.models import Message, MessageFile
from integrations.intercom.arriving_files import GIVE_UP_AFTER, fetch_next
from integrations.intercom.models import ArrivingFile
from integrations.intercom.tasks import fetch_arriving_files
from tests.conftest import World
from tests.integrations.intercom.carried import Carried, carry
from tests.vendors import Vendors
from workstreams.models import Attachment

PLAN = ("plan.csv", "application/pdf", b"name,age\nMilo,31\n")
ELSEWHERE = "It is at a host from which files are not fetched (INTERCOM_FILE_HOSTS)."


@pytest.fixture
def carried(vendors: Vendors, world: World) -> Carried:
    return carry(vendors, world)


def fetch_all() -> None:
    """Fetch what is due, however often it fails."""
    for hours in range(2 * GIVE_UP_AFTER):
        while fetch_next(now=timezone.now() + timedelta(hours=2 * hours)):
            pass


def test_a_customers_file_is_kept_as_an_attachment_of_their_message(
    carried: Carried, world: World, client: Client
) -> None:
    carried.tell("say_as_customer", body="Here you are", file=PLAN)
    assert [text for _, _, text in carried.messages] == ["Here you are"]
    fetch_arriving_files()

    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.size, attachment.uploaded_by) == ("plan.csv", len(PLAN[2]), world.owner)
    assert attachment.content_type == "text/csv"  # what its bytes say, not Intercom
    assert [each.attachment for each in MessageFile.objects.all()] == [attachment]
    assert (Message.objects.get().change, ArrivingFile.objects.get().state) == (1, ArrivingFile.State.KEPT)
    client.force_login(world.member)
    page = client.get(carried.workstream.get_absolute_url()).content.decode()
    assert f"attachments/{attachment.public_id}/" in page
    assert "intercom-files" not in page


def test_a_file_alone_is_a_message_and_one_of_an_unknown_teammate_says_whose_it_is(
    carried: Carried, world: World
) -> None:
    carried.tell("reply_as", admin="493882", body="<p></p>", file=PLAN)
    assert carried.messages == [("team", "Ida Inbox", "")]
    fetch_arriving_files()

    attachment = Attachment.objects.get()
    assert (attachment.side, attachment.note) == ("team", "Sent in Intercom by Ida Inbox")
    assert attachment.uploaded_by == world.admin


def test_a_picture_in_the_text_is_a_file(carried: Carried, simulator: object) -> None:
    carried.does("say_as_customer", body="first", file=("p.png", "image/png", b"\x89PNG\r\n\x1a\n"))
    address = carried.intercom.shapes().upload(
        carried.intercom.state.conversations[carried.conversation].parts[0].uploads[0]
    )["url"]
    carried.does("reply_as", body=f'<p>See <img src="{address}" alt="sketch.png"></p>')
    carried.hear()
    fetch_arriving_files()

    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["p.png", "sketch.png"]


def test_it_is_fetched_once_by_whoever_dies_or_comes_twice(carried: Carried) -> None:
    carried.tell("say_as_customer", body="", file=PLAN)
    fetch_arriving_files()
    ArrivingFile.objects.update(state="waiting", due_at=timezone.now(), attachment=None, settled_at=None)
    fetch_arriving_files()

    assert Attachment.objects.count() == 1
    assert MessageFile.objects.count() == 1
    assert Message.objects.get().change == 1


def test_an_address_that_has_expired_is_asked_for_anew(carried: Carried) -> None:
    carried.tell("say_as_customer", body="", file=PLAN)
    carried.vendors.clock.step(hours=3)
    fetch_arriving_files()

    assert Attachment.objects.count() == 1


def test_what_fails_is_tried_again_and_in_the_end_said(carried: Carried) -> None:
    carried.tell("say_as_customer", body="Here", file=PLAN)
    carried.vendors.faults.add(vendor="intercom", path="/*/plan.csv", status=500, times=None)
    fetch_next()
    row = ArrivingFile.objects.get()
    assert (row.state, row.reason) == ("waiting", "The file was answered with 500.")
    assert row.due_at > timezone.now()
    fetch_all()

    assert ArrivingFile.objects.get().state == "lost"
    assert carried.messages == [
        (
            "client",
            "Olive Owner",
            "Here\n“plan.csv” could not be taken over from Intercom. The file was answered with 500.",
        )
    ]


def test_what_is_too_large_is_said_at_once(carried: Carried, settings: Settings) -> None:
    carried.tell("reply_as", body="Here", file=PLAN)
    settings.FILES_MAX_MB = 0
    fetch_next()

    assert ArrivingFile.objects.get().state == "lost"
    assert carried.messages[0][2] == "Here\n“plan.csv” could not be taken over from Intercom. It is larger than 0 MB."


@pytest.mark.parametrize(
    "address",
    [
        "http://downloads.intercomcdn.com/x.png",
        "https://evil.example/x.png",
        "https://downloads.intercomcdn.com@evil.example/x.png",
        "https://user:pw@downloads.intercomcdn.com/x.png",
        "https://downloads.intercomcdn.com:8443/x.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/x.png",
        "http://[broken/x.png",
    ],
)
def test_nothing_is_fetched_from_elsewhere(carried: Carried, settings: Settings, address: str) -> None:
    settings.INTERCOM_FILE_HOSTS = ["downloads.intercomcdn.com"]
    carried.tell("reply_as", body=f'<p>See <img src="{address}" alt="x.png"></p>')
    fetch_all()

    assert not Attachment.objects.exists()
    assert set(ArrivingFile.objects.values_list("state", "reason")) <= {("lost", ELSEWHERE)}


def test_a_redirect_elsewhere_is_not_followed(carried: Carried) -> None:
    carried.tell("say_as_customer", body="Here", file=PLAN)
    carried.vendors.faults.add(
        vendor="intercom", path="/*/plan.csv", status=302, headers={"Location": "https://evil.example/x"}, times=None
    )
    fetch_next()

    assert ArrivingFile.objects.get().reason == ELSEWHERE
    assert not Attachment.objects.exists()


def test_a_file_of_what_was_removed_meanwhile_is_not_kept(carried: Carried) -> None:
    carried.tell("say_as_customer", body="Here", file=PLAN)
    carried.tell("redact_part", part=ArrivingFile.objects.get().part.part_id)
    fetch_arriving_files()

    assert not Attachment.objects.exists()
    assert ArrivingFile.objects.get().reason == "Its message is gone."


def test_files_of_notes_stay_in_intercom_and_are_named(carried: Carried) -> None:
    carried.tell("note_as", body="Look", file=PLAN)
    fetch_arriving_files()

    assert not Attachment.objects.exists()
    assert carried.notes == [("Joe Inbox", "Look\n\nFiles, to be had in Intercom: plan.csv")]
