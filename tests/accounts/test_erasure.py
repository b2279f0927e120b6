"""Erasing a person leaves nothing of them but what they said."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts import erasure, own_data, profile
from accounts.capabilities import Role
from accounts.errors import LastAdministrator, NotAllowed, NotErasableYet
from accounts.models import DataExport, Erasure, User
from accounts.tasks import work_waiting_personal
from activity.models import Event
from activity.record import record
from api.actions import make_token
from api.models import Scope
from chat.actions import post_message
from notifications.models import Mail
from tests.accounts.test_devices import sign_in
from tests.api.caller import Caller
from tests.conftest import World
from tests.factories import ClientFactory, WorkStreamFactory, join
from tests.mailbox import code_in, latest_mail
from workstreams import uploads
from workstreams.choices import AttachmentKind, Side
from workstreams.filing import Upload
from workstreams.models import Invitation, SavedView
from workstreams.sweeping import delete_stray_files

NAME = "Zephyrine O'Quillfeather"
EMAIL = "zephyrine.quillfeather@initech.example"
# What people said and uploaded is the WorkStream's; it stays as it was said.
THEIR_WORDS = {("chat_message", "body"), ("chat_note", "body")}


def leftovers(word: str) -> Iterator[tuple[str, str, int]]:
    """Every column of the database that holds the word, whatever its case, and how often."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c "
            "JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' "
            "AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'inet')"
        )
        for table, column in cursor.fetchall():
            question = f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s'  # noqa: S608  names of ours
            cursor.execute(question, [f"%{word}%"])
            if (count := cursor.fetchone()[0]) and (table, column) not in THEIR_WORDS:
                yield table, column, count


@pytest.fixture
def zephyrine(world: World, settings: Any) -> User:
    """Somebody who left traces everywhere."""
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    person = ClientFactory.create(name=NAME, email=EMAIL, organization=world.acme)
    join(world.labels, person)
    sign_in(person)
    sign_in(person)
    fields = profile.ProfileFields(NAME, "Quillfeather in chief", "Europe/Berlin", "de", True, True, True)
    profile.edit_profile(person=person, actor=person, fields=fields)
    profile.set_picture(person=person, actor=person, sent=picture(), size=1)
    make_token(person=person, actor=person, name="Quillfeather's", scopes=[Scope.READ])
    own_data.ask(person=person, actor=person)
    post_message(workstream=world.labels, author=person, body=f"I am {NAME}.", client_key=uuid4())
    invitation = Invitation.objects.create(
        workstream=world.scans,
        email=EMAIL,
        side=Side.CLIENT,
        nonce="n",
        invited_by=world.isr,
        expires_at=timezone.now(),
    )
    with transaction.atomic():
        invited = {"invitation_id": invitation.pk, "email": EMAIL, "side": "client", "becomes_owner": False}
        record("workstream.invited", actor=world.isr, workstream=world.scans, data=invited)
        record(
            "workstream.member_added",
            actor=world.isr,
            workstream=world.labels,
            data={"user_id": person.pk, "name": NAME, "origin": "invited", "becomes_lead": False},
        )
    admin = Client()
    admin.force_login(world.admin)
    admin.post(f"/admin/accounts/user/{person.pk}/change/", {"name": NAME, "role": "client", "is_active": "on"})
    for to in (EMAIL, world.member.email):
        Mail.objects.create(
            recipients=[to],
            subject=f"{NAME} wrote",
            text=f"{NAME} wrote to {EMAIL}",
            html="<p>Zephyrine O&#x27;Quillfeather wrote</p>",
            from_email=f'"{NAME}" <portal@cloudfactory.example>',
        )
    person.refresh_from_db()
    return person


def picture() -> SimpleUploadedFile:
    written = BytesIO()
    Image.new("RGB", (300, 300)).save(written, "PNG")
    return SimpleUploadedFile("me.png", written.getvalue())


def test_nothing_is_left_of_an_erased_person_but_their_words(world: World, zephyrine: User) -> None:
    assert {table for table, *_ in leftovers("quillfeather")} >= {
        "accounts_user",
        "activity_event",
        "notifications_mail",
        "workstreams_invitation",
        "account_emailaddress",
        "django_admin_log",
    }
    erasure.erase(person=zephyrine, actor=world.admin)
    work_waiting_personal()

    assert list(leftovers("quillfeather")) == []
    assert list(leftovers("zephyrine")) == []
    assert Erasure.objects.get().done_at is not None
    added = Event.objects.get(verb="workstream.member_added", data__user_id=zephyrine.pk)
    assert added.data == {"user_id": zephyrine.pk, "name": "Former member", "origin": "invited", "becomes_lead": False}
    kept = Mail.objects.get(recipients=[world.member.email])
    assert (kept.subject, kept.html) == ("Former member wrote", "<p>Former member wrote</p>")


def test_what_they_were_uploading_is_deleted_from_the_store_too(world: World, zephyrine: User) -> None:
    begun = uploads.begin(
        workstream=world.labels,
        actor=zephyrine,
        name="draft.txt",
        size=20,
        kind=AttachmentKind.OTHER,
        client_key=uuid4(),
    )
    uploads.put(upload=begun, actor=zephyrine, offset=0, piece=b"I am half")
    key = f"{begun.folder}/{0:015d}"
    assert default_storage.exists(key)
    erasure.erase(person=zephyrine, actor=world.admin)
    delete_stray_files(now=timezone.now())

    assert not Upload.objects.exists()
    assert not default_storage.exists(key)


def test_others_read_former_member_wherever_they_were_named(client: Client, world: World, zephyrine: User) -> None:
    erasure.erase(person=zephyrine, actor=world.admin)
    for who in (world.owner, world.isr):
        client.force_login(who)
        page = client.get(world.labels.get_absolute_url()).content.decode()
        assert "Former member" in page
        api = Caller(who).get(f"/workstreams/{world.labels.public_id}/messages/").content.decode()
        assert "Former member" in api
        for text in (page, api):
            assert "erased-" not in text
        assert "Quillfeather" not in page.replace("I am Zephyrine O&#x27;Quillfeather", "")
    found = Caller(world.isr).get("/people/?q=former").json()["results"]
    assert [person["name"] for person in found] == ["Former member"]


def test_an_erased_person_cannot_come_back_as_themselves(world: World, zephyrine: User) -> None:
    client = sign_in(zephyrine)
    erasure.erase(person=zephyrine, actor=world.admin)

    assert client.get("/profile/").status_code == 302
    anew = client.post("/sign-in/", {"email": EMAIL})
    assert anew.status_code == 302
    assert User.objects.get(email=EMAIL).pk != zephyrine.pk


def test_erasing_twice_changes_nothing_and_nobody_else_may(world: World, zephyrine: User) -> None:
    for actor in (world.isr, world.owner):
        with pytest.raises(NotAllowed):
            erasure.erase(person=zephyrine, actor=actor)
    erasure.erase(person=zephyrine, actor=world.admin)
    at = User.objects.get(pk=zephyrine.pk).erased_at
    erasure.erase(person=zephyrine, actor=world.admin)

    assert User.objects.get(pk=zephyrine.pk).erased_at == at
    assert Event.objects.filter(verb="accounts.erased").count() == 1


def test_who_owns_or_leads_something_open_hands_it_over_first(world: World) -> None:
    WorkStreamFactory.create(name="Led", lead=world.architect)
    for person, word in ((world.owner, "“Street labels”"), (world.architect, "“Led”")):
        with pytest.raises(NotErasableYet, match=word):
            erasure.erase(person=person, actor=world.admin)
    with pytest.raises(LastAdministrator):
        erasure.erase(person=world.admin, actor=world.admin)
    assert not User.objects.exclude(erased_at=None).exists()


def test_oneself_is_erased_by_a_mailed_code(world: World) -> None:
    client = sign_in(world.member)
    assert "Former member" in client.get("/profile/data/").content.decode()
    client.post("/profile/data/erase/", {"send": "1"})
    code = code_in(latest_mail(world.member.email))
    assert client.post("/profile/data/erase/", {"code": "000"}).status_code == 422
    assert client.post("/profile/data/erase/", {"code": code})["Location"] == "/profile/data/erased/"

    assert client.get("/profile/").status_code == 302
    assert client.get("/profile/data/erased/").status_code == 200
    world.member.refresh_from_db()
    assert (world.member.display_name, world.member.is_active) == ("Former member", False)


def test_an_administrator_types_the_address_to_erase_somebody(world: World) -> None:
    admin = Client()
    admin.force_login(world.admin)
    address = f"/admin/accounts/user/{world.member.pk}/change/"
    admin.post(address, {"_erase": "1", "confirm": "wrong"})
    world.member.refresh_from_db()
    assert world.member.erased_at is None
    admin.post(address, {"_erase": "1", "confirm": world.member.email})
    world.member.refresh_from_db()
    assert world.member.erased_at is not None


def test_the_record_lets_nobody_else_change_it(world: World) -> None:
    with transaction.atomic():
        record("workstream.edited", actor=world.isr, workstream=world.labels, data={"words": ["the name"]})
    for statement in (
        "UPDATE activity_event SET data = '{}'",
        "SET LOCAL activity.forgets = 'on'; UPDATE activity_event SET verb = 'x'",
        "SET LOCAL activity.forgets = 'on'; UPDATE activity_event SET data = '{}'",
        "SET LOCAL activity.forgets = 'on'; DELETE FROM activity_event",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_namesake_keeps_their_name_in_the_record(world: World, zephyrine: User) -> None:
    other = ClientFactory.create(name=NAME, email="other@initech.example")
    with transaction.atomic():
        data = {"user_id": other.pk, "name": NAME, "origin": "invited", "becomes_lead": False}
        record("workstream.member_added", actor=world.isr, workstream=world.scans, data=data)
    erasure.erase(person=zephyrine, actor=world.admin)
    work_waiting_personal()

    assert Event.objects.get(verb="workstream.member_added", data__user_id=other.pk).data["name"] == NAME


def test_what_belongs_to_a_person_alone_goes_with_them(world: World, zephyrine: User) -> None:
    SavedView.objects.create(owner=zephyrine, name="Mine", query="")
    Authenticator.objects.create(user=zephyrine, type="totp", data={})
    erasure.erase(person=zephyrine, actor=world.admin)

    assert not Authenticator.objects.filter(user=zephyrine).exists()
    assert not SavedView.objects.filter(owner=zephyrine).exists()
    assert not DataExport.objects.filter(person=zephyrine).exists()
    assert not world.labels.memberships.filter(user=zephyrine).exists()
    assert zephyrine.role == Role.CLIENT
