"""Rows for tests, made as quickly as rows can be: no actions run, no events are recorded."""

import hashlib
from typing import Any
from uuid import UUID, uuid5

import factory
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.capabilities import Role
from accounts.models import Organization, User
from workstreams.choices import AttachmentKind, Side
from workstreams.models import Attachment, DocumentRequest, Membership, WorkStream, attachment_key
from workstreams.papers import Preview, PreviewPicture

NO_PASSWORD = make_password(None)


class OrganizationFactory(DjangoModelFactory[Organization]):
    """A client organisation."""

    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organisation {n}")


class ClientFactory(DjangoModelFactory[User]):
    """A person on a client's side."""

    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@client.example")
    password = NO_PASSWORD
    role = Role.CLIENT
    # Seen just now, so that a page's query count does not depend on who opened one before.
    last_seen_at = factory.LazyFunction(timezone.now)
    organization = factory.SubFactory(OrganizationFactory)


class ColleagueFactory(DjangoModelFactory[User]):
    """A person of the company."""

    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Colleague {n}")
    email = factory.Sequence(lambda n: f"colleague{n}@cloudfactory.example")
    password = NO_PASSWORD
    role = Role.ISR
    last_seen_at = factory.LazyFunction(timezone.now)


class WorkStreamFactory(DjangoModelFactory[WorkStream]):
    """An open AGILE WorkStream without milestone, with its owner as member."""

    class Meta:
        model = WorkStream
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"WorkStream {n}")
    owner = factory.SubFactory(ClientFactory)
    organization = factory.SelfAttribute("owner.organization")
    created_by = factory.SelfAttribute("owner")

    @factory.post_generation
    def members(self: WorkStream, create: bool, extracted: Any, **_: Any) -> None:  # type: ignore[misc]
        """The owner, and whoever is named in `members=[...]`."""
        people = [self.owner, *(extracted or [])] if self.owner else list(extracted or [])
        for person in people:
            join(self, person)


class AttachmentFactory(DjangoModelFactory[Attachment]):
    """A small table on a WorkStream, stored: `content` is what is in it, and its owner sent it."""

    class Meta:
        model = Attachment

    class Params:
        content = b"name,age\nMilo,31\n"

    workstream = factory.SubFactory(WorkStreamFactory)
    uploaded_by = factory.SelfAttribute("workstream.owner")
    side = factory.LazyAttribute(lambda made: Side.TEAM if made.uploaded_by.is_team else Side.CLIENT)
    kind = AttachmentKind.SAMPLE_DATA
    name = factory.Sequence(lambda n: f"sample-{n}.csv")
    file = factory.LazyAttribute(lambda made: default_storage.save(attachment_key(), ContentFile(made.content)))
    size = factory.LazyAttribute(lambda made: len(made.content))
    sha256 = factory.LazyAttribute(lambda made: hashlib.sha256(made.content).hexdigest())
    content_type = "text/csv"
    client_key = factory.Sequence(lambda n: uuid5(UUID(int=0), str(n)))


class PreviewFactory(DjangoModelFactory[Preview]):
    """A picture that was looked into."""

    class Meta:
        model = Preview

    attachment = factory.SubFactory(AttachmentFactory, name="photo.png", content_type="image/png")
    kind = "picture"
    state = Preview.State.READY
    facts = factory.LazyFunction(lambda: {"width": 1, "height": 1})


class PreviewPictureFactory(DjangoModelFactory[PreviewPicture]):
    """The picture that came of it, stored."""

    class Meta:
        model = PreviewPicture

    preview = factory.SubFactory(PreviewFactory)
    number = 1
    file = factory.LazyFunction(lambda: default_storage.save(attachment_key(), ContentFile(b"RIFF0000WEBP")))
    width = height = 1


class DocumentRequestFactory(DjangoModelFactory[DocumentRequest]):
    """Sample data that the client is asked for, without a day."""

    class Meta:
        model = DocumentRequest

    workstream = factory.SubFactory(WorkStreamFactory)
    kind = AttachmentKind.SAMPLE_DATA
    requested_by = factory.SelfAttribute("workstream.created_by")


def join(workstream: WorkStream, person: User) -> Membership:
    """Put a person on a WorkStream."""
    return Membership.objects.create(
        workstream=workstream,
        user=person,
        side=Side.TEAM if person.is_team else Side.CLIENT,
        origin=Membership.Origin.INVITED,
    )
