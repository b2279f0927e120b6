"""Files that messages carry (R31): whose they may be, that they are stored with the message, what everybody sees."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from chat import actions, changes
from chat.conversation import html_of
from chat.errors import KeyTaken, NoSuchFile, NothingToSay
from chat.live.announce import payload_of
from chat.models import Message, MessageFile
from chat.search.find import Question, find_messages
from chat.search.index import index_waiting
from chat.summaries import summaries
from notifications.compose import _quote
from tests.conftest import World
from tests.factories import AttachmentFactory, PreviewFactory
from workstreams import attachments, scanning
from workstreams.membership import remove as take_off
from workstreams.models import Attachment

KEY = UUID("00000000-0000-4000-8000-00000000000f")
Scan = Attachment.Scan


def sent(
    world: World, author: User, *files: Attachment, body: str = "", key: UUID | None = None, ids: Iterable[UUID] = ()
) -> Message:
    return actions.post_message(
        workstream=world.labels,
        author=author,
        body=body,
        client_key=key or uuid4(),
        files=[*ids, *(file.public_id for file in files)],
    )


def file_of(world: World, author: User, name: str = "sample.csv", **more: Any) -> Attachment:
    return AttachmentFactory.create(workstream=world.labels, uploaded_by=author, name=name, **more)


def carried(message: Message) -> list[str]:
    return [each.attachment.name for each in MessageFile.objects.filter(message=message)]


def test_a_message_may_be_files_alone(world: World) -> None:
    message = sent(world, world.owner, file_of(world, world.owner))

    assert (message.number, message.body, carried(message)) == (1, "", ["sample.csv"])
    with pytest.raises(NothingToSay):
        sent(world, world.owner)


@pytest.mark.django_db(transaction=True)
def test_files_are_stored_by_the_statement_that_stores_the_message(world: World) -> None:
    sent(world, world.owner, body="Hello")
    file = file_of(world, world.owner)
    with CaptureQueriesContext(connection) as asked:
        sent(world, world.owner, file, body="Here")

    statements = [query["sql"] for query in asked.captured_queries]
    assert len(statements) == 5, "the membership, the files, BEGIN, the statement, COMMIT"
    assert "chat_messagefile" in statements[-2]


def test_the_same_again_is_the_same_message(world: World) -> None:
    file = file_of(world, world.owner)
    first = sent(world, world.owner, file, body="Here", key=KEY)

    assert sent(world, world.owner, file, body="Here", key=KEY) == first
    attachments.remove(attachment=file, actor=world.owner)
    assert sent(world, world.owner, file, body="Here", key=KEY) == first
    assert Message.objects.filter(workstream=world.labels).count() == MessageFile.objects.count() == 1


@pytest.mark.parametrize("again", ["none", "another", "more"])
def test_a_key_belongs_to_these_files(world: World, again: str) -> None:
    first, second = file_of(world, world.owner), file_of(world, world.owner, "rules.csv")
    sent(world, world.owner, first, body="Here", key=KEY)
    files = {"none": [], "another": [second], "more": [first, second]}[again]

    with pytest.raises(KeyTaken):
        sent(world, world.owner, *files, body="Here", key=KEY)


@pytest.mark.parametrize("what", ["somebody else's", "elsewhere", "removed", "quarantined", "unknown"])
def test_what_is_not_ones_own_to_send_is_refused(world: World, what: str) -> None:
    theirs = file_of(world, world.isr if what == "somebody else's" else world.owner)
    if what == "elsewhere":
        theirs = AttachmentFactory.create(workstream=world.scans, uploaded_by=world.owner)
    if what == "removed":
        Attachment.objects.filter(pk=theirs.pk).update(removed_at=timezone.now())
    elif what == "quarantined":
        Attachment.objects.filter(pk=theirs.pk).update(scan=Scan.QUARANTINED)
    ids = [uuid4() if what == "unknown" else theirs.public_id]

    with pytest.raises(NoSuchFile):
        sent(world, world.owner, file_of(world, world.owner, "good.csv"), body="Here", ids=ids)
    assert not Message.objects.filter(workstream=world.labels).exists()


def test_a_message_carries_twenty_files_at_most(world: World) -> None:
    with pytest.raises(NoSuchFile, match="at most 20"):
        sent(world, world.owner, ids=[uuid4() for _ in range(21)])


def test_everybody_gets_name_size_and_links(client: Client, world: World) -> None:
    preview = PreviewFactory.create(attachment__workstream=world.labels, attachment__uploaded_by=world.owner)
    file = preview.attachment
    message = sent(world, world.owner, file, file_of(world, world.owner, "<b>.csv"), body="Two")
    html = html_of(message)

    assert f'href="attachments/{file.public_id}/"' in html
    assert f'href="attachments/{file.public_id}/preview/"' in html
    assert "17 bytes" in html
    assert "&lt;b&gt;.csv" in html
    read_again = Message.objects.whole().get(pk=message.pk)
    assert payload_of(read_again) == payload_of(message)
    client.force_login(world.member)
    assert f'href="attachments/{file.public_id}/"' in client.get(world.labels.get_absolute_url()).content.decode()
    assert (
        client.get(f"{world.labels.get_absolute_url()}attachments/{file.public_id}/").getvalue()
        == b"name,age\nMilo,31\n"
    )


def test_what_becomes_of_a_file_is_told_to_open_pages(world: World) -> None:
    waiting, gone = file_of(world, world.owner, scan=Scan.WAITING), file_of(world, world.owner, "gone.csv")
    message = sent(world, world.owner, waiting, gone)
    assert "being checked for viruses" in html_of(message)

    scanning.settle(waiting, Scan.CLEAN)
    attachments.remove(attachment=gone, actor=world.owner)
    [changed] = Message.objects.changed_after(1)
    assert (changed.pk, changed.change, changed.edited_at) == (message.pk, 2, None)
    html = html_of(changed)
    assert "being checked" not in html
    assert "This file was removed." in html
    assert f"attachments/{gone.public_id}/" not in html


def test_a_removed_message_names_no_file_and_the_file_stays(world: World) -> None:
    file = file_of(world, world.owner)
    removed = changes.remove_message(message=sent(world, world.owner, file), actor=world.owner)

    assert "sample.csv" not in html_of(removed)
    assert carried(removed) == []
    file.refresh_from_db()
    assert file.removed_at is None
    attachments.remove(attachment=file, actor=world.owner)
    removed.refresh_from_db()
    assert removed.change == 1


def test_an_edit_keeps_the_files(world: World) -> None:
    message = sent(world, world.owner, file_of(world, world.owner), body="Hear")
    edited = changes.edit_message(message=message, actor=world.owner, body="Here")

    assert "sample.csv" in html_of(edited)


@pytest.mark.parametrize("files", [0, 1, 6])
def test_files_of_a_page_are_one_question(client: Client, world: World, files: int) -> None:
    for number in range(max(files, 1)):
        some = [file_of(world, world.owner, f"{number}-{each}.csv") for each in range(2 if files else 0)]
        sent(world, world.owner, *some, body="Here")
    client.force_login(world.owner)

    for address in (f"/workstreams/{world.labels.public_id}/chat/?after=0", f"/api/v1{messages_of(world)}"):
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert sum("chat_messagefile" in query["sql"] for query in asked.captured_queries) == 1
        assert not [query["sql"] for query in asked.captured_queries if 'FROM "workstreams_preview"' in query["sql"]]


def messages_of(world: World) -> str:
    return f"/workstreams/{world.labels.public_id}/messages/"


def test_the_api_sends_and_shows_files(client: Client, world: World) -> None:
    file = file_of(world, world.owner)
    client.force_login(world.owner)
    said = {"body": "", "files": [str(file.public_id)]}
    answer = client.post(f"/api/v1{messages_of(world)}", said, "application/json")

    assert answer.status_code == 201
    client.force_login(world.isr)
    [message] = client.get(f"/api/v1{messages_of(world)}").json()["results"]
    [shown] = message["files"]
    assert (shown["id"], shown["name"], shown["state"]) == (str(file.public_id), "sample.csv", "ready")
    assert client.get(shown["file"]).getvalue() == b"name,age\nMilo,31\n"
    refused = client.post(f"/api/v1{messages_of(world)}", said, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "no_such_file")


def test_a_plain_form_sends_text_and_files_at_once(client: Client, world: World) -> None:
    client.force_login(world.owner)
    address = f"/workstreams/{world.labels.public_id}/chat/"

    def send() -> int:
        upload = SimpleUploadedFile("sample.csv", b"a,b\n")
        return client.post(address, {"body": "", "client_key": KEY, "file": [upload]}).status_code

    assert (send(), send()) == (302, 302)
    message = Message.objects.get(workstream=world.labels)
    assert carried(message) == ["sample.csv"]
    assert Attachment.objects.count() == 1


def test_a_plain_form_that_is_refused_keeps_what_was_added(client: Client, world: World) -> None:
    client.force_login(world.owner)
    address = f"/workstreams/{world.labels.public_id}/chat/"
    files = [SimpleUploadedFile("sample.csv", b"a,b\n"), SimpleUploadedFile("empty.csv", b"")]
    page = client.post(address, {"body": "Here", "client_key": KEY, "file": files})

    assert page.status_code == 422
    added = Attachment.objects.get()
    assert f'name="attached" value="{added.public_id}"' in page.content.decode()
    assert client.post(address, {"body": "Here", "attached": [str(added.public_id)]}).status_code == 302
    assert carried(Message.objects.get(workstream=world.labels)) == ["sample.csv"]


@pytest.mark.parametrize("who", ["agile_worker", "stranger"])
def test_others_send_and_see_nothing(client: Client, world: World, who: str) -> None:
    person = getattr(world, who)
    sent(world, world.owner, file_of(world, world.owner, "secret.csv"))
    client.force_login(person)
    address = f"/workstreams/{world.labels.public_id}/chat/"
    answer = client.post(address, {"body": "", "file": [SimpleUploadedFile("a.csv", b"a\n")]})

    assert answer.status_code in {403, 404}
    assert Attachment.objects.count() == 1
    assert not Message.objects.visible_to(person).filter(workstream=world.labels).exists()
    assert not MessageFile.objects.visible_to(person).exists()


def test_whoever_was_taken_off_sends_none(world: World) -> None:
    file = file_of(world, world.member)
    take_off(workstream=world.labels, actor=world.owner, person=world.member)

    with pytest.raises(Exception, match="You may not"):
        sent(world, world.member, file)


def test_messages_with_files_are_found(world: World) -> None:
    sent(world, world.owner, body="nothing with it")
    message = sent(world, world.owner, file_of(world, world.owner))
    question = Question(workstream=world.labels, with_files=True)

    assert find_messages(question, world.isr).entries == [message]
    index_waiting()
    assert find_messages(question, world.isr).entries == [message]


def test_lists_and_mails_say_that_a_file_came(world: World) -> None:
    message = sent(world, world.owner, file_of(world, world.owner))

    assert summaries([world.labels], world.isr)[world.labels.pk].text == "Sent a file"
    assert _quote(message, ZoneInfo("UTC")).text == "Files: sample.csv"
