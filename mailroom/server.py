"""A mail server that only takes in: it says 250 once a mail is stored; otherwise the sender's server keeps it."""

import asyncio
import logging
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import Error as DatabaseError
from django.db import close_old_connections

from mailroom import door
from mailroom.models import IncomingMail

logger = logging.getLogger(__name__)

MOST_RECIPIENTS = 50
STORED = "250 2.0.0 Stored"
LATER = "451 4.3.0 It cannot be stored now. Try again."
UNKNOWN = "550 5.1.1 Nobody has this address."
TOO_MANY = "452 4.5.3 Too many recipients. Send the others by themselves."


class Handler:
    """What aiosmtpd asks at each step of a delivery."""

    def __init__(self, *, is_lmtp: bool) -> None:
        self._is_lmtp = is_lmtp

    async def handle_RCPT(  # noqa: N802  named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse addresses that the portal never gave out, before anything is sent."""
        del server, session, options
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        try:
            known = await asyncio.to_thread(_with_database, door.is_known, address)
        except DatabaseError:
            return LATER
        if not known:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the mail, once for each recipient. LMTP wants an answer for each; SMTP one for all."""
        del server, session
        answers = [await self._store(envelope, recipient) for recipient in envelope.rcpt_tos]
        if self._is_lmtp:
            return "\r\n".join(answers)
        # Stored for one of several only: the sender's server tries again, and what is stored is known by its id.
        return next((answer for answer in answers if answer != STORED), STORED)

    async def handle_exception(self, error: Exception) -> str:
        """Whatever goes wrong in between, the sender's server keeps the mail."""
        logger.warning("A delivery ended early: %s: %s", type(error).__name__, error)
        return LATER

    async def _store(self, envelope: Envelope, recipient: str) -> str:
        try:
            await asyncio.to_thread(
                _with_database,
                door.take_in,
                raw=bytes(envelope.original_content or b""),
                recipient=recipient,
                sender=envelope.mail_from or "",
                via=IncomingMail.Via.SERVER,
            )
        except DatabaseError as error:
            logger.warning("A mail could not be stored: %s", type(error).__name__)
            return LATER
        return STORED


def _with_database(act: Any, *arguments: Any, **named: Any) -> Any:
    """Act in a thread whose connection is looked after as a request's is."""
    close_old_connections()
    try:
        return act(*arguments, **named)
    finally:
        close_old_connections()


def make_server(*, is_lmtp: bool) -> SMTP:
    """One conversation; aiosmtpd asks for a new one for every connection."""
    kind = LMTP if is_lmtp else SMTP
    return kind(
        Handler(is_lmtp=is_lmtp),
        data_size_limit=door.LARGEST,
        enable_SMTPUTF8=True,
        hostname="workstream-portal",
        ident="WorkStream portal",
        timeout=60,
    )


async def serve(*, host: str, port: int, is_lmtp: bool, ready: asyncio.Event | None = None) -> None:
    """Listen until cancelled."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: make_server(is_lmtp=is_lmtp), host, port)
    async with server:
        if ready:
            ready.set()
        await server.serve_forever()
