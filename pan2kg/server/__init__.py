"""The graph over HTTP: the SPARQL 1.1 protocols, things and documents, pages, reviews, over worker processes.

A request comes to the edge, which reads and refuses; queries are answered by workers, processes that
share the memory of the one that holds the graph, pages by threads of the main process.

=============  =====================================================================
``protocol``   what a request asks for, the form of an answer, why there is none
``packets``    what the processes of the service send each other
``answering``  how a worker answers, and within which limits
``holder``     the process that holds the graph, and the workers it forks
``keeper``     the holder as the main process has it: started, changed, started again
``asking``     how workers are asked, by the endpoint and by pages
``web``        what handlers take and give: bodies, redirections, routes
``edge``       where a request was sent; hosts, headers, refusals, compression
``listening``  the HTTP server, and the time in which a request must come
``operations`` health, metrics, the log
``reloading``  when the files are loaded anew
``sparql``     the endpoint, graphs as wholes, a relay to another endpoint
``documents``  requests for things, documents, the VoID description
``document_paths``
               which document describes which thing
``descriptions``
               what stands in a document
``pages``      pages and assets of a site, drawn and sent
``kept_pages`` pages that were drawn, in memory and in a file
``releases``   the files of a release, and what plain files cannot say
``all_pages``  a page for every IRI the graph mentions
``reviewers``  who reviews, how they sign in, and their sessions
``review``     the pages of reviews, and the forms that are sent from them
``assistant``  the graph for assistants (Model Context Protocol)
=============  =====================================================================

What is offered here needs no web framework, as the processes that hold the graph need none; the
other modules are imported where the service is put together.
"""

from pan2kg.server.answering import Evaluator, Limits, Task
from pan2kg.server.asking import Pool, WorkerAnswer, WorkerStore
from pan2kg.server.keeper import Keeper
from pan2kg.server.protocol import (
    GRAPHS,
    TABLES,
    Choice,
    Form,
    RefusalError,
    ServedRelease,
    choose,
    preferred_language,
    prefers,
    read_form,
)

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
