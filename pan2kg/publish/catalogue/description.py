"""The catalogue itself: catalogue, dataset, distributions and service in DCAT-AP, in the order they are written.

The graph's own statements come first and unchanged; what only the release knows (addresses, sizes, checksums,
version) is added. Four readers must understand it: the shapes of DCAT-AP 3.0.1, the national profile, the
portal's software and data.europa.eu. Where they differ it says a thing in the way all of them accept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import Text
from pan2kg.publish.catalogue.facts import Facts, concept, explain, forms, media
from pan2kg.publish.catalogue.terms import (
    ADMS,
    DCAT,
    DCATAP,
    FOAF,
    OWL,
    SPDX,
    TYPE,
    VCARD,
    OrderedTriples,
    Term,
    literals,
    node,
    said,
    typed,
)
from pan2kg.publish.edition import Issue
from pan2kg.turtle.vocabulary import DCTERMS, RDFS, SKOS

SPARQL_PROTOCOL: Final = "https://www.w3.org/TR/sparql11-protocol/"
CSVW: Final = "https://www.w3.org/TR/tabular-data-primer/"
PROFILE: Final = "http://data.europa.eu/r5r/"
LICENCES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": ("cc-by", "Attribution", "CC_BY_4_0"),
    "https://creativecommons.org/publicdomain/zero/1.0/": ("cc-zero", "PublicDomain", "CC0"),
}
"""Licence → the portal's name for it, its type, and its key in the EU's list. A bare IRI the portal does not know."""
_EU_LICENCES: Final = "http://publications.europa.eu/resource/authority/licence/"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A file of the release: where it stands, its format, its size and checksum, and what it is.

    ``key`` is what its IRI is made from, and the same in every version; ``group`` is what several forms of one table
    are called together.
    """

    key: str
    path: str
    form: str
    size: int
    sha512: str
    title: Text
    about: Text
    group: Text | None = None


def describe(facts: Facts, issue: Issue, distributions: Sequence[Distribution]) -> list[ox.Triple]:
    """The catalogue of a release, in the order in which it is written."""
    described = OrderedTriples()
    _catalogue(described, facts, issue)
    _dataset(described, facts, issue, distributions)
    for distribution in distributions:
        _distribution(described, facts, issue, distribution)
    if issue.addresses.endpoint:
        _service(described, facts, issue)
    _agents(described, facts, issue)
    _licence(described, facts, issue)
    _documents(described, issue)
    _explain(described, facts)
    return described.triples


_LATER: Final = frozenset((DCTERMS + "issued", DCTERMS + "modified", DCTERMS + "identifier", DCAT + "version"))


def _copy(described: OrderedTriples, facts: Facts, issue: Issue, subject: str) -> ox.NamedNode:
    """The graph's own statements on a subject, its class, title and description first."""
    about = node(issue.addresses.own(subject))
    first = [TYPE.value, DCTERMS + "title", DCTERMS + "description"]
    said_of = facts.said.get(subject, {})
    for predicate in [*first, *(name for name in said_of if name not in first)]:
        if predicate not in _LATER:
            values = said_of.get(predicate, ())
            described.add(about, predicate, *(_moved(value, issue) for value in values))
    return about


def _moved(value: Term, issue: Issue) -> Term:
    return node(issue.addresses.own(value.value)) if isinstance(value, ox.NamedNode) else value


def _instant(day: object) -> ox.Literal:
    """A day as an instant: the European profile takes both, the national one only this."""
    return typed(f"{day}T00:00:00Z", "dateTime")


def _catalogue(described: OrderedTriples, facts: Facts, issue: Issue) -> None:
    about = _copy(described, facts, issue, facts.catalogue)
    described.add_types(about, DCAT + "Catalog")
    described.add(about, DCTERMS + "issued", _instant(issue.issued))
    described.add(about, DCTERMS + "modified", _instant(issue.modified))
    for name in ("language", "spatial", "license"):
        described.add(about, DCTERMS + name, *facts.of(facts.dataset, DCTERMS + name))
    described.add(about, DCTERMS + "rights", _rights(issue))
    described.add(about, DCTERMS + "identifier", ox.Literal(about.value))
    described.add(about, FOAF + "homepage", node(issue.addresses.base))
    described.add(about, DCAT + "themeTaxonomy", node(_scheme_iri("data-theme")))
    described.add(about, DCTERMS + "conformsTo", node(PROFILE))
    described.add(about, DCAT + "dataset", node(issue.dataset))
    if issue.addresses.endpoint:
        described.add(about, DCAT + "service", _service_node(issue))


def _scheme_iri(name: str) -> str:
    return concept(name, "").value.removesuffix("/")


def _dataset(described: OrderedTriples, facts: Facts, issue: Issue, distributions: Sequence[Distribution]) -> None:
    about = _copy(described, facts, issue, facts.dataset)
    described.add_types(about, DCAT + "Dataset")
    described.add(about, DCTERMS + "identifier", ox.Literal(about.value))
    described.add(about, DCTERMS + "issued", _instant(issue.issued))
    described.add(about, DCTERMS + "modified", _instant(issue.modified))
    described.add(about, DCAT + "version", ox.Literal(issue.version))
    described.add(about, OWL + "versionInfo", ox.Literal(issue.version))
    described.add(about, OWL + "versionIRI", node(issue.version_iri))
    if issue.previous:
        described.add(about, DCAT + "previousVersion", node(f"{issue.dataset}/{issue.previous}"))
    described.add(about, DCTERMS + "accessRights", concept("access-right", "PUBLIC"))
    described.add(about, DCTERMS + "rights", _rights(issue))
    described.add(about, DCTERMS + "conformsTo", _ontology(issue))
    described.add(about, DCAT + "landingPage", node(issue.addresses.base))
    _period(described, facts, about)
    _contact(described, issue, about)
    described.add(about, DCAT + "distribution", *(_node(issue, one.key) for one in distributions))
    if issue.addresses.endpoint:
        described.add(about, DCAT + "distribution", _node(issue, "sparql"))


def _period(described: OrderedTriples, facts: Facts, about: ox.NamedNode) -> None:
    """A blank node on purpose: the portal loses a period that has an IRI."""
    if facts.covers:
        period = ox.BlankNode("period")
        described.add(about, DCTERMS + "temporal", period)
        described.add_types(period, DCTERMS + "PeriodOfTime")
        for name, day in zip(("startDate", "endDate"), facts.covers, strict=True):
            described.add(period, DCAT + name, typed(str(day), "date"))


def _contact(described: OrderedTriples, issue: Issue, *about: ox.NamedNode) -> None:
    if not issue.contact:
        return
    contact = node(issue.catalogue + "#contact")
    for one in about:
        described.add(one, DCAT + "contactPoint", contact)
    described.add_types(contact, VCARD + "Kind")
    described.add(contact, VCARD + "fn", *said("contact"))
    address = issue.contact if "://" in issue.contact else f"mailto:{issue.contact.removeprefix('mailto:')}"
    described.add(contact, VCARD + ("hasURL" if "://" in address else "hasEmail"), node(address))


def _node(issue: Issue, key: str) -> ox.NamedNode:
    return node(f"{issue.dataset}#{key}")


def _rights(issue: Issue) -> ox.NamedNode:
    return node(issue.catalogue + "#rights")


def _ontology(issue: Issue) -> ox.NamedNode:
    return node(issue.addresses.ontology)


def _common(described: OrderedTriples, facts: Facts, issue: Issue, about: ox.NamedNode) -> None:
    """What is the same for every distribution."""
    described.add(about, DCTERMS + "license", *facts.of(facts.dataset, DCTERMS + "license")[:1])
    described.add(about, DCTERMS + "rights", _rights(issue))
    described.add(about, DCATAP + "availability", concept("planned-availability", "AVAILABLE"))
    described.add(about, ADMS + "status", concept("distribution-status", "COMPLETED"))
    described.add(about, DCTERMS + "language", *facts.of(facts.dataset, DCTERMS + "language"))
    described.add(about, DCTERMS + "issued", _instant(issue.modified))
    described.add(about, DCTERMS + "modified", _instant(issue.modified))


def _distribution(described: OrderedTriples, facts: Facts, issue: Issue, one: Distribution) -> None:
    about, form = _node(issue, one.key), forms()[one.form]
    address = node(issue.addresses.file(one.path))
    described.add_types(about, DCAT + "Distribution")
    described.add(about, DCTERMS + "title", *literals(one.title))
    described.add(about, DCTERMS + "description", *literals(one.about))
    described.add(about, DCAT + "accessURL", address)
    described.add(about, DCAT + "downloadURL", address)
    described.add(about, DCTERMS + "format", concept("file-type", form.file_type))
    described.add(about, DCAT + "mediaType", media(form.media))
    if one.path.endswith(".gz"):
        described.add(about, DCAT + "compressFormat", media("application/gzip"))
    described.add(about, DCAT + "byteSize", typed(str(one.size), "nonNegativeInteger"))
    _checksum(described, about, one.sha512)
    if one.form == "csv":
        described.add(about, DCTERMS + "conformsTo", node(CSVW))
    elif one.form != "zip":
        described.add(about, DCTERMS + "conformsTo", _ontology(issue))
    _common(described, facts, issue, about)


def _checksum(described: OrderedTriples, about: ox.NamedNode, sha512: str) -> None:
    """SHA-512, since the portal refuses a dataset with a SHA-256 of the type the profile asks for."""
    checksum = ox.BlankNode("sum" + about.value.rpartition("#")[2].replace("-", ""))
    algorithm = node(_SHA512)
    described.add(about, SPDX + "checksum", checksum)
    described.add_types(checksum, SPDX + "Checksum")
    described.add(checksum, SPDX + "algorithm", algorithm)
    described.add(checksum, SPDX + "checksumValue", typed(sha512, "hexBinary"))
    for name in (algorithm, node(SPDX + "checksumAlgorithm_sha512")):
        described.add_types(name, SPDX + "ChecksumAlgorithm")
        described.add(name, RDFS + "label", ox.Literal("SHA-512"))
    described.add(algorithm, OWL + "sameAs", node(SPDX + "checksumAlgorithm_sha512"))


_SHA512: Final = "https://spdx.org/rdf/terms#checksumAlgorithm_sha512"
"""With https, as the shapes of the European profile want it, although the vocabulary's own names have http."""


def _service_node(issue: Issue) -> ox.NamedNode:
    return node(issue.catalogue + "#service")


def _service(described: OrderedTriples, facts: Facts, issue: Issue) -> None:
    service, endpoint = _service_node(issue), node(issue.addresses.endpoint)
    described.add_types(service, DCAT + "DataService")
    described.add(service, DCTERMS + "title", *said("service"))
    described.add(service, DCTERMS + "description", *said("service-description"))
    described.add(service, DCAT + "endpointURL", endpoint)
    described.add(service, DCAT + "endpointDescription", node(issue.addresses.file("service.ttl")))
    described.add(service, DCTERMS + "conformsTo", node(SPARQL_PROTOCOL))
    described.add(service, DCAT + "servesDataset", node(issue.dataset))
    for predicate in (DCTERMS + "publisher", DCAT + "theme", DCAT + "keyword", DCTERMS + "license"):
        values = facts.of(facts.dataset, predicate)
        described.add(service, predicate, *(_moved(value, issue) for value in values))
    described.add(service, DCTERMS + "accessRights", concept("access-right", "PUBLIC"))
    contacts = [_moved(value, issue) for value in facts.of(facts.dataset, DCAT + "contactPoint")]
    described.add(service, DCAT + "contactPoint", *contacts)
    _contact(described, issue, service)
    about, form = _node(issue, "sparql"), forms()["sparql"]
    described.add_types(about, DCAT + "Distribution")
    described.add(about, DCTERMS + "title", *said("service-distribution"))
    described.add(about, DCTERMS + "description", *said("service-description"))
    described.add(about, DCAT + "accessURL", endpoint)
    described.add(about, DCAT + "accessService", service)
    described.add(about, DCTERMS + "format", concept("file-type", form.file_type))
    described.add(about, DCAT + "mediaType", media(form.media))
    described.add(about, DCTERMS + "conformsTo", node(SPARQL_PROTOCOL))
    _common(described, facts, issue, about)


def _agents(described: OrderedTriples, facts: Facts, issue: Issue) -> None:
    for subject in facts.said:
        if subject not in (facts.catalogue, facts.dataset):
            _copy(described, facts, issue, subject)


def _licence(described: OrderedTriples, facts: Facts, issue: Issue) -> None:
    rights = _rights(issue)
    described.add_types(rights, DCTERMS + "RightsStatement")
    for licence in facts.of(facts.dataset, DCTERMS + "license"):
        label, kind, key = LICENCES.get(licence.value, (licence.value, "", ""))
        about = node(licence.value)
        described.add_types(about, DCTERMS + "LicenseDocument")
        described.add(about, RDFS + "label", ox.Literal(label))
        described.add(rights, RDFS + "label", ox.Literal(label))
        if kind:
            equal, names = node(f"{_EU_LICENCES}{key}"), said(label)
            described.add(about, DCTERMS + "title", *names)
            described.add(about, OWL + "sameAs", equal)
            described.add_types(equal, DCTERMS + "LicenseDocument", SKOS + "Concept")
            described.add(equal, SKOS + "prefLabel", *names)
            for one in (about, equal):
                described.add(one, RDFS + "label", ox.Literal(label))
                described.add(one, DCTERMS + "type", concept("licencetype", kind))
            described.add(rights, DCTERMS + "description", *said(f"rights-{label}"))


def _documents(described: OrderedTriples, issue: Issue) -> None:
    home = node(issue.addresses.base)
    described.add_types(home, FOAF + "Document")
    described.add(home, DCTERMS + "title", *said("page"))
    standards = {_ontology(issue).value: "ontology", CSVW: "csvw", PROFILE: "profile"}
    if issue.addresses.endpoint:
        standards[SPARQL_PROTOCOL] = "protocol"
        description = node(issue.addresses.file("service.ttl"))
        described.add_types(description, FOAF + "Document")
        described.add(description, DCTERMS + "title", *said("endpoint-description"))
    for address, name in standards.items():
        described.add_types(node(address), DCTERMS + "Standard")
        described.add(node(address), DCTERMS + "title", *said(name))


def _explain(described: OrderedTriples, facts: Facts) -> None:
    """Type and label every concept of a code list that is referred to."""
    subjects = {triple.subject for triple in described.triples}
    mentioned = {triple.object for triple in described.triples if isinstance(triple.object, ox.NamedNode)}
    for term in sorted(mentioned - subjects, key=str):
        explain(described, term, list(facts.labels.get(term.value, ())))
