"""What a command writes: its answer, what is said beside it, and how far it has come."""

import argparse
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pan2kg.errors import QueryError
from pan2kg.i18n import error_message
from pan2kg.project import BUNDLE_RECORD, BUNDLES, write_atomically

# what a terminal obeys instead of showing it, or by which it turns the order of what it shows
_SIGNALS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
_FOR_PEOPLE = frozenset(("text", "table", "md"))
_BLANK = "\r\x1b[K"
# less than the narrowest usual terminal: a sentence that wraps could not be taken away again
_WIDTH = 76


def harmless(text: str) -> str:
    r"""A text whose control characters are pictures of them: names and quotations are written by others.

    >>> harmless("a\x1b[2Jb\tc\x9b1m\r\n")
    'a␛[2Jb\tc�1m\r\n'
    """
    # the pictures of the first 32, and of the one behind the letters, stand in this order (Unicode,
    # U+2400)
    pictures = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}
    return _SIGNALS.sub(lambda match: chr(pictures.get(ord(match[0]), 0xFFFD)), text)


def emit(text: str | bytes, output: str | None = None, form: str = "text") -> None:
    if output:
        write_atomically(Path(output), text)
    elif isinstance(text, bytes):
        raise QueryError("spreadsheet-is-file")
    else:
        sys.stdout.write(harmless(text) if form in _FOR_PEOPLE else text)
        sys.stdout.flush()


def emit_lines(lines: Iterable[object]) -> None:
    emit("".join(f"{line}\n" for line in lines))


def tell(*messages: object) -> None:
    sys.stderr.write("".join(f"{harmless(str(message))}\n" for message in messages if message))


def tell_unbuilt() -> None:
    """Say it where the build left out the style sheet and the scripts, as it does without node."""
    if not any((folder / BUNDLE_RECORD).is_file() for folder in BUNDLES):
        tell(error_message("build-front-end"))


def width_of(options: argparse.Namespace) -> int:
    return shutil.get_terminal_size((120, 24)).columns if options.output is None else 120


@contextmanager
def interruptible() -> Iterator[None]:
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    source, sink = os.pipe()
    os.set_blocking(sink, False)

    def leave() -> None:
        # nothing is read where the work ended before
        if signal.SIGINT in os.read(source, 1):
            os._exit(130)

    thread = threading.Thread(target=leave, daemon=True)
    before = signal.set_wakeup_fd(sink)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(sink)
        thread.join()
        os.close(source)


class Progress:
    # a sentence on a terminal, until the next; at last, or with none, nothing
    def __init__(self, *, after: float = 0) -> None:
        self._shows = sys.stderr.isatty()
        self._from = time.monotonic() + after

    def __call__(self, sentence: str = "") -> None:
        if self._shows and (not sentence or time.monotonic() >= self._from):
            sys.stderr.write(f"{_BLANK}{sentence[:_WIDTH]} …" if sentence else _BLANK)
            sys.stderr.flush()

    finish = __call__
