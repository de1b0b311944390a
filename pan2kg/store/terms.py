"""Words of a query that the graph does not know: an unknown class or property gives no rows, and nobody says why.

:class:`KnownTerms` names them, each with the nearest one that the graph has. A term is known that
the store uses, as a property or a class, or names anywhere, as the ontology does; what rules derive
counts as what is written. What stored questions and rules ask for is known too, whether this graph
has it or not. Nearly every query names known terms alone, which one look-up tells; only else is the
query read, by rdflib, which takes up to a second.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

from pan2kg.i18n import Message, did_you_mean, error_message
from pan2kg.i18n.message import join_messages
from pan2kg.project import Project, read_text
from pan2kg.store.program import program_query
from pan2kg.store.store import LocalStore, Store, text_rows
from pan2kg.turtle import RDF, read_prefixes, tokens
from pan2kg.turtle.writer import iri

KINDS_OF_TERM = ("class", "property")
_LONGEST = 20_000
"""The characters of the longest query that is read."""
_NEAR = 0.7
"""How alike two names of one vocabulary are, from 0 to 1, so that the one is offered for the other."""
_NEAR_ELSEWHERE = 0.85
"""The same of names of two vocabularies."""

_OF_RDFLIB = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What rdflib may raise of a query that another engine can read, as with the syntax of SPARQL 1.2."""


class UsedTerm(NamedTuple):
    """An IRI that a query has where a class or a property stands."""

    kind: str
    """One of :data:`KINDS_OF_TERM`."""
    iri: str


class KnownTerms:
    """What classes and properties a store knows, for what people ask of it; all are listed when that is needed."""

    def __init__(self, store: Store, project: Project) -> None:
        self.store = store
        self.project = project
        self.prefixes = read_prefixes(project)

    def hints(self, query: str) -> list[Message]:
        """A sentence for each class or property of an answered query that the store does not know, with the nearest.

        What is no SPARQL, and a query of more than 20,000 characters, gets none; nor is the store of an
        endpoint asked. A term of a vocabulary that the query itself makes, and of which the store knows
        nothing, is not looked for.
        """
        if len(query) > _LONGEST or not isinstance(self.store, LocalStore):
            return []
        if not self._unknown(named_iris(query)):
            return []
        reading = read_terms(query)
        unknown = self._unknown(term.iri for term in reading.asked) - self._asked_for
        made = {_space(term) for term in reading.made} - self._spaces
        return [
            self._hint(term)
            for term in sorted(reading.asked)
            if term.iri in unknown and _space(term.iri) not in made
        ]

    def _unknown(self, iris: Iterable[str]) -> set[str]:
        wanted = {term for term in iris if not term.startswith(RDF)}
        if not wanted:
            return set()
        rows = text_rows(self.store, program_query("ontology/known", term=sorted(wanted)))
        return wanted - {term for (term,) in rows}

    def _hint(self, term: UsedTerm) -> Message:
        known = self._terms[term.kind]
        key = "graph-lacks-class" if term.kind == "class" else "graph-lacks-property"
        sentence = error_message(key, name=iri(term.iri, self.prefixes), total=len(known))
        near = nearest_term(term.iri, known)
        return (
            join_messages([sentence, did_you_mean([iri(near, self.prefixes)])])
            if near
            else sentence
        )

    @cached_property
    def _asked_for(self) -> set[str]:
        iris: set[str] = set()
        for path in self.project.queries.rglob("*.rq"):
            iris |= named_iris(read_text(path))
        return iris

    @cached_property
    def _terms(self) -> Mapping[str, set[str]]:
        terms: dict[str, set[str]] = {kind: set() for kind in KINDS_OF_TERM}
        for term, kind in text_rows(self.store, program_query("ontology/terms")):
            terms[kind].add(term)
        return terms

    @cached_property
    def _spaces(self) -> set[str]:
        return {_space(term) for terms in self._terms.values() for term in terms}


def named_iris(query: str) -> set[str]:
    """The IRIs that a query has anywhere, written out or with a prefix that it declares, but for its namespaces.

    >>> sorted(named_iris("PREFIX e: <http://e/> SELECT * { ?s e:a <http://e/b> }"))
    ['http://e/a', 'http://e/b']
    """
    spaces = {}
    iris: set[str] = set()
    keyword = ""
    prefix = ""
    for token in tokens(query):
        if keyword == "PREFIX" and token.kind == "name":
            prefix = token.text.removesuffix(":")
            continue
        if token.kind == "iri":
            address = token.text[1:-1]
            if keyword == "PREFIX":
                spaces[prefix] = address
            elif keyword != "BASE":
                iris.add(address)
        elif token.kind == "name":
            name, _, local = token.text.partition(":")
            iris.add(spaces.get(name, f"{name}:") + local.replace("\\", ""))
        keyword = token.text.upper() if token.kind == "word" else ""
    return iris


class QueryReading(NamedTuple):
    """What a query asks for and what it makes."""

    asked: frozenset[UsedTerm]
    made: frozenset[str]
    """The IRIs of the properties and classes of the triples that it constructs."""


def read_terms(query: str) -> QueryReading:
    """The classes and properties of a query, read from its algebra; nothing of what is no SPARQL 1.1.

    >>> sorted(read_terms("SELECT * { ?s a <http://e/C> ; ^<http://e/p>/<http://e/q>* ?o }").asked)[:2]
    [UsedTerm(kind='class', iri='http://e/C'), UsedTerm(kind='property', iri='http://e/p')]
    >>> read_terms("SELECT nonsense").asked
    frozenset()
    """
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql import prepareQuery, sparql

    try:
        algebra = prepareQuery(query).algebra
    except (ParseBaseException, sparql.SPARQLError, *_OF_RDFLIB):
        return QueryReading(frozenset(), frozenset())
    asked: set[UsedTerm] = set()
    for triple in _patterns(algebra):
        asked.update(_terms_of(triple))
    made: set[str] = set()
    if "template" in algebra:  # of CONSTRUCT WHERE it is empty
        for triple in algebra["template"] or ():
            made.update(term.iri for term in _terms_of(triple))
    return QueryReading(frozenset(asked), frozenset(made))


def _patterns(part: object) -> Iterator[tuple[object, object, object]]:
    # the triples that are asked for, in whatever part of a query, also where something must not exist;
    # rdflib leaves those of an EXISTS within an expression in rows of several triples one after the other
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(part, CompValue):
        for name, value in part.items():
            if name == "triples":
                for row in value:
                    yield from zip(row[0::3], row[1::3], row[2::3], strict=True)
            elif name != "template":
                yield from _patterns(value)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _patterns(inner)


def _terms_of(triple: tuple[object, object, object]) -> Iterator[UsedTerm]:
    from rdflib import URIRef

    _, predicate, value = triple
    steps = list(_steps(predicate))
    for step in steps:
        yield UsedTerm("property", str(step))
    if f"{RDF}type" in steps and isinstance(value, URIRef):
        yield UsedTerm("class", str(value))


def _steps(path: object) -> Iterator[str]:
    # the properties of a path, one after the other
    from rdflib import URIRef, paths
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(path, URIRef):
        yield str(path)
    elif isinstance(path, paths.InvPath):
        yield from _steps(path.arg)
    elif isinstance(path, paths.MulPath):
        yield from _steps(path.path)
    elif isinstance(path, paths.SequencePath | paths.AlternativePath | paths.NegatedPath):
        for step in path.args:
            yield from _steps(step)
    elif isinstance(path, CompValue | list):
        for part in path.values() if isinstance(path, CompValue) else path:
            yield from _steps(part)


def nearest_term(term: str, known: Iterable[str]) -> str:
    """The known term that a word is most likely to mean: of its own namespace, else of any; empty where none is near.

    >>> nearest_term("http://e/titel", ["http://e/title", "http://f/titel"])
    'http://e/title'
    >>> nearest_term("http://e/titel", ["http://f/title", "http://f/abc"])
    ''
    """
    beside: dict[str, str] = {}
    elsewhere: dict[str, str] = {}
    space = _space(term)
    for candidate in sorted(known):
        names = beside if _space(candidate) == space else elsewhere
        names.setdefault(_local(candidate), candidate)
    for names, cutoff in ((beside, _NEAR), (elsewhere, _NEAR_ELSEWHERE)):
        near = get_close_matches(_local(term), names, n=1, cutoff=cutoff)
        if near:
            return names[near[0]]
    return ""


def _space(term: str) -> str:
    return term[: len(term) - len(_local(term))]


def _local(term: str) -> str:
    return term.rpartition("#" if "#" in term else "/")[2]
