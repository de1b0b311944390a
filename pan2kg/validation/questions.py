"""What a stored question is held to: SPARQL that can be asked, and a header that says what is asked and what it takes.

The queries of the program itself are not a project's to change, so that they are not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Place, QueryError
from pan2kg.i18n.catalogue import SOURCE_LANGUAGE, Messages
from pan2kg.project import Project, read_text
from pan2kg.store.queries import KINDS, PLAIN, Parameter, Query, read_queries
from pan2kg.store.store import Result, Store
from pan2kg.turtle.vocabulary import ROOT
from pan2kg.turtle.writer import string, tokens
from pan2kg.validation.report import Finding, Kind, Rule, worded_rules

_REQUIRED: Final = ("question", "summary")
_SAID: Final = ("question", "summary", "message", "remedy")
"""What is said in each language."""
_OTHERS: Final = frozenset(("tags", "view", "needs", "version"))
_QUALITY: Final = frozenset(("severity", "looks_at", "message", "remedy", "use", "value"))
"""What only the header of a quality query says."""
_UNLABELLED: Final = frozenset(("read_at", "link"))
"""Columns of addresses that are to be read as such."""
_STYLE: Final = Messages("style")
_RULES: Final = tuple(
    f"question-{name}" for name in ("sparql", "field", "key", "language", "explanation", "kind", "order", "label")
)
_WARNINGS: Final = _RULES[3:]
_LINE: Final = re.compile(r"#\+ ([a-z_0-9]+):(?: (.*))?")


@dataclass(frozen=True, slots=True)
class _Fault:
    rule: str
    line: int
    value: str = ""


_TAIL: Final = re.compile(r"\n[ \t]*ORDER BY[^{}]*$", re.IGNORECASE)
_ROWS: Final = 200
"""How many rows of a question are looked at: putting thousands in order takes most of the time of some."""


def question_rules() -> dict[str, Rule]:
    """The rules for stored questions by their keys.

    >>> question_rules()["question-sparql"].severity
    <Severity.VIOLATION: 'violation'>
    """
    return worded_rules(_STYLE, Kind.STYLE, _RULES, _WARNINGS)


def check_questions(project: Project, derived: Callable[[], Store]) -> tuple[list[Finding], dict[str, int]]:
    """Every fault of the stored questions of a project, and how many questions each rule looked at.

    ``derived`` gives the store they are asked of, where any is: those the program brings, unchanged, are known to hold.

    >>> from pan2kg.graph.graph import open_graph
    >>> graph = open_graph()
    >>> found, looked_at = check_questions(graph.project, lambda: graph.store)
    >>> found, looked_at["question-sparql"] > 20
    ([], True)
    """
    rules, queries = question_rules(), sorted(read_queries(project).values(), key=lambda query: query.file)
    asked = {query.file for query in queries if query.group != "quality" and not _is_shipped(project, query)}
    store = derived() if asked else None
    languages = {key.removeprefix("question_") for query in queries for key in query.header if _in(key, "question")}
    findings = [
        Finding(
            rules[fault.rule],
            f"{ROOT}query/{query.name}",
            value=string(fault.value) if fault.value else "",
            place=Place(query.file, fault.line),
        )
        for query in queries
        for fault in (
            *_header(query, sorted(languages)),
            *_parameters(query),
            *(_text(query, store) if store is not None and query.file in asked else ()),
        )
    ]
    return findings, dict.fromkeys(rules, len(queries))


def _is_shipped(project: Project, query: Query) -> bool:
    """Whether a question is one of the program's own as a project of somebody's has it."""
    shipped = Project.packaged().root
    same = shipped / query.file
    return project.root != shipped and same.is_file() and read_text(same) == read_text(project.root / query.file)


def _in(key: str, base: str) -> bool:
    """Whether a key of a header says something in a language other than English."""
    return re.fullmatch(f"{base}_[a-z]{{2}}", key) is not None


def _header(query: Query, languages: Sequence[str]) -> Iterator[_Fault]:
    lines = _lines(query.text)
    if query.group != "quality":
        for key in _REQUIRED:
            if not query.header.get(key):
                yield _Fault("question-field", lines.get(key, 1), key)
    for key, line in lines.items():
        if not _is_known(key, query):
            yield _Fault("question-key", line, key)
    said = {key: lines[key] for key in _SAID if query.header.get(key)}
    asked = {f"parameter_{one.name}": _place(query, one) for one in query.parameters if one.name != "language"}
    for base, line in (said | asked).items():
        for language in languages:
            if not query.header.get(f"{base}_{language}"):
                yield _Fault("question-language", line, f"{base}_{language}")


def _lines(text: str) -> Mapping[str, int]:
    """The line of each key of a header; of a line that cannot be read as ``#+ key: words``, the whole line as key."""
    lines = ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.startswith("#+"))
    return {match[1] if (match := _LINE.fullmatch(line)) else line: number for number, line in lines}


def _is_known(key: str, query: Query) -> bool:
    known = {*_REQUIRED, *_OTHERS, *(_QUALITY if query.group == "quality" else ())}
    said = [one for one in _SAID if one in known]
    named = [f"parameter_{one.name}" for one in query.parameters]
    return key in known or key in {f"{one}_kind" for one in named} or any(_in(key, base) for base in (*said, *named))


def _parameters(query: Query) -> Iterator[_Fault]:
    for parameter in query.parameters:
        line = _place(query, parameter)
        if not parameter.meaning:
            yield _Fault("question-explanation", line, parameter.name)
        if not _has_kind(parameter):
            yield _Fault("question-kind", line, parameter.name)


def _has_kind(parameter: Parameter) -> bool:
    """Whether a parameter says kinds of things, or one kind of value, and none that is not known."""
    kinds = parameter.kinds
    return bool(kinds) and (set(kinds) <= KINDS.keys() or (len(kinds) == 1 and kinds[0] in PLAIN))


def _place(query: Query, parameter: Parameter) -> int:
    return _line_of(query.text, rf"AS \?{parameter.name}\)\s*# parameter: ")


def _line_of(text: str, pattern: str) -> int:
    found = re.search(pattern, text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _text(query: Query, store: Store) -> Iterator[_Fault]:
    try:
        result = store.query(_sampled(query.text))
        columns = list(_bare_columns(result))
    except QueryError as error:
        line = error.place.line if error.place else None
        yield _Fault("question-sparql", line or 1, error.message.say(SOURCE_LANGUAGE))
        return
    first = _line_of(query.text, r"(?mi)^[ \t]*SELECT\b")
    if isinstance(result, ox.QuerySolutions) and not _is_ordered(query.text):
        yield _Fault("question-order", first)
    for column in columns:
        yield _Fault("question-label", first, column)


def _sampled(text: str) -> str:
    """A question that is asked for some of its rows, in any order: enough to see what its columns hold."""
    return _TAIL.sub(f"\nLIMIT {_ROWS}\n", text)


def _bare_columns(result: Result) -> Iterator[str]:
    """The columns that hold IRIs and have no column of labels beside them, in their order."""
    if not isinstance(result, ox.QuerySolutions):
        return
    names = [variable.value for variable in result.variables]
    open_ = [name for name in names if f"{name}_label" not in names and name not in _UNLABELLED]
    bare = {name for row in result for name in open_ if isinstance(row[name], ox.NamedNode)}
    yield from (name for name in open_ if name in bare)


def _is_ordered(text: str) -> bool:
    words = [token.text.upper() for token in tokens(text) if token.kind == "word"]
    return ("ORDER", "BY") in pairwise(words)
