from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from accounts import profile
from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event
from tests.api.caller import Caller
from tests.conftest import World
from tests.factories import ClientFactory

PROFILE = "/profile/"
TYPED = {"name": "Olive O.", "title": "Head of Maps", "time_zone": "Europe/Berlin", "language": "de", "version": 1}


@pytest.fixture
def files(settings: Settings) -> Any:
    """Pictures are kept in memory."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    return storages["default"]


def photo(*, size: tuple[int, int] = (600, 400), kind: str = "JPEG", **options: Any) -> SimpleUploadedFile:
    """A picture as a camera makes it."""
    written = BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **options)
    return SimpleUploadedFile("me.jpg", written.getvalue(), "image/jpeg")


def test_what_one_says_of_oneself_is_saved_and_recorded(client: Client, world: World) -> None:
    client.force_login(world.owner)
    response = client.post(PROFILE, {**TYPED, "enter_sends": "on", "shows_typing": "on"})

    assert (response.status_code, response["Location"]) == (302, PROFILE)
    world.owner.refresh_from_db()
    assert (world.owner.name, world.owner.title, world.owner.time_zone) == ("Olive O.", "Head of Maps", "Europe/Berlin")
    assert (world.owner.enter_sends, world.owner.single_keys, world.owner.version) == (True, False, 2)
    (event,) = Event.objects.all()
    assert event.verb == "accounts.profile_edited"
    assert "Olive" not in str(event.data)
    page = client.get(PROFILE).content.decode()
    assert 'value="Head of Maps"' in page
    assert "Acme" in page


def test_saving_what_is_there_changes_nothing(client: Client, world: World) -> None:
    client.force_login(world.owner)
    for version in (1, 2):
        client.post(PROFILE, {**TYPED, "version": version})

    assert Event.objects.count() == 1


def test_a_form_that_is_too_old_is_told_so_and_keeps_what_was_typed(client: Client, world: World) -> None:
    client.force_login(world.owner)
    client.post(PROFILE, TYPED)
    response = client.post(PROFILE, {**TYPED, "name": "Olivia"})

    assert response.status_code == 409
    assert "saved somewhere else" in response.content.decode()
    assert 'value="Olivia"' in response.content.decode()
    assert client.post(PROFILE, {**TYPED, "name": "Olivia", "version": 2}).status_code == 302


def test_a_zone_that_is_none_is_refused_with_a_sentence(client: Client, world: World) -> None:
    client.force_login(world.owner)
    response = client.post(PROFILE, {**TYPED, "time_zone": "Mars/Olympus"})

    assert response.status_code == 422
    assert "is not a time zone" in response.content.decode()


def test_only_a_client_without_organisation_names_a_company_and_gets_one_of_their_own(
    client: Client, world: World
) -> None:
    lone = ClientFactory.create(name="", organization=None)
    client.force_login(lone)
    client.post(PROFILE, {**TYPED, "company": "Acme"})
    client.force_login(world.member)
    client.post(PROFILE, {**TYPED, "company": "Globex"})

    lone.refresh_from_db()
    world.member.refresh_from_db()
    assert lone.organization is not None
    assert (lone.organization.name, lone.organization == world.acme) == ("Acme", False)
    assert world.member.organization == world.acme


def test_nobody_edits_another_persons_profile(world: World) -> None:
    fields = profile.ProfileFields("X", "", "UTC", "", True, True, True)
    with pytest.raises(NotAllowed):
        profile.edit_profile(person=world.owner, actor=world.admin, fields=fields)


def test_whoever_comes_for_the_first_time_is_asked_once_and_may_skip(client: Client, db: None) -> None:
    new, other = (ClientFactory.create(name="", organization=None) for _ in range(2))
    client.force_login(new)
    assert client.get("/")["Location"] == "/welcome/"
    assert client.post("/welcome/", {"skip": "1", "name": "N", "next": "//evil.example"})["Location"] == "/"
    assert client.get("/")["Location"] == "/my-workstreams/"
    new.refresh_from_db()
    assert (new.name, new.organization) == ("", None)

    client.force_login(other)
    assert client.post("/welcome/", {"name": "Nora", "company": "Initech"})["Location"] == "/"
    other.refresh_from_db()
    assert (other.name, str(other.organization)) == ("Nora", "Initech")
    assert client.get("/welcome/")["Location"] == "/"


def test_a_picture_becomes_a_small_square_without_what_the_camera_wrote(
    client: Client, world: World, files: Any
) -> None:
    place = Image.Exif()
    place[0x010F] = "Secret Camera"
    client.force_login(world.owner)
    response = client.post("/profile/picture/", {"picture": photo(exif=place)})

    assert response.status_code == 302
    world.owner.refresh_from_db()
    answer = client.get(f"/people/{world.owner.public_id}/picture/{world.owner.picture_version}/")
    sent = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    drawn = Image.open(BytesIO(sent))
    assert (drawn.format, drawn.size, dict(drawn.getexif())) == ("WEBP", (256, 256), {})
    assert b"Secret Camera" not in sent
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert "private" in answer["Cache-Control"]
    assert "immutable" in answer["Cache-Control"]
    assert f"/people/{world.owner.public_id}/picture/" in client.get(PROFILE).content.decode()


def test_a_picture_is_seen_by_those_who_meet_the_person(client: Client, world: World, files: Any) -> None:
    profile.set_picture(person=world.owner, actor=world.owner, sent=photo(), size=1)
    world.owner.refresh_from_db()
    address = f"/people/{world.owner.public_id}/picture/{world.owner.picture_version}/"
    seen = {}
    for who in ("owner", "member", "agile_worker", "billing", "stranger"):
        client.force_login(getattr(world, who))
        seen[who] = client.get(address).status_code
    assert seen == {"owner": 200, "member": 200, "agile_worker": 200, "billing": 200, "stranger": 404}
    assert client.get(address.replace(world.owner.picture_version, "old")).status_code == 404


def test_a_new_picture_takes_the_place_of_the_old_one_and_removing_leaves_nothing(
    world: World, files: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    names = set()
    with django_capture_on_commit_callbacks(execute=True):
        for colour in ((10, 10), (20, 20)):
            profile.set_picture(person=world.owner, actor=world.owner, sent=photo(size=colour), size=1)
            world.owner.refresh_from_db()
            names.add(world.owner.picture.name)
    assert len(names) == 2
    assert [files.exists(name) for name in names].count(True) == 1
    with django_capture_on_commit_callbacks(execute=True):
        profile.remove_picture(person=world.owner, actor=world.owner)
        profile.remove_picture(person=world.owner, actor=world.owner)
    assert not any(files.exists(name) for name in names)
    assert Event.objects.count() == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no picture that we can read"),
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0 broken", "picture"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    content: bytes, sentence: str, client: Client, world: World, files: Any
) -> None:
    client.force_login(world.owner)
    response = client.post("/profile/picture/", {"picture": SimpleUploadedFile("me.png", content, "image/png")})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not User.objects.exclude(picture="").exists()


def test_a_picture_with_too_many_points_is_refused_before_it_is_unpacked(
    client: Client, world: World, files: Any
) -> None:
    client.force_login(world.owner)
    written = BytesIO()
    Image.new("1", (30_000, 30_000)).save(written, "PNG")
    bomb = SimpleUploadedFile("me.png", written.getvalue(), "image/png")
    response = client.post("/profile/picture/", {"picture": bomb})

    assert response.status_code == 422
    assert "too many points" in response.content.decode()


def test_the_profile_over_the_api_says_which_version_it_is_and_insists_on_it(world: World) -> None:
    caller = Caller(world.owner)
    seen = caller.get("/me/")["ETag"]
    assert caller.patch("/me/", {"title": "CEO"}).status_code == 428
    edited = caller.patch("/me/", {"title": "CEO", "single_keys": False}, if_match=seen)
    assert (edited.json()["title"], edited.json()["single_keys"], edited.json()["own_name"]) == (
        "CEO",
        False,
        "Olive Owner",
    )
    assert caller.patch("/me/", {"title": "CTO"}, if_match=seen).status_code == 412
    assert caller.patch("/me/", {"time_zone": "Nowhere"}, if_match="*").status_code == 400
    assert caller.get("/me/").json()["title"] == "CEO"
