"""The console page: everything the other side can do, by plain forms."""

from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader

from integrations.simulator.control import PRESETS
from integrations.simulator.world import World

HERE = Path(__file__).parent / "templates"
SHOWN_REQUESTS = 60


def add(app: Flask, world: World) -> None:
    """Serve the console at the root."""
    folders = {name: FileSystemLoader(vendor.panel_folder()) for name, vendor in world.vendors.items() if vendor.panel}
    app.jinja_loader = ChoiceLoader([FileSystemLoader(HERE), PrefixLoader(folders)])
    app.jinja_env.filters["clock"] = _clock

    @app.get("/")
    def page() -> str:
        vendors = []
        for vendor in world.vendors.values():
            with vendor.lock:
                vendors.append({"name": vendor.name, "title": vendor.title, "panel": vendor.panel, **vendor.summary()})
        return render_template(
            "console.html",
            world=world,
            vendors=vendors,
            requests=world.log.of()[-SHOWN_REQUESTS:][::-1],
            count=len(world.log.of()),
            presets=[(name, title) for name, (title, _) in PRESETS.items()],
            said=request.args.get("said", ""),
            webhooks=world.courier.history[-30:][::-1],
            waiting=world.courier.waiting(),
        )


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
