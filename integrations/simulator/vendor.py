"""What every vendor's simulator is made of: routes, acts, and a state that can be kept."""

import functools
import inspect
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from integrations.simulator.description import Description

if TYPE_CHECKING:
    from integrations.simulator.courier import Parcel
    from integrations.simulator.world import World

# JSON; or JSON with a status; or with headers, too; or a whole response.
Answer = Response | dict[str, Any] | list[Any] | tuple[Any, int] | tuple[Any, int, dict[str, str]]
S = TypeVar("S")
V = TypeVar("V", bound="Vendor[Any]")
P = ParamSpec("P")
R = TypeVar("R")


class Problem(Exception):
    """A refusal; the vendor puts it into its own shape. `code` is the vendor's word for it, "" its usual one."""

    def __init__(self, status: int, message: str = "", *, code: str = "", **more: Any) -> None:
        """Keep everything."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.more = more


@dataclass(frozen=True)
class Mount:
    """A part of a vendor's addresses on our port, and its description: none where only files or pages are served."""

    prefix: str
    description: Path | None


@dataclass(frozen=True)
class _Route:
    method: str
    path: str
    mount: str | None


def route(method: str, path: str, *, mount: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a method answer these requests. It gets the request and the path's variables. No `mount`: the vendor's first.

    Where several fit, the path with fewer variables wins.
    """

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.__dict__.setdefault("_routes", []).append(_Route(method, path, mount))
        return function

    return mark


def act(function: Callable[Concatenate[V, P], R]) -> Callable[Concatenate[V, P], R]:
    """Make a method something that happens on the vendor's side: for tests, the console and the control API.

    Its arguments are named, and text where the console is to offer it; what it returns can be written as JSON.
    """

    @functools.wraps(function)
    def locked(self: V, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            try:
                return function(self, *args, **kwargs)
            finally:
                self.world.has_changed()

    locked.__dict__["_is_act"] = True
    return locked


class Vendor(Generic[S]):
    """A vendor's side. Everything it knows is in `state`; whoever touches that holds `lock`."""

    name: ClassVar[str]
    title: ClassVar[str]
    mounts: ClassVar[tuple[Mount, ...]]
    # The Jinja template of its part of the console page, in the `templates` folder of its package; "" for none.
    panel: ClassVar[str] = ""
    # The dataclass of its state; made without arguments.
    State: type[S]

    def __init__(self, world: "World") -> None:
        """A vendor that knows nothing yet."""
        self.world = world
        self.clock = world.clock
        self.courier = world.courier
        self.log = world.log
        self.lock = threading.RLock()
        self.state: S = self.State()
        self._descriptions = {
            mount.prefix: Description(mount.description) for mount in self.mounts if mount.description
        }
        self._maps = {mount.prefix: Map(list(self._rules(mount.prefix)), strict_slashes=False) for mount in self.mounts}
        self.reset()

    # --- What a vendor says for itself

    def authorize(self, request: Request, path: str) -> None:
        """Look at who asks. Raises: Problem."""

    def problem(self, problem: Problem) -> Response:
        """A refusal in the vendor's own words."""
        raise NotImplementedError

    def refuse_description(self, complaints: list[str]) -> Problem:
        """What the vendor says to a request that it cannot make sense of."""
        return Problem(400, "; ".join(complaints))

    def headers(self) -> dict[str, str]:
        """What stands on every answer."""
        return {}

    def begin(self) -> None:
        """Put in what is there from the start; called with a fresh state."""

    def retry_after(self, parcel: "Parcel", status: int | None) -> float | None:  # noqa: ARG002  for those who retry
        """In how many seconds a webhook with this answer (None: there was none) is tried again; None: never."""
        return None

    def summary(self) -> dict[str, Any]:
        """What the console's panel is drawn from."""
        return {}

    # --- What the frame does

    @classmethod
    def panel_folder(cls) -> Path:
        """Where the template of its panel lies: `templates` beside the module of its class."""
        return Path(inspect.getfile(cls)).parent / "templates"

    def reset(self) -> None:
        """Forget everything and begin anew."""
        with self.lock:
            self.state = self.State()
            self.begin()

    def answer(self, request: Request, mount: str, path: str) -> Response:
        """Do what is asked. Raises: Problem."""
        function, variables = self.find(request.method, mount, path)
        with self.lock:
            try:
                return as_response(function(self, request, **variables))
            finally:
                if request.method != "GET":
                    self.world.has_changed()

    def complaints(self, request: Request, mount: str, path: str) -> list[str]:
        """What the description has against a request."""
        description = self._descriptions.get(mount)
        return description.complaints(request, path) if description else []

    def find(self, method: str, mount: str, path: str) -> tuple[Callable[..., Any], Mapping[str, Any]]:
        """What answers there, and the variables of the path. Raises: Problem when nothing does."""
        try:
            return self._maps[mount].bind("vendor").match(path, method)
        except HTTPException as wrong:
            raise Problem(wrong.code or 404, f"{method} {path} is not one of {self.title}'s") from wrong

    def acts(self) -> dict[str, Callable[..., Any]]:
        """What can happen on its side, by name."""
        names = [name for name in dir(type(self)) if getattr(getattr(type(self), name), "_is_act", False)]
        return {name: getattr(self, name) for name in names}

    def _rules(self, prefix: str) -> Iterator[Rule]:
        first = self.mounts[0].prefix
        for name in dir(type(self)):
            function = getattr(type(self), name)
            for mark in getattr(function, "_routes", ()):
                if (mark.mount or first) == prefix:
                    yield Rule(mark.path, methods=[mark.method], endpoint=function)


def as_response(answer: Answer) -> Response:
    """What a route returned, as a response."""
    if isinstance(answer, Response):
        return answer
    body, status, headers = (*answer, *(200, {})[len(answer) - 1 :]) if isinstance(answer, tuple) else (answer, 200, {})
    return Response(json.dumps(body), status, headers, mimetype="application/json")
