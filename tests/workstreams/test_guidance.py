"""What helps people choose a file, and its samples: ours, and an operator's."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import NotAllowed
from activity.models import Event
from tests.conftest import World
from workstreams import guidance, sweeping
from workstreams.choices import AttachmentKind
from workstreams.errors import SampleTooLarge
from workstreams.papers import Guidance
from workstreams.previews import tables

EDIT = "/guidance/sample_data/edit/"
SAMPLE = "/guidance/sample_data/sample/"


@pytest.fixture(autouse=True)
def _store_of_its_own(tmp_path: Path, settings: Settings) -> None:
    """Each test begins with an empty store."""
    location = {"location": str(tmp_path), "allow_overwrite": True}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": location},
    }


def test_our_samples_are_what_we_ask_for(client: Client, world: World) -> None:
    client.force_login(world.owner)
    response = client.get(SAMPLE)
    rows = list(csv.reader(io.StringIO(response.content.decode())))

    assert response["Content-Disposition"] == 'attachment; filename="sample-input.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {len(row) for row in rows} == {5}
    looked = tables.look(guidance.SAMPLES / "sample-input.csv").facts
    assert looked["hints"] == ["The first row looks like headings."]
    assert client.get("/guidance/business_rules/sample/").content.startswith(b"BUSINESS RULES")


def test_the_dialog_asks_for_the_guidance_of_a_kind(client: Client, world: World) -> None:
    client.force_login(world.owner)
    shown = client.get("/guidance/business_rules/", headers={"HX-Request": "true"}).text
    assert "Business rules document: what helps" in shown
    assert "/guidance/business_rules/sample/" in shown
    assert "<li" in shown

    assert client.get("/guidance/business_rules/")["Location"] == "/guidance/#business_rules"
    assert client.get("/guidance/nonsense/").status_code == 404
    assert client.get("/guidance/scope/sample/").status_code == 404


def test_quotes_are_nothing_to_those_who_send_none(client: Client, world: World) -> None:
    for person, quote, contract in ((world.isr, 200, 200), (world.owner, 404, 200), (world.agile_worker, 404, 404)):
        client.force_login(person)
        assert client.get("/guidance/quote/", headers={"HX-Request": "true"}).status_code == quote
        assert client.get("/guidance/contract/", headers={"HX-Request": "true"}).status_code == contract
        assert ("Quote or proposal" in client.get("/guidance/").text) is (quote == 200)


def test_an_operator_writes_it_anew_and_offers_another_sample(client: Client, world: World) -> None:
    client.force_login(world.admin)
    file = SimpleUploadedFile("Our signs.csv", b"a,b\n1,2\n")
    sent = {"text": "Send ten rows.\n- As CSV\n- <b>No names</b>", "sample": file, "shows_sample": "on"}
    assert client.post(EDIT, sent).status_code == 302

    client.force_login(world.owner)
    shown = client.get("/guidance/sample_data/", headers={"HX-Request": "true"}).text
    assert "Send ten rows." in shown
    assert "&lt;b&gt;No names&lt;/b&gt;" in shown
    assert "Our signs.csv" in shown
    assert client.get(SAMPLE).content == b"a,b\n1,2\n"
    event = Event.objects.get()
    assert (event.verb, event.actor, event.data) == ("workstream.guidance_edited", world.admin, {"kind": "Sample data"})


def test_the_way_back_leads_to_ours_and_deletes_the_other_sample(client: Client, world: World) -> None:
    guidance.edit(
        kind=AttachmentKind.SAMPLE_DATA, actor=world.admin, text="x", sample=ContentFile(b"a,b\n", name="other.csv")
    )
    key = Guidance.objects.get().key
    client.force_login(world.admin)
    client.post(EDIT, {"text": "", "uses_our_sample": "on", "shows_sample": "on"})

    guide = guidance.guide_for(AttachmentKind.SAMPLE_DATA, world.owner)
    assert guide
    assert (guide.text, guide.sample_name) == (guidance.OURS[AttachmentKind.SAMPLE_DATA], "sample-input.csv")
    sweeping.delete_stray_files(now=timezone.now())
    assert not default_storage.exists(key)


def test_a_sample_need_not_be_offered(client: Client, world: World) -> None:
    client.force_login(world.admin)
    client.post(EDIT, {"text": ""})
    assert client.get(SAMPLE).status_code == 404
    assert "sample-input.csv" not in client.get("/guidance/").text


@pytest.mark.parametrize(
    ("name", "content"), [("x.html", b"<script>"), ("x.exe", b"MZ"), ("x.csv", b"x" * 5_000_001), ("x.csv", b"")]
)
def test_what_is_no_sample_is_refused(name: str, content: bytes, client: Client, world: World) -> None:
    client.force_login(world.admin)
    response = client.post(EDIT, {"text": "x", "sample": SimpleUploadedFile(name, content)})

    assert response.status_code == 422
    assert not Guidance.objects.exists()
    with pytest.raises(SampleTooLarge):
        guidance.edit(
            kind=AttachmentKind.SCOPE, actor=world.admin, text="", sample=ContentFile(b"x" * 5_000_001, name="x.csv")
        )


@pytest.mark.parametrize("who", ["owner", "agile_worker", "isr", "billing"])
def test_only_administrators_write_it(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    assert client.post(EDIT, {"text": "x"}).status_code == 403
    assert 'href="/guidance/sample_data/edit/"' not in client.get("/guidance/").text
    with pytest.raises(NotAllowed):
        guidance.edit(kind=AttachmentKind.SCOPE, actor=getattr(world, who), text="x")
    assert not Guidance.objects.exists()
