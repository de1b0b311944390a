"""VoID of the graph that is served: counted by queries once for a state of the data, and told as a release tells it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.project import Project
from pan2kg.publish.catalogue.facts import DATASET, Facts, read_facts
from pan2kg.publish.catalogue.issue import Addresses, Issue
from pan2kg.publish.edition import Edition
from pan2kg.publish.void import TARGETS, Statistics
from pan2kg.publish.void_void import write_void
from pan2kg.server.dereference import NO_CACHE, Answer, Call, Holding
from pan2kg.server.documents import write
from pan2kg.server.negotiation import Choice, choose
from pan2kg.server.request import Refusal
from pan2kg.server.request_request import matches
from pan2kg.server.variant import DATA
from pan2kg.store.store import LocalStore, Store, construct, plain, select
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, PAN, RDF, ROOT

PATH: Final = "/.well-known/void"
DUMPS: Final = ("data/pan2kg.nq.gz",)
"""What the service has of the graph as a file, below its root."""

_EVERY: Final = "{ SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }"
_TOTALS: Final = f"""
SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects) WHERE {_EVERY}
"""
_PROPERTIES: Final = f"SELECT ?p (COUNT(*) AS ?n) WHERE {_EVERY} GROUP BY ?p"
_CLASSES: Final = f"SELECT ?c (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s <{RDF}type> ?c }} GROUP BY ?c"
_LINKS: Final = f"""
SELECT DISTINCT ?s ?p ?o WHERE {{
    ?s ?p ?o FILTER(ISIRI(?o) && !STRSTARTS(STR(?o), "{ROOT}") && STRSTARTS(STR(?s), "{ROOT}") && ?p != <{RDF}type>)
}}
"""
_FACTS: Final = f"""
CONSTRUCT {{ ?s ?p ?o }} WHERE {{
    {{ GRAPH ?graph {{ <{DATASET}> ?any ?thing }} GRAPH ?graph {{ ?s ?p ?o }} }} UNION
    {{ ?s ?p ?o FILTER(?p IN (<{PAN}periodStart>, <{PAN}periodEnd>, <http://www.w3.org/2002/07/owl#versionInfo>)) }}
    UNION {{ ?s ?p ?o FILTER(?p = <{RDF}type> && ?o = <{PAN}Plan>) }}
}}
"""


@dataclass(slots=True)
class Census:
    """Answers at ``/.well-known/void``; the counts are kept as long as the data stay as they are."""

    project: Project
    _state: str = ""
    _counted: Statistics | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, call: Call, holding: Holding) -> Answer | Refusal:
        """Answer a request for the description of the graph.

        Raises:
            Pan2kgError: the store does not answer.
        """
        choice = choose(call.accept, DATA)
        if choice is None:
            return Refusal(406, f"It comes as {', '.join(form.media[0] for form in DATA)}.")
        headers = [(b"vary", b"Accept"), NO_CACHE, (b"etag", holding.release.tag("void", call.place, choice.media))]
        if matches(call.condition, [headers[-1][1]]):
            return Answer(304, headers)
        body = self._written(call, holding, choice)
        if isinstance(body, Refusal):
            return body
        return Answer(200, [*headers, (b"content-type", choice.content_type.encode())], body)

    def _written(self, call: Call, holding: Holding, choice: Choice) -> bytes | Refusal:
        small = LocalStore(ox.Store())
        small.add(f"{GRAPH}catalogue", construct(holding.store, _FACTS))
        try:
            facts = read_facts(small)
        except ProjectError as error:
            return Refusal(404, f"The graph does not say what it is as a dataset. {error.message}")
        edition = Edition(self.project, small, facts, _issue(facts, call.place))
        turtle = write_void(edition, self._statistics(holding), DUMPS)
        triples = [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
        return write(triples, choice.form.name, {**holding.prefixes, "void": "http://rdfs.org/ns/void#"})

    def _statistics(self, holding: Holding) -> Statistics:
        with self._lock:
            state = str(holding.release)
            if self._counted is None or state != self._state:
                self._state, self._counted = state, count(holding.store)
            return self._counted


def _issue(facts: Facts, place: str) -> Issue:
    issued, modified = (facts.day(DCTERMS + name) for name in ("issued", "modified"))
    return Issue(facts.version or "0", issued, modified, Addresses(ROOT, place, f"{place}sparql"))


def count(store: Store) -> Statistics:
    """Count the triples of a store, each once, whatever number of graphs it stands in.

    Raises:
        Pan2kgError: the store does not answer.
    """
    row = select(store, _TOTALS).rows[0]
    triples, subjects, objects = (int(plain(value)) for value in row)
    return Statistics(
        triples, subjects, objects, _numbers(store, _PROPERTIES), _numbers(store, _CLASSES), _links(store)
    )


def _numbers(store: Store, query: str) -> Counter[str]:
    return Counter({plain(name): int(plain(number)) for name, number in select(store, query).rows})


def _links(store: Store) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for _, name, value in select(store, _LINKS).rows:
        for target in _targets(plain(value), TARGETS):
            found[target, plain(name)] += 1
    return found


def _targets(iri: str, targets: Mapping[str, str]) -> list[str]:
    return [name for name, start in targets.items() if iri.startswith(start)]
