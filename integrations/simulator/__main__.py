"""`python -m integrations.simulator --port 8701 --state FILE --portal URL`: the vendors' side, until it is stopped."""

import argparse
import contextlib
import signal
from pathlib import Path

from integrations.simulator.server import Server
from integrations.simulator.world import World


def main() -> None:
    """Serve until asked to stop; what happened is kept in the state file."""
    parser = argparse.ArgumentParser(prog="integrations.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8701)
    parser.add_argument("--state", type=Path, help="a file that keeps everything between two starts")
    parser.add_argument("--portal", default="", help="where webhooks go: http://localhost:8000")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    world = World(portal=chosen.portal, file=chosen.state)
    server = Server(world, chosen.port)
    world.courier.run()
    world.keep_writing()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve()
    world.write_down()


if __name__ == "__main__":
    main()
