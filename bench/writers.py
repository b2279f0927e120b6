"""People who write in one chat all at once, each a process of its own, some of which are killed in the middle.

    python -m bench.writers WORKSTREAM AUTHOR WRITERS EACH KILLS

Each writer posts its messages one after the other, with keys that are the same whenever it begins anew. A killed writer
begins anew, so it sends again what it had sent: as a browser does that never heard the answer.
"""

import os
import random
import signal
import sys
import time
from uuid import UUID, uuid5

import django
from django.db import connections

NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


def key_of(writer: int, number: int) -> UUID:
    """The key of one message of one writer, the same at every try."""
    return uuid5(NAMESPACE, f"{writer}-{number}")


def main(workstream: int, author: int, writers: int, each: int, kills: int) -> None:
    """Let them write until all have said all they have to say."""
    django.setup()
    import chat.actions  # noqa: F401, PLC0415  before the forks, so that none of them has to load it

    dice = random.Random(1)  # noqa: S311  only varies when somebody is killed
    running = {_begin(writer, workstream, author, each): writer for writer in range(writers)}
    while running:
        if kills:
            time.sleep(dice.uniform(0.02, 0.2))
            os.kill(dice.choice(list(running)), signal.SIGKILL)
            kills -= 1
        process, status = os.wait()
        writer = running.pop(process)
        if os.waitstatus_to_exitcode(status) == -signal.SIGKILL:
            running[_begin(writer, workstream, author, each)] = writer
        elif status:
            sys.exit(f"Writer {writer} failed.")


def _begin(writer: int, workstream: int, author: int, each: int) -> int:
    """Fork a writer; its process id."""
    process = os.fork()
    if process:
        return process
    try:
        _write(writer, workstream, author, each)
        connections.close_all()
        os._exit(0)
    finally:
        os._exit(1)


def _write(writer: int, workstream: int, author: int, each: int) -> None:
    from accounts.models import User  # noqa: PLC0415  Django has to be set up first
    from chat.actions import post_message  # noqa: PLC0415
    from workstreams.models import WorkStream  # noqa: PLC0415

    row, person = WorkStream.objects.get(pk=workstream), User.objects.get(pk=author)
    for number in range(each):
        text = f"Message {number} of writer {writer}"
        post_message(workstream=row, author=person, body=text, client_key=key_of(writer, number))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:6]))
