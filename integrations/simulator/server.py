"""The HTTP side: vendors below their mounts, the control API below `/_/`, the console at `/`."""

import socket
import struct
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, request
from werkzeug import Request, Response
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from integrations.simulator import console, control
from integrations.simulator.faults import Fault
from integrations.simulator.log import Entry
from integrations.simulator.vendor import Problem, Vendor
from integrations.simulator.world import World

PAGE = "<!doctype html><title>Down for maintenance</title><h1>We will be right back.</h1>"
SECRET_HEADERS = {"authorization", "cookie"}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class Server:
    """A world that answers on a port of this machine."""

    def __init__(self, world: World, port: int = 0) -> None:
        """Take the port (0: a free one) without answering yet."""
        self.world = world
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, application(world), threaded=True, request_handler=_Quiet
        )
        world.url = self.url
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Answer from now on, in a thread."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="simulator", daemon=True)
        self._thread.start()

    def serve(self) -> None:
        """Answer until the process is stopped."""
        self._server.serve_forever()

    def stop(self) -> None:
        """Answer no more, and let go those that wait."""
        self.world.is_over.set()
        self._server.shutdown()
        self._server.server_close()


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request: the world's log has them."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  the base class's word
        """Say nothing."""


def application(world: World) -> Flask:
    """The whole as a WSGI application."""
    app = Flask("integrations.simulator")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for vendor in world.vendors.values():
        for mount in vendor.mounts:
            _mount(app, world, vendor, mount.prefix)
    app.config["WORLD"] = world
    app.register_blueprint(control.pages)
    console.add(app, world)
    return app


# --- A vendor's requests -----------------------------------------------------------------------------------------


def _mount(app: Flask, world: World, vendor: Vendor[Any], prefix: str) -> None:
    def answer(rest: str = "") -> Response:
        return _answer(world, vendor, prefix, f"/{rest}")

    app.add_url_rule(f"{prefix}/<path:rest>", f"{vendor.name}{prefix}", answer, methods=METHODS)


def _answer(world: World, vendor: Vendor[Any], mount: str, path: str) -> Response:
    entry = world.log.write(
        at=world.clock.time(),
        vendor=vendor.name,
        method=request.method,
        path=path,
        query=request.args.to_dict(),
        headers={name: value for name, value in request.headers if name.lower() not in SECRET_HEADERS},
        body=request.get_data(),
    )

    def right() -> Response:
        return _right_answer(world, vendor, entry, mount)

    fault = world.faults.take(vendor.name, request.method, path)
    if fault is None:
        response = right()
    else:
        entry.fault = f"fault {fault.number}"
        response = _faulty_answer(world, vendor, fault, right)
    entry.status = response.status_code
    for name, value in vendor.headers().items():
        response.headers.setdefault(name, value)
    return response


def _right_answer(world: World, vendor: Vendor[Any], entry: Entry, mount: str) -> Response:
    asked: Request = request
    try:
        vendor.authorize(asked, entry.path)
        try:
            vendor.find(asked.method, mount, entry.path)
        except Problem as nobody:
            world.log.violate(entry, [nobody.message])
            raise
        if complaints := vendor.complaints(asked, mount, entry.path):
            world.log.violate(entry, complaints)
            raise vendor.refuse_description(complaints)
        return vendor.answer(asked, mount, entry.path)
    except Problem as problem:
        return vendor.problem(problem)


def _faulty_answer(world: World, vendor: Vendor[Any], fault: Fault, right: Callable[[], Response]) -> Response:
    over = world.is_over
    answer = right() if fault.has_effect else None
    if fault.seconds:
        over.wait(fault.seconds)
    if fault.is_mere_delay:
        # Whoever waited so long that the test is over must not touch the next one's world.
        return answer or (Response(status=503) if over.is_set() else right())
    if fault.drop:
        _break_connection()
        return Response(status=500)
    if fault.html:
        return Response(PAGE, fault.status or 200, fault.headers, mimetype="text/html")
    status = fault.status or 500
    if fault.body is not None:
        return Response(fault.body, status, fault.headers, mimetype="application/json")
    response = vendor.problem(Problem(status, HTTPStatus(status).phrase, code=fault.code or ""))
    response.headers.update(fault.headers)
    return response


def _break_connection() -> None:
    """Reset the connection under the answer."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
