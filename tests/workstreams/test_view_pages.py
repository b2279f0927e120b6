"""Saved views, columns and “Take” on the grid's pages."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from activity.models import Event
from tests.conftest import World
from tests.factories import WorkStreamFactory, join
from workstreams import rows, saved_views
from workstreams.columns import COLUMNS, USUAL
from workstreams.models import SavedView, WorkStream

pytestmark = pytest.mark.django_db
GRID = reverse("workstreams:grid")
VIEWS = reverse("workstreams:views")
NEW = reverse("workstreams:new_view")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def isr(client: Client, world: World) -> User:
    """An ISR who has signed in."""
    client.force_login(world.isr)
    return world.isr


def save(actor: User, name: str, query: str, *, is_shared: bool = False) -> SavedView:
    return saved_views.save_view(actor=actor, name=name, query=query, is_shared=is_shared)


def names(response: Any) -> list[str]:
    return [row.workstream.name for row in response.context["rows"]]


def heads(response: Any) -> list[str]:
    return [head.label for head in response.context["heads"]]


# --- Opening


def test_a_view_opens_with_its_question_order_and_columns(client: Client, isr: User) -> None:
    view = save(isr, "By name", "lead=any&sort=name&columns=name,owner")
    response = client.get(GRID, {"view": str(view.public_id)})

    assert names(response) == ["Invoice scans", "Street labels"]
    assert heads(response) == ["Name", "Owner"]
    assert not response.context["view_is_changed"]
    assert f"?lead=any&amp;sort=-name&amp;columns=name,owner&amp;view={view.public_id}" in response.text


def test_it_stays_open_while_its_question_is_changed_and_says_so(client: Client, isr: User) -> None:
    view = save(isr, "All", "lead=any")
    changed = client.get(GRID, {"view": str(view.public_id), "lead": "any", "type": "batch"})
    sorted_anew = client.get(GRID, {"view": str(view.public_id), "sort": "name"})

    assert changed.context["view"] == view
    assert changed.context["view_is_changed"]
    assert sorted_anew.context["view_is_changed"]
    assert names(sorted_anew) == ["Invoice scans", "Street labels"]
    assert reverse("workstreams:replace_view", args=[view.public_id]) in changed.text


def test_me_in_a_shared_view_is_its_reader(client: Client, world: World, isr: User) -> None:
    view = save(world.architect, "Mine", "lead=me", is_shared=True)
    WorkStreamFactory.create(name="Of the ISR", lead=isr)
    WorkStreamFactory.create(name="Of the architect", lead=world.architect)

    assert names(client.get(GRID, {"view": str(view.public_id)})) == ["Of the ISR"]


def test_a_view_with_a_value_that_is_gone_opens_with_a_note(client: Client, isr: User) -> None:
    view = save(isr, "Old", "lead=any")
    SavedView.objects.filter(pk=view.pk).update(query="type=gold&status=open&columns=name,shoe_size,client")
    response = client.get(GRID, {"view": str(view.public_id)})

    assert len(names(response)) == 2
    assert heads(response) == ["Name", "Client"]
    assert "are not known here" in response.text


@pytest.mark.parametrize("address", ["x", "", "00000000-0000-4000-8000-000000000000", "\x00"])
def test_a_view_that_is_not_there_is_left_out_with_a_note(address: str, client: Client, isr: User) -> None:
    response = client.get(GRID, {"view": address, "lead": "any"})
    assert len(names(response)) == 2
    assert ("is gone or is not shared" in response.text) == bool(address)


def test_a_colleague_s_own_view_is_as_if_it_were_not_there(client: Client, world: World, isr: User) -> None:
    view = save(world.architect, "Secret plan", "lead=any")

    assert "Secret plan" not in client.get(GRID, {"view": str(view.public_id)}).text
    assert "Secret plan" not in client.get(VIEWS).text
    for name in ("rename_view", "replace_view", "share_view", "unshare_view", "delete_view"):
        url = reverse(f"workstreams:{name}", args=[view.public_id])
        assert client.get(url).status_code == 404
        assert client.post(url, {"name": "x", "query": ""}).status_code == 404
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Secret plan", False)


@pytest.mark.parametrize("who", ["owner", "agile_worker"])
def test_clients_never_read_the_name_of_a_view(who: str, client: Client, world: World) -> None:
    view = save(world.isr, "Secret plan", "lead=any", is_shared=True)
    client.force_login(getattr(world, who))
    addresses = [f"{GRID}?view={view.public_id}", VIEWS, NEW, reverse("workstreams:columns")]
    addresses += [reverse(f"workstreams:{name}", args=[view.public_id]) for name in ("rename_view", "delete_view")]
    for address in addresses:
        for response in (client.get(address), client.post(address), client.get(address, headers=HTMX)):
            assert response.status_code in {403, 405}, address
            assert "Secret plan" not in response.text
    assert SavedView.objects.get().name == "Secret plan"


# --- Saving


def test_the_present_question_is_saved_and_opened(client: Client, isr: User) -> None:
    page = client.get(NEW, {"type": "batch", "columns": "name,client"})
    assert "type=batch&amp;columns=name%2Cclient" in page.text
    response = client.post(NEW, {"name": " Batches ", "query": "type=batch&columns=name%2Cclient"})

    view = SavedView.objects.get()
    assert response["Location"] == f"{GRID}?view={view.public_id}"
    assert (view.name, view.query, view.is_shared) == ("Batches", "type=batch&columns=name,client", False)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_name_taken_meanwhile_is_said_and_nothing_typed_is_lost(
    headers: dict[str, str], client: Client, isr: User
) -> None:
    save(isr, "Batches", "type=batch")
    response = client.post(NEW, {"name": "BATCHES", "query": "type=lean", "is_shared": "on"}, headers=headers)

    assert response.status_code == 422
    assert "You have a view called “Batches” already." in response.text
    assert 'value="BATCHES"' in response.text
    assert 'value="type=lean"' in response.text
    assert "checked" in response.text
    assert ("<html" in response.text) == (not headers)


def test_htmx_is_sent_to_the_saved_view(client: Client, isr: User) -> None:
    response = client.post(NEW, {"name": "Mine", "query": ""}, headers=HTMX)
    assert response["HX-Redirect"] == f"{GRID}?view={SavedView.objects.get().public_id}"


def test_its_owner_replaces_shares_renames_and_deletes_it(client: Client, isr: User) -> None:
    view = save(isr, "Mine", "lead=me")

    def post(button: str, **data: str) -> str:
        response = client.post(reverse(f"workstreams:{button}", args=[view.public_id]), data, follow=True)
        assert response.status_code == 200
        return response.text

    assert "is saved as it is shown" in post("replace_view", query="type=lean")
    assert "The team" in post("share_view")
    assert "called “Leans” now" in post("rename_view", name="Leans")
    view.refresh_from_db()
    assert (view.name, view.query.split("&")[0], view.is_shared) == ("Leans", "type=lean", True)
    assert "yours alone" in post("unshare_view")
    assert "is deleted" in post("delete_view")
    assert not SavedView.objects.exists()


def test_a_shared_view_is_listed_with_its_owner_and_cannot_be_changed_by_others(
    client: Client, world: World, isr: User
) -> None:
    view = save(world.architect, "Team view", "lead=any", is_shared=True)
    page = client.get(VIEWS)

    assert "Team view" in page.text
    assert "Solutions Architect Colleague" in page.text
    assert "Delete" not in page.text
    refused = client.post(reverse("workstreams:rename_view", args=[view.public_id]), {"name": "Mine"})
    assert refused.status_code == 403
    assert "Team view" in client.get(VIEWS, headers=HTMX).text
    client.force_login(world.admin)
    assert reverse("workstreams:delete_view", args=[view.public_id]) in client.get(VIEWS).text


def test_the_list_costs_the_same_however_many_views(client: Client, isr: User, django_assert_num_queries: Any) -> None:
    for number in range(5):
        save(isr, f"View {number}", "lead=any", is_shared=True)
    client.get(VIEWS)
    with django_assert_num_queries(3):  # session, person, views
        client.get(VIEWS, headers=HTMX)
    with django_assert_num_queries(4):  # ... own, how many others share
        client.get(VIEWS)


# --- Columns


def test_who_never_chose_sees_the_usual_columns(client: Client, isr: User) -> None:
    assert heads(client.get(GRID)) == [COLUMNS[key].label for key in USUAL]


def test_columns_of_the_address_are_shown_and_stay_in_every_link(client: Client, isr: User) -> None:
    response = client.get(GRID, {"lead": "any", "columns": "created,client"})
    assert heads(response) == ["Name", "Created", "Client"]
    assert all("columns=name,created,client" in chip.url for chip in response.context["chips"])
    assert "columns=name,created,client" in response.context["clear_url"]


def test_chosen_columns_are_remembered_until_the_address_says_others(client: Client, isr: User) -> None:
    response = client.post(
        reverse("workstreams:columns"), {"next": f"{GRID}?lead=any", "columns": ["owner", "type", "shoe_size"]}
    )

    assert response["Location"] == f"{GRID}?lead=any&columns=name,owner,type"
    assert heads(client.get(GRID)) == ["Name", "Owner", "Type"]
    assert heads(client.get(GRID, {"columns": "client"})) == ["Name", "Client"]
    client.post(reverse("workstreams:columns"), {"reset": ""})
    assert heads(client.get(GRID)) == [COLUMNS[key].label for key in USUAL]


def test_without_script_a_column_moves_one_place_and_the_panel_stays_open(client: Client, isr: User) -> None:
    chosen = {"next": f"{GRID}?lead=any", "columns": ["client", "type", "owner"]}
    up = client.post(reverse("workstreams:columns"), {**chosen, "up": "owner"})
    assert up["Location"] == f"{GRID}?lead=any&choose=columns&columns=name,client,owner,type"
    assert 'id="columns-menu" open' in client.get(up["Location"]).text
    first = client.post(reverse("workstreams:columns"), {**chosen, "up": "client"})
    assert first["Location"].endswith("columns=name,client,type,owner")


@pytest.mark.parametrize("address", ["//evil.example/x?a=b", "https://evil.example/?lead=any", "javascript:x"])
def test_choosing_columns_leads_nowhere_else(address: str, client: Client, isr: User) -> None:
    response = client.post(reverse("workstreams:columns"), {"next": address, "columns": ["type"]})
    assert response["Location"].startswith(f"{GRID}?")


@pytest.mark.parametrize("key", COLUMNS)
def test_every_column_has_its_cell(key: str, client: Client, world: World, isr: User) -> None:
    join(world.labels, isr)
    response = client.get(GRID, {"lead": "any", "columns": key})
    label = COLUMNS[key].label
    assert f'data-label="{label}"' in response.text or key == "name"


@pytest.mark.parametrize(
    ("columns", "queries"),
    [
        ("name,client,type,owner,entry", 4),
        ("unread", 5),
        ("unread,waiting", 5),
        ("time_left", 5),
        ("waiting,time_left", 6),
    ],
)
def test_a_column_that_is_not_shown_costs_nothing(
    columns: str, queries: int, client: Client, isr: User, django_assert_num_queries: Any
) -> None:
    client.get(GRID)
    with django_assert_num_queries(queries):  # session, person, ids, rows, and what the columns want
        client.get(GRID, {"q": "s", "columns": columns}, headers={**HTMX, "HX-Target": "found"})


def test_addresses_of_rows_are_those_of_their_pages(world: World) -> None:
    row = rows.Row(world.labels, is_mine=False, may_take=True, this_year=2026)
    assert row.url == world.labels.get_absolute_url()
    assert row.administration_url == world.labels.administration_url
    assert row.take_url == reverse("workstreams:take", args=[world.labels.public_id])


def test_what_people_wrote_is_escaped_wherever_it_stands(client: Client, world: World, isr: User) -> None:
    bad = "<img src=x onerror=go()>'\""
    for person in (world.owner, world.architect):
        User.objects.filter(pk=person.pk).update(name=bad)
    Organization.objects.update(name=bad)
    WorkStream.objects.update(name=bad, lead=world.architect)
    view = save(isr, bad, f"lead={world.architect.public_id}&client={world.acme.public_id}&columns={','.join(COLUMNS)}")

    for page in (client.get(GRID, {"view": str(view.public_id)}), client.get(VIEWS), client.get(VIEWS, headers=HTMX)):
        assert "<img" not in page.text
        assert "&lt;img" in page.text


# --- Take


def take(client: Client, workstream: WorkStream, **options: Any) -> Any:
    return client.post(
        reverse("workstreams:take", args=[workstream.public_id]), {"next": f"{GRID}?lead=none"}, **options
    )


def test_only_what_nobody_leads_has_a_button(client: Client, world: World, isr: User) -> None:
    assert client.get(GRID, {"lead": "none", "status": "open"}).text.count("data-take") == 2
    assert "data-take" not in client.get(GRID, {"lead": "any"}).text


def test_one_click_makes_the_reader_lead(client: Client, world: World, isr: User) -> None:
    response = take(client, world.labels, follow=True)

    world.labels.refresh_from_db()
    assert world.labels.lead == isr
    assert "You lead “Street labels” now." in response.text
    assert names(response) == ["Invoice scans"]


def test_htmx_gets_the_row_as_it_is_now(client: Client, world: World, isr: User) -> None:
    response = take(client, world.labels, headers=HTMX)

    assert response.status_code == 200
    assert response.text.count("<tr ") == 1
    assert isr.display_name in response.text
    assert "data-take" not in response.text
    assert "You lead" in response["HX-Trigger"]


def test_who_comes_second_is_told_who_leads_and_changes_nothing(client: Client, world: World, isr: User) -> None:
    other = Client()
    other.force_login(world.architect)
    take(other, world.labels)
    events = Event.objects.count()
    response = take(client, world.labels, headers=HTMX)

    world.labels.refresh_from_db()
    assert response.status_code == 409
    assert world.labels.lead == world.architect
    assert world.architect.display_name in response.text
    assert "leads" in response["HX-Trigger"]
    assert "Solutions Architect Colleague leads “Street labels” already" in take(client, world.labels, follow=True).text
    assert Event.objects.count() == events


def test_taking_twice_is_harmless(client: Client, world: World, isr: User) -> None:
    take(client, world.labels)
    events = Event.objects.count()
    assert "You lead" in take(client, world.labels, follow=True).text
    assert Event.objects.count() == events


@pytest.mark.parametrize(("who", "status"), [("owner", 403), ("agile_worker", 403), ("stranger", 404)])
def test_nobody_else_takes(who: str, status: int, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    assert take(client, world.labels).status_code == status
    world.labels.refresh_from_db()
    assert world.labels.lead is None
