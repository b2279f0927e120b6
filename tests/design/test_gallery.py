"""The gallery shows every component, so that a broken one is seen at once."""

import re
from pathlib import Path

from django.test import Client
from django.urls import reverse

from tests.conftest import World

COMPONENTS = Path(__file__).parents[2] / "static/css/components"


def test_the_gallery_stands_for_every_role(client: Client, world: World) -> None:
    for person in (world.owner, world.isr, world.admin):
        client.force_login(person)
        assert client.get(reverse("demo:design")).status_code == 200


def test_every_component_is_described() -> None:
    described = (Path(__file__).parents[2] / "docs/design.md").read_text()
    blocks = {
        name
        for sheet in COMPONENTS.glob("*.css")
        for name in re.findall(r"^\.([a-z][a-z-]*)", sheet.read_text(), re.MULTILINE)
        if "__" not in name and "--" not in name
    } - {"gallery", "frame-staff", "footer", "form", "error-page", "skip-link", "htmx-request"}

    assert sorted(name for name in blocks if name not in described) == []
