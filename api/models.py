"""Tokens that stand for a person, and answers that are given twice."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from api.querysets import ApiTokenQuerySet, RememberedAnswerQuerySet

LONGEST_LIFE = timedelta(days=366)


class Scope(models.TextChoices):
    """What a token may be used for, on top of what its person may do."""

    READ = "read", "read"
    WRITE = "write", "change things"


class ApiToken(models.Model):
    """A secret that acts for a person until it expires, is revoked, or the person leaves.

    Only the SHA-256 of the secret is stored. The secret is 256 random bits, so there is nothing to guess and no need
    for the slowness that protects passwords; and a request is looked up by the hash, over which a caller has no say,
    so how long the lookup takes tells nothing about any token.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # How the secret begins, so that its person recognises it.
    beginning = models.CharField(max_length=12, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + LONGEST_LIFE),
                name="a_token_lives_a_year_at_most",
            ),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values, scopes__len__gt=0), name="a_token_has_known_scopes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}...)"

    @property
    def is_usable(self) -> bool:
        """Whether it would be accepted now, if its person is still active."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def scope_words(self) -> str:
        """What it may be used for, in words."""
        return " and ".join(scope.label for scope in Scope if scope in self.scopes)


class RememberedAnswer(models.Model):
    """What a POST with an Idempotency-Key was answered, written in the transaction of its change.

    A request that is still running has no row but holds an advisory lock of its transaction, which the database lets
    go when the connection dies. So there is no half-done row to clean up after a crash.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    # SHA-256 of method, address, role and body.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    etag = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = RememberedAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="a_key_is_answered_once")]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"
