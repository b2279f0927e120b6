"""What a refused person reads, and where the way back leads."""

import pytest
from django.test import Client

from tests.conftest import World


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://testserver/my-workstreams/?before=1", "/my-workstreams/?before=1"),
        ("http://testserver//evil.example/", "/"),
        ("https://evil.example/my-workstreams/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_stays_in_the_portal(came_from: str, leads_to: str, client: Client, world: World) -> None:
    client.force_login(world.owner)
    refused = client.get("/workstreams/", headers={"Referer": came_from})

    assert refused.status_code == 403
    assert f'<a class="button" href="{leads_to}">Go back</a>' in refused.content.decode()


def test_a_form_from_elsewhere_is_refused_with_a_way_back(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    refused = client.post("/my-workstreams/", headers={"Referer": "https://evil.example/"})

    assert refused.status_code == 403
    assert "evil.example" not in refused.content.decode()


@pytest.mark.parametrize("address", ["/sign-in/", "/my-workstreams/"])
def test_an_address_beyond_measure_is_answered_with_a_page(address: str, client: Client, world: World) -> None:
    client.force_login(world.owner)
    refused = client.get(f"{address}?{'&'.join(f'a{n}=1' for n in range(1500))}")

    assert refused.status_code == 400
    assert "This could not be understood" in refused.content.decode()
