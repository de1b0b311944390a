"""When the data are loaded anew while the service runs: when it is told to, or its files have changed.

Who runs the service tells it by a signal (SIGHUP), or asks that it looks at the files
(``--watch``). How they are loaded, in another process, is the matter of
:mod:`pan2kg.server.keeper`.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Pan2kgError
from pan2kg.server.protocol import why

_LOG = logging.getLogger("pan2kg.service")


class _FileStamp(NamedTuple):
    """What tells a state of a file from others, as far as a look at its folder shows: bytes, and nanoseconds."""

    path: str
    size: int
    changed_at: int


class Reloading:
    """Calls ``reload`` when it is ``wanted``, and when a look shows other files, every so many ``seconds``.

    Where no seconds are set it does not look. Files that changed since the last look are left until
    they stay as they are: somebody may be writing them.
    """

    def __init__(
        self, reload: Callable[[], None], files: Callable[[], list[Path]], seconds: float = 0.0
    ) -> None:
        self.reload = reload
        self.files = files
        self.seconds = seconds
        self.wanted = threading.Event()

    def start(self) -> None:
        """Begin to look, in a thread of its own that ends with the process."""
        threading.Thread(target=self._run, name="reload", daemon=True).start()

    def _run(self) -> None:
        stamps = self._look()
        loaded = stamps
        is_settled = False
        while True:
            if self.wanted.is_set() or (is_settled and stamps != loaded):
                self.wanted.clear()
                try:
                    self.reload()
                except (Pan2kgError, OSError) as error:
                    # a sentence; its traceback says nothing
                    _LOG.error("%s", why("not-loaded-anew", error=str(error)))
                loaded = stamps
            self.wanted.wait(self.seconds or None)
            latest = self._look()
            is_settled = latest == stamps
            stamps = latest

    def _look(self) -> list[_FileStamp]:
        stamps = []
        for path in self.files():
            with suppress(FileNotFoundError):  # it went since it was listed
                status = path.stat()
                stamps.append(_FileStamp(str(path), status.st_size, status.st_mtime_ns))
        return stamps
