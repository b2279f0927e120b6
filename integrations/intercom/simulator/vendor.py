"""Intercom's side: the workspace, its teammates, its contacts and the Team Inbox."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug import Request, Response

from integrations.simulator.addresses import INTERCOM_APP, INTERCOM_SERVICE_ADMIN, INTERCOM_TOKEN
from integrations.simulator.vendor import Mount, Problem, Vendor, route

CODES = {
    400: "parameter_invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    422: "parameter_invalid",
    429: "rate_limit_exceeded",
    503: "service_unavailable",
}


@dataclass
class Workspace:
    """Everything that Intercom knows."""


class Intercom(Vendor[Workspace]):
    """The simulator of Intercom."""

    name = "intercom"
    title = "Intercom"
    mounts = (Mount("/intercom", Path(__file__).parent / "description.yaml"),)
    State = Workspace

    def authorize(self, request: Request, _path: str) -> None:
        """Every request carries the bearer token."""
        if request.headers.get("Authorization") != f"Bearer {INTERCOM_TOKEN}":
            raise Problem(401, "Access Token Invalid")

    def problem(self, problem: Problem) -> Response:
        """The vendor's list of errors."""
        code = problem.code or CODES.get(problem.status, "server_error")
        body = {
            "type": "error.list",
            "request_id": secrets.token_hex(10),
            "errors": [{"code": code, "message": problem.message}],
        }
        return Response(json.dumps(body), problem.status, mimetype="application/json")

    def headers(self) -> dict[str, str]:
        """The rate limit's standing."""
        return {
            "X-RateLimit-Limit": "1666",
            "X-RateLimit-Remaining": "1600",
            "X-RateLimit-Reset": str(int(self.clock.time()) // 10 * 10 + 10),
        }

    @route("GET", "/me")
    def me(self, _request: Request) -> dict[str, Any]:
        """Whose token it is, and of which workspace."""
        return {"type": "admin", "id": INTERCOM_SERVICE_ADMIN, "app": {"type": "app", "id_code": INTERCOM_APP}}
