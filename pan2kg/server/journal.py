"""The file of the changes a writable service has taken; they are made again when the graph is loaded anew.

A line is a change as it was sent, in JSON. It is on the disk before the change is answered, so that what was answered
is kept; a last line that is cut off belongs to a change nobody was told had been made. What an update computes from the
time or from chance would be another value then, so that such an update is refused where there is a journal.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.evaluation import Change, apply
from pan2kg.server.inspection import words_of
from pan2kg.server.refusal import Refusal, why

VOLATILE: Final = frozenset({"NOW", "RAND", "UUID", "STRUUID"})
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOG = logging.getLogger("pan2kg.service")


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal that this service alone writes; ``lines`` is how many changes it had at the start."""

    path: Path
    file: int
    lines: int

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a journal or begin one; a last line that is cut off is taken away.

        Raises:
            ProjectError: it cannot be opened, or another service writes it.
        """
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            written = path.read_bytes()
            os.ftruncate(file, written.rfind(b"\n") + 1)
        except OSError as error:
            raise ProjectError("journal-not-opened", place=Place(str(path)), reason=reason(error)) from None
        return cls(path, file, written.count(b"\n"))

    def append(self, change: Change) -> None:
        """Write a change down; whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        size = os.fstat(self.file).st_size
        line = json.dumps(change).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self.file, line) :]
            os.fsync(self.file)
        except OSError:
            os.ftruncate(self.file, size)
            raise

    def replay(self, store: ox.Store) -> None:
        """Make all changes again, in their order; one that cannot be made any more is told in the log.

        Raises:
            ProjectError: a line is none of a journal.
        """
        for number, line in enumerate(self.path.read_bytes().splitlines(), 1):
            try:
                change = Change(*json.loads(line))
            except (ValueError, TypeError):
                raise ProjectError("journal-unreadable", place=Place(str(self.path), number)) from None
            outcome = apply(store, change)
            if isinstance(outcome, Refusal):
                _LOG.error("%s", why("journal-skipped", line=str(number), why=outcome.message))


def refuse_volatile(change: Change) -> Refusal | None:
    """Why a change cannot be made again as it is made now; None where it can.

    >>> refuse_volatile(Change("update", r"INSERT { ?a a ?n } WHERE { BIND (\\u006eow() AS ?n) }", "", "", [])).status
    400
    >>> refuse_volatile(Change("update", 'INSERT DATA { <a> <b> "now()" }', "", "", [])) is None
    True
    """
    # an engine may read escapes before words (SPARQL 1.1, 19.2)
    plain = _ESCAPE.sub(lambda found: chr(min(int(found[1] or found[2], 16), sys.maxunicode)), change.text)
    words = [*words_of(change.text), *words_of(plain)]
    found = next((one.text for one in words if one.kind == "word" and one.text.upper() in VOLATILE), None)
    return Refusal(400, why("journal-volatile", name=found)) if found else None
