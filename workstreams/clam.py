"""Asking a ClamAV daemon about a file, in its own words (INSTREAM): a length before each piece, nothing after the last.

https://docs.clamav.net/manual/Usage/Scanning.html describes them. A daemon that hangs up in the middle, answers in
another way or not at all is away; only a clear answer counts.
"""

import re
import socket
import struct
from urllib.parse import urlsplit

from workstreams.storage import Part

PIECE = 64 * 1024
PATIENCE = 60.0  # seconds for each step; large archives take a while after the last piece
_FOUND = re.compile(r"stream: (?P<name>.+) FOUND")


class ScannerAway(Exception):
    """No clear answer. It may come later."""


class NotScannable(Exception):
    """The daemon says that it cannot look into this file, such as one that is larger than it takes."""


def scan(url: str, source: Part) -> str:
    """Send a file and hear what is in it: the name of what was found, or nothing.

    `url` is tcp://host:port or unix:///path. Raises: ScannerAway, NotScannable.
    """
    try:
        with _connected(url) as connection:
            _send(connection, source)
            answer = _answer(connection)
    except OSError as error:
        raise ScannerAway(str(error)) from error
    if answer == "stream: OK":
        return ""
    if match := _FOUND.fullmatch(answer):
        return match["name"]
    if answer.endswith("ERROR"):
        raise NotScannable(answer)
    raise ScannerAway(answer or "It hung up.")


def _send(connection: socket.socket, source: Part) -> None:
    """All of a file; not the rest, when the daemon stops listening: then it has said why."""
    try:
        connection.sendall(b"zINSTREAM\0")
        while piece := source.read(PIECE):
            connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        try:
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((parts.hostname, parts.port or 3310), timeout=PATIENCE)


def _answer(connection: socket.socket) -> str:
    told = b""
    while not told.endswith(b"\0") and (more := connection.recv(4096)):
        told += more
    return told.rstrip(b"\0").decode(errors="replace").strip()
