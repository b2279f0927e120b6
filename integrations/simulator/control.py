"""The control API below `/_/`: what tests in other processes and the console's forms do to the vendors' side.

Whoever sends JSON gets JSON; a form is led back to the console.
"""

import inspect
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from integrations.simulator.vendor import Problem
from integrations.simulator.world import World

pages = Blueprint("control", __name__, url_prefix="/_")
NUMBERS = {"status": int, "seconds": float, "skip": int, "times": int, "chance": float}
FLAGS = ("html", "drop", "has_effect")
# What the console offers.
PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "429": ("429, too many requests", {"status": 429, "headers": {"Retry-After": "10"}}),
    "429-bare": ("429 without a time", {"status": 429}),
    "503": ("503, away", {"status": 503}),
    "500": ("500, broken", {"status": 500}),
    "500-done": ("500, although it was done", {"status": 500, "has_effect": True}),
    "401": ("401, token refused", {"status": 401}),
    "403": ("403, not allowed", {"status": 403}),
    "404": ("404, not there", {"status": 404}),
    "422": ("422, refused", {"status": 422}),
    "html": ("a page of HTML instead of JSON", {"html": True}),
    "drop": ("no answer, the connection breaks", {"drop": True}),
    "drop-done": ("no answer, although it was done", {"drop": True, "has_effect": True}),
    "slow": ("the right answer, after 30 seconds", {"seconds": 30}),
    "slow-done": ("done at once, answered after 30 seconds", {"seconds": 30, "has_effect": True}),
}
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
WORDS = ("vendor", "method", "path", "code", "headers", "body")


@pages.before_request
def only_from_here() -> None:
    """No page elsewhere plays with it."""
    if request.method != "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


@pages.get("/")
def everything() -> ResponseReturnValue:
    """The clock, the faults, the violations, and what can be played."""
    world = _world()
    return jsonify(
        now=world.clock.now().isoformat(),
        running=world.clock.is_running,
        acts={name: sorted(vendor.acts()) for name, vendor in world.vendors.items()},
        faults=[asdict(fault) for fault in world.faults.standing()],
        violations=world.log.violations,
        requests=len(world.log.of()),
    )


@pages.post("/reset")
def reset() -> ResponseReturnValue:
    """Everything anew."""
    _world().reset()
    return _done()


@pages.post("/clock")
def clock() -> ResponseReturnValue:
    """`{"step": seconds}`, `{"set": "2026-03-01T10:00:00Z"}`, `{"stop": true}` or `{"go": true}`."""
    found, wanted = _world().clock, _said()
    if "step" in wanted:
        found.step(seconds=float(wanted["step"]))
    if "set" in wanted:
        moment = datetime.fromisoformat(wanted["set"])
        found.set(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    if wanted.get("stop"):
        found.stop()
    if wanted.get("go"):
        found.go()
    return _done({"now": found.now().isoformat()})


@pages.get("/requests")
def requests() -> ResponseReturnValue:
    """The requests to a vendor: `?vendor=intercom&method=POST&path=/conversations*`."""
    entries = _world().log.of(**{name: request.args.get(name, "*") for name in ("vendor", "method", "path")})
    return jsonify([{**asdict(entry), "body": entry.body.decode(errors="replace")} for entry in entries])


@pages.post("/faults")
def add_fault() -> ResponseReturnValue:
    """A rule in the words of `faults.Fault`, or one of PRESETS; `times` 0 lets it stand until it is removed."""
    wanted = _said()
    wanted |= PRESETS.get(wanted.pop("preset", ""), ("", {}))[1]
    what: dict[str, Any] = {name: kind(wanted[name]) for name, kind in NUMBERS.items() if wanted.get(name) is not None}
    what |= {name: wanted[name] in {True, "1", "on"} for name in FLAGS if name in wanted}
    what |= {name: wanted[name] for name in WORDS if name in wanted}
    if what.get("times") == 0:
        what["times"] = None
    return _done(asdict(_world().faults.add(**what)))


@pages.post("/faults/<int:number>/remove")
def remove_fault(number: int) -> ResponseReturnValue:
    """Take one away."""
    _world().faults.remove(number)
    return _done()


@pages.post("/faults/clear")
def clear_faults() -> ResponseReturnValue:
    """All goes well again."""
    _world().faults.clear()
    return _done()


@pages.post("/webhooks")
def disturb() -> ResponseReturnValue:
    """What is to happen to the next webhooks: `{"what": "drop", "vendor": "intercom", "topic": "*", "times": 1}`."""
    wanted = _said()
    _world().courier.disturb(
        wanted["what"],
        vendor=wanted.get("vendor", "*"),
        topic=wanted.get("topic", "*"),
        times=int(wanted.get("times", 1)),
        seconds=float(wanted.get("seconds", 0)),
    )
    return _done()


@pages.post("/<vendor>/<name>")
def play(vendor: str, name: str) -> ResponseReturnValue:
    """Let something happen on a vendor's side; the arguments are those of its act. Uploaded files are handed on."""
    vendors = _world().vendors
    acts = vendors[vendor].acts() if vendor in vendors else {}
    if name not in acts:
        abort(404)
    wanted = _said() | {field: file for field, file in request.files.items() if file.filename}
    known = inspect.signature(acts[name]).parameters
    try:
        result = acts[name](**{word: value for word, value in wanted.items() if word in known})
    except Problem as problem:
        if request.mimetype in FORMS:
            return _done(part=vendor, said=problem.message)
        return jsonify(error=problem.message), problem.status
    return _done(result, part=vendor)


def _world() -> World:
    found: World = current_app.config["WORLD"]
    return found


def _said() -> dict[str, Any]:
    """What the caller sent: JSON, or the filled fields of a form."""
    if request.is_json:
        found: dict[str, Any] = request.get_json()
        return found
    return {name: value for name, value in request.form.items() if value != ""}


def _done(result: Any = None, *, part: str = "", said: str = "") -> ResponseReturnValue:
    """JSON; or for a form the console, where `part` of it was and with what is to be said."""
    if request.mimetype not in FORMS:
        return jsonify(result)
    then = request.form.get("then", "")
    place = then if then.startswith(("?", "#")) else f"#{part}"
    if said:
        place = f"?{urlencode({'said': said})}#{part}"
    return redirect(f"/{place}", 303)
