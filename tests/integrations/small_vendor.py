"""A small vendor over real HTTP, and the sender that speaks to it: for the queue, whoever the vendor is.

It does what it is asked once, and answers as it was told to answer for a mailbox:

    200        done
    "lost"     done, and the connection breaks before the answer
    409        refused for good
    503        not now, nothing done; 429 and 401 say that it is away
    404        something of ours is missing
    "garbage"  done, and an answer that our sender stumbles over
"""

import http.client
import json
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from integrations.failures import NotNow, Refused, Unclear, VendorAway, Waits
from integrations.models import Delivery
from integrations.movements import Kind, Sent, movements

PROVIDER = "intercom"
OPERATION = "test.say"
TIMEOUT = 5.0


class SmallVendor:
    """The server. `done` is what it did, in order: (mailbox, number of the delivery)."""

    def __init__(self) -> None:
        self.done: list[tuple[str, int]] = []
        self.asked = 0
        self.looked = 0
        # What it answers next for a mailbox, before it goes on as usual; "*" is for all.
        self.answers: dict[str, list[int | str]] = defaultdict(list)
        self.headers: dict[str, str] = {}
        # Down, it breaks every connection and does nothing.
        self.is_down = False
        # Called with the mailbox while the caller waits for the answer, after the thing was done.
        self.before_answering: Callable[[str], None] = lambda _: None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()

    def numbers(self, mailbox: str) -> list[int]:
        """What it did for one mailbox, in order."""
        return [number for name, number in self.done if name == mailbox]

    def take(self, mailbox: str, number: int) -> int | str:
        """Do what is asked, unless told otherwise; how to answer."""
        with self._lock:
            self.asked += 1
            told = self.answers[mailbox] or self.answers["*"]
            answer = told.pop(0) if told else 200
            if answer in {200, "lost", "garbage"}:
                self.done.append((mailbox, number))
        self.before_answering(mailbox)
        return answer

    def _handler(self) -> type["_Handler"]:
        return type("Handler", (_Handler,), {"vendor": self})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    vendor: SmallVendor

    def do_POST(self) -> None:
        if self._breaks():
            return
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.vendor.take(asked["mailbox"], asked["number"])
        if answer == "lost":
            self.close_connection = True
        elif answer == "garbage":
            self._answer(200, b"<html>")
        else:
            self._answer(int(answer), json.dumps({"id": asked["number"]}).encode())

    def do_GET(self) -> None:
        if self._breaks():
            return
        self.vendor.looked += 1
        number = int(self.path.rpartition("/")[2])
        known = any(number == done for _, done in self.vendor.done)
        self._answer(200 if known else 404, b"{}")

    def _breaks(self) -> bool:
        self.vendor.asked += self.vendor.is_down
        self.close_connection = self.vendor.is_down
        return self.vendor.is_down

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in self.vendor.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


class SmallSender:
    """What a vendor's folder would write: one request a delivery, every failure in our words."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc

    def send(self, delivery: Delivery) -> Sent:
        """Have it done."""
        body = json.dumps({"mailbox": delivery.mailbox.key, "number": delivery.data["number"]})
        status, text, headers = self._ask("POST", "/do", body)
        match status:
            case 200:
                return Sent({"id": json.loads(text)["id"]}, digest="d" * 64)
            case 404:
                raise Waits("The contact is not there yet.")
            case 401:
                raise VendorAway("401: the token is not accepted.")
            case 429:
                wait = timedelta(seconds=int(headers.get("Retry-After", "0")))
                raise VendorAway("429: too often.", until=timezone.now() + wait if wait else None)
            case 503:
                raise NotNow("503: not now.")
            case _:
                raise Refused(f"{status}: no.")

    def look(self, delivery: Delivery) -> Sent | None:
        """Whether it was done."""
        status, _, _ = self._ask("GET", f"/done/{delivery.data['number']}")
        return Sent({"id": delivery.data["number"]}) if status == 200 else None

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, Any]:
        line = http.client.HTTPConnection(self.host, timeout=TIMEOUT)
        try:
            line.request(method, path, body)
            answer = line.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        except ConnectionRefusedError as failure:
            raise VendorAway("Nobody answers.") from failure
        except (OSError, http.client.HTTPException) as failure:
            raise Unclear("The connection broke.") from failure
        finally:
            line.close()


def introduce(url: str) -> None:
    """Make this process send to the vendor at this address."""
    movements.declare(
        PROVIDER,
        OPERATION,
        "says a number",
        source="Portal",
        target="Test",
        kind=Kind.CUSTOM_API,
        sender=SmallSender(url),
    )


def forget() -> None:
    """Undo `introduce`."""
    del movements._all[PROVIDER, OPERATION]  # a declaration is for good everywhere else
