"""Keeping the text of a document beside the graph, or hashes of it, so that a check can hold quotations against it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from pan2kg.coherence.uses import key
from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, read_text, reason, write_atomically
from pan2kg.review.basis import own
from pan2kg.review.readings import document_named
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, select
from pan2kg.validation.quotations import RUN, KeptText, hashes_of, read_hashes


@dataclass(frozen=True, slots=True)
class Keeping:
    """The name of the file that was written, and how many of the quotations from the document stand in it."""

    name: str
    standing: int
    quoted: int


def keep(project: Project, store: Store, file: Path, document: str, *, as_hashes: bool = False) -> Keeping:
    """Keep a text of a document under its key; the other form of it, text or hashes, is taken away.

    Raises:
        QueryError: no document has that name.
        ProjectError: there are no files to write to, or the text has hardly a word, is not UTF-8 or cannot be kept.
    """
    own(project)
    found = document_named(store, project, document)
    text = read_text(file)
    if len(text.split()) < RUN:
        raise ProjectError("no-words", place=Place(str(file)), remedy="name-text")
    quotes = select(store, program_query("review/quotes-of", document=found)).values("quote")
    path = project.texts / f"{key(found)}{'.hashes' if as_hashes else '.txt'}"
    content = hashes_of(text, secrets.token_hex(16)) if as_hashes else text
    name = project.name_of(path)
    kept = read_hashes(key(found), name, content) if as_hashes else KeptText(key(found), name, text)
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
        path.with_suffix(".txt" if as_hashes else ".hashes").unlink(missing_ok=True)
    except OSError as error:
        raise ProjectError("cannot-write-there", place=Place(str(path)), reason=reason(error)) from None
    return Keeping(name, sum(kept.holds(one) is True for one in quotes), len(quotes))
