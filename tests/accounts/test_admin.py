"""Django's admin: administrators look at tables and say who somebody is; everything else is an action elsewhere."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.capabilities import Role
from activity.models import Event
from tests.conftest import World
from tests.milestones.steps import both_go_ahead, stand_at
from workstreams.choices import Milestone
from workstreams.models import WorkStream

OURS = sorted(
    (model for model in admin.site._registry if model.__module__.split(".")[0] not in {"allauth", "django"}),
    key=lambda model: model._meta.label,
)


@pytest.mark.parametrize("who", ["owner", "agile_worker", "isr", "architect"])
def test_only_administrators_enter(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    response = client.get("/admin/", follow=True)

    assert response.status_code == 403
    assert "manage people, roles and settings" in response.text


def test_visitors_are_sent_to_our_own_sign_in(client: Client, db: None) -> None:
    for address in ("/admin/", "/admin/login/", "/admin/accounts/user/"):
        where, _ = client.get(address, follow=True).redirect_chain[-1]
        assert where.startswith("/sign-in/?next=/admin/")


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_tables_are_read_and_not_written(model: type, client: Client, world: World) -> None:
    both_go_ahead(stand_at(world.labels, Milestone.REVIEWING_AGREEMENT), world)
    client.force_login(world.admin)
    options = model._meta  # type: ignore[attr-defined]
    name = f"admin:{options.app_label}_{options.model_name}"

    assert client.get(reverse(f"{name}_changelist"), {"q": "x"}).status_code == 200
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code == 403
    row = model._default_manager.first()  # type: ignore[attr-defined]
    if row is not None:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        assert client.post(reverse(f"{name}_delete", args=[row.pk])).status_code == 403


def test_a_row_is_not_changed_here(client: Client, world: World) -> None:
    client.force_login(world.admin)
    response = client.post(reverse("admin:workstreams_workstream_change", args=[world.labels.pk]), {"name": "Mine"})

    assert response.status_code == 403
    assert WorkStream.objects.get(pk=world.labels.pk).name == "Street labels"


def test_a_role_is_given_by_the_action_that_records_it(client: Client, world: World) -> None:
    client.force_login(world.admin)
    entries = {"name": "Milo", "role": "isr", "is_active": "on", "told_of_unassigned": "true"}
    client.post(reverse("admin:accounts_user_change", args=[world.member.pk]), entries)

    world.member.refresh_from_db()
    assert (world.member.name, world.member.role, world.member.told_of_unassigned) == ("Milo", Role.ISR, True)
    assert [e.verb for e in Event.objects.order_by("id")] == ["accounts.role_changed", "accounts.person_edited"]


def test_the_last_administrator_cannot_give_up_the_role(client: Client, world: World) -> None:
    client.force_login(world.admin)
    entries = {"name": "A", "role": "isr", "is_active": "on"}
    response = client.post(reverse("admin:accounts_user_change", args=[world.admin.pk]), entries)

    world.admin.refresh_from_db()
    assert response.status_code == 409
    assert "only administrator" in response.text
    assert world.admin.role == Role.ADMIN
