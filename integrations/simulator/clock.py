"""The simulator's own time, which can be set, moved and stopped."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Runs like the machine's until somebody moves it. All times are aware and in UTC."""

    def __init__(self) -> None:
        """The machine's time."""
        self._lock = threading.Lock()
        self._ahead = 0.0
        self._stands_at: float | None = None
        self._moved: list[Callable[[], None]] = []

    def time(self) -> float:
        """Seconds since 1970."""
        with self._lock:
            return time.time() + self._ahead if self._stands_at is None else self._stands_at

    def now(self) -> datetime:
        """The same as a datetime."""
        return datetime.fromtimestamp(self.time(), UTC)

    def step(self, **span: float) -> None:
        """Let time pass at once: `step(minutes=5)`, with the words of timedelta."""
        self._set(self.time() + timedelta(**span).total_seconds())

    def set(self, moment: datetime) -> None:
        """Make it this time; it may lie in the past."""
        self._set(moment.timestamp())

    def stop(self) -> None:
        """Stand still: everything happens in the same second until the clock is moved or goes on."""
        now = self.time()
        with self._lock:
            self._stands_at = now

    def go(self) -> None:
        """Run on from where it stands."""
        now = self.time()
        with self._lock:
            self._stands_at = None
            self._ahead = now - time.time()

    def reset(self) -> None:
        """The machine's time again."""
        with self._lock:
            self._ahead, self._stands_at = 0.0, None

    @property
    def ahead(self) -> float:
        """How many seconds it is ahead of the machine's; negative behind it."""
        return self.time() - time.time()

    @property
    def is_running(self) -> bool:
        """Whether it goes on by itself."""
        return self._stands_at is None

    def when_moved(self, listener: Callable[[], None]) -> None:
        """Call this after every step."""
        self._moved.append(listener)

    def _set(self, seconds: float) -> None:
        with self._lock:
            if self._stands_at is None:
                self._ahead = seconds - time.time()
            else:
                self._stands_at = seconds
        for listener in self._moved:
            listener()
