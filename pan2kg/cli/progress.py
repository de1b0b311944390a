"""What is being done, said on a terminal while it takes time."""

from __future__ import annotations

import sys
from typing import Final

_BLANK: Final = "\r\x1b[K"
_WIDTH: Final = 76
"""Less than the narrowest usual terminal: a sentence that wraps could not be taken away again."""


class Progress:
    """Says on a terminal what is being done; elsewhere it is silent."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()

    def __call__(self, sentence: str) -> None:
        """Show a sentence in place of the one before."""
        if self._shows:
            sys.stderr.write(f"{_BLANK}{sentence[:_WIDTH]} …")
            sys.stderr.flush()

    def finish(self) -> None:
        """Take the last sentence away."""
        if self._shows:
            sys.stderr.write(_BLANK)
            sys.stderr.flush()
