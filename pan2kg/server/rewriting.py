"""The graphs the protocol names for an update, written into its text as USING clauses.

SPARQL 1.1 Protocol 2.2.3: ``using-graph-uri`` and ``using-named-graph-uri`` stand for USING and
USING NAMED in every operation that has a WHERE, and do not go with a USING or WITH of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from pan2kg.server.inspection import words_of
from pan2kg.server.request import Refusal
from pan2kg.turtle.tokens import Token, line_of


def add_using(text: str, default: tuple[str, ...], named: tuple[str, ...]) -> str | Refusal:
    """The update over the given graphs.

    >>> add_using("INSERT { ?s a <b> } WHERE { ?s a <a> } ; CLEAR <c>", ("http://e/g",), ())
    'INSERT { ?s a <b> } USING <http://e/g> WHERE { ?s a <a> } ; CLEAR <c>'
    >>> add_using("DELETE WHERE { ?s a <a> }", (), ("http://e/g",))
    'DELETE { ?s a <a> } USING NAMED <http://e/g> WHERE { ?s a <a> }'
    >>> add_using("WITH <g> DELETE { ?s a <a> } WHERE { ?s a <a> }", ("http://e/g",), ()).status
    400
    """
    if not default and not named:
        return text
    clause = "".join([*(f"USING <{iri}> " for iri in default), *(f"USING NAMED <{iri}> " for iri in named)])
    changed, copied = [], 0
    for edit in _edits(text):
        if isinstance(edit, Refusal):
            return edit
        changed += [text[copied : edit.where], edit.before, clause]
        copied = edit.where
    return "".join([*changed, text[copied:]])


@dataclass(frozen=True, slots=True)
class _Edit:
    where: int
    before: str = ""


def _edits(text: str) -> list[_Edit | Refusal]:
    """Where a clause belongs: before each WHERE that stands outside all braces."""
    edits: list[_Edit | Refusal] = []
    depth = 0
    found = words_of(text)
    for place, token in enumerate(found):
        depth += (token.text == "{") - (token.text == "}")
        word = token.text.upper() if token.kind == "word" and depth == 0 else ""
        if word in ("USING", "WITH"):
            line, column = line_of(text, token.start)
            said = f"{word} at line {line}, column {column} does not go with graphs named by the request."
            edits.append(Refusal(400, said, line, column))
        elif word == "WHERE":
            short = place > 0 and found[place - 1].text.upper() == "DELETE"
            edits.append(_Edit(token.start, _pattern(text, found[place + 1 :]) if short else ""))
    return edits


def _pattern(text: str, following: list[Token]) -> str:
    """The braces after DELETE WHERE, which are both what is matched and what is deleted."""
    depth = 0
    for token in following:
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            return text[following[0].start : token.start + 1] + " "
    return ""
