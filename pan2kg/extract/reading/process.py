"""Reads a file in a process of its own, with limits: a damaged or hostile file ends that process and nothing else."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import Document, from_json, to_json
from pan2kg.extract.reading.formats import read_bytes
from pan2kg.extract.reading.options import MEGABYTE, Limits, Options
from pan2kg.i18n.message import pack, unpack
from pan2kg.project import reason

_HERE: Final = (".txt", ".md", ".markdown")
"""Formats whose readers are our own and go through a file once: no process is started for them."""


def read_document(path: Path, options: Options | None = None) -> Document:
    """The document in a file.

    Raises:
        OutlineError: the file cannot be read, is empty, locked, damaged, scanned, of a format that is not read, or
            costs more than the limits.
    """
    options = options or Options()
    if not path.is_file():  # a pipe would be waited for
        code = errno.EISDIR if path.exists() else errno.ENOENT
        raise OutlineError("cannot-read-file", place=Place(str(path)), reason=os.strerror(code).lower())
    if path.suffix.lower() in _HERE:
        return read_bytes(_bytes(path), str(path), options)
    return _apart(path, options)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutlineError("cannot-read-file", place=Place(str(path)), reason=reason(error)) from None


def _apart(path: Path, options: Options) -> Document:
    """The document, read by a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*sys.path, os.environ.get("PYTHONPATH")]))}
    order = json.dumps({"path": str(path), **asdict(options)})
    done = subprocess.run(
        [sys.executable, "-m", "pan2kg.extract.reading.process"],
        input=order.encode(),
        capture_output=True,
        env=environment,
        check=False,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise _stopped(done.returncode, path, options.limits) from None
    if "document" in answer:
        return from_json(answer["document"])
    remedy = unpack(answer["remedy"]) if answer["remedy"] else None
    raise OutlineError(unpack(answer["error"]), place=Place(str(path), answer["line"]), remedy=remedy)


def _stopped(code: int, path: Path, limits: Limits) -> OutlineError:
    place = Place(str(path))
    if code == -getattr(signal, "SIGXCPU", signal.SIGKILL):
        return OutlineError(
            "reading-took-too-long", place=place, remedy="fewer-pages-or-more-limit", seconds=limits.seconds
        )
    return OutlineError(
        "reading-took-too-much", place=place, remedy="fewer-pages-or-more-limit", megabytes=limits.memory
    )


def main() -> None:
    """Read what standard input names, and write the document or what is wrong with it to standard output."""
    order = json.loads(sys.stdin.buffer.read())
    path = Path(order.pop("path"))
    options = Options(**{**order, "limits": Limits(**order["limits"])})
    _limit(options.limits)
    answer: dict[str, object]
    try:
        answer = {"document": to_json(read_bytes(_bytes(path), str(path), options))}
    except OutlineError as error:
        line = error.place.line if error.place else None
        answer = {"error": pack(error.message), "remedy": error.remedy and pack(error.remedy), "line": line}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _limit(limits: Limits) -> None:
    """Set the limits of this process, where the system knows such."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory * MEGABYTE, limits.memory * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
