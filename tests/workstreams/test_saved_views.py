"""Views people keep of the grid: what one holds, whose it is, and what two at once do to it."""

import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event
from tests.conftest import World
from tests.factories import ColleagueFactory
from workstreams import saved_views
from workstreams.errors import CannotKeepView, NameTaken
from workstreams.models import SavedView

pytestmark = pytest.mark.django_db


def save(actor: User, name: str = "Batches", query: str = "type=batch", *, is_shared: bool = False) -> SavedView:
    return saved_views.save_view(actor=actor, name=name, query=query, is_shared=is_shared)


def seen_by(user: "User | AnonymousUser") -> set[str]:
    return {view.name for view in SavedView.objects.visible_to(user)}


def verbs() -> list[str]:
    return [event.verb.removeprefix("workstream.") for event in Event.objects.order_by("id")]


# --- What a view holds


def test_it_holds_filters_order_and_columns_in_one_way_of_writing(world: World) -> None:
    view = save(world.isr, query="?columns=type&columns=client&status=open&sort=name&type=batch&type=nonsense&page=3")
    assert view.query == "type=batch&status=open&sort=name&columns=name,type,client"


def test_an_address_that_says_no_columns_means_those_the_person_looks_at(world: World) -> None:
    saved_views.choose_columns(actor=world.isr, keys=("owner", "name", "client"))
    assert save(world.isr, query="status=open").query == "status=open&columns=name,owner,client"


def test_the_default_question_is_written_out(world: World) -> None:
    assert save(world.isr, query="").query.startswith("lead=me&columns=")
    assert save(world.isr, "All", query="lead=any").query.startswith("lead=any&columns=")


@pytest.mark.parametrize("query", ["x" * 20_000, "&".join(f"lead={'0' * 36}" for _ in range(900))])
def test_what_no_view_could_hold_is_refused(query: str, world: World) -> None:
    with pytest.raises(CannotKeepView):
        save(world.isr, query=query)


@pytest.mark.parametrize("query", ["q=%00%ff%fe", "q=%", "=&=&&;", "columns=,,,", "lead=\x00"])
def test_odd_text_is_kept_as_the_question_it_was_understood_as(query: str, world: World) -> None:
    assert save(world.isr, query=query).query.endswith(",updated")


@pytest.mark.parametrize("name", ["", "  \n", "\u200b", "x" * 81])
def test_a_view_has_a_name_of_some_length(name: str, world: World) -> None:
    with pytest.raises(CannotKeepView):
        save(world.isr, name)


def test_nobody_keeps_any_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 2)
    save(world.isr, "One")
    save(world.isr, "Two")
    with pytest.raises(CannotKeepView, match="2 views already"):
        save(world.isr, "Three")


# --- Whose it is


def test_one_s_own_and_shared_ones_are_seen_by_colleagues_alone(world: World) -> None:
    save(world.isr, "Private")
    save(world.isr, "Shared", is_shared=True)

    assert seen_by(world.isr) == {"Private", "Shared"}
    assert seen_by(world.architect) == {"Shared"}
    for nobody in (world.owner, world.agile_worker, AnonymousUser()):
        assert seen_by(nobody) == set()


@pytest.mark.parametrize("who", ["owner", "agile_worker"])
def test_who_does_not_search_the_grid_keeps_no_views(who: str, world: World) -> None:
    with pytest.raises(NotAllowed):
        save(getattr(world, who))
    assert not SavedView.objects.exists()


def test_only_its_owner_changes_a_view(world: World) -> None:
    view = save(world.isr, is_shared=True)
    for change in (
        lambda: saved_views.rename_view(view=view, actor=world.admin, name="Mine"),
        lambda: saved_views.replace_view(view=view, actor=world.admin, query="type=lean"),
        lambda: saved_views.unshare_view(view=view, actor=world.admin),
        lambda: saved_views.delete_view(view=view, actor=world.architect),
    ):
        with pytest.raises(NotAllowed):
            change()
    kept = SavedView.objects.get()
    assert (kept.name, kept.is_shared, kept.query) == (view.name, True, view.query)


def test_a_view_one_may_not_know_of_does_not_exist(world: World) -> None:
    view = save(world.isr)
    with pytest.raises(SavedView.DoesNotExist):
        saved_views.rename_view(view=view, actor=world.admin, name="Mine")
    saved_views.delete_view(view=view, actor=world.admin)
    assert SavedView.objects.exists()


def test_an_administrator_deletes_a_shared_view_and_twice_is_harmless(world: World) -> None:
    view = save(world.isr, is_shared=True)
    saved_views.delete_view(view=view, actor=world.admin)
    saved_views.delete_view(view=view, actor=world.admin)

    assert not SavedView.objects.exists()
    assert verbs() == ["view_shared", "view_deleted"]


def test_a_shared_view_stays_when_its_owner_leaves(world: World) -> None:
    save(world.isr, is_shared=True)
    world.isr.is_active = False
    world.isr.save(update_fields=["is_active"])

    assert seen_by(world.architect) == {"Batches"}
    assert seen_by(world.isr) == set()


# --- Changing it


def test_only_what_concerns_others_is_recorded(world: World) -> None:
    view = save(world.isr)
    saved_views.rename_view(view=view, actor=world.isr, name="Lots")
    saved_views.replace_view(view=view, actor=world.isr, query="type=lean")
    assert verbs() == []
    for _ in range(2):
        saved_views.share_view(view=view, actor=world.isr)
        saved_views.replace_view(view=view, actor=world.isr, query="type=agile")
        saved_views.rename_view(view=view, actor=world.isr, name="Many")
    for _ in range(2):
        saved_views.unshare_view(view=view, actor=world.isr)
    saved_views.delete_view(view=view, actor=world.isr)
    assert verbs() == ["view_shared", "view_changed", "view_changed", "view_withdrawn"]


def test_a_name_is_one_s_own_once_whatever_its_case(world: World) -> None:
    save(world.isr, "Batches")
    with pytest.raises(NameTaken, match="“Batches” already"):
        save(world.isr, "bAtches", "type=lean")
    save(world.architect, "Batches")
    other = save(world.isr, "Others")
    with pytest.raises(NameTaken):
        saved_views.rename_view(view=other, actor=world.isr, name="BATCHES")
    saved_views.rename_view(view=other, actor=world.isr, name="OTHERS")


def test_saving_the_same_again_is_harmless(world: World) -> None:
    assert save(world.isr, is_shared=True) == save(world.isr, is_shared=True)
    assert verbs() == ["view_shared"]


@pytest.mark.django_db(transaction=True)
def test_two_saves_of_one_name_at_once_keep_one_and_tell_the_other(world: World) -> None:
    begin = threading.Barrier(2, timeout=10)
    results: list[object] = []

    def act(query: str) -> None:
        begin.wait()
        try:
            results.append(save(world.isr, "Mine", query))
        except NameTaken as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[query]) for query in ("type=batch", "type=lean")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert {type(result) for result in results} == {SavedView, NameTaken}
    assert SavedView.objects.count() == 1


# --- Is it what is shown?


def test_the_one_who_is_named_as_lead_reads_me(world: World) -> None:
    view = save(world.architect, query=f"lead={world.isr.public_id}", is_shared=True)
    present = saved_views.canonical(view.query, user=world.isr)

    assert "lead=me" in present
    assert not saved_views.is_changed(view, present, reader=world.isr)
    assert saved_views.is_changed(view, f"{present}&status=open", reader=world.isr)


def test_a_view_of_somebody_who_is_gone_opens_without_them(world: World) -> None:
    gone = ColleagueFactory.create()
    view = save(world.isr, query=f"lead={gone.public_id}&status=open")
    gone.delete()

    assert saved_views.canonical(view.query, user=world.isr).startswith("status=open&")
