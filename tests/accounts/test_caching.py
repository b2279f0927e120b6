"""What a browser may keep of somebody's pages."""

import pytest
from django.test import Client

from tests.conftest import World


@pytest.mark.parametrize("address", ["/my-workstreams/", "/workstreams/{}/", "/workstreams/{}/chat/?after=0", "/help/"])
def test_pages_of_signed_in_people_are_theirs_alone(address: str, client: Client, world: World) -> None:
    client.force_login(world.owner)
    response = client.get(address.format(world.labels.public_id))

    assert response.status_code == 200
    assert set(response["Cache-Control"].split(", ")) == {"private", "no-cache"}
    assert "Clear-Site-Data" not in response


def test_signing_out_makes_the_browser_forget_them(client: Client, world: World) -> None:
    client.force_login(world.owner)
    response = client.post("/accounts/logout/")

    assert response["Clear-Site-Data"] == '"cache"'
