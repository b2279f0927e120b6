"""What contacts, conversations and the inbox share: finding things, and telling the portal of them."""

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from pathlib import Path
from typing import Any

from werkzeug import Request, Response

from integrations.intercom.simulator.shapes import FILES, Shapes
from integrations.intercom.simulator.state import (
    Attribute,
    Contact,
    Conversation,
    Part,
    Teammate,
    Upload,
    Workspace,
)
from integrations.simulator.addresses import (
    INTERCOM_APP,
    INTERCOM_SECRET,
    INTERCOM_TOKEN,
)
from integrations.simulator.courier import Parcel
from integrations.simulator.vendor import Mount, Problem, Vendor

HOOK = "/webhooks/intercom/"
# The app in whose name everything comes that is written over the API.
OUR_APP = "workstream-portal-app"
RETRY_AFTER = 60.0
THROTTLED_FOR = 60.0
WINDOW = 10
CODES = {
    400: "parameter_invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    406: "not_acceptable",
    408: "request_timeout",
    409: "conflict",
    422: "parameter_invalid",
    429: "rate_limit_exceeded",
    503: "service_unavailable",
}


class Room(Vendor[Workspace]):
    """The workspace itself."""

    name = "intercom"
    title = "Intercom"
    mounts = (
        Mount("/intercom", Path(__file__).parent / "description.yaml"),
        Mount(FILES, None),
    )
    State = Workspace

    # --- What the frame asks

    def begin(self) -> None:
        """The teammates that are there from the start."""
        for number, name in (("493880", "WorkStream Portal"), ("493881", "Joe Inbox"), ("493882", "Ida Inbox")):
            email = f"{name.split()[0].lower()}@cloudfactory.example"
            self.state.teammates[number] = Teammate(number, name, email)

    def authorize(self, request: Request, path: str) -> None:  # noqa: ARG002  the files are of another mount
        """Every request but those for files carries the bearer token, and there may be too many of them."""
        if request.path.startswith(FILES):
            return
        if request.headers.get("Authorization") != f"Bearer {INTERCOM_TOKEN}":
            raise Problem(401, "Access Token Invalid")
        if "json" not in (accept := request.headers.get("Accept", "*/*")) and "*/*" not in accept:
            raise Problem(406, "Only JSON is served.")
        with self.lock:
            window = int(self.clock.time()) // WINDOW
            if window != self.state.window:
                self.state.window, self.state.calls = window, 0
            self.state.calls += 1
            if 0 < self.state.calls_in_window < self.state.calls:
                raise Problem(429, "Exceeded rate limit for this window")

    def problem(self, problem: Problem) -> Response:
        """Intercom's list of errors."""
        code = problem.code or CODES.get(problem.status, "server_error")
        body = {
            "type": "error.list",
            "request_id": secrets.token_hex(10),
            "errors": [{"code": code, "message": problem.message}],
        }
        return Response(json.dumps(body), problem.status, mimetype="application/json")

    def headers(self) -> dict[str, str]:
        """How much may still be asked in this window."""
        limit = self.state.calls_in_window or 1666
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - self.state.calls)),
            "X-RateLimit-Reset": str((int(self.clock.time()) // WINDOW + 1) * WINDOW),
        }

    def retry_after(self, parcel: Parcel, status: int | None) -> float | None:
        """One repeat after a minute; 410 ends it all, 429 makes everything wait."""
        subscription = self.state.subscription
        if status is not None and 200 <= status < 300:
            return None
        if status == 410:
            subscription.disabled = True
            return None
        if status == 429:
            subscription.throttled_until = self.clock.time() + THROTTLED_FOR
            return THROTTLED_FOR
        if parcel.attempts > 1 or parcel.method == "HEAD":
            return None
        envelope = json.loads(parcel.body)
        envelope["delivery_attempts"] = parcel.attempts + 1
        envelope["delivery_status"] = "retry"
        # A signature that was wrong on purpose stays so.
        was_right = parcel.headers["X-Hub-Signature"] == self._sign(parcel.body)
        parcel.body = json.dumps(envelope).encode()
        if was_right:
            parcel.headers["X-Hub-Signature"] = self._sign(parcel.body)
        return RETRY_AFTER

    # --- Finding

    def contact(self, contact: str) -> Contact:
        """A contact by its id. Raises: Problem when it was merged, deleted or never there."""
        found = self.state.contacts.get(contact)
        if found is None or not found.is_there:
            raise Problem(404, "User Not Found")
        return found

    def conversation(self, conversation: str) -> Conversation:
        """A conversation by its id. Raises: Problem."""
        found = self.state.conversations.get(conversation)
        if found is None or found.deleted:
            raise Problem(404, "Resource Not Found")
        return found

    def teammate(self, admin: str) -> Teammate:
        """A teammate by its id. Raises: Problem."""
        found = self.state.teammates.get(str(admin))
        if found is None:
            raise Problem(404, "Admin not found", code="admin_not_found")
        return found

    def attribute_names(self, model: str) -> set[str]:
        """What may be stored on a contact or a conversation."""
        return {attribute.name for attribute in self.state.attributes if attribute.model == model}

    def shapes(self, *, plain: bool = False) -> Shapes:
        """What writes things down as they are now."""
        return Shapes(self.state, now=self.clock.time(), base=self.world.url, plain=plain)

    # --- Making

    def second(self) -> int:
        """Now, as Intercom stamps it."""
        return int(self.clock.time())

    def make_attribute(self, model: str, name: str, data_type: str = "string", description: str = "") -> Attribute:
        """An attribute that can be stored from now on."""
        made = Attribute(len(self.state.attributes) + 1, model, name, data_type, description)
        self.state.attributes.append(made)
        return made

    def make_upload(self, name: str, content_type: str, content: bytes | str) -> Upload:
        """A file; text is base64 already."""
        data = content if isinstance(content, str) else base64.b64encode(content).decode()
        return Upload(secrets.token_hex(12), name, content_type, data)

    def touch(self, conversation: Conversation) -> None:
        """It changed."""
        conversation.changes = [*conversation.changes[-30:], self.clock.time()]

    # --- Telling

    def tell(self, topic: str, item: dict[str, Any], *, is_echo: bool = False) -> None:
        """Send a webhook; `is_echo` for what the portal did itself."""
        subscription = self.state.subscription
        if subscription.disabled or (is_echo and not subscription.echo):
            return
        now = self.clock.time()
        number = int(self.state.next_number())
        envelope = {
            "type": "notification_event",
            "app_id": subscription.app_id or INTERCOM_APP,
            "topic": topic,
            "id": None if self.state.odd_types and number % 4 == 0 else f"notif_{uuid.uuid4()}",
            "created_at": int(now),
            "delivery_attempts": 1,
            "delivery_status": "pending",
            "delivered_at": 0,
            "first_sent_at": int(now),
            "links": {},
            "self": None,
            "data": {"type": "notification_event_data", "item": item},
        }
        body = json.dumps(envelope).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "intercom-parrot-service-client/1.0",
            "X-Hub-Signature": self._sign(body),
        }
        self.courier.send(Parcel(self.name, topic, HOOK, body, headers, max(now, subscription.throttled_until)))

    def tell_of_part(self, topic: str, conversation: Conversation, part: Part, *, is_echo: bool = False) -> None:
        """Send a webhook about a conversation with the part that brought it about, and no other."""
        shapes = self.shapes(plain=self.state.subscription.plain_bodies)
        self.tell(topic, shapes.conversation(conversation, [part]), is_echo=is_echo)

    def _sign(self, body: bytes) -> str:
        secret = self.state.subscription.secret or INTERCOM_SECRET
        return f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}"
