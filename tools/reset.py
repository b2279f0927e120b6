"""`make reset`: delete the data of `make run` and `make bench`, and nothing else. Refuses while either runs."""

import contextlib
import os
import shutil
import sys

from tools.environment import bench_folder, state_folder
from tools.run import take_lock
from tools.services import outside_folder, outside_place


def main() -> int:
    """Delete the state folders and what this project keeps under /var/tmp; returns the status for the shell."""
    folders = [state_folder()]
    if "PORTAL_STATE" not in os.environ or "BENCH_STATE" in os.environ:  # never more than what was named
        folders.append(bench_folder())
    folders = [state for state in folders if state.exists()]
    locks = []
    for state in folders:
        try:
            lock = take_lock(state)
        except PermissionError:
            print(f"{state} belongs to another account; run `make reset` as that account.")
            return 1
        if lock is None:
            name = "The bench" if state == bench_folder() else "The portal"
            print(f"{name} is running on this folder. Stop it with Ctrl-C where it was started, then reset.")
            return 1
        locks.append(lock)
    for state in folders:
        shutil.rmtree(state)
        # The copies of programs under /var/tmp serve the tests too, whose folders are their own.
        shutil.rmtree(outside_place(state / "services"), ignore_errors=True)
    for lock in locks:
        os.close(lock)
    if not {"PORTAL_STATE", "BENCH_STATE"} & os.environ.keys():
        shutil.rmtree(outside_folder(), ignore_errors=True)
    with contextlib.suppress(OSError):  # missing, or in use by another folder's data
        outside_folder().rmdir()
    print("The data is deleted; the next `make run` begins anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
