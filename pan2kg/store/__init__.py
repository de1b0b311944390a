"""Where triples are kept, derived and asked: in memory, behind an endpoint, as of a day.

A :class:`Store` answers queries; a :class:`LocalStore` holds the triples itself. ``open_store`` gives
the one of a project, with what the rules derive. ``program_query`` is the text of a query the
program asks for itself, ``read_queries`` are those a person can ask, and ``fill`` puts values into
the blanks of one. ``text_rows`` gives an answer as rows of plain text.

The modules::

    store    what a store is, the one in memory, and the forms of answers
    query_text  what a query declares, what of it is refused, and what is wrong with it
    project_files  the graph of a project as its files or dumps state it
    exports  a store given away, as a file or a copy in rdflib
    queries  the questions of a project with their parameters
    filling  values put in place of the defaults of a question
    program  what the program asks for itself
    names    from what a person types to the thing that is meant
    links    the kinds of link, and links of works by what they share
    rules    what is derived into a store, and the store of a project
    cache    states of a project, kept between commands
    remote   a store behind a SPARQL endpoint
    destination  where graphs are put at an endpoint, and how
    loading  a graph brought to an endpoint, once its engine was examined
    intervals  when things are in force
    as_of    a store as of a day
    terms    words of a query that the graph does not know, with the nearest it does
"""

from pan2kg.store.filling import fill
from pan2kg.store.links import gathered
from pan2kg.store.names import find_thing, resolve
from pan2kg.store.program import program_query
from pan2kg.store.project_files import load_project
from pan2kg.store.queries import Query, read_queries
from pan2kg.store.rules import derive, open_store
from pan2kg.store.store import (
    LocalStore,
    ReadRows,
    Result,
    Store,
    Term,
    construct,
    is_true,
    plain,
    select,
    text_rows,
)

__all__ = [
    "LocalStore",
    "Query",
    "ReadRows",
    "Result",
    "Store",
    "Term",
    "construct",
    "derive",
    "fill",
    "find_thing",
    "gathered",
    "is_true",
    "load_project",
    "open_store",
    "plain",
    "program_query",
    "read_queries",
    "resolve",
    "select",
    "text_rows",
]
