"""Rows for tests, made as quickly as rows can be: no actions run, no events are recorded."""

from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.capabilities import Role
from accounts.models import Organization, User
from workstreams.choices import Side
from workstreams.models import Membership, WorkStream

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


def join(workstream: WorkStream, person: User) -> Membership:
    """Put a person on a WorkStream."""
    return Membership.objects.create(
        workstream=workstream,
        user=person,
        side=Side.TEAM if person.is_team else Side.CLIENT,
        origin=Membership.Origin.INVITED,
    )
