"""What things are called, in the language of the picture where they have a name in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from pan2kg.coherence.uses import key
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.store.store import Store, plain, select

_NAMES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?label ?notation ?key WHERE {{
    VALUES ?thing {{ {things} }}
    OPTIONAL {{ ?thing skos:prefLabel ?label }}
    OPTIONAL {{ ?thing skos:notation ?notation FILTER(isLiteral(?notation)) }}
    OPTIONAL {{ ?thing dcterms:identifier ?key }}
}} ORDER BY ?thing ?label ?notation ?key
"""


@dataclass(frozen=True, slots=True)
class Name:
    """A thing's label with the language it is in where that is not the one asked for, its key and its number."""

    iri: str
    label: str
    language: str = ""
    key: str = ""
    notation: str = ""

    @property
    def short(self) -> str:
        """The number of an action in its plan, such as « 4.3 », else what its key adds to that of its plan."""
        return self.notation or self.key.rpartition("-")[2]

    @property
    def full(self) -> str:
        """The label, with the key where that says more."""
        return f"{self.label} ({self.key})" if self.key and self.key != self.label else self.label


class Names(dict[str, Name]):
    """Names by IRI; a thing nothing is known of is called by the last part of its IRI.

    >>> Names()["http://e/plan/x"].label
    'x'
    """

    __slots__ = ()

    def __missing__(self, iri: str) -> Name:
        return Name(iri, key(iri), key=key(iri))


def read_names(store: Store, things: Iterable[str], language: Language) -> Names:
    """The names of things by IRI: in ``language``, else French, else English, else the first there is.

    >>> from pan2kg.store.store import LocalStore
    >>> read_names(LocalStore(ox.Store()), ["http://e/plan/x"], "fr")["http://e/plan/x"].key
    'x'
    """
    wanted = sorted(set(things))
    found: dict[str, dict[str, str]] = {iri: {} for iri in wanted}
    marks: dict[str, tuple[str, str]] = {}
    terms = " ".join(str(ox.NamedNode(iri)) for iri in wanted)
    for thing, label, notation, own in select(store, _NAMES.format(things=terms)).rows:
        iri = plain(thing)
        marks.setdefault(iri, (plain(notation), plain(own)))
        if isinstance(label, ox.Literal):
            found[iri].setdefault(label.language or "", label.value)
    return Names((iri, _name(iri, labels, *marks.get(iri, ("", "")), language)) for iri, labels in found.items())


def _name(iri: str, labels: Mapping[str, str], notation: str, own: str, language: Language) -> Name:
    short = own or key(iri)
    spoken = next((tag for tag in (language, *LANGUAGES, *sorted(labels)) if tag in labels), None)
    if spoken is None:
        return Name(iri, short, key=short, notation=notation)
    return Name(iri, labels[spoken], "" if spoken == language else spoken, short, notation)
