"""The stored questions of a project: what their headers lack, and whether their queries can be asked.

A question is a file of SPARQL with a header of lines ``#+ key: words``. Headers are read of all
questions; the queries of a project's own are put to its store as well. What the rules say stands in
the context « style » of the catalogues.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import Place, QueryError
from pan2kg.i18n import SOURCE_LANGUAGE, Messages
from pan2kg.project import Project, read_text
from pan2kg.store import Store, queries
from pan2kg.turtle import ROOT, writer
from pan2kg.validation.report import Finding, Kind, Report, worded_rules

_NEEDED_KEYS = ("question", "summary")
_KEYS_IN_LANGUAGES = ("question", "summary", "message", "remedy")
_KEYS_OF_ALL = frozenset((*_NEEDED_KEYS, "tags", "view", "links", "needs", "version"))
"""What the header of any question may say."""
_KEYS_OF_QUALITY = frozenset(("severity", "looks_at", "message", "remedy", "use", "value"))
"""What only the header of a quality query says."""
_COLUMNS_OF_ADDRESSES = frozenset(("read_at", "link"))
"""Columns that need no labels: what they hold is to be read as an address."""
_VIOLATIONS = ("question-sparql", "question-field", "question-key")
_WARNINGS = (
    "question-language",
    "question-explanation",
    "question-kind",
    "question-order",
    "question-label",
)
QUESTION_RULES = worded_rules(Messages("style"), Kind.STYLE, _VIOLATIONS + _WARNINGS, _WARNINGS)
_HEADER_LINE = re.compile(r"#\+ ([a-z_0-9]+):(?: (.*))?")
_ORDER_AT_END = re.compile(r"\n[ \t]*ORDER BY[^{}]*$", re.IGNORECASE)
_ROWS = 200
"""How many rows of a question are looked at: putting thousands in order takes most of the time of some."""


class QuestionFault(NamedTuple):
    """What is wrong in the file of a question: the rule that is broken, the line, and the words it is about."""

    rule: str
    line: int
    words: str = ""


def is_shipped(path: Path, name: str) -> bool:
    """Whether a file is one of pan2kg’s own, or a copy of one that was not changed."""
    original = Project.packaged().root / name
    return original == path or (original.is_file() and read_text(original) == read_text(path))


def check_questions(project: Project, derived: Callable[[], Store]) -> Report:
    """The faults of the stored questions of a project.

    Headers are read of all; a project's own are asked of the store that ``derived`` gives, and
    pan2kg's own only where it is the project. Without any to be asked the store is not asked for.
    """
    stored = sorted(queries.read_queries(project).values(), key=lambda query: query.file)
    asked = {query.file for query in stored if _is_asked(query, project)}
    store = derived() if asked else None
    languages = _languages_of(stored)
    findings = []
    for query in stored:
        faults = [*_header_faults(query, languages), *_parameter_faults(query)]
        if store is not None and query.file in asked:
            faults += _answer_faults(query, store)
        for fault in faults:
            rule = QUESTION_RULES[fault.rule]
            value = writer.string(fault.words) if fault.words else ""
            place = Place(query.file, fault.line)
            findings.append(Finding(rule, f"{ROOT}query/{query.name}", value=value, place=place))
    looked_at = dict.fromkeys(QUESTION_RULES, len(stored))
    return Report(tuple(QUESTION_RULES.values()), tuple(findings), looked_at)


def _is_asked(query: queries.Query, project: Project) -> bool:
    """Whether a question is put to the store; quality queries are put to it by a check of their own."""
    if query.group == "quality":
        return False
    is_project_packaged = project.root == Project.packaged().root
    return is_project_packaged or not is_shipped(project.root / query.file, query.file)


def _languages_of(stored: Sequence[queries.Query]) -> list[str]:
    """The languages in which any question says something: each question is to say it in all of them."""
    languages = set()
    for query in stored:
        for key in query.header:
            match = re.fullmatch("question_([a-z]{2})", key)
            if match:
                languages.add(match[1])
    return sorted(languages)


def _header_faults(query: queries.Query, languages: Sequence[str]) -> Iterator[QuestionFault]:
    lines = _header_lines(query.text)
    keys = set(_KEYS_OF_ALL)
    if query.group == "quality":
        keys |= _KEYS_OF_QUALITY
    else:
        for key in _NEEDED_KEYS:
            if not query.header.get(key):
                yield QuestionFault("question-field", lines.get(key, 1), key)
    yield from _unknown_keys(query, lines, keys)
    said = {key: lines[key] for key in _KEYS_IN_LANGUAGES if query.header.get(key)}
    for parameter in query.parameters:
        # what the parameter « language » is for is said by its name
        if parameter.name != "language":
            said[f"parameter_{parameter.name}"] = _line_of_parameter(query, parameter)
    for key, line in said.items():
        for language in languages:
            if not query.header.get(f"{key}_{language}"):
                yield QuestionFault("question-language", line, f"{key}_{language}")


def _header_lines(text: str) -> dict[str, int]:
    """The lines of a header by their keys; a line that has no key stands for itself."""
    numbers = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#+"):
            match = _HEADER_LINE.fullmatch(line)
            numbers[match[1] if match else line] = number
    return numbers


def _unknown_keys(
    query: queries.Query, lines: Mapping[str, int], keys: Collection[str]
) -> Iterator[QuestionFault]:
    """The keys of a header that are neither of these ``keys``, nor of a parameter, nor one of both in a language."""
    parameters = [f"parameter_{parameter.name}" for parameter in query.parameters]
    kinds = [f"{parameter}_kind" for parameter in parameters]
    in_languages = [*(key for key in _KEYS_IN_LANGUAGES if key in keys), *parameters]
    in_a_language = re.compile(rf"(?:{'|'.join(in_languages)})_[a-z]{{2}}")
    for key, line in lines.items():
        if key not in keys and key not in kinds and not in_a_language.fullmatch(key):
            yield QuestionFault("question-key", line, key)


def _parameter_faults(query: queries.Query) -> Iterator[QuestionFault]:
    for parameter in query.parameters:
        line = _line_of_parameter(query, parameter)
        if not parameter.meaning:
            yield QuestionFault("question-explanation", line, parameter.name)
        kinds = parameter.kinds
        are_things = bool(kinds) and set(kinds) <= queries.KINDS.keys()
        is_plain = len(kinds) == 1 and kinds[0] in queries.PLAIN
        if not are_things and not is_plain:
            yield QuestionFault("question-kind", line, parameter.name)


def _line_of_parameter(query: queries.Query, parameter: queries.Parameter) -> int:
    """The line at which a parameter is bound."""
    return _line_of(query.text, rf"AS \?{parameter.name}\)\s*# parameter: ")


def _line_of(text: str, pattern: str) -> int:
    """The line at which a pattern first matches; the first where it does not."""
    match = re.search(pattern, text)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def _answer_faults(query: queries.Query, store: Store) -> Iterator[QuestionFault]:
    """What is wrong with a query: it cannot be asked, its rows have no order, or things in them no labels."""
    try:
        result = store.query(_ORDER_AT_END.sub(f"\nLIMIT {_ROWS}\n", query.text))
        if not isinstance(result, ox.QuerySolutions):
            return
        columns = [variable.value for variable in result.variables]
        # rows are worked out as they are read, so this may fail too
        of_things = _columns_of_things(result, columns)
    except QueryError as error:
        line = error.place.line if error.place else None
        yield QuestionFault("question-sparql", line or 1, error.message.say(SOURCE_LANGUAGE))
        return
    select_line = _line_of(query.text, r"(?mi)^[ \t]*SELECT\b")
    words = [token.text.upper() for token in writer.tokens(query.text) if token.kind == "word"]
    if ("ORDER", "BY") not in pairwise(words):
        yield QuestionFault("question-order", select_line)
    for name in columns:
        is_labelled = f"{name}_label" in columns or name in _COLUMNS_OF_ADDRESSES
        if name in of_things and not is_labelled:
            yield QuestionFault("question-label", select_line, name)


def _columns_of_things(result: ox.QuerySolutions, columns: Sequence[str]) -> set[str]:
    """The columns in which any row has a thing."""
    of_things = set[str]()
    for row in result:
        of_things.update(name for name in columns if isinstance(row[name], ox.NamedNode))
    return of_things
