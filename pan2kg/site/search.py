"""Finding things by name, blind to accents and case: SQLite's full-text search over the names in the index."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pan2kg.graph.labels import Labels

_WORD: Final = re.compile(r"\w+")
MOST: Final = 100
"""How many things are found at most."""


@dataclass(frozen=True)
class Finder:
    """A full-text index in memory; one lock, since SQLite's connection is shared by threads."""

    connection: sqlite3.Connection
    lock: Lock

    def find(self, words: str, *, limit: int = MOST) -> list[str]:
        """The IRIs of things whose names or key have all the words, the last of them perhaps unfinished; best first."""
        found = _WORD.findall(words)[:12]
        if not found:
            return []
        asked = " ".join(f'"{word}"*' for word in found)
        with self.lock:
            rows = self.connection.execute(
                "SELECT iri FROM names WHERE names MATCH ? ORDER BY rank, iri LIMIT ?", (asked, limit)
            ).fetchall()
        return [iri for (iri,) in rows]


def build_finder(index: Labels) -> Finder:
    """An index of everything that has a page.

    >>> from pan2kg.graph.graph import open_graph
    >>> from pan2kg.graph.labels import read_labels
    >>> build_finder(read_labels(open_graph().store)).find("travail forcé") == []
    False
    """
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute(
        "CREATE VIRTUAL TABLE names USING fts5(iri UNINDEXED, name, key, tokenize='unicode61 remove_diacritics 2')"
    )
    rows = [(e.iri, " ".join([e.notation, *e.texts.values()]), e.key) for e in index.entries.values() if e.has_page]
    connection.executemany("INSERT INTO names VALUES (?, ?, ?)", rows)
    return Finder(connection, Lock())
