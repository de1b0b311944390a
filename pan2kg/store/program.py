"""What the program asks for itself: the queries of ``queries/program/`` of the software.

They are part of the program, so that a question somebody changes changes no page. Rooms call
:func:`program_query` with the things a query is about, and give its text to a store.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from pan2kg.errors import QueryError
from pan2kg.project import Project, read_text
from pan2kg.turtle import string

NO_IRI = re.compile(r"""[<>"{}|^`\\\x00-\x20]""")
"""A character that no IRI has."""
_HEADER = re.compile(r"\A(?:#[^\n]*\n|\n)+")
"""The comments and empty lines at the beginning of a file."""
_PARAMETER = re.compile(
    r"""
    (?P<before> BIND\( | VALUES\ \?(?P<listed> \w+ )\ \{\  )
    (?P<default> .+? )
    (?P<after> \ AS\ \?(?P<bound> \w+ )\) | \ \} )
    \ *\#\ parameter:\ .*
    """,
    re.VERBOSE,
)
"""``BIND(pan:any AS ?thing)  # parameter: …`` takes one value, ``VALUES ?x { pan:any }  # parameter: …`` several."""


class _ProgramQuery(NamedTuple):
    """The text of a query without its header, and the defaults of its parameters by their names."""

    text: str
    defaults: Mapping[str, str]


def program_query(name: str, /, **values: Iterable[str]) -> str:
    """The text of ``queries/program/<name>.rq`` without its header, with these values for its parameters.

    A value is an IRI, or a text where the default is one; in ``VALUES`` any number of them.

    Raises:
        TypeError: not all parameters are given, or others.
        QueryError: a value that is no IRI.
    """
    query = _read(name)
    if values.keys() != query.defaults.keys():
        raise TypeError(f"{name}: {', '.join(query.defaults)} ≠ {', '.join(values)}")
    if not values:
        return query.text
    terms = {}
    for key, listed in values.items():
        words = [listed] if isinstance(listed, str) else [*listed]
        if query.defaults[key].startswith('"'):
            terms[key] = " ".join(map(string, words))
        else:
            terms[key] = " ".join(map(_in_brackets, words))

    def bind(line: re.Match[str]) -> str:
        return f"{line['before']}{terms[_name(line)]}{line['after']}"

    return _PARAMETER.sub(bind, query.text)


def _in_brackets(iri: str) -> str:
    if NO_IRI.search(iri):
        raise QueryError("value-no-iri", remedy="no-spaces-in-iri", value=iri)
    return f"<{iri}>"


@cache
def _read(name: str) -> _ProgramQuery:
    text = _HEADER.sub("", read_text(Project.packaged().queries / "program" / f"{name}.rq"))
    return _ProgramQuery(text, {_name(line): line["default"] for line in _PARAMETER.finditer(text)})


def _name(line: re.Match[str]) -> str:
    return line["listed"] or line["bound"]
