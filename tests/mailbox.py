"""Reading the mails that the portal has written."""

import re

from notifications.models import Mail


def latest_mail(to: str) -> Mail:
    """The newest mail to an address."""
    return Mail.objects.filter(recipients=[to]).order_by("-id")[0]


def code_in(mail: Mail) -> str:
    """The six digits."""
    found = re.search(r"^\s+(\d{6})$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[1]


def link_in(mail: Mail) -> str:
    """The first link, without the portal's host."""
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.text)
    assert found, mail.text
    return found[1]
