"""Intercom's side as a whole: the API and the inbox of one workspace."""

import base64
import hmac
from typing import Any

from werkzeug import Request, Response

from integrations.intercom.simulator.inbox import Inbox
from integrations.intercom.simulator.shapes import FILES, signature
from integrations.intercom.simulator.state import Teammate, Upload
from integrations.simulator.addresses import INTERCOM_APP, INTERCOM_SERVICE_ADMIN
from integrations.simulator.vendor import Problem, route


class Intercom(Inbox):
    """The simulator of Intercom."""

    @route("GET", "/me")
    def me(self, _request: Request) -> dict[str, Any]:
        """Whose token it is, and of which workspace."""
        return _teammate(self.teammate(INTERCOM_SERVICE_ADMIN)) | {
            "email_verified": True,
            "app": {"type": "app", "id_code": INTERCOM_APP, "name": "Simulated", "region": "US", "timezone": "UTC"},
        }

    @route("GET", "/admins")
    def admins(self, _request: Request) -> dict[str, Any]:
        """Everybody of the inbox."""
        return {"type": "admin.list", "admins": [_teammate(one) for one in self.state.teammates.values()]}

    @route("GET", "/admins/<admin>")
    def admin(self, _request: Request, admin: str) -> dict[str, Any]:
        """One of them."""
        return _teammate(self.teammate(admin))

    @route("GET", "/<upload>/<name>", mount=FILES)
    def file(self, request: Request, upload: str, name: str) -> Response:
        """The content of a file, for as long as its address works."""
        expires = request.args.get("expires", "0")
        right = expires.isdecimal() and hmac.compare_digest(
            signature(upload, int(expires)), request.args.get("signature", "")
        )
        found = self._upload(upload)
        if found is None or not right:
            raise Problem(404, f"There is no {name}.")
        if int(expires) < self.clock.time():
            raise Problem(403, "The address has expired.", code="forbidden")
        return Response(base64.b64decode(found.data), mimetype=found.content_type)

    def _upload(self, upload: str) -> Upload | None:
        for conversation in self.state.conversations.values():
            for part in [conversation.source, *conversation.parts]:
                for one in part.uploads:
                    if one.id == upload:
                        return one
        return None


def _teammate(teammate: Teammate) -> dict[str, Any]:
    return {
        "type": "admin",
        "id": teammate.id,
        "name": teammate.name,
        "email": teammate.email,
        "away_mode_enabled": False,
        "away_mode_reassign": False,
        "has_inbox_seat": True,
        "team_ids": [],
    }
