"""What allauth does by itself and the record has to know."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.dispatch import receiver

from accounts import actions


@receiver(email_confirmed)
def remember_confirmation(email_address: EmailAddress, **_: Any) -> None:
    """A mailed code was right: allauth has marked the address itself."""
    actions.record_confirmation(person=email_address.user)
