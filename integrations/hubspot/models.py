"""What the portal knows of a person's contact in HubSpot, and of how they came."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Contact(models.Model):
    """A person's contact in HubSpot. There is a row from the first time that something is to be sent.

    It outlives its person until HubSpot has forgotten them, but holds no words of theirs any more.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hubspot_contact")
    # HubSpot's; empty until it is known. A merge there gives another one.
    contact_id = models.CharField(max_length=40, blank=True)
    # What the portal says, property by property: {"value", "at"}, the time being that of the change in the portal.
    wanted = models.JSONField(default=dict, blank=True)
    # What was last seen or written there: {"sent", "there", "at", "writer"}. `sent` is the portal's value that this
    # settles, `there` HubSpot's, `writer` who wrote that last: "portal" or "hubspot".
    known = models.JSONField(default=dict, blank=True)
    # What HubSpot would not take, with its own code for it: {"company": "PROPERTY_DOESNT_EXIST"}.
    left_out = models.JSONField(default=dict, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["contact_id"], name="contact_by_hubspots_id")]

    def __str__(self) -> str:
        return self.contact_id or f"person {self.person_id}, not there yet"


class VisitTrail(models.Model):
    """How somebody came to register: kept with their consent only, capped, and gone with them (R96)."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # [{"at", "url", "title"}], oldest first.
    pages = models.JSONField(default=list, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    landing_page = models.CharField(max_length=500, blank=True)
    # {"source": ..., "medium": ...}; what is not known is missing.
    first_utm = models.JSONField(default=dict, blank=True)
    last_utm = models.JSONField(default=dict, blank=True)
    first_seen_at = models.DateTimeField(null=True, blank=True)
    # HubSpot's own cookie, and the visitor's address where what they agreed to covers it.
    hutk = models.CharField(max_length=32, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    consent_words = models.CharField(max_length=1000, blank=True)
    remembered_at = models.DateTimeField(default=timezone.now)
    # Submissions whose answer nobody heard.
    unheard = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{len(self.pages)} pages of person {self.person_id}"
