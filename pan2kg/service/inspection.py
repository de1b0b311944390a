"""Looking at a query or an update before it is evaluated: what it would fetch, change, or never say twice.

The engine contacts SERVICE and LOAD addresses when told to and has no switch for it, so they are
found here by tokens; the workers cannot open a connection either (see ``worker``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pan2kg.lexer import Token, line_of, may_hide, tokens
from pan2kg.service.refusal import Refusal

_HINTS = ("service", "from", "load", "clear", "drop", "create", "add", "move", "copy", "insert", "delete")
_VOLATILE_HINTS = ("now", "rand", "uuid", "bnode")
_SUSPECT = re.compile(r"service|(?:from|load|clear|drop|create|add|move|copy|insert|delete)(?!\w)", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}")
_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\s*\(", re.IGNORECASE)
_UPDATES = frozenset({"LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "INSERT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Nature:
    """What a query is like: whether it names its own graphs, whether two answers may differ."""

    own_dataset: bool = False
    volatile: bool = False


def words_of(text: str) -> list[Token]:
    """The tokens of SPARQL text; an escape in an IRI or a string never hides what follows it.

    >>> [t.text for t in words_of(r"<http://e/\\u0041#x> SERVICE")]
    ['<http://e/xxxxxx#x>', 'SERVICE']
    """
    plain = _ESCAPE.sub(lambda match: "x" * len(match.group()), text)
    return [token for token in tokens(plain) if token.kind != "comment"]


def inspect_query(text: str, services: frozenset[str] = frozenset()) -> Nature | Refusal:
    """The nature of a query, or why it is refused before it is evaluated.

    >>> inspect_query('SELECT * { ?s ?p "LOAD" }')
    Nature(own_dataset=False, volatile=False)
    >>> inspect_query("ASK { SERVICE <http://e/> { ?s ?p ?o } }").status
    403
    """
    lower = text.lower()  # plain searches first: they take a tenth of the time of the expressions
    volatile = any(hint in lower for hint in _VOLATILE_HINTS) and _VOLATILE.search(text) is not None
    if not any(hint in lower for hint in _HINTS) or not _SUSPECT.search(text):
        return Nature(volatile=volatile)
    found = words_of(text)
    for place, token in enumerate(found):
        word = token.text.upper() if token.kind == "word" else ""
        if word in _UPDATES:
            return _refuse(text, token, word, "a query changes nothing.")
        is_plain = word == "SERVICE"
        if may_hide(token, "SERVICE") and not (is_plain and _allowed(found[place + 1 : place + 3], services)):
            return _refuse(text, token, "SERVICE", "no other host is contacted because a query says so.")
    return Nature(any(token.kind == "word" and token.text.upper() == "FROM" for token in found), volatile)


def inspect_update(text: str) -> Refusal | None:
    """Why an update is refused before it is applied: nothing is fetched because an update says so.

    >>> inspect_update("CLEAR ALL ; LOAD <http://e/>").sentence
    'LOAD is refused at line 1, column 13: nothing is fetched because an update says so.'
    """
    for token in words_of(text):
        for word in ("LOAD", "SERVICE"):
            if may_hide(token, word):
                return _refuse(text, token, word, "nothing is fetched because an update says so.")
    return None


def _allowed(following: list[Token], services: frozenset[str]) -> bool:
    after = [token for token in following if token.text.upper() != "SILENT"]
    return bool(after) and after[0].kind == "iri" and after[0].text[1:-1] in services


def _refuse(text: str, token: Token, word: str, why: str) -> Refusal:
    line, column = line_of(text, token.start)
    return Refusal(403, f"{word} is refused at line {line}, column {column}: {why}", line, column)
