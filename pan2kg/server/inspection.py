"""What a query or update would fetch or change, and whether a query is repeatable, read before it is evaluated.

The engine contacts the addresses of SERVICE and LOAD whenever it is told to and has no switch for it, so they are found
among the tokens and refused: in the worker, under its limits, since a long text takes long to look through. It cannot
open a connection either (:mod:`pan2kg.server.fork_server`). The graphs the protocol names for an update are written
into its text as USING clauses, as the engine takes them only there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pan2kg.server.refusal import Refusal, why
from pan2kg.turtle.writer import Token, calls, line_of, tokens

_HINTS = ("service", "from", "load", "clear", "drop", "create", "add", "move", "copy", "insert", "delete")
_VOLATILE_HINTS = ("now", "rand", "uuid", "bnode")
_SUSPECT = re.compile(r"service|(?:from|load|clear|drop|create|add|move|copy|insert|delete)(?!\w)", re.IGNORECASE)
_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\s*\(", re.IGNORECASE)
_CALLED = re.compile(r"service(?:\s|\#[^\n\r]*)*+(?:silent(?:\s|\#[^\n\r]*)*+)?<([^<>]*)>", re.IGNORECASE)
DEEPEST: Final = 1000
"""So deep brackets may stand in one another; the engine ends its process at some twice or three times that."""
_BRACKETS: Final = re.compile(
    r"""\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'
    |<[^<>"{}|^`\\\x00-\x20]*>|\#[^\n\r]*|(?P<opens>[({\[])|(?P<closes>[)}\]])""",
    re.VERBOSE | re.DOTALL,
)
_UPDATES = frozenset({"LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "INSERT", "DELETE"})


@dataclass(frozen=True, slots=True)
class QueryTraits:
    """What a query is like: whether it names its own graphs, whether two answers may differ."""

    own_dataset: bool = False
    volatile: bool = False


def words_of(text: str) -> list[Token]:
    """The tokens of SPARQL text without its comments.

    >>> [t.text for t in words_of(r"<http://e/\\u0041#x> SERVICE # so")]
    ['<http://e/\\\\u0041#x>', 'SERVICE']
    """
    return [token for token in tokens(text) if token.kind != "comment"]


def inspect_query(text: str, services: frozenset[str] = frozenset()) -> QueryTraits | Refusal:
    """The nature of a query, or why it is refused before it is evaluated.

    >>> inspect_query('SELECT * { ?s ?p "LOAD" }')
    QueryTraits(own_dataset=False, volatile=False)
    >>> inspect_query("ASK { SERVICE <http://e/> { ?s ?p ?o } }").status
    403
    """
    too_deep = refuse_depth(text)
    if too_deep:
        return too_deep
    lower, volatile = text.lower(), is_volatile(text)  # plain searches take a tenth of the time of the expressions
    if not any(hint in lower for hint in _HINTS) or not _SUSPECT.search(text):
        return QueryTraits(volatile=volatile)
    for call in calls(text, "SERVICE"):
        if not _is_allowed(text, call, services):
            return _refuse(text, call, "SERVICE", "refused-fetch")
    words = [(token, token.text.upper()) for token in words_of(text) if token.kind == "word"]
    for token, word in words:
        if word in _UPDATES:
            return _refuse(text, token, word, "refused-change")
    return QueryTraits(any(word == "FROM" for _, word in words), volatile)


def is_volatile(text: str) -> bool:
    """Whether two answers to a query may differ.

    >>> is_volatile("SELECT (rand() AS ?n) {}"), is_volatile("SELECT ?now {}")
    (True, False)
    """
    lower = text.lower()
    return any(hint in lower for hint in _VOLATILE_HINTS) and _VOLATILE.search(text) is not None


def refuse_depth(text: str) -> Refusal | None:
    """Why a text is refused that no engine reads: it would end its process.

    >>> refuse_depth("ASK " + "{" * 1001 + "}" * 1001).status, refuse_depth("ASK { VALUES (?a) {" + "(1)" * 5000 + "}}")
    (400, None)
    """
    if sum(map(text.count, "({[")) <= DEEPEST:
        return None
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += (found.lastgroup == "opens") - (found.lastgroup == "closes")
        if depth > DEEPEST:
            line, column = line_of(text, found.start())
            return Refusal(400, why("too-deep", number=str(DEEPEST), line=str(line), column=str(column)), line, column)
    return None


def inspect_update(text: str) -> Refusal | None:
    """Why an update is refused before it is applied: nothing is fetched because an update says so.

    >>> inspect_update("CLEAR ALL ; LOAD <http://e/>").sentence
    'LOAD is refused at line 1, column 13: nothing is fetched because an update says so.'
    """
    too_deep = refuse_depth(text)
    if too_deep:
        return too_deep
    for word in ("LOAD", "SERVICE"):
        for call in calls(text, word):
            return _refuse(text, call, word, "refused-load")
    return None


def _is_allowed(text: str, call: Token, services: frozenset[str]) -> bool:
    """Whether the word SERVICE stands before the address of an endpoint that may be asked."""
    following = _CALLED.match(text, call.start)
    return following is not None and following.group(1) in services


def _refuse(text: str, token: Token, word: str, key: str) -> Refusal:
    line, column = line_of(text, token.start)
    return Refusal(403, why(key, word=word, line=str(line), column=str(column)), line, column)


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
            message = why("no-own-dataset", word=word, line=str(line), column=str(column))
            edits.append(Refusal(400, message, line, column))
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
