"""Which of our addresses a mail came to."""

import re
from dataclasses import dataclass
from email.utils import getaddresses

from django.conf import settings

from notifications.letters import BOUNCE, REPLY
from notifications.models import ReplyAddress

_OURS = re.compile(rf"(?P<kind>{REPLY}|{BOUNCE})\+(?P<token>[0-9a-f]{{32,40}})")


@dataclass(frozen=True)
class OurAddress:
    """One of the addresses that the portal gives out."""

    kind: str
    token: str

    @property
    def is_for_bounces(self) -> bool:
        """Whether mail servers report here what they could not deliver."""
        return self.kind == BOUNCE


def ours(address: str) -> OurAddress | None:
    """Understand an address; None for any that the portal cannot have given out. Case does not matter."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    if not settings.REPLY_DOMAIN or domain != settings.REPLY_DOMAIN:
        return None
    found = _OURS.fullmatch(local)
    return OurAddress(found["kind"], found["token"]) if found else None


def owner_of(address: OurAddress) -> ReplyAddress | None:
    """Whose address for answers it is, alive or dead; None when it never was one."""
    if address.is_for_bounces:
        return None
    return ReplyAddress.objects.select_related("user", "workstream").filter(token=address.token).first()


def named_in(headers: list[str]) -> list[OurAddress]:
    """Every address of ours in some headers, in their order."""
    return [found for _, address in getaddresses(headers) if (found := ours(address))]


def written_to(headers: list[str]) -> list[str]:
    """The same, as they are written."""
    return [f"{found.kind}+{found.token}@{settings.REPLY_DOMAIN}" for found in named_in(headers)]
