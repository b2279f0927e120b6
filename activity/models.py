"""The append-only event record."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from activity.querysets import EventQuerySet


class SystemActor(models.TextChoices):
    """Who acted when it was no person."""

    PORTAL = "portal", "Portal"
    SALESFORCE = "salesforce", "Salesforce"
    OPERATOR = "operator", "Operator"
    INTERCOM = "intercom", "Intercom"


# What happens often, by name: these events have no place in the indexes that find the others. A test compares the list
# with what the apps declare.
OFTEN = ["chat.message_posted", "chat.note_posted"]


class Event(models.Model):
    """One thing that happened. Written once by `activity.record`, never changed (a database trigger refuses it).

    `data` holds identifiers and plain facts, never message or note text: what leaves by an event must be
    safe for everyone who may see the event.
    """

    at = models.DateTimeField(default=timezone.now, editable=False)
    verb = models.CharField(max_length=60, editable=False)
    # Without an index: nobody asks what one person did everywhere, people are never deleted, and every message pays.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
    )
    system_actor = models.CharField(max_length=20, choices=SystemActor.choices, blank=True, editable=False)
    # Named by string: the ground floor does not import the floor above, it only points at it. Found by
    # `event_of_workstream`; an index of its own would only be written.
    workstream = models.ForeignKey(
        "workstreams.WorkStream",
        null=True,
        on_delete=models.PROTECT,
        related_name="events",
        editable=False,
        db_index=False,
    )
    data = models.JSONField(default=dict, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["workstream", "-id"], name="event_of_workstream"),
            # A hundred thousand messages stand between two other events; the Activity tab steps over none of them.
            models.Index(
                fields=["workstream", "-id"], name="event_besides_messages", condition=~models.Q(verb__in=OFTEN)
            ),
            models.Index(fields=["verb", "-id"], name="event_by_verb", condition=~models.Q(verb__in=OFTEN)),
            # Whether a person of the team ever answered, here or at a vendor's.
            models.Index(
                fields=["workstream"],
                name="event_of_an_answer",
                condition=models.Q(verb="chat.message_posted", data__side="team")
                & ~models.Q(system_actor=SystemActor.PORTAL),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(actor__isnull=False, system_actor="")
                | (models.Q(actor__isnull=True) & ~models.Q(system_actor="")),
                name="event_has_exactly_one_actor",
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor_name}"

    @property
    def actor_name(self) -> str:
        """The person's name, or the system's."""
        return self.actor.display_name if self.actor else SystemActor(self.system_actor).label
