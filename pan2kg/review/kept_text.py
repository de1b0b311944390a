"""The text of a document that a project keeps beside its graph, so that quotations can be held against it."""

import secrets
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, cannot_write, read_text, write_atomically
from pan2kg.review.files import own
from pan2kg.review.typed import document_named
from pan2kg.store import program_query
from pan2kg.store.store import Store, select
from pan2kg.turtle import key
from pan2kg.validation.quotations import RUN, Comparison, KeptText, hashes_of, judge, read_hashes

_SALT_BYTES = 16


class KeptQuotations(NamedTuple):
    """What came of keeping a text: its file, and how many of the quotations from its document stand in it."""

    file: str
    standing: int
    number: int


def keep(
    project: Project, store: Store, file: Path, document: str, *, as_hashes: bool = False
) -> KeptQuotations:
    """Keep a text of a document; ``as_hashes`` only what tells whether words stand in it.

    Raises:
        ProjectError: the file cannot be read or written, or holds too few words.
    """
    own(project)
    subject = document_named(store, project, document)
    name = key(subject)
    words = read_text(file)
    if len(words.split()) < RUN:
        raise ProjectError("document-empty", place=Place(str(file)), remedy="name-text")
    plain = project.texts / f"{name}.txt"
    hashed = project.texts / f"{name}.hashes"
    if as_hashes:
        content = hashes_of(words, secrets.token_hex(_SALT_BYTES))
        kept = read_hashes(name, project.name_of(hashed), content)
        _write_in_place(hashed, content, plain)
    else:
        kept = KeptText(name, project.name_of(plain), words)
        _write_in_place(plain, words, hashed)
    quotes = select(store, program_query("review/quotes-of", document=subject)).values("quote")
    comparisons = [judge(quote, [name], {name: kept}) for quote in quotes]
    return KeptQuotations(kept.name, comparisons.count(Comparison.STANDS), len(quotes))


def _write_in_place(path: Path, content: str, former: Path) -> None:
    """Write a file in the place of the other that may be kept of the same document."""
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
        former.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None
