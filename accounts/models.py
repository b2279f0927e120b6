"""People and client organisations."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce, Concat, Lower, NullIf
from django.utils import timezone

from accounts.avatars import initials_of
from accounts.capabilities import GENERAL, INTERNAL_ROLES, TEAM_ROLES, Can, Role
from accounts.querysets import OrganizationQuerySet, OwnQuerySet, UserQuerySet


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database does not have."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(f"“{name}” is not a time zone. Use a name like Europe/Berlin.") from error


class Region(models.TextChoices):
    """Where a client organisation is; reports group by it."""

    AMERICAS = "americas", "Americas"
    EMEA = "emea", "Europe, Middle East, Africa"
    APAC = "apac", "Asia-Pacific"


class Organization(models.Model):
    """A client organisation: the tenant (A1)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    region = models.CharField(max_length=20, choices=Region.choices, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # As it is searched: in small letters, and each word with a space before it. Sorted by code point, so that one
    # index finds beginnings and walks in order.
    name_norm = models.GeneratedField(
        expression=Concat(Value(" "), Lower("name")), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["name_norm", "id"], name="organization_by_name"),
            GinIndex(OpClass("name_norm", "gin_trgm_ops"), name="organization_by_part_of_name"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet["User"])):  # type: ignore[misc]
    """Finds and makes people by e-mail address, without regard to case (F4)."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with this address, whatever its case."""
        person: User = self.with_address(username or "").get()
        return person

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person; without a password they sign in by mailed code or link only."""
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def seen(self, user: "User", *, now: datetime, at_most_every: timedelta) -> None:
        """Remember that a person was here, unless that is known closely enough already."""
        self.filter(models.Q(last_seen_at=None) | models.Q(last_seen_at__lte=now - at_most_every), pk=user.pk).update(
            last_seen_at=now
        )

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator, for `manage.py createsuperuser`."""
        return self.create_user(email, password, role=Role.ADMIN, is_superuser=True, **fields)


FORMER_MEMBER = "Former member"


def picture_key(_person: "User", _name: str) -> str:
    """Where a picture is kept: a random key, new for each picture."""
    key = secrets.token_hex(24)
    return f"pictures/{key[:2]}/{key}"


class User(AbstractBaseUser, PermissionsMixin):
    """A registered person: USER or CUSTOMER on the client's side, or a colleague (R7, R80)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.CLIENT)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    time_zone = models.CharField(max_length=60, default="UTC", validators=[validate_time_zone])
    # What they do where they work, such as “Head of Operations” (V2).
    title = models.CharField("Job title", max_length=120, blank=True)
    # A language as browsers name it, such as pt-BR; written on their picture card and sent along to vendors.
    language = models.CharField(max_length=20, blank=True)
    picture = models.FileField(upload_to=picture_key, max_length=120, blank=True, editable=False)
    # Whether others see that this person is writing or looking.
    shows_typing = models.BooleanField("Show others that I am writing", default=True)
    # Otherwise Enter breaks the line and Ctrl+Enter sends.
    enter_sends = models.BooleanField("Enter sends a message", default=True)
    # Single letters do something on the grid and in the chat; who dictates to a computer needs them off (WCAG 2.1.4).
    single_keys = models.BooleanField("Single letters are shortcuts", default=True)
    # When they were asked for name and company, or began to use the portal with both: nobody is asked twice.
    welcomed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Counts edits of the fields people type, so that a stale form is noticed.
    version = models.PositiveIntegerField(default=1, editable=False)
    is_active = models.BooleanField(default=True)
    # Set once their personal data was erased; what they said stays, by a "Former member".
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    # A mail about every WorkStream that starts without a WorkStream Lead (A17). Not chosen: ISRs get it, others do not.
    told_of_unassigned = models.BooleanField(
        "Mail about every new WorkStream", null=True, blank=True, help_text="Unknown: yes for ISRs, no for others."
    )
    # The columns they chose for the grid, as its address writes them. Kept here because this row is read anyway.
    grid_columns = models.CharField(max_length=300, blank=True, editable=False)

    # What people see as the name, as it is searched; see Organization.
    name_norm = models.GeneratedField(
        expression=Concat(
            Value(" "),
            Lower(
                Coalesce(
                    NullIf(F("name"), Value("")),
                    Func(F("email"), Value("@"), Value(1), function="split_part", output_field=models.CharField()),
                )
            ),
        ),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["name", "email"]
        indexes = [
            models.Index(fields=["role", "name_norm", "id"], name="person_by_role_and_name"),
            models.Index(fields=["name_norm", "id"], name="person_by_name"),
            GinIndex(OpClass("name_norm", "gin_trgm_ops"), name="person_by_part_of_name"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_person_per_email_address"),
            models.CheckConstraint(
                condition=models.Q(role=Role.CLIENT) | models.Q(organization__isnull=True),
                name="only_clients_belong_to_an_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name, or the part of the address before the @ until there is one."""
        if self.erased_at:
            return FORMER_MEMBER
        return self.name or self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        """One or two letters for the picture."""
        return initials_of(self.display_name)

    @property
    def picture_version(self) -> str:
        """A word that changes with the picture, for its address; empty without one."""
        return hashlib.sha256(str(self.picture.name).encode()).hexdigest()[:16] if self.picture else ""

    @property
    def role_label(self) -> str:
        """The role in words."""
        return Role(self.role).label

    @property
    def is_internal(self) -> bool:
        """Whether this colleague sees every WorkStream."""
        return self.role in INTERNAL_ROLES

    @property
    def is_team(self) -> bool:
        """Whether this person belongs to the company rather than to a client (R80)."""
        return self.role in TEAM_ROLES

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets this person in."""
        return self.role == Role.ADMIN

    def may(self, capability: Can) -> bool:
        """Whether this person may do something that concerns no particular WorkStream."""
        return self.is_active and capability in GENERAL[Role(self.role)]


class Device(models.Model):
    """A browser somebody signed in with. It is known by a random word in a signed cookie; only its hash is kept."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices", db_index=False)
    digest = models.CharField(max_length=64, editable=False)
    words = models.CharField(max_length=80, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="a_browser_is_known_once")]

    def __str__(self) -> str:
        return self.words


class MailedCode(models.Model):
    """A code that somebody was mailed to confirm one thing. Only a keyed digest of it is kept."""

    class Purpose(models.TextChoices):
        CONFIRM = "confirm", "confirm that it is you"
        ADDRESS = "address", "use this address"
        ERASE = "erase", "erase your personal data"

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    email = models.EmailField(max_length=254)
    digest = models.CharField(max_length=64, editable=False)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "purpose", "-created_at"], name="latest_code_of_a_person")]

    def __str__(self) -> str:
        return f"{self.purpose} for {self.person_id}"


def export_key(_export: "DataExport", _name: str) -> str:
    """Where a copy of somebody's data is kept."""
    key = secrets.token_hex(24)
    return f"own-data/{key[:2]}/{key}"


class DataExport(models.Model):
    """A copy of everything the portal keeps about a person, made by a worker for that person; it dies after a week."""

    class State(models.TextChoices):
        WAITING = "waiting", "Being put together"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        GONE = "gone", "Deleted"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_exports")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    file = models.FileField(upload_to=export_key, max_length=120, blank=True, editable=False)
    size = models.PositiveBigIntegerField(default=0, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    # Not before this time: the lease of the worker that makes it now, or a pause after a failure.
    due_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    ready_at = models.DateTimeField(null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="own_data_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(state="waiting"), name="own_data_is_put_together_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, asked for on {self.asked_at:%d %b %Y}"


class Erasure(models.Model):
    """That somebody was erased, and whether copies of their name were looked for everywhere.

    It holds what is looked for until that is done, and forgets it then.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Copies of the name are being looked for"
        DONE = "done", "Done"

    person = models.OneToOneField(User, on_delete=models.PROTECT, related_name="erasure")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    name = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, blank=True)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="erasures_waiting")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, asked for on {self.asked_at:%d %b %Y}"
