"""Not more than one request a second, however fast the portal answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

GAP: Final = 1.0
"""The seconds between the beginnings of two requests, at least."""


@dataclass(slots=True)
class Pace:
    """Counts the time between requests; ``clock`` tells it in seconds, ``sleep`` lets it pass.

    >>> waited = []
    >>> pace = Pace(clock=lambda: 100.0, sleep=waited.append)
    >>> pace.wait(), pace.wait(), waited
    (None, None, [1.0])
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _free: float = field(default=float("-inf"), repr=False)

    def wait(self) -> None:
        """Return when the next request may begin."""
        now = self.clock()
        if now < self._free:
            self.sleep(self._free - now)
        self._free = max(now, self._free) + GAP

    def pause(self, seconds: float) -> None:
        """Let some time pass after a fault."""
        self.sleep(seconds)
