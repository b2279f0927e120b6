"""Every change to a person."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from accounts import events
from accounts.models import User
from activity.record import record


@transaction.atomic
def register(*, email: str) -> User | None:
    """The active person with this address, registering them if nobody has it (R7, R95, A37, F4).

    The actor is the person themselves, whoever that is: an address alone proves nothing, so a new person stays
    unconfirmed until they sign in by what was mailed there. Two at once make one person. None for an address whose
    person may not sign in any more.
    """
    email = email.strip().lower()
    user: User | None = User.objects.filter(email__iexact=email).first()
    if user is None and EmailAddress.objects.filter(email=email, verified=True, user__is_active=False).exists():
        return None
    if user is None:
        try:
            with transaction.atomic():
                user = User.objects.create_user(email)
        except IntegrityError:
            user = User.objects.get(email__iexact=email)
        else:
            record(events.REGISTERED, actor=user)
    if not user.is_active:
        return None
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"primary": not EmailAddress.objects.filter(user=user, primary=True).exists()}
    )
    return user


@transaction.atomic
def confirm_email(*, actor: User) -> None:
    """The person proved that they read mails to their own address."""
    address, _ = EmailAddress.objects.get_or_create(user=actor, email=actor.email.lower())
    if not address.verified:
        address.set_verified()
    if not address.primary:
        address.set_as_primary(conditional=True)
