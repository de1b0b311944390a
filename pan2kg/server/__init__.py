"""The graph over HTTP: the SPARQL 1.1 protocols, things and documents, pages, reviews, over worker processes.

A request comes to the edge, which reads and refuses; queries are answered by workers, processes that
share the memory of the one that holds the graph, pages by threads of the main process.

=============  =====================================================================
``protocol``   what a request asks for, the form of an answer, how a worker answers
``workers``    the processes that hold the graph and answer, and how they are asked
``web``        the edge: the HTTP server, limits, headers, health, metrics, the log
``sparql``     the endpoint, graphs as wholes, a relay to another endpoint
``documents``  things, their documents, the VoID description
``pages``      pages and assets of a site, files of a release
``all_pages``  a page for every IRI the graph mentions
``review``     who reviews, their sessions, their forms
``assistant``  the graph for assistants (Model Context Protocol)
=============  =====================================================================

What is offered here needs no web framework, as the processes that hold the graph need none; the
other modules are imported where the service is put together.
"""

from pan2kg.server.protocol import (
    GRAPHS,
    TABLES,
    Choice,
    Evaluator,
    Form,
    Limits,
    RefusalError,
    ServedRelease,
    Task,
    choose,
    preferred_language,
    prefers,
    read_form,
)
from pan2kg.server.workers import Keeper, Pool, WorkerAnswer, WorkerStore

__all__ = [
    "GRAPHS",
    "TABLES",
    "Choice",
    "Evaluator",
    "Form",
    "Keeper",
    "Limits",
    "Pool",
    "RefusalError",
    "ServedRelease",
    "Task",
    "WorkerAnswer",
    "WorkerStore",
    "choose",
    "preferred_language",
    "prefers",
    "read_form",
]
