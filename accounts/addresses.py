"""Changing the address somebody signs in with."""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import confirming, events, personal
from accounts.errors import AddressTaken, NotAllowed
from accounts.models import MailedCode, User
from activity.record import record


def ask(request: HttpRequest, *, person: User, actor: User, email: str) -> None:
    """Mail a code to the address somebody wants to have.

    An address that is somebody else's gets a mail that says so and no code: the page tells nobody who is registered.

    Raises: NotAllowed, AddressTaken for one's own, TooOften.
    """
    _own(person, actor)
    email = email.strip().lower()
    if email == person.email:
        raise AddressTaken("This is your address already.")
    if User.objects.with_address(email).exists():
        # The code exists, so that all else is the same, and nobody ever reads it.
        with transaction.atomic():
            confirming.keep_code(person=person, purpose=MailedCode.Purpose.ADDRESS, email=email)
            get_adapter(request).send_mail("account/email/address_taken", email, {})
        return
    confirming.send_code(request, person=person, purpose=MailedCode.Purpose.ADDRESS, email=email)


def change(request: HttpRequest, *, person: User, actor: User, code: str) -> User:
    """Take the code from the new address: from now on the person has that one. Both addresses are told.

    Raises: NotAllowed, CodeRefused, AddressTaken when somebody registered with it meanwhile.
    """
    _own(person, actor)
    email = confirming.check_code(person=person, purpose=MailedCode.Purpose.ADDRESS, code=code)
    try:
        with transaction.atomic():
            person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
            before, person.email = person.email, email
            person.version += 1
            person.save(update_fields=["email", "version"])
            EmailAddress.objects.filter(user=person).delete()
            EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
            personal.registry.readdress(person, before=before)
            record(events.ADDRESS_CHANGED, actor=actor, data={"user_id": person.pk})
            for address in (before, email):
                get_adapter(request).send_mail(
                    "account/email/address_changed", address, {"person": person, "is_old": address == before}
                )
    except IntegrityError as error:
        raise AddressTaken("Another account has this address. Sign in there, or write to us in the chat.") from error
    return person


def _own(person: User, actor: User) -> None:
    if person.pk != actor.pk or not actor.is_active:
        raise NotAllowed("People change their own address only.")
