"""The text of a SPARQL query before and after it is asked: prefixes declared, what is refused, what was wrong.

A store asks :func:`refuse_fetching` of every query before its engine sees it, and says by
:func:`syntax_error` what an engine found wrong. Whoever takes queries that people write declares by
:func:`with_prefixes` what they leave out.
"""

import re
from collections.abc import Mapping

from pan2kg.errors import Place, QueryError
from pan2kg.i18n import Message, error_message
from pan2kg.turtle import tokens
from pan2kg.turtle.writer import calls, line_of, prefixes_used

UPDATES = ("LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "INSERT", "DELETE")
"""The words updates begin with."""
_REFUSED = {"SERVICE": "no-fetching"} | dict.fromkeys(UPDATES, "read-only")
"""The words that are refused, each with the message that says why."""
_ALONE = r"(?<![^\W\d])(?:{})(?!\w)"
"""A word that is no part of a longer one, as ``add`` is of ``pan:addressee``; a number may stand before it."""
_MAY_BE_REFUSED = re.compile(f"SERVICE|{_ALONE.format('|'.join(UPDATES))}", re.IGNORECASE)
_FROM = re.compile("(?<![:?$])" + _ALONE.format("FROM"), re.IGNORECASE)
"""Behind a colon it is a name, as in ``pan:from``, behind a question mark a variable."""
_DECLARED = re.compile(r"\bPREFIX\s+([\w.-]*):", re.IGNORECASE)
_POSITION = re.compile(
    r"^error at (?P<line>\d+):(?P<column>\d+): (?:expected )?(?P<complaint>.*)", re.DOTALL
)
"""How the engine begins to say where a query is faulty: « error at 1:7: expected one of … »."""
_LONGEST_COMPLAINT = 120
"""Characters of what the engine wants that are passed on."""
_LONGEST_NEAR = 30
"""Characters of the query that are told from the faulty place on."""


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """A query with those of the known prefixes declared that it uses and does not declare, on its first line.

    >>> with_prefixes("SELECT ?p { ?p a pan:Plan }", {"pan": "http://e/"})
    'PREFIX pan: <http://e/> SELECT ?p { ?p a pan:Plan }'
    >>> with_prefixes("PREFIX pan: <http://f/> ASK { ?p a pan:Plan, x:Y }", {"pan": "http://e/"})
    'PREFIX pan: <http://f/> ASK { ?p a pan:Plan, x:Y }'
    """
    declared = {match[1] for match in _DECLARED.finditer(text)}
    lacking = {prefix for prefix in prefixes if f"{prefix}:" in text} - declared
    if not lacking:
        # as stored questions, which need not be read token by token each time they are asked
        return text
    added = sorted(prefixes_used(text) & lacking)
    return "".join(f"PREFIX {prefix}: <{prefixes[prefix]}> " for prefix in added) + text


def refuse_fetching(text: str) -> None:
    """Refuse a query that would fetch from another host, or change data.

    Raises:
        QueryError: with the place of the word that is refused.

    >>> refuse_fetching("SELECT * { ?s <http://e/add> ?o }")
    >>> refuse_fetching("DROP ALL")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: ...
    """
    upper = text.upper()
    if not any(word in upper for word in _REFUSED) or not _MAY_BE_REFUSED.search(text):
        return  # as most queries: this one need not be read token by token
    for call in calls(text, "SERVICE"):
        raise _refused(text, call.start, "SERVICE")
    for token in tokens(text):
        word = token.text.upper()
        if token.kind == "word" and word in _REFUSED:
            raise _refused(text, token.start, word)


def _refused(text: str, start: int, word: str) -> QueryError:
    place = Place("query", *line_of(text, start))
    reason = error_message(_REFUSED[word])
    return QueryError(
        "refused-here", place=place, remedy="ask-this-store", word=word, refused=reason
    )


def names_graphs(text: str) -> bool:
    """Whether a query says by FROM which graphs it asks.

    >>> names_graphs("SELECT * FROM <http://e/g> { ?s ?p ?o }"), names_graphs("ASK { ?from ?p 'FROM' }")
    (True, False)
    """
    if "FROM" not in text.upper() or not _FROM.search(text):
        return False  # as most queries: this one need not be read token by token
    depth = 0
    for token in tokens(text):
        word = token.text.upper()
        if word == "{":
            depth += 1
        elif word == "}":
            depth -= 1
        elif token.kind == "word" and word == "FROM":
            return True
        elif token.kind == "word" and word == "WHERE" and not depth:
            return False
    return False


def syntax_error(text: str, message: str) -> QueryError:
    """The fault that a query is no SPARQL, with line and column as the engine tells them, in words of ours."""
    match = _POSITION.match(message)
    if not match:
        return QueryError("not-sparql", place=Place("query"), message=_complaint(message))
    line = int(match["line"])
    column = int(match["column"])
    lines = text.splitlines() or [""]
    behind = lines[min(line, len(lines)) - 1][max(column - 1, 0) :]
    near = behind.strip()[:_LONGEST_NEAR]
    key = "not-sparql-near" if near else "not-sparql-at-end"
    place = Place("query", line, column)
    return QueryError(key, place=place, found=near, wanted=_complaint(match["complaint"]))


def _complaint(words: str) -> str | Message:
    """What the engine wants, cut where it is long; in our words where it says nothing, or that a prefix lacks."""
    words = " ".join(words.split()).removesuffix("{}").strip().rstrip(".")
    if "Prefix not found" in words:
        return error_message("declared-prefix")
    choices = words.removeprefix("one of ").split(", ")
    words = ", ".join(choice for choice in choices if choice != "[_]")
    if len(words) >= _LONGEST_COMPLAINT:
        return words[: _LONGEST_COMPLAINT - 3] + "…"
    return words or error_message("more-expected")
