"""The catalogue of a release, for portals (DCAT-AP) and for search engines (schema.org).

Both are filled in from the templates of the same names. What the graph states of itself comes first
and unchanged; every concept a catalogue refers to is explained in it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg import templates
from pan2kg.i18n import Text
from pan2kg.publish import code_lists, vocabulary
from pan2kg.publish.edition import Edition
from pan2kg.publish.vocabulary import DCAT, FOAF, PREFIXES, RELEASED, TYPE, Term, node
from pan2kg.turtle import DCTERMS
from pan2kg.turtle.countries import countries


class _Licence(NamedTuple):
    """The portal's name for a licence, its type, and its key in the EU's list. A bare IRI the portal does not know."""

    label: str
    kind: str
    eu_key: str


_LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": _Licence("cc-by", "Attribution", "CC_BY_4_0"),
    "https://creativecommons.org/publicdomain/zero/1.0/": _Licence(
        "cc-zero", "PublicDomain", "CC0"
    ),
}
_EU_LICENCES = "http://publications.europa.eu/resource/authority/licence/"
_LATER = frozenset(
    (DCTERMS + "issued", DCTERMS + "modified", DCTERMS + "identifier", DCAT + "version")
)
"""What only the release knows."""
_STANDARDS = {
    "csvw": "https://www.w3.org/TR/tabular-data-primer/",
    "profile": "http://data.europa.eu/r5r/",
    "protocol": "https://www.w3.org/TR/sparql11-protocol/",
}
"""What parts of a release conform to, beside the ontology."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A file of the release; ``key``, of which its IRI is made, is the same in every version."""

    key: str
    path: str
    form: str
    size: int
    sha512: str
    title: Text
    about: Text
    group: Text | None = None


def describe(edition: Edition, offers: Sequence[Distribution]) -> list[ox.Triple]:
    """The catalogue in DCAT-AP, with every concept it refers to; each statement once."""
    issue = edition.issue
    facts = edition.facts
    places = issue.addresses

    def about(name: str) -> list[Term]:
        return places.own_terms(facts.about(name))

    def of(name: str) -> list[Term]:
        return places.own_terms(facts.of(facts.dataset, DCAT + name))

    def stated(subject: str) -> str:
        return templates.markup(_stated(edition, subject))

    def concept(scheme: str, key: str) -> str:
        return templates.markup(str(code_lists.concept(scheme, key)))

    keys = [offer.key for offer in offers]
    if places.endpoint:
        keys.append("sparql")
    described = (facts.catalogue, facts.dataset)
    triples = vocabulary.filled(
        "catalogue.ttl",
        PREFIXES,
        {
            "issue": issue,
            "facts": facts,
            "endpoint": places.endpoint,
            "offers": offers,
            "stated": stated,
            "standards": {"ontology": edition.ontology, **_STANDARDS},
            "addresses": [node(f"{issue.dataset}#{key}") for key in keys],
            "licences": facts.about("license"),
            "about": about,
            "of": of,
            "known_licences": [_known_licence(term) for term in facts.about("license")],
            "concept": concept,
            "literals": vocabulary.literals,
            "themes": code_lists.concept("data-theme", "").value.removesuffix("/"),
            "forms": vocabulary.OFFERED_FORMS,
            "media": vocabulary.MEDIA,
            "agents": [subject for subject in facts.statements if subject not in described],
        },
    )
    explanations = code_lists.explained(_undescribed(triples), facts.labels)
    return list(dict.fromkeys([*triples, *explanations]))


def _stated(edition: Edition, subject: str) -> str:
    """What the graph states of a subject as N-Triples, what names it first."""
    places = edition.issue.addresses
    properties = edition.facts.statements.get(subject, {})
    leading = (TYPE.value, DCTERMS + "title", DCTERMS + "description")
    about = node(places.own(subject))
    lines = []
    for predicate in dict.fromkeys((*leading, *properties)):
        if predicate in _LATER:
            continue
        for value in places.own_terms(properties.get(predicate, ())):
            lines.append(f"{ox.Triple(about, node(predicate), value)} .\n")
    return "".join(lines)


def _known_licence(licence: Term) -> tuple[str, str, str, str]:
    """A licence as the template takes it: itself, what it is called, what it equals in the EU's list, its type."""
    iri = templates.markup(str(licence))
    if licence.value not in _LICENCES:
        return iri, licence.value, "", ""
    known = _LICENCES[licence.value]
    return iri, known.label, f"{_EU_LICENCES}{known.eu_key}", known.kind


def _undescribed(triples: Sequence[ox.Triple]) -> list[ox.NamedNode]:
    """What is referred to and not described, sorted."""
    mentioned = {triple.object for triple in triples if isinstance(triple.object, ox.NamedNode)}
    return sorted(mentioned - {triple.subject for triple in triples}, key=str)


def describe_dataset(edition: Edition, offers: Sequence[Distribution]) -> dict[str, object]:
    """The dataset in the terms of schema.org, for search engines."""
    described: dict[str, object] = json.loads(
        templates.render(
            "dataset.jsonld",
            {
                "issue": edition.issue,
                "facts": edition.facts,
                "offers": offers,
                "languages": RELEASED,
                "dcat": DCAT,
                "foaf": FOAF,
                "forms": vocabulary.OFFERED_FORMS,
                "countries": {country.iri: country for country in countries().values()},
            },
        )
    )
    return described
