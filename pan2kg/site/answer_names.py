"""The answer to a question in another language, where that changes no more than the names beside things.

An export has each answer in every language. It asks a question once, and in the answer puts for the
names of the first language those of another, as the stored questions would find them.
"""

import json
import re
from collections.abc import Mapping
from functools import partial

import pyoxigraph as ox

from pan2kg.site.page import PageContext
from pan2kg.store import Store, program_query, select

_OWN_NAME = re.compile(
    r"""
    \{ [ ] \?(\w+?) (?:_key)? [ ] skos:prefLabel [ ] \?\1_own
    [ ] FILTER\( LANG\(\?\1_own\) [ ] = [ ] \?language \) [ ] \}
    """,
    re.VERBOSE,
)
"""How a stored question finds what a thing is called in the language that is asked for; gives the thing's variable.

``{ ?plan skos:prefLabel ?plan_own FILTER(LANG(?plan_own) = ?language) }``
"""
_NAMED_COLUMN = re.compile(
    r"""
    # the name in this language, else the main one, else the IRI
    BIND\( COALESCE\( \?(\w+)_own, [ ] \?\1_main, [ ] STR\(\?\w+\) \) [ ] AS [ ] \?\1_
    (?:
        label\)
    |   # of a plan: with what says, in the language of the name, that it was not adopted
        name\)
        (
            \s* OPTIONAL [ ] { \s* \?\1 [ ] adms:status [ ] \?\1_standing [ ] \.
            \s* \?\1_standing [ ] skos:prefLabel [ ] \?\1_mark [ ] \.
            \s* FILTER\( \?\1_standing [ ] != [ ] planstatus:adopted
                [ ] && [ ] LANG\(\?\1_mark\) [ ] = [ ] LANG\(\?\1_name\) \) \s* }
            \s* BIND\( IF\( BOUND\(\?\1_mark\),
                [ ] STRLANG\( CONCAT\( STR\(\?\1_name\), [ ] "[ ]\(", [ ] \?\1_mark, [ ] "\)" \),
                [ ] LANG\(\?\1_name\) \), [ ] \?\1_name \) [ ] AS [ ] \?\1_label \)
        )
    )
    """,
    re.VERBOSE,
)
"""How it puts the name into a column: gives the thing's variable and, of a plan, the lines that mark its name.

``BIND(COALESCE(?body_own, ?body_main, STR(?body)) AS ?body_label)``
"""
JsonTerm = dict[str, str]
"""A term as it stands in an answer in JSON: its type and value, of a literal its language."""
Names = Mapping[tuple[str, str], JsonTerm]
"""The names of things by language, under no language the main one, under ``mark-fr`` what marks one in French."""


def named_columns(text: str) -> dict[str, str]:
    """The columns of a question beside which a name stands, each with what marks such a name, empty for nothing."""
    return dict(_NAMED_COLUMN.findall(text))


def differs_only_in_names(text: str, columns: Mapping[str, str]) -> bool:
    """Whether another language changes in the answer the names beside things alone, and not their order."""
    order = text.rpartition("ORDER BY")[2]
    return (
        text.count("?language") == len(columns) + 1
        and sorted(columns) == sorted(_OWN_NAME.findall(text))
        and not re.search("_(?:label|name)", order)
    )


def translate_names(context: PageContext, answer: bytes, columns: Mapping[str, str]) -> bytes:
    """An answer in JSON with the names of another language, in the columns whose names, and marks, are known."""
    names = context.site_context.cached("names", partial(_read_names, context.graph.store))
    content = json.loads(answer)
    for row in content["results"]["bindings"]:
        for column, marking in columns.items():
            _rename(row, column, names, context.request.data, is_marked=bool(marking))
    return json.dumps(content).encode()


def _read_names(store: Store) -> Names:
    names = {}
    for thing, preferred, main, mark in select(store, program_query("site/names")).rows:
        name = preferred or main or mark
        if not isinstance(thing, ox.NamedNode) or not isinstance(name, ox.Literal):
            continue
        term = {"type": "literal", "value": name.value}
        if name.language:
            term["xml:lang"] = name.language
        manner = name.language or ""
        if main:
            manner = ""
        elif mark:
            manner = f"mark-{manner}"
        names[thing.value, manner] = term
    return names


def _rename(
    row: dict[str, JsonTerm], column: str, names: Names, language: str, *, is_marked: bool
) -> None:
    label = f"{column}_label"
    thing = row.get(column)
    if thing is None or thing["type"] != "uri" or label not in row:
        return
    iri = thing["value"]
    name = names.get((iri, language)) or names.get((iri, ""))
    if name is None:
        row[label] = {"type": "literal", "value": iri}
        return
    row[label] = name
    mark = names.get((iri, f"mark-{name.get('xml:lang', '')}")) if is_marked else None
    if mark:
        row[label] = name | {"value": f"{name['value']} ({mark['value']})"}
