"""An answer to a question as a table: its columns and words, and what it says of itself.

What an answer rests on is counted here by one quick query, since a question asked on the command
line waits for no matrices; a test holds it to :func:`pan2kg.coherence.known.basis_line`.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Literal

import pyoxigraph as ox

from pan2kg.i18n import LANGUAGES, Language, Messages, Text, format_day
from pan2kg.store import Query, Result, Store, plain, program_query, select
from pan2kg.tables import PRINTING, making
from pan2kg.tables.table import Column, Table

_FIGURE = Messages("figure")
_HEADINGS = Messages("heading")


def answer(
    result: Result,
    question: str = "",
    summary: str = "",
    notes: Iterable[str] = (),
    basis: str = "",
) -> Table:
    """The result of a query as a table whose cells are terms, with what is said around it.

    Triples stand in a row each, sorted; a yes or a no has no row, and stands in ``outcome``.
    ``basis`` is the sentence that says what the answer rests on.
    """
    terms: Literal["yes-no", "triples", "rows"]
    rows: list[Mapping[str, Any]] = []
    if isinstance(result, ox.QueryBoolean):
        terms = "yes-no"
        keys = ["answer"]
    elif isinstance(result, list):
        terms = "triples"
        keys = ["subject", "predicate", "object"]
        for triple in sorted(result, key=str):
            cells = (triple.subject, triple.predicate, triple.object)
            rows.append(dict(zip(keys, cells, strict=True)))
    else:
        terms = "rows"
        keys = [variable.value for variable in result.variables]
        rows = [dict(zip(keys, solution, strict=True)) for solution in result]
    return Table(
        "",
        tuple(_column(key, keys) for key in keys),
        tuple(rows),
        Text.of(question),
        Text.of(summary),
        tuple(map(Text.of, notes)),
        rests=Text.of(basis),
        terms=terms,
        outcome=isinstance(result, ox.QueryBoolean) and bool(result),
    )


def _column(key: str, keys: Collection[str]) -> Column:
    """A column of an answer; « plan_label » beside « plan » holds the names of its things."""
    thing = key.removesuffix("_label")
    words = Text(tuple((language, heading(thing, language)) for language in LANGUAGES))
    is_label = thing != key and thing in keys
    return Column(key, words, names=thing if is_label else "")


_OF_FIGURES = {
    "action": "action", "actions": "actions", "bodies": "bodies", "change": "change", "document": "document",
    "due": "due", "force": "force", "kind": "obligation_kind", "obligation": "obligation", "plan": "plan",
    "plans": "plans", "provision": "provision", "topic": "topic", "value": "value", "citations": "references",
    "link": "dependency", "part_level": "stage", "national_act": "is_act", "other_plan": "two", "read_at": "address",
    "until": "until",
}  # fmt: skip
"""The columns of questions that are called as those of figures are."""


def heading(column: str, language: Language) -> str:
    """What a column of a stored question is called; its key where no other name is known.

    >>> heading("plan_label", "en"), heading("other_body", "fr"), heading("other_body", "de"), heading("my_own", "fr")
    ('plan', 'autre organisme', 'andere Stelle', 'my own')
    """
    name = column.removesuffix("_label")
    if _HEADINGS.has(name):
        return _HEADINGS.say(name, language)
    if name in _OF_FIGURES:
        return making.in_words(_OF_FIGURES[name], language)
    return name.replace("_", " ")


WORDED = {
    "returned": "cell", "covered": "cell", "annotated": "cell", "common": "cell", "answered": "cell",
    "verdict": "verdict", "kind": "kind", "how": "how",
}  # fmt: skip
"""The columns of stored questions that hold keys of words, by what the words stand under."""
_UNTOLD = frozenset({"cell.yes", "cell.no"})
"""What a table of figures shows by signs, and an answer says."""


def word_of(text: str, column: str, language: Language) -> str:
    """The word for a code in a column of :data:`WORDED`; any other text as it is.

    >>> word_of("yes", "returned", "fr"), word_of("yes", "plan", "fr")
    ('oui', 'yes')
    """
    if column not in WORDED:
        return text
    key = f"{WORDED[column]}.{text}"
    if key in _UNTOLD:
        return PRINTING.say(text, language)
    return _FIGURE.say(key, language) if _FIGURE.has(key) else text


def words_of(column: str, language: Language) -> dict[str, str]:
    """Every code a column can hold, with its word; nothing for a column without codes."""
    if column not in WORDED:
        return {}
    codes = _FIGURE.keys(f"{WORDED[column]}.")
    return {code: word_of(code, column, language) for code in codes}


_DEFAULT = re.compile(r'^(?:[a-z]+:(.*)|<(.*)>|"(.*)")$')
_RESTRICTS_NOTHING = frozenset({"pan:any", '"editors"'})
"""Defaults that leave nothing out: any thing, and the weakest level of evidence."""


def taken(query: Query, values: Collection[str], language: Language) -> str:
    """Which defaults a question was asked with, as they would be typed.

    Empty where all was said, or what was not said restricts nothing.

    >>> from pan2kg.store.queries import Parameter
    >>> query = Query("x", "", "", "", parameters=(Parameter("plan", "plan:lu-bhr-2", "the plan"),))
    >>> taken(query, [], "en"), taken(query, ["plan"], "en")
    ('Not told otherwise, the question was asked with --plan lu-bhr-2.', '')
    """
    words = []
    for parameter in query.parameters:
        is_said = parameter.name == "language" or parameter.name in values
        if is_said or parameter.default in _RESTRICTS_NOTHING:
            continue
        # as a user types it: the key of a thing of ours, else the IRI or the value
        value = _DEFAULT.sub(r"\1\2\3", parameter.default)
        words.append(f"--{parameter.option} {value}")
    return PRINTING.say("taken", language, options=" ".join(words)) if words else ""


def level_of(query: Query, values: Mapping[str, str]) -> str:
    """The level of evidence a question is asked at: the weakest where it does not ask for one."""
    level = "editors"
    for parameter in query.parameters:
        if parameter.name == "least_level":
            level = parameter.default[1:-1]
    return values.get("least_level", level)


def basis_of(store: Store, language: Language, *, release: str, day: date, level: str) -> str:
    """The sentence that says what an answer rests on: release, level, and how much was read.

    Where no level is derived, as for a question that asks for none, every accepted use counts.
    """
    return _FIGURE.say(
        "basis",
        language,
        release=release or _FIGURE.say("unreleased", language),
        level=_FIGURE.say(f"at.{level}", language),
        day=format_day(day, language),
        **_counted(store, level),
    )


_RANKS = {name: rank for rank, name in enumerate(("", "plan", "official", "other", "editors"))}
"""The levels of evidence from the firmest; where none is derived a use counts as the firmest."""
_UNKNOWN_RANK = len(_RANKS)


def _counted(store: Store, level: str) -> dict[str, int]:
    """What the sentence on the basis counts, by the names it has there."""
    facts: dict[str, list[tuple[str, str]]] = {"plan": [], "action": [], "use": [], "read": []}
    for kind, work, value in select(store, program_query("answers/basis")).rows:
        facts[plain(kind)].append((plain(work), plain(value)))
    plans = {plan for plan, _ in facts["plan"]}
    published = {plan: int(count) for plan, count in facts["plan"] if count}
    home = {action: plan for action, plan in facts["action"] if plan in plans}
    used = _using(facts["use"], level)
    annotated = _using(facts["use"], "editors")
    read_in_full = {work for work, extent in facts["read"] if extent.endswith("/full")}
    read_in_part = {work for work, extent in facts["read"] if extent.endswith("/part")}
    full = {action for action, plan in home.items() if {action, plan} & read_in_full}
    partly = (annotated | read_in_part).intersection(home) - full
    return {
        "plans": len(plans),
        "with_texts": len({home.get(work, work) for work in used} & plans),
        "listed": sum(plan in published for plan in home.values()),
        "published": sum(published.values()),
        "counted": len(published),
        "full": len(full),
        "part": len(partly),
        "none": len(home) - len(full) - len(partly),
    }


def _using(uses: Iterable[tuple[str, str]], weakest: str) -> set[str]:
    """The works that use a text at a level or a firmer one; uses come as works with the IRI of a level."""
    works = set()
    for work, level in uses:
        if _RANKS.get(level.rpartition("/")[2], _UNKNOWN_RANK) <= _RANKS[weakest]:
            works.add(work)
    return works
