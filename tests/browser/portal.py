"""A whole portal for the journeys: real web server, worker and beat, on the test's own database and Redis."""

import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection

from tools.environment import ROOT
from tools.guard import Guard, Server
from tools.services import free_port, last_lines

FLOW_SECRET = "what-salesforce-sends-to-the-journeys"
PATIENCE = 60.0  # seconds until it answers, on a busy machine


@dataclass
class LivePortal:
    """A running portal. Its parts can be stopped and started to see what people notice."""

    guard: Guard
    logs: Path
    port: int = field(default_factory=free_port)
    # Where it finds its database and Redis, when those are not the test's own.
    services: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address, without a trailing slash."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start web, worker and beat and wait until the pages answer and the worker takes work."""
        self._run_pages()
        queues = f"{settings.LIVE_PREFIX}.work,{settings.LIVE_PREFIX}.vendors"
        self._run(
            "worker", "celery", "-A", "config", "worker", "-P", "threads", "-c", "2", "-Q", queues, *QUIET, "-l", "INFO"
        )
        self._run("beat", "celery", "-A", "config", "beat", "-s", str(self.logs / "schedule"), "--pidfile=")
        self.await_pages()
        self.await_worker()

    def start_pages(self) -> None:
        """Start the web server alone and wait until it answers: a second door to the same data, with other settings."""
        self._run_pages()
        self.await_pages()

    def stop(self, name: str) -> None:
        """Stop "web", "worker" or "beat"."""
        self.guard.stop(name)

    def start_again(self, name: str) -> None:
        """Start a stopped part once more; the web server is waited for."""
        self.guard.start_again(name)
        if name == "web":
            self.await_pages()

    def await_pages(self) -> None:
        """Return when the web server answers."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                direct.open(f"{self.url}/healthz", timeout=5).close()
            except OSError:
                self._fail_if_ended("web", wait=0.05)
            else:
                return
        raise RuntimeError(f"The web server does not answer:\n{last_lines(self.logs / 'web.log')}")

    def await_worker(self) -> None:
        """Return when the worker has said that it is ready."""
        log = self.logs / "worker.log"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if log.read_text(errors="replace").rstrip().find(" ready.") >= 0:
                return
            self._fail_if_ended("worker", wait=0.05)
        raise RuntimeError(f"The worker does not become ready:\n{last_lines(log)}")

    def _fail_if_ended(self, name: str, *, wait: float) -> None:
        if any(ended.name == name for ended in self.guard.exits(wait=wait)):
            raise RuntimeError(f"The {name} ended:\n{last_lines(self.logs / f'{name}.log', 40)}")

    def _run_pages(self) -> None:
        self._run(
            "web", "uvicorn", "config.asgi:application", "--port", str(self.port), "--timeout-graceful-shutdown", "1"
        )

    def _run(self, name: str, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", module, *arguments]
        self.guard.start(
            Server(name=name, command=command, environment=self._environment(), log=self.logs / f"{name}.log")
        )

    def manage(self, *arguments: str) -> None:
        """Run a management command in this portal's environment."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        subprocess.run(command, env=self._environment(), check=True, stdout=subprocess.DEVNULL)

    def _environment(self) -> dict[str, str]:
        found = connection.settings_dict  # names the test database of this xdist worker
        host = f"{found['HOST']}:{found['PORT']}" if found["PORT"] else found["HOST"]
        return {
            **os.environ,
            "DATABASE_URL": f"postgres://{found['USER']}:{found['PASSWORD']}@{host}/{found['NAME']}",
            "REDIS_URL": settings.REDIS_URL,
            "LIVE_PREFIX": settings.LIVE_PREFIX,
            "BASE_URL": self.url,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "MAIL_TRANSPORT": "django.core.mail.backends.dummy.EmailBackend",
            "SALESFORCE_FLOW_SECRETS": FLOW_SECRET,
            "SWEEP_SECONDS": "2",
            "LOG_LEVEL": "INFO",
            "PYTHONUNBUFFERED": "1",
            **self.services,
        }


QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")
