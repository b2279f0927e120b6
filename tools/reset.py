"""`make reset`: delete the data of `make run`, and nothing else. Refuses while the portal runs."""

import contextlib
import os
import shutil
import sys

from tools.environment import state_folder
from tools.run import take_lock
from tools.services import outside_folder, outside_place


def main() -> int:
    """Delete the state folder and what this project keeps under /var/tmp; returns the status for the shell."""
    state = state_folder()
    if state.exists():
        try:
            lock = take_lock(state)
        except PermissionError:
            print(f"{state} belongs to another account; run `make reset` as that account.")
            return 1
        if lock is None:
            print("The portal is running on this folder. Stop it with Ctrl-C where it was started, then reset.")
            return 1
        shutil.rmtree(state)
        os.close(lock)
    # The copies of programs there serve the tests too, whose folders are their own.
    outside = outside_place(state / "services") if "PORTAL_STATE" in os.environ else outside_folder()
    shutil.rmtree(outside, ignore_errors=True)
    with contextlib.suppress(OSError):  # missing, or in use by another folder's data
        outside_folder().rmdir()
    print("The data is deleted; the next `make run` begins anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
