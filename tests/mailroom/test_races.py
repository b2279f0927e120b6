"""The same mail twice at one moment: two doors that store it, two workers that work it."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from chat.models import Message
from mailroom import door, work
from mailroom.models import IncomingMail
from tests.conftest import World
from tests.mailroom.letters import answer
from tests.races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def both(act: Callable[[], object]) -> None:
    """Two threads that begin together."""
    start = threading.Barrier(2)

    def run() -> None:
        try:
            start.wait(10)
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_a_mail_that_two_servers_bring_at_once_is_stored_once(world: World) -> None:
    mail = answer(world.owner, world.labels)
    raw, to = mail.as_bytes(), mail["To"]
    both(lambda: door.take_in(raw=raw, recipient=to, sender="owner@acme.example", via=IncomingMail.Via.SERVER))

    assert IncomingMail.objects.get().repeats == 1


def test_two_workers_whose_leases_overlap_post_it_once(world: World) -> None:
    mail = answer(world.isr, world.labels)
    door.take_in(raw=mail.as_bytes(), recipient=mail["To"], sender=world.isr.email, via=IncomingMail.Via.SERVER)
    held = IncomingMail.objects.get()

    def act() -> None:
        work._work(IncomingMail.objects.get(pk=held.pk))

    assert all_at_once(world.labels, act, act) == [None, None]
    assert Message.objects.filter(author=world.isr).count() == 1
    assert IncomingMail.objects.get().state == IncomingMail.State.POSTED
