"""The General tab of the administration screen."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from activity.models import Event
from tests.conftest import World
from tests.factories import OrganizationFactory
from tests.races import all_at_once
from workstreams import actions
from workstreams.actions import GeneralFields
from workstreams.models import WorkStream


def url(workstream: WorkStream) -> str:
    return f"/workstreams/{workstream.public_id}/administration/"


def entries(workstream: WorkStream, **typed: Any) -> dict[str, Any]:
    """What the browser sends: what was seen, and what was typed over it."""
    seen = {
        "name": workstream.name,
        "description": workstream.description,
        "organization": workstream.organization_id,
        "starts_on": workstream.starts_on or "",
    }
    return {f"initial-{k}": v for k, v in seen.items()} | seen | {"version": workstream.version} | typed


def test_everything_typed_is_saved_and_recorded(client: Client, world: World) -> None:
    client.force_login(world.isr)
    other = OrganizationFactory.create(name="Acme Maps")
    typed = {
        "name": " Road  signs ",
        "description": "All\r\nof them",
        "organization": other.pk,
        "starts_on": "2026-02-03",
    }
    response = client.post(url(world.labels), entries(world.labels, **typed), follow=True)

    labels = WorkStream.objects.get(pk=world.labels.pk)
    assert "General is saved." in response.text
    assert (labels.name, labels.description) == ("Road signs", "All\nof them")
    assert (labels.organization, labels.starts_on, labels.version) == (other, date(2026, 2, 3), 2)
    event = Event.objects.get()
    assert (event.verb, event.actor) == ("workstream.edited", world.isr)
    assert event.data["fields"] == ["description", "name", "organization", "starts_on"]


def test_the_intended_start_stands_beside_and_cannot_be_changed(client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(intended_start=date(2026, 1, 5))
    client.force_login(world.isr)
    page = client.get(url(world.labels))
    client.post(url(world.labels), entries(world.labels, starts_on="2026-02-03", intended_start="2027-01-01"))

    world.labels.refresh_from_db()
    assert "Intended Start Date" in page.text
    assert "5 Jan 2026" in page.text
    assert (world.labels.intended_start, world.labels.starts_on) == (date(2026, 1, 5), date(2026, 2, 3))


def test_saving_what_is_stored_already_records_nothing(client: Client, world: World) -> None:
    client.force_login(world.isr)
    assert client.post(url(world.labels), entries(world.labels)).status_code == 302
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("name", "", "Please give it a name."),
        ("name", " \u200b ", "Please give it a name."),
        ("name", "\x00\x01", "Please give it a name."),
        ("name", "x" * 121, "at most 120 characters"),
        ("description", "x" * 2001, "at most 2000 characters"),
        ("starts_on", "0203-05-01", "cannot be right"),
        ("starts_on", "9999-12-31", "cannot be right"),
        ("starts_on", "next week", "This is not a date"),
        ("organization", "9" * 30, "not one of the available choices"),
        ("organization", "0", "not one of the available choices"),
    ],
)
def test_a_wrong_entry_is_answered_with_a_sentence(
    field: str, typed: str, says: str, client: Client, world: World
) -> None:
    client.force_login(world.isr)
    response = client.post(url(world.labels), entries(world.labels, **{field: typed}))

    before = world.labels.name
    world.labels.refresh_from_db()
    assert response.status_code == 422
    assert says in response.text
    assert 'data-guard-unsaved="changed"' in response.text
    assert (world.labels.name, world.labels.version) == (before, 1)
    assert not Event.objects.exists()


def test_the_second_editor_sees_what_changed_and_decides(client: Client, world: World) -> None:
    stale = entries(world.labels, name="Signs of Mars", description="Mine")
    client.force_login(world.architect)
    client.post(url(world.labels), entries(world.labels, name="Signs of Earth", starts_on="2026-05-01"))
    client.force_login(world.isr)
    response = client.post(url(world.labels), stale)

    world.labels.refresh_from_db()
    assert response.status_code == 409
    assert "Updated by Solutions Architect Colleague meanwhile" in response.text
    assert world.labels.name == "Signs of Earth"
    form = response.context["form"]
    assert (form["name"].value(), form["description"].value()) == ("Signs of Mars", "Mine")
    assert form["starts_on"].value() == "2026-05-01"  # left alone here, so the stored one is taken over
    assert [(d.label, d.stored, d.typed) for d in response.context["differences"]] == [
        ("Name", "Signs of Earth", "Signs of Mars"),
        ("WorkStream Starting", "1 May 2026", ""),
    ]

    again = {field.html_name: field.value() for field in form} | {
        f"initial-{name}": form.data[f"initial-{name}"] for name in form.TYPED
    }
    assert client.post(url(world.labels), again).status_code == 302
    world.labels.refresh_from_db()
    assert (world.labels.name, world.labels.description, world.labels.starts_on) == (
        "Signs of Mars",
        "Mine",
        date(2026, 5, 1),
    )


def test_where_it_came_from_is_told(client: Client, world: World) -> None:
    from subscriptions.models import StartAttempt

    StartAttempt.objects.create(
        workstream=world.labels, referrer="https://search.example/", campaign={"utm_source": "<b>spring</b>"}
    )
    client.force_login(world.isr)
    text = client.get(url(world.labels)).text

    assert "https://search.example/" in text
    assert "&lt;b&gt;spring&lt;/b&gt;" in text
    assert "<b>spring" not in text


@pytest.mark.parametrize(("who", "status"), [("owner", 403), ("member", 403), ("agile_worker", 403), ("stranger", 404)])
@pytest.mark.parametrize("method", ["get", "post"])
def test_clients_and_agile_workers_are_kept_out(
    who: str, status: int, method: str, client: Client, world: World
) -> None:
    client.force_login(getattr(world, who))
    response = getattr(client, method)(url(world.labels), entries(world.labels, name="Mine now"))

    world.labels.refresh_from_db()
    assert response.status_code == status
    assert world.labels.name == "Street labels"
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(world: World) -> None:
    def save(actor: User, name: str) -> Callable[[], object]:
        fields = GeneralFields(name=name, description="", starts_on=None, organization=world.acme)
        return lambda: actions.edit_general(workstream=world.labels, actor=actor, fields=fields, seen_version=1)

    results = all_at_once(world.labels, save(world.isr, "Earth"), save(world.admin, "Mars"))

    world.labels.refresh_from_db()
    assert sorted(type(result).__name__ for result in results) == ["ChangedMeanwhile", "WorkStream"]
    assert world.labels.version == 2
    assert Event.objects.count() == 1
