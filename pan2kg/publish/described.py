"""What a dump says of things, read once for all that a release makes of it: documents, tables, the list of the retired.

Statements are taken from sorted lines of N-Quads, without an engine. What rules say of links is
told at these, and what they say again of things, a level of evidence each, is left out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from pan2kg.graph import statements
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.publish.edition import Edition
from pan2kg.publish.ntriples import Stated, things_in, value_of
from pan2kg.publish.vocabulary import FOAF, OWL
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDFS, SKOS, rule_of

ENDS = tuple(PAN + name for name in ("from", "between", "to", "involves", "involvedIn"))
"""By what links and involvements join things."""
LINK_TYPE = PAN + "linkType"
LEVEL = PAN + "evidenceLevel"
VIA = PAN + "via"
RELATION = PAN + "relation"
ROLE = PAN + "role"
_JOINING = (*ENDS, LINK_TYPE, LEVEL, VIA, RELATION, ROLE)
_NAMES = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
"""The kinds of names; of two in a language the first of these counts."""
_DERIVED_BY = PAN + "derivedBy"
_HEIR = DCTERMS + "isReplacedBy"
_RETIRED = OWL + "deprecated"
_READ_AT_ONCE = frozenset({*_NAMES, _HEIR, _RETIRED, _DERIVED_BY})
"""What is read of all things before any is told."""
_OF_RULES = frozenset({statements.CERTAINTY, PAN + "status"})
"""What is the same of all links that rules made, and stands in the dump."""
_TOLD_AT_LINKS = frozenset({*ENDS, VIA, "http://www.w3.org/ns/prov#wasDerivedFrom"})
"""What rules say of links, and is told at these."""
_AT_LEVEL = re.compile(
    re.escape(PAN) + r"(?:linkedTo\w*|(?:involvesBody|restsOn|usesInstrument)\w*|mainLabel)"
)
"""What is said again of the links of a thing, at each level of evidence, and of its names."""


class Pointing(NamedTuple):
    """A thing that says something of another, and by which predicate."""

    subject: str
    predicate: str


class Described:
    """What a dump says of things, by their IRIs.

    ``stated`` has the statements on each thing by predicates as the graph has them, ``names`` its
    names by language. ``retired`` are the things that were given up, ``heirs`` what took the place
    of a thing. ``shared`` counts what a thing shares with those that rules joined it to, by the type
    of the link.
    """

    def __init__(self, edition: Edition, lines: Iterable[str]) -> None:
        self.edition = edition
        addresses = edition.issue.addresses
        # there are hundreds of thousands of addresses: where none is moved they are what they are
        self.own: Callable[[str], str] = addresses.own if addresses.root != addresses.home else str
        self.is_rules = cache(lambda graph: bool(rule_of(graph)))
        self.name = cache(self._name)
        self.stated = dict(things_in(lines, self._predicate))
        self.names = dict[str, dict[str, str]]()
        self.retired = set[str]()
        self.heirs = dict[str, list[str]]()
        self.shared = dict[str, dict[str, Counter[str]]]()
        self._pointing = defaultdict[str, list[Pointing]](list)
        for iri, stated in self.stated.items():
            self._read(iri, stated)

    def _predicate(self, iri: str) -> str:
        """A predicate as the graph has it; none where it says again what links say, at a level."""
        name = self.home(iri)
        return "" if _AT_LEVEL.fullmatch(name) else name

    def _read(self, iri: str, stated: Sequence[Stated]) -> None:
        terms = defaultdict(list)
        for predicate, term, graph in stated:
            if term[0] == "<" and not (predicate in _TOLD_AT_LINKS and self.is_rules(graph)):
                self._pointing[term].append(Pointing(iri, predicate))
            if predicate in _READ_AT_ONCE:
                terms[predicate].append(term)
        names = {}
        for kind in reversed(_NAMES):
            for term in sorted(terms.get(kind, ())):
                if term[0] != "<":
                    name = value_of(term)
                    names[name.language] = name.text
        if names:
            self.names[iri] = names
        if any(term.startswith(('"true"', '"1"')) for term in terms.get(_RETIRED, ())):
            self.retired.add(iri)
        if _HEIR in terms:
            self.heirs[iri] = [term[1:-1] for term in terms[_HEIR]]
        if _DERIVED_BY in terms:
            self._read_shared(iri)

    def _read_shared(self, link: str) -> None:
        joined = self.joined(link)
        link_type = "".join(joined.get(LINK_TYPE, [])[:1])
        for end in self.ends(link):
            by_type = self.shared.setdefault(end, {})
            by_type.setdefault(link_type, Counter()).update(joined.get(VIA, ()))

    def home(self, iri: str) -> str:
        """The IRI the graph has for one of the release."""
        places = self.edition.issue.addresses
        return places.home + iri[len(places.root) :] if iri.startswith(places.root) else iri

    def of(self, iri: str) -> list[Stated]:
        """What is said of a thing, in order and each once; of several graphs that say it the first no rule made."""
        graphs = dict[tuple[str, str], str]()
        for predicate, term, graph in self.stated.get(iri, ()):
            if predicate in _OF_RULES and self.is_rules(graph):
                continue
            before = graphs.setdefault((predicate, term), graph)
            if graph != before:
                # where none is a rule's, the first by its name
                candidates = [(self.is_rules(name), name) for name in (graph, before)]
                graphs[predicate, term] = min(candidates)[1]
        return [
            Stated(predicate, term, graphs[predicate, term]) for predicate, term in sorted(graphs)
        ]

    def pointing(self, iri: str) -> list[Pointing]:
        """What points to a thing, in order; of what several graphs say each once."""
        return sorted({*self._pointing.get(f"<{iri}>", ())})

    def joined(self, iri: str) -> dict[str, list[str]]:
        """What a link or an involvement joins, and how, by predicate; of other things nothing."""
        things = dict[str, list[str]]()
        if not iri.rpartition("/")[0].endswith(("/id/link", "/id/involvement")):
            return things
        for predicate, term, _ in self.stated.get(iri, ()):
            if predicate in _JOINING:
                things.setdefault(predicate, []).append(term[1:-1])
        return {
            predicate: sorted({*things[predicate]}) for predicate in _JOINING if predicate in things
        }

    def ends(self, iri: str) -> list[str]:
        """The things a link or an involvement joins; of other things nothing."""
        joined = self.joined(iri)
        return [end for predicate in ENDS for end in joined.get(predicate, ())]

    def grounds(self, iri: str, graph: str) -> statements.Grounds:
        """On what it rests that a graph speaks of a thing: what its block says, else what the file says of all.

        As pages of a service say it, but from the dump.
        """
        if self.is_rules(graph):
            return statements.Grounds(graph, "rule", ())
        certainties = self._said_in(graph, iri, statements.CERTAINTY)
        sources = self._said_in(graph, iri, statements.SOURCE)
        if graph.endswith("unverified"):
            certainty = "unverified"
        else:
            certainty = "".join(certainties[:1]).rpartition("/")[2]
        return statements.Grounds(graph, certainty, tuple(sources))

    def _said_in(self, graph: str, iri: str, name: str) -> list[str]:
        """What a graph says of a thing by a predicate, else of itself."""
        terms = set()
        for predicate, term, block in self.stated[iri]:
            if predicate == name and block == graph:
                terms.add(term)
        if not terms:
            terms.update(
                term for predicate, term, _ in self.stated.get(graph, ()) if predicate == name
            )
        return sorted(term[1:-1] for term in terms)

    def _name(self, iri: str, language: Language) -> str:
        """What a thing is called: its name in a language or another, what it joins or quotes, or the end of its IRI."""
        names = self.names.get(iri, {})
        for tag in (language, *LANGUAGES, ""):
            if names.get(tag):
                return names[tag]
        ends = self.ends(iri)
        if ends:
            return " → ".join(self.name(end, language) for end in ends)
        terms = {predicate: term for predicate, term, _ in self.of(iri)}
        quote = value_of(terms.get(PAN + "quote", '""')).text
        if quote:
            return f"« {quote} »"
        text = value_of(terms.get(PAN + "text", '""')).text
        return text or re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri

    def own_name(self, iri: str, language: Language) -> str:
        """The name in that language alone; of a thing without a name, what it is called in the first."""
        names = self.names.get(iri)
        if not names:
            return self.name(iri, language) if language == LANGUAGES[0] else ""
        return names.get(language, "")
