"""Every address is classified; foreign WorkStreams do not exist at any of them."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from chat.actions import post_message
from tests.conftest import World
from tests.factories import DocumentRequestFactory, PreviewPictureFactory
from workstreams.filing import Upload

# Addresses anybody may open without signing in. Everything else sends an anonymous visitor to the sign-in page.
PUBLIC = {
    "healthz",
    "help",
    "accounts:sign_in",
    "accounts:sign_in_link",
    "accounts:sign_in_by_password",
    "accounts:sign_in_again",
    "accounts:erased",
    "workstreams:invitation",
    "subscriptions:start",
    "integrations:salesforce_stage",
    "integrations:salesforce_outbound",
    "integrations:intercom_webhook",
    "mailroom:hook",
    "mailroom:provider_hook",
    # Only where DEMO is on (tests/demo/test_demo_off.py).
    "demo:people",
    "demo:mailbox",
    "demo:mail",
    "demo:mail_html",
    "demo:mail_answer",
    "subscriptions:attempt",
    # Links of mails, which work without signing in.
    "notifications:unsubscribe",
}
# What only colleagues may know exists: members of the WorkStream get the answer of strangers (R70).
OF_THE_TEAM = {
    "api:intercom_standing",
    "integrations:intercom_standing",
    "chat:notes",
    "chat:colleagues",
    "chat:edit_note",
    "chat:remove_note",
    "chat:live_team",
    "chat:looking",
    "api:notes",
    "api:note",
    "api:notes_read",
}
# Third-party addresses that keep their own rules.
FOREIGN_PREFIXES = ("accounts/", "admin/")


def routes(resolver: URLResolver | None = None, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Every (name, route) of the project."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, route, inner)
        elif isinstance(entry, URLPattern) and not route.startswith(FOREIGN_PREFIXES):
            yield f"{namespace}{entry.name}", route


OURS = dict(routes())
OF_A_WORKSTREAM = {
    name: route for name, route in OURS.items() if "<uuid:public_id>" in route and "workstreams" in route
}


def test_every_address_has_a_name_of_its_own() -> None:
    names = [name for name, _ in routes()]
    assert not [name for name in names if name.endswith("None")]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", sorted(set(OURS) - PUBLIC))
def test_a_visitor_is_asked_to_sign_in(name: str, client: Client, db: None) -> None:
    arguments = dict.fromkeys(re.findall(r"<uuid:(\w+)>", OURS[name]), "00000000-0000-4000-8000-000000000000")
    arguments |= dict.fromkeys(re.findall(r"<int:(\w+)>", OURS[name]), 1)
    arguments |= dict.fromkeys(re.findall(r"<(?:str|slug):(\w+)>", OURS[name]), "x")
    response = client.get(reverse(name, kwargs=arguments))

    assert response.status_code in {302, 401, 405}, response.status_code
    if response.status_code == 302:
        assert response["Location"].startswith(reverse("accounts:sign_in"))


# What an address names besides the WorkStream, made on `labels`.
MADE: dict[str, Callable[[World], object]] = {
    "attachment_id": lambda world: (
        PreviewPictureFactory.create(preview__attachment__workstream=world.labels).preview.attachment.public_id
    ),
    "upload_id": lambda world: (
        Upload.objects.create(
            workstream=world.labels, user=world.owner, name="a.txt", size=2, client_key=uuid4()
        ).public_id
    ),
    "request_id": lambda world: DocumentRequestFactory.create(workstream=world.labels).public_id,
}


def _arguments(route: str, world: World) -> dict[str, object]:
    arguments: dict[str, object] = dict.fromkeys(re.findall(r"<uuid:(\w+)>", route), world.member.public_id)
    arguments["public_id"] = world.labels.public_id
    arguments |= {name: make(world) for name, make in MADE.items() if f"<uuid:{name}>" in route}
    arguments |= dict.fromkeys(re.findall(r"<int:(\w+)>", route), 1)
    arguments |= dict.fromkeys(re.findall(r"<(?:str|slug):(\w+)>", route), "client")
    return arguments


@pytest.mark.parametrize("name", sorted(OF_A_WORKSTREAM))
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_workstream_does_not_exist(name: str, method: str, client: Client, world: World) -> None:
    client.force_login(world.stranger)
    response = getattr(client, method)(reverse(name, kwargs=_arguments(OF_A_WORKSTREAM[name], world)))

    assert response.status_code in {404, 405}


@pytest.mark.parametrize("name", sorted(set(OF_A_WORKSTREAM) - OF_THE_TEAM))
def test_the_same_address_exists_for_the_owner(name: str, client: Client, world: World) -> None:
    post_message(workstream=world.labels, author=world.owner, body="Hello", client_key=uuid4())
    client.force_login(world.owner)
    response = client.get(reverse(name, kwargs=_arguments(OF_A_WORKSTREAM[name], world)))
    if response.streaming and not getattr(response, "is_async", False):
        response.getvalue()  # which closes what it read

    assert response.status_code != 404
