"""Intercom's simulator, asked with Intercom's own client: what it does, refuses and tells."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from intercom import Intercom
from intercom.core.api_error import ApiError

from integrations.intercom.simulator.inbox import Said
from integrations.simulator.courier import Parcel
from integrations.simulator.world import World
from tests.vendors import Vendors

JOE, IDA = "493881", "493882"


@pytest.fixture
def sdk(vendors: Vendors) -> Any:
    """Intercom's client, set up as it must be; its models are too strict for the types it takes."""
    return Intercom(
        base_url=settings.INTERCOM_BASE_URL,
        token=settings.INTERCOM_TOKEN,
        headers={"Intercom-Version": "2.14"},
        timeout=5.0,
    )


@pytest.fixture
def hooks(vendors: Vendors) -> list[dict[str, Any]]:
    """The webhooks that arrive when the courier carries them, read as JSON with their headers under "headers"."""
    arrived: list[dict[str, Any]] = []

    def take(parcel: Parcel) -> int:
        arrived.append({**json.loads(parcel.body or b"{}"), "headers": parcel.headers, "raw": parcel.body})
        return 200

    vendors.courier.transport = take
    return arrived


def ann(sdk: Any, **fields: Any) -> str:
    """A user called Ann."""
    made = sdk.contacts.create(request={"role": "user", "email": "ann@example.com", "name": "Ann", **fields})
    return str(made.id)


def refusal(ask: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[int, str, str]:
    """Status, code and message of what must be refused."""
    with pytest.raises(ApiError) as refused:
        ask(*arguments, **named)
    body: Any = refused.value.body
    errors = body["errors"] if isinstance(body, dict) else [vars(one) for one in body.errors]
    return int(refused.value.status_code or 0), errors[0]["code"], errors[0]["message"]


# --- Who is there


def test_the_clients_own_way_without_a_version_is_a_violation(vendors: Vendors) -> None:
    bare = Intercom(base_url=settings.INTERCOM_BASE_URL, token=settings.INTERCOM_TOKEN)
    with pytest.raises(ApiError):
        bare.admins.list()
    assert "Intercom-Version" in vendors.expect_violations()[0]


def test_teammates_and_the_workspace_are_listed(sdk: Any, vendors: Vendors) -> None:
    new = vendors.intercom.add_teammate(name="Nia", email="Nia@CloudFactory.example")

    assert sdk.admins.identify().app.id_code == settings.INTERCOM_APP_ID
    listed = {one.id: one.email for one in sdk.admins.list().admins}
    assert listed[new] == "Nia@CloudFactory.example"
    assert sdk.admins.find(JOE).name == "Joe Inbox"


def test_a_user_is_there_once_and_the_refusal_names_them(sdk: Any, vendors: Vendors) -> None:
    first = ann(sdk, external_id="a-1")

    status, code, message = refusal(ann, sdk, external_id="a-2")
    assert (status, code) == (409, "conflict")
    assert message == f"A contact matching those details already exists with id={first}"
    assert sdk.contacts.show_contact_by_external_id("a-1").id == first

    sdk.contacts.archive(first)
    assert refusal(ann, sdk)[2] == f"An archived contact matching those details already exists with id={first}"
    sdk.contacts.unarchive(first)
    sdk.contacts.delete(first)
    assert refusal(sdk.contacts.find, first)[:2] == (404, "not_found")
    assert ann(sdk) != first


def test_a_new_contact_is_found_by_a_search_only_later(sdk: Any, vendors: Vendors) -> None:
    made = ann(sdk)
    query = {"field": "email", "operator": "=", "value": "ANN@example.com"}

    assert sdk.contacts.search(query=query).items == []
    vendors.clock.step(minutes=3)
    assert [one.id for one in sdk.contacts.search(query=query).items] == [made]


def test_an_attribute_must_exist_before_it_is_stored_and_null_empties_it(sdk: Any, vendors: Vendors) -> None:
    made = ann(sdk)
    assert refusal(sdk.contacts.update, made, custom_attributes={"milestone": "Kickoff"})[0] == 400

    sdk.data_attributes.create(request={"name": "milestone", "model": "contact", "data_type": "string"})
    sdk.contacts.update(made, custom_attributes={"milestone": "Kickoff"}, name=None)
    found = vendors.intercom.state.contacts[made]
    assert (found.custom_attributes, found.name, found.email) == ({"milestone": "Kickoff"}, None, "ann@example.com")
    assert [one.name for one in sdk.data_attributes.list(model="contact").data] == ["milestone"]
    twice = {"name": "milestone", "model": "contact", "data_type": "string"}
    assert refusal(sdk.data_attributes.create, request=twice)[2] == "You already have 'milestone' in your contact data."


def test_a_lead_is_merged_once_and_its_conversations_move(sdk: Any, vendors: Vendors, hooks: list[Any]) -> None:
    lead = vendors.intercom.visit(email="ann@example.com")
    talk = vendors.intercom.start_as_customer(contact=lead, body="Hello?")
    user = ann(sdk)

    assert refusal(sdk.contacts.merge_lead_in_user, lead_id=user, contact_id=lead)[0] == 400
    assert sdk.contacts.merge_lead_in_user(lead_id=lead, contact_id=user).id == user
    assert refusal(sdk.contacts.merge_lead_in_user, lead_id=lead, contact_id=user)[0] == 404
    assert vendors.intercom.state.conversations[talk].contacts == [user]
    vendors.courier.deliver()
    [merged] = [hook for hook in hooks if hook["topic"] == "contact.merged"]
    assert merged["data"]["item"]["merged_from"] == {"type": "lead", "id": lead}


def test_tags_and_events(sdk: Any, vendors: Vendors) -> None:
    made = ann(sdk, external_id="a-1")
    tag = sdk.tags.create(request={"name": "vip"})
    assert sdk.tags.create(request={"name": "vip"}).id == tag.id
    sdk.tags.tag_contact(made, tag_id=tag.id)
    assert vendors.intercom.state.contacts[made].tags == [tag.id]
    sdk.tags.untag_contact(made, tag.id)
    assert refusal(sdk.tags.tag_contact, made, tag_id="9")[0] == 404
    for second in (1, 1, 2):
        sdk.events.create(request={"event_name": "signed", "created_at": second, "user_id": "a-1"})
    assert [one.created_at for one in vendors.intercom.state.happenings] == [1, 2]


# --- What is said


def opened(sdk: Any, contact: str, body: str = "Hello <b>you</b>") -> str:
    """A conversation that the contact opened."""
    return str(sdk.conversations.create(from_={"type": "user", "id": contact}, body=body).conversation_id)


def as_ann(contact: str, body: str, **more: Any) -> dict[str, Any]:
    """A reply of hers."""
    return {"message_type": "comment", "type": "user", "intercom_user_id": contact, "body": body, **more}


def as_joe(body: str, kind: str = "comment") -> dict[str, Any]:
    """A reply or a note of a teammate's."""
    return {"message_type": kind, "type": "admin", "admin_id": JOE, "body": body}


def test_a_conversation_from_its_opening_to_its_end(sdk: Any, vendors: Vendors) -> None:
    contact = ann(sdk)
    talk = opened(sdk, contact)
    sdk.conversations.reply(talk, request=as_joe("<p>Hi</p>"))
    sdk.conversations.reply(talk, request=as_joe("secret", "note"))
    close = {"message_type": "close", "type": "admin", "admin_id": JOE}
    assert sdk.conversations.manage(talk, request=close).state == "closed"
    sdk.conversations.reply(talk, request=as_joe("still closed", "note"))
    assert vendors.intercom.state.conversations[talk].state == "closed"
    again = sdk.conversations.reply(talk, request=as_ann(contact, "One more\nthing"))
    assert again.state == "open"

    said = [(one.kind, one.author, one.text) for one in vendors.intercom.thread(talk)]
    assert said == [
        ("comment", "user", "Hello <b>you</b>"),
        ("comment", "admin", "Hi"),
        ("note", "admin", "secret"),
        ("close", "admin", ""),
        ("note", "admin", "still closed"),
        ("open", "user", "One more\nthing"),
    ]
    assert sdk.conversations.find(talk, display_as="plaintext").source.body == "Hello <b>you</b>"
    assert sdk.conversations.find(talk).source.body == "<p>Hello &lt;b&gt;you&lt;/b&gt;</p>"


def test_who_is_not_in_a_conversation_does_not_speak_in_it(sdk: Any, vendors: Vendors) -> None:
    talk = opened(sdk, ann(sdk))
    bob = ann(sdk, email="bob@example.com", name="Bob")

    assert refusal(sdk.conversations.reply, talk, request=as_ann(bob, "Me too"))[0] == 404
    sdk.conversations.attach_contact_as_admin(talk, admin_id=JOE, customer={"intercom_user_id": bob})
    sdk.conversations.reply(talk, request=as_ann(bob, "Me too"))
    first = vendors.intercom.state.conversations[talk].contacts[0]
    sdk.conversations.detach_contact_as_admin(talk, first, admin_id=JOE)
    assert refusal(sdk.conversations.detach_contact_as_admin, talk, bob, admin_id=JOE)[0] == 422
    vendors.intercom.archive(contact=bob)
    assert refusal(sdk.conversations.reply, talk, request=as_ann(bob, "?"))[0] == 404


def test_files_are_served_at_addresses_that_expire(sdk: Any, vendors: Vendors) -> None:
    contact = ann(sdk)
    talk = opened(sdk, contact)
    file = {"content_type": "text/plain", "name": "a plan.txt", "data": "SGVsbG8="}
    sdk.conversations.reply(talk, request=as_ann(contact, "See", attachment_files=[file]))
    part = sdk.conversations.find(talk).conversation_parts.conversation_parts[0]
    [upload] = part.attachments
    assert (upload.name, upload.filesize) == ("a plan.txt", 5)

    with httpx.Client(trust_env=False) as client:
        assert client.get(upload.url).text == "Hello"
        assert client.get(upload.url.replace("signature=", "signature=0")).status_code == 404
        vendors.clock.step(minutes=31)
        assert client.get(upload.url).status_code == 403
        fresh = sdk.conversations.find(talk).conversation_parts.conversation_parts[0].attachments[0].url
        assert client.get(fresh).text == "Hello"


def test_only_the_latest_500_parts_are_read_and_searches_have_none(sdk: Any, vendors: Vendors) -> None:
    contact = ann(sdk)
    talk = opened(sdk, contact)
    for number in range(502):
        vendors.intercom.reply_as(conversation=talk, body=f"<p>{number}</p>")

    read = sdk.conversations.find(talk).conversation_parts
    assert (read.total_count, len(read.conversation_parts)) == (502, 500)
    assert read.conversation_parts[0].body == "<p>2</p>"
    vendors.clock.step(seconds=30)
    query = {"field": "contact_ids", "operator": "=", "value": contact}
    [found] = sdk.conversations.search(query=query).items
    assert found.id == talk
    assert found.conversation_parts is None


def test_a_search_turns_pages_and_hears_of_changes_later(sdk: Any, vendors: Vendors) -> None:
    contact = ann(sdk)
    talks = [opened(sdk, contact, f"Number {number}") for number in range(5)]
    query = {"field": "updated_at", "operator": ">", "value": int(vendors.clock.time()) - 60}
    assert sdk.conversations.search(query=query).items == []
    vendors.clock.step(seconds=30)

    seen, cursor = [], None
    while True:
        pagination = {"per_page": 2} | ({"starting_after": cursor} if cursor else {})
        response = sdk.conversations.search(query=query, pagination=pagination).response
        seen += [one.id for one in response.conversations]
        if response.pages.next is None:
            break
        cursor = response.pages.next.starting_after
    assert sorted(seen) == sorted(talks)
    after = {"field": "updated_at", "operator": ">", "value": int(vendors.clock.time()) - 5}
    sdk.conversations.reply(talks[0], request=as_joe("now"))
    assert sdk.conversations.search(query=after).items == []
    vendors.clock.step(seconds=30)
    assert [one.id for one in sdk.conversations.search(query=after).items] == [talks[0]]


def test_a_redacted_part_has_lost_its_words(sdk: Any, vendors: Vendors) -> None:
    contact = ann(sdk)
    talk = opened(sdk, contact)
    part = vendors.intercom.reply_as(conversation=talk, body="oops")
    wanted = {"type": "conversation_part", "conversation_id": talk, "conversation_part_id": part}

    sdk.conversations.redact_conversation_part(request=wanted)
    assert vendors.intercom.thread(talk)[1].text == "This message was deleted"
    assert (
        refusal(sdk.conversations.redact_conversation_part, request={**wanted, "conversation_part_id": "1"})[0] == 404
    )
    vendors.intercom.delete(conversation=talk)
    assert refusal(sdk.conversations.find, talk)[0] == 404


def test_too_many_calls_in_ten_seconds_are_refused_until_the_window_ends(sdk: Any, vendors: Vendors) -> None:
    vendors.clock.stop()
    vendors.intercom.state.calls_in_window = 3
    for _ in range(3):
        sdk.admins.list()

    with pytest.raises(ApiError) as refused:
        sdk.admins.list()
    assert refused.value.status_code == 429
    headers = {name.lower(): value for name, value in (refused.value.headers or {}).items()}
    wait = int(headers["x-ratelimit-reset"]) - vendors.clock.time()
    assert 0 < wait <= 10
    vendors.clock.step(seconds=wait + 1)
    assert sdk.admins.list().admins


# --- What is told


def test_webhooks_are_signed_and_hold_the_part_that_brought_them_about(
    sdk: Any, vendors: Vendors, hooks: list[Any]
) -> None:
    talk = opened(sdk, ann(sdk))
    vendors.intercom.reply_as(conversation=talk, body="<p>One</p>")
    part = vendors.intercom.reply_as(conversation=talk, body="<p>Two</p>", file=("a.txt", "text/plain", b"abc"))
    vendors.courier.deliver()

    assert [hook["topic"] for hook in hooks] == [
        "contact.user.created",
        "conversation.user.created",
        "conversation.admin.replied",
        "conversation.admin.replied",
    ]
    last = hooks[-1]
    parts = last["data"]["item"]["conversation_parts"]
    assert ([str(one["id"]) for one in parts["conversation_parts"]], parts["total_count"]) == ([part], 2)
    key = settings.INTERCOM_CLIENT_SECRETS[0].encode()
    assert last["headers"]["X-Hub-Signature"] == f"sha1={hmac.new(key, last['raw'], hashlib.sha1).hexdigest()}"
    assert last["app_id"] == settings.INTERCOM_APP_ID


def test_a_webhook_is_repeated_once_after_a_minute(vendors: Vendors) -> None:
    tried: list[tuple[int, str]] = []

    def fail(parcel: Parcel) -> None:
        envelope = json.loads(parcel.body)
        tried.append((envelope["delivery_attempts"], envelope["delivery_status"]))

    vendors.courier.transport = fail
    vendors.intercom.ping()
    vendors.courier.deliver()
    vendors.clock.step(seconds=30)
    vendors.courier.deliver()
    assert len(tried) == 1
    vendors.clock.step(seconds=31)
    vendors.courier.deliver()
    vendors.clock.step(hours=1)
    vendors.courier.deliver()
    assert tried == [(1, "pending"), (2, "retry")]


def test_429_makes_webhooks_wait_and_410_ends_them(vendors: Vendors) -> None:
    answers = [429, 200, 410]
    vendors.courier.transport = lambda _: answers.pop(0)

    vendors.intercom.ping()
    vendors.courier.deliver()
    vendors.clock.step(seconds=61)
    vendors.courier.deliver()
    vendors.intercom.ping()
    vendors.courier.deliver()
    vendors.intercom.ping()
    assert answers == []
    assert vendors.courier.waiting() == []


def test_the_inbox_can_do_what_people_do_there(sdk: Any, vendors: Vendors, hooks: list[Any]) -> None:
    contact = ann(sdk)
    talk = opened(sdk, contact)
    inbox = vendors.intercom
    inbox.note_as(conversation=talk, body="<p>careful</p>", admin=IDA)
    inbox.assign_as(conversation=talk, to=IDA)
    inbox.snooze_as(conversation=talk)
    inbox.say_as_customer(conversation=talk, body="back")
    inbox.say_as_bot(conversation=talk, body="beep")
    inbox.close_as(conversation=talk, body="bye")
    inbox.open_as(conversation=talk)
    inbox.start_as(contact=contact, body="By the way")
    inbox.delete(conversation=talk)
    vendors.courier.deliver()

    assert inbox.thread(talk)[1:3] == [
        Said(inbox.thread(talk)[1].part, "note", "admin", "Ida Inbox", "careful"),
        Said(inbox.thread(talk)[2].part, "assignment", "admin", "Joe Inbox", ""),
    ]
    assert [hook["topic"].removeprefix("conversation.") for hook in hooks[2:]] == [
        "admin.noted",
        "admin.assigned",
        "admin.snoozed",
        "user.replied",
        "operator.replied",
        "admin.closed",
        "admin.opened",
        "admin.single.created",
        "deleted",
    ]
    assert hooks[-1]["data"]["item"] == {"type": "conversation", "conversation_id": talk}


def test_ids_and_times_are_of_other_types_now_and_then(sdk: Any, vendors: Vendors, hooks: list[Any]) -> None:
    talk = opened(sdk, ann(sdk))
    for number in range(40):
        vendors.intercom.reply_as(conversation=talk, body=str(number))
    vendors.courier.deliver()

    parts = [hook["data"]["item"]["conversation_parts"]["conversation_parts"][0] for hook in hooks[2:]]
    assert {type(part["id"]) for part in parts} == {int, str}
    assert {type(part["created_at"]) for part in parts} == {int, str}
    assert None in {hook["id"] for hook in hooks}


def test_everything_said_is_kept_in_the_state_file(sdk: Any, vendors: Vendors, tmp_path: Any) -> None:
    talk = opened(sdk, ann(sdk))
    vendors.intercom.reply_as(conversation=talk, body="kept", file=("a.txt", "text/plain", b"\xff\x00"))
    vendors.clock.step(seconds=timedelta(days=1).total_seconds())
    before = vendors.intercom.state
    vendors.world.file = tmp_path / "state.json"
    try:
        vendors.world.write_down()
    finally:
        vendors.world.file = None
    assert World(file=tmp_path / "state.json").vendors["intercom"].state == before


def test_webhooks_come_from_others_or_in_another_version_when_they_are_told_to(
    sdk: Any, vendors: Vendors, hooks: list[Any]
) -> None:
    talk = opened(sdk, ann(sdk))
    vendors.courier.deliver()
    subscription = vendors.intercom.state.subscription
    subscription.plain_bodies, subscription.app_id, subscription.secret = True, "other123", "another-secret"
    subscription.echo = False
    sdk.conversations.reply(talk, request=as_joe("an echo"))
    vendors.intercom.reply_as(conversation=talk, body="<p>One<br>two &amp; three</p>")
    vendors.courier.deliver()

    last, *more = hooks[2:]
    assert more == []
    [part] = last["data"]["item"]["conversation_parts"]["conversation_parts"]
    assert (part["body"], part["app_package_code"]) == ("One\ntwo & three", None)
    assert last["app_id"] == "other123"
    key = settings.INTERCOM_CLIENT_SECRETS[0].encode()
    assert last["headers"]["X-Hub-Signature"] != f"sha1={hmac.new(key, last['raw'], hashlib.sha1).hexdigest()}"


def test_a_search_can_be_made_to_repeat_its_cursor(sdk: Any, vendors: Vendors) -> None:
    contact = ann(sdk)
    for _ in range(5):
        opened(sdk, contact)
    vendors.clock.step(seconds=30)
    vendors.intercom.state.repeated_cursors = 1
    query = {"field": "contact_ids", "operator": "=", "value": contact}

    def after(cursor: str | None) -> Any:
        pagination = {"per_page": 2} | ({"starting_after": cursor} if cursor else {})
        return sdk.conversations.search(query=query, pagination=pagination).response.pages.next.starting_after

    first = after(None)
    vendors.intercom.state.repeated_cursors = 1
    assert after(first) == first
    assert after(first) != first
