"""Rules of the house that are read off the source."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = [
    "accounts",
    "activity",
    "api",
    "chat",
    "demo",
    "integrations",
    "mailroom",
    "milestones",
    "notifications",
    "subscriptions",
    "workstreams",
]
REQUEST_ROOMS = ("views", "api", "forms", "filters")


def unguarded_queries(source: str) -> list[int]:
    """Lines that use a manager without going through visible_to()."""
    attributes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    guarded = {id(node.value) for node in attributes if node.attr == "visible_to"}
    return [
        node.lineno for node in attributes if node.attr in {"objects", "_default_manager"} and id(node) not in guarded
    ]


def request_modules() -> list[Path]:
    """Every module that reads a request, whether a file or a package split by subject."""
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            rooms = {path.stem, *path.relative_to(ROOT / app).parent.parts}
            if rooms & set(REQUEST_ROOMS):
                found.append(path)
    return found


# The demo is the demonstration's own: it has no tenants to keep apart and is not installed elsewhere.
@pytest.mark.parametrize(
    "path", [p for p in request_modules() if p.parts[len(ROOT.parts)] != "demo"], ids=lambda p: str(p.relative_to(ROOT))
)
def test_requests_reach_rows_only_through_the_tenancy_rule(path: Path) -> None:
    assert unguarded_queries(path.read_text()) == []


def test_the_reader_notices_a_query_that_goes_around_the_rule() -> None:
    assert unguarded_queries("rows = WorkStream.objects.filter(pk=1)") == [1]
    assert unguarded_queries("rows = WorkStream.objects.visible_to(user)") == []


@pytest.mark.parametrize("app", APPS)
def test_no_behaviour_hides_in_signals_or_save(app: str) -> None:
    for path in (ROOT / app).rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert "save" not in names, f"{path} overrides save()"
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert "django.db.models.signals" not in modules, f"{path} listens to model signals"


def imported_by(path: Path) -> set[str]:
    """The modules that a file imports."""
    tree = ast.parse(path.read_text())
    plain = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return plain | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_the_simulators_stay_out_of_production() -> None:
    """The image does not hold them, so nothing that runs there may import them."""
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {"integrations/simulator", "integrations/*/simulator"} <= set(left_out)
    for app in [*APPS, "config"]:
        for path in (ROOT / app).rglob("*.py"):
            if "simulator" not in path.relative_to(ROOT).parts:
                assert not [name for name in imported_by(path) if "simulator" in name.split(".")], path
