"""What things are called that changed, by what both states and the ontology of this package say of them.

A thing that was removed has a name in the old state only, and a property may have none but in the
ontology that is shipped: a name is looked for in the new state, then in the old one, then there.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, filterfalse

import pyoxigraph as ox

from pan2kg.i18n import LANGUAGES, Language, Messages
from pan2kg.project import Project
from pan2kg.publish.states import Value, quads_with, rule_of_line, text_of
from pan2kg.publish.vocabulary import Term
from pan2kg.turtle import DCTERMS, PAN, RDF, RDFS, SKOS, kind_and_key, read_prefixes

NAMES = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title")
"""Properties that name a thing, the best first."""
_WHOLES_OF_OURS = (
    "inPlan",
    "inReview",
    "involvedIn",
    "implements",
    "milestoneOf",
    "underInstrument",
    "countIn",
    "nameOf",
    "from",
    "between",
)
WHOLES = (
    *(PAN + name for name in _WHOLES_OF_OURS),
    "http://data.europa.eu/eli/ontology#is_part_of",
    "http://www.w3.org/ns/org#organization",
    SKOS + "inScheme",
)
"""Properties that lead to what a thing belongs to, the closest first."""
_PARTS_OF_OURS = (
    "evidence",
    "hasTimeline",
    "hasIndicator",
    "hasExpectedResult",
    "hasVerificationSource",
    "hasPosition",
)
PARTS = frozenset(
    (
        *(ox.NamedNode(PAN + name) for name in _PARTS_OF_OURS),
        ox.NamedNode("http://www.w3.org/ns/adms#identifier"),
    )
)
"""Properties that lead from a thing to its parts."""
_ENDS = (
    *(PAN + name for name in ("from", "to", "between", "involves", "involvedIn")),
    "http://www.w3.org/ns/org#member",
    "http://www.w3.org/ns/org#organization",
)
"""Properties whose objects say what a link, an involvement or a membership is about."""
_ROLES = (PAN + "relation", PAN + "role", PAN + "linkType")
"""Properties that say how these are joined."""
_QUOTE = PAN + "quote"
_NUMBER = SKOS + "notation"
_NAMING = PARTS.union(
    map(ox.NamedNode, (*NAMES, *WHOLES, *_ENDS, *_ROLES, _QUOTE, _NUMBER)),
    map(ox.NamedNode, (RDF + "type", DCTERMS + "isReplacedBy")),
)
"""What of a state is needed to name what changed in it."""
LONG = 160
"""Longer texts are shown by a piece."""
_AHEAD = 30
"""So many signs are shown ahead of what differs in a long text."""
_COMPUTED = re.compile("[0-9a-f]{16}")
"""Keys that tell a reader nothing."""


class ChangeNames:
    """What is said of things in one or several groups of statements, to name them by.

    The first group that says anything of a property of a thing is believed. A thing is called by its
    label, a link by what it joins, and by its key where there is neither.
    """

    def __init__(self, groups: Iterable[Iterable[ox.Quad]] = ()) -> None:
        self._terms = defaultdict[str, dict[str, list[Term]]](dict)
        self._prefixes = read_prefixes(Project.packaged())
        for quads in groups:
            self._believe(quads)

    @classmethod
    def of_states(
        cls, stated: Iterable[bytes], gone: Iterable[bytes], altered: Sequence[ox.Triple]
    ) -> "ChangeNames":
        """Names by what the new state says, what only the old one says, and the ontology of this package.

        Of two large states that differ little most is never named: only what is needed for the
        ``altered`` triples is looked up.
        """
        new = quads_with(stated, _NAMING)
        old = quads_with(filterfalse(rule_of_line, gone), _NAMING)
        needed = _needed(altered, [*new, *old])
        groups = [
            sorted((quad for quad in quads if quad.subject in needed), key=str)
            for quads in (new, old)
        ]
        shipped = (ox.parse(path=path) for path in Project.packaged().ontology_files())
        return cls([*groups, chain.from_iterable(shipped)])

    def _believe(self, quads: Iterable[ox.Quad]) -> None:
        """Take what is said of properties of things of which nothing was said before."""
        terms = defaultdict[tuple[str, str], dict[Term, None]](dict)
        for quad in quads:
            if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
                terms[text_of(quad.subject), quad.predicate.value][quad.object] = None
        for (iri, predicate), listed in terms.items():
            self._terms[iri].setdefault(predicate, list(listed))

    def of(self, iri: str, language: Language, *, besides: str = "") -> str:
        """What a thing is called; a link or an involvement by what it joins, without ``besides``."""
        if label := self._label(iri, language):
            return label
        if quoted := self.value(iri, _QUOTE):
            return self.term(ox.Literal(quoted), language)
        joined = []
        for predicate in _ENDS:
            for end in sorted(self.values(iri, predicate)):
                if end != besides:
                    joined.append(self._label_or_short(end, language))
        if not joined:
            return self.short(iri)
        name = " → ".join(joined)
        role = self.value(iri, *_ROLES)
        return f"{name} ({self._label_or_short(role, language)})" if role else name

    def titled(self, iri: str, language: Language, *, besides: str = "") -> str:
        """The same with the number of the thing and its key."""
        title = self.of(iri, language, besides=besides)
        if number := self.value(iri, _NUMBER):
            title = f"{number} {title}"
        key = iri.rpartition("/")[2] if kind_and_key(iri)[0] else self.short(iri)
        if key in title or _COMPUTED.fullmatch(key):
            return title
        return f"{title} ({key})"

    def property(self, iri: str, language: Language) -> str:
        """What a property is called: by its label, else by a message of ours, else in short."""
        if label := self._label(iri, language):
            return label
        words = Messages("property")
        name = self.short(iri)
        return words.say(name, language) if words.has(name) else name

    def term(self, term: Value, language: Language, *, start: int = 0) -> str:
        """A value as it is told; a long text by a piece of it, from 30 signs before ``start``."""
        if isinstance(term, ox.NamedNode):
            return self.of(term.value, language)
        if not isinstance(term, ox.Literal):
            return str(term)
        text = " ".join(term.value.split())
        if start > LONG // 2:
            text = f"…{text[start - _AHEAD :]}"
        if len(text) > LONG:
            text = f"{text[: LONG - 1]}…"
        is_text = term.language or term.datatype.value.endswith("#string")
        return f"«\u00a0{text}\u00a0»" if is_text else text

    def value(self, iri: str, *predicates: str) -> str:
        """The first thing or text that is said by one of these properties, else an empty text."""
        for predicate in predicates:
            if values := self.values(iri, predicate):
                return values[0]
        return ""

    def values(self, iri: str, predicate: str) -> list[str]:
        """All that is said of a thing by a property."""
        return list(map(text_of, self._terms.get(iri, {}).get(predicate, ())))

    def short(self, iri: str) -> str:
        """An IRI by the longest prefix, where there is one."""
        length = 0
        name = ""
        for prefix, space in self._prefixes.items():
            if iri.startswith(space):
                length, name = max((length, name), (len(space), prefix))
        return f"{name}:{iri[length:]}" if name else iri

    def _label_or_short(self, iri: str, language: Language) -> str:
        return self._label(iri, language) or self.short(iri)

    def _label(self, iri: str, language: Language) -> str:
        for predicate in NAMES:
            by_language = {}
            for term in self._terms.get(iri, {}).get(predicate, ()):
                if isinstance(term, ox.Literal):
                    by_language[term.language or ""] = term.value
            for tag in (language, *LANGUAGES, ""):
                if tag in by_language:
                    return " ".join(by_language[tag].split())
            if by_language:
                return min(by_language.values())
        return ""


def _needed(altered: Sequence[ox.Triple], quads: Sequence[ox.Quad]) -> set[object]:
    """What a change speaks of, what has a part that was altered, and all that names these."""
    subjects = set[object](triple.subject for triple in altered)
    fresh = set(subjects)
    for triple in altered:
        fresh.update((triple.predicate, triple.object))
    for quad in quads:
        if quad.predicate in PARTS and quad.object in subjects:
            fresh.add(quad.subject)
    reached = set()
    while fresh:
        reached |= fresh
        named = set[object](quad.object for quad in quads if quad.subject in fresh)
        fresh = named - reached
    return reached
