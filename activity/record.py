"""Writing an event, and nudging the workers once it is committed."""

import logging
from typing import TYPE_CHECKING, Any

from celery import Task
from django.db import transaction

from activity.models import Event, SystemActor
from activity.registry import registry

if TYPE_CHECKING:
    from accounts.models import User
    from workstreams.models import WorkStream

logger = logging.getLogger(__name__)


def record(
    verb: str,
    *,
    actor: "User | SystemActor",
    workstream: "WorkStream | None" = None,
    data: dict[str, Any] | None = None,
) -> Event:
    """Write one event and let its subscribers act, all in the caller's transaction.

    Raises: LookupError for an undeclared verb; TransactionManagementError outside a transaction, because an event
    that can be committed without its change is no record.
    """
    _insist_on_a_transaction(verb)
    registry.of(verb)
    event = Event.objects.create(
        verb=verb,
        actor=None if isinstance(actor, SystemActor) else actor,
        system_actor=actor if isinstance(actor, SystemActor) else "",
        workstream=workstream,
        data=data or {},
    )
    follow(event)
    return event


def follow(event: Event) -> None:
    """Let the subscribers of an event act; for one that its change has written in a statement of its own.

    Raises: LookupError for an undeclared verb; TransactionManagementError outside a transaction.
    """
    _insist_on_a_transaction(event.verb)
    for consequence in registry.of(event.verb):
        consequence.act(event)


def _insist_on_a_transaction(verb: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{verb} must be recorded in the transaction of its change.")


def nudge(task: "Task[Any, Any]", *args: Any) -> None:
    """After the commit, ask a worker to start now. A broker that is away delays the work; the sweep finds it."""

    def send() -> None:
        try:
            task.apply_async(args=args, retry=False)
        except Exception as error:  # noqa: BLE001  whatever ails the broker must not break a page
            logger.warning("The broker is away (%s); %s waits for the sweep.", error, task.name)

    transaction.on_commit(send)
