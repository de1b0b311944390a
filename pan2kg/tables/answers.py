"""An answer as a table: its columns and words, what its question says of itself, and what it rests on.

What it rests on is counted here by one quick query, since a question asked on the command line waits for no matrices; a
test holds it to :func:`pan2kg.coherence.known.basis_line`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, Text
from pan2kg.i18n.message import in_words
from pan2kg.store.queries import Query, program_query
from pan2kg.store.store import Result, Store, plain, select
from pan2kg.tables.formats import PRINTING
from pan2kg.tables.table import Column, Table

_FIGURE: Final = Messages("figure")
_HEADINGS: Final = Messages("heading")
_TABLES: Final = Messages("table")


def answer(result: Result, question: str = "", summary: str = "", notes: Iterable[str] = (), basis: str = "") -> Table:
    """An answer with what is said around it: the question with its caveats, and what it rests on.

    >>> table = answer(ox.Store().query('SELECT ?plan ?plan_label { VALUES (?plan ?plan_label) { (1 "PAN 1") } }'))
    >>> table.keys, table.rows[0]["plan_label"].value, [column.key for column in table.shown]
    (('plan', 'plan_label'), 'PAN 1', ['plan_label'])
    """
    around = (Text.same(question), Text.same(summary), tuple(map(Text.same, notes)))
    if isinstance(result, ox.QueryBoolean):
        return Table(
            "", (_column("answer", ()),), (), *around, rests=Text.same(basis), terms="yes-no", outcome=bool(result)
        )
    if isinstance(result, list):
        keys = ["subject", "predicate", "object"]
        triples = [(triple.subject, triple.predicate, triple.object) for triple in sorted(result, key=str)]
        rows: list[Mapping[str, Any]] = [dict(zip(keys, triple, strict=True)) for triple in triples]
    else:
        keys = [variable.value for variable in result.variables]
        rows = [dict(zip(keys, solution, strict=True)) for solution in result]
    terms: Literal["triples", "rows"] = "triples" if isinstance(result, list) else "rows"
    return Table(
        "", tuple(_column(key, keys) for key in keys), tuple(rows), *around, rests=Text.same(basis), terms=terms
    )


def _column(key: str, keys: Collection[str]) -> Column:
    name = key.removesuffix("_label")
    words = Text(tuple((language, heading(name, language)) for language in LANGUAGES))
    return Column(key, words, names=name if name != key and name in keys else "")


_OF_FIGURES: Final = {
    "action": "action", "actions": "actions", "bodies": "bodies", "change": "change", "document": "document",
    "due": "due", "force": "force", "indicator": "indicator", "kind": "obligation_kind", "obligation": "obligation",
    "plan": "plan", "plans": "plans", "provision": "provision", "topic": "topic", "value": "value",
    "citations": "references", "link": "dependency",
    "part": "chapter", "part_level": "stage", "place": "position", "above": "over",
}  # fmt: skip
"""The columns of questions that are called as those of figures are."""


def heading(column: str, language: Language) -> str:
    """What a column of a stored question is called; in English, and where no other name is known, its own words.

    >>> heading("plan_label", "en"), heading("with_body", "fr"), heading("with_body", "de"), heading("my_own", "fr")
    ('plan', 'avec un organisme', 'mit Stelle', 'my own')
    """
    name = column.removesuffix("_label")
    if _HEADINGS.has(name):
        return _HEADINGS.say(name, language)
    if name not in _OF_FIGURES:
        return name.replace("_", " ")
    words = _TABLES.say(f"column.{_OF_FIGURES[name]}", language)
    return words if language == "de" else words[0].lower() + words[1:]


_WORDED: Final = {
    "returned": "cell", "covered": "cell", "annotated": "cell", "common": "cell", "alone": "cell", "last_link": "cell",
    "answered": "cell",
    "body": "field", "indicator": "field", "timeline": "field",
    "verdict": "verdict",
    "kind": "kind",
}  # fmt: skip
"""The columns of stored questions that hold keys of words, by what the words stand under."""
_UNTOLD: Final = frozenset({"cell.yes", "cell.no"})
"""What a table of figures shows by signs, and an answer says."""


def word_of(text: str, column: str, language: Language) -> str:
    """What a key in a column of a stored question is called; anything else as it is.

    >>> word_of("unread", "returned", "fr"), word_of("no", "covered", "de"), word_of("unread", "plan", "en")
    ('non lu', 'nein', 'unread')
    """
    if column not in _WORDED:
        return text
    key = f"{_WORDED[column]}.{text}"
    if key in _UNTOLD:
        return PRINTING.say(text, language)
    return _FIGURE.say(key, language) if _FIGURE.has(key) else text


def words_of(column: str, language: Language) -> dict[str, str]:
    keys = _FIGURE.keys(f"{_WORDED[column]}.") if column in _WORDED else ()
    return {key: word_of(key, column, language) for key in keys}


def every_word(language: Language) -> dict[str, dict[str, str]]:
    # The same of every column that holds keys, for a query of which nobody knows beforehand which columns it has.
    return {column: words_of(column, language) for column in _WORDED}


_RESTRICTS_NOTHING: Final = frozenset({"pan:any", '"editors"'})
"""Defaults that leave nothing out: any thing, and the weakest level of evidence."""


def taken(query: Query, values: Collection[str], language: Language) -> str:
    """Which defaults a question was asked with, as they would be typed; empty where all was said or nothing restricts.

    >>> from pan2kg.store.queries import Parameter
    >>> query = Query("x", "", "", "", parameters=(Parameter("plan", "plan:lu-bhr-2", "the plan"),))
    >>> taken(query, [], "en"), taken(query, ["plan"], "en")
    ('Not told otherwise, the question was asked with --plan lu-bhr-2.', '')
    """
    words = [
        f"--{parameter.option} {_typed(parameter.default)}"
        for parameter in query.parameters
        if parameter.name not in ("language", *values) and parameter.default not in _RESTRICTS_NOTHING
    ]
    return PRINTING.say("taken", language, options=" ".join(words)) if words else ""


def level_of(query: Query, values: Mapping[str, str]) -> str:
    """The key of the level of evidence a question is asked at: the weakest, where it does not ask for one.

    >>> from pan2kg.store.queries import Parameter
    >>> query = Query("x", "", "", "", parameters=(Parameter("least_level", '"official"', ""),))
    >>> level_of(query, {}), level_of(query, {"least_level": "plan"}), level_of(Query("x", "", "", ""), {})
    ('official', 'plan', 'editors')
    """
    level = next(
        (parameter.default[1:-1] for parameter in query.parameters if parameter.name == "least_level"), "editors"
    )
    return values.get("least_level", level)


def basis_of(store: Store, language: Language, *, release: str, day: date, level: str = "editors") -> str:
    """What an answer rests on, in a sentence; ``level`` is the key of the level of evidence the question was asked at.

    Where no level is derived, as for a question that asks for none, every accepted use of a text counts.

    Raises:
        QueryError: the store refuses the query.

    >>> from pan2kg.store.store import LocalStore
    >>> basis_of(LocalStore(ox.Store()), "en", release="0.1.0", day=date(2026, 1, 2)).partition(";")[0]
    'Release 0.1.0, with what the editors concluded'
    """
    rows: dict[str, list[tuple[str, str]]] = {"plan": [], "action": [], "use": [], "read": []}
    for kind, work, value in select(store, program_query("answers/basis")).rows:
        rows[plain(kind)].append((plain(work), plain(value)))
    return _FIGURE.say(
        "basis", language, release=release or _FIGURE.say("unreleased", language),
        level=_FIGURE.say(f"at.{level}", language), day=in_words(day, language), **_counted(rows, level),
    )  # fmt: skip


_RANKS: Final = {name: at for at, name in enumerate(("", "plan", "official", "other", "editors"))}


def _counted(rows: Mapping[str, list[tuple[str, str]]], level: str) -> dict[str, int]:
    plans = {plan for plan, _ in rows["plan"]}
    published = {plan: int(count) for plan, count in rows["plan"] if count}
    home = {action: plan for action, plan in rows["action"] if plan in plans}
    used = {work for work, level_said in rows["use"] if _RANKS.get(level_said.rpartition("/")[2], 5) <= _RANKS[level]}
    extents = {
        extent: {work for work, extent_said in rows["read"] if extent_said.endswith(f"/{extent}")}
        for extent in ("full", "part")
    }
    anywhere = {
        work for work, level_said in rows["use"] if _RANKS.get(level_said.rpartition("/")[2], 5) <= _RANKS["editors"]
    }
    full = {action for action, plan in home.items() if {action, plan} & extents["full"]}
    part = {action for action in home if action in anywhere | extents["part"]} - full
    return {
        "plans": len(plans),
        "with_texts": len({home.get(work, work) for work in used} & plans),
        "listed": sum(plan in published for plan in home.values()),
        "published": sum(published.values()),
        "counted": len(published),
        "full": len(full),
        "part": len(part),
        "none": len(home) - len(full) - len(part),
    }


def _typed(default: str) -> str:
    # A default as a user types it: the key of a thing of ours, else the IRI or the value.
    return re.sub("^[a-z]+:", "", default) if default[0] not in '<"' else default[1:-1]
