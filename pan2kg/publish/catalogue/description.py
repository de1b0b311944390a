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

from pan2kg.graph.dataset import DATASET
from pan2kg.i18n.catalogue import Text
from pan2kg.publish.catalogue.facts import CATALOGUE, Facts, concept, explain, forms, media
from pan2kg.publish.catalogue.terms import (
    ADMS,
    DCAT,
    DCATAP,
    FOAF,
    OWL,
    SPDX,
    TYPE,
    VCARD,
    Sheet,
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

    ``key`` is what its IRI is made from, and the same in every version.
    """

    key: str
    path: str
    form: str
    size: int
    sha512: str
    title: Text
    about: Text


def describe(facts: Facts, issue: Issue, distributions: Sequence[Distribution]) -> list[ox.Triple]:
    """The catalogue of a release, in the order in which it is written."""
    sheet = Sheet()
    _catalogue(sheet, facts, issue)
    _dataset(sheet, facts, issue, distributions)
    for distribution in distributions:
        _distribution(sheet, facts, issue, distribution)
    if issue.addresses.endpoint:
        _service(sheet, facts, issue)
    _agents(sheet, facts, issue)
    _licence(sheet, facts, issue)
    _documents(sheet, issue)
    _explain(sheet, facts)
    return sheet.triples


_LATER: Final = frozenset((DCTERMS + "issued", DCTERMS + "modified", DCTERMS + "identifier", DCAT + "version"))


def _copy(sheet: Sheet, facts: Facts, issue: Issue, subject: str) -> ox.NamedNode:
    """The graph's own statements on a subject, its class, title and description first."""
    about = node(issue.addresses.own(subject))
    first = [TYPE.value, DCTERMS + "title", DCTERMS + "description"]
    said_of = facts.said.get(subject, {})
    for predicate in [*first, *(name for name in said_of if name not in first)]:
        if predicate not in _LATER:
            values = said_of.get(predicate, ())
            sheet.say(about, predicate, *(_moved(value, issue) for value in values))
    return about


def _moved(value: Term, issue: Issue) -> Term:
    return node(issue.addresses.own(value.value)) if isinstance(value, ox.NamedNode) else value


def _instant(day: object) -> ox.Literal:
    """A day as an instant: the European profile takes both, the national one only this."""
    return typed(f"{day}T00:00:00Z", "dateTime")


def _catalogue(sheet: Sheet, facts: Facts, issue: Issue) -> None:
    about = _copy(sheet, facts, issue, CATALOGUE)
    sheet.call(about, DCAT + "Catalog")
    sheet.say(about, DCTERMS + "issued", _instant(issue.issued))
    sheet.say(about, DCTERMS + "modified", _instant(issue.modified))
    for name in ("language", "spatial", "license"):
        sheet.say(about, DCTERMS + name, *facts.of(DATASET, DCTERMS + name))
    sheet.say(about, DCTERMS + "rights", _rights(issue))
    sheet.say(about, FOAF + "homepage", node(issue.addresses.base))
    sheet.say(about, DCAT + "themeTaxonomy", node(_scheme_iri("data-theme")))
    sheet.say(about, DCTERMS + "conformsTo", node(PROFILE))
    sheet.say(about, DCAT + "dataset", node(issue.dataset))
    if issue.addresses.endpoint:
        sheet.say(about, DCAT + "service", _service_node(issue))


def _scheme_iri(name: str) -> str:
    return concept(name, "").value.removesuffix("/")


def _dataset(sheet: Sheet, facts: Facts, issue: Issue, distributions: Sequence[Distribution]) -> None:
    about = _copy(sheet, facts, issue, DATASET)
    sheet.call(about, DCAT + "Dataset")
    sheet.say(about, DCTERMS + "identifier", ox.Literal(about.value))
    sheet.say(about, DCTERMS + "issued", _instant(issue.issued))
    sheet.say(about, DCTERMS + "modified", _instant(issue.modified))
    sheet.say(about, DCAT + "version", ox.Literal(issue.version))
    sheet.say(about, OWL + "versionInfo", ox.Literal(issue.version))
    sheet.say(about, OWL + "versionIRI", node(issue.version_iri))
    if issue.previous:
        sheet.say(about, DCAT + "previousVersion", node(f"{issue.dataset}/{issue.previous}"))
    sheet.say(about, DCTERMS + "accessRights", concept("access-right", "PUBLIC"))
    sheet.say(about, DCTERMS + "rights", _rights(issue))
    sheet.say(about, DCTERMS + "conformsTo", _ontology(issue))
    sheet.say(about, DCAT + "landingPage", node(issue.addresses.base))
    _period(sheet, facts, about)
    _contact(sheet, issue, about)
    sheet.say(about, DCAT + "distribution", *(_node(issue, one.key) for one in distributions))
    if issue.addresses.endpoint:
        sheet.say(about, DCAT + "distribution", _node(issue, "sparql"))


def _period(sheet: Sheet, facts: Facts, about: ox.NamedNode) -> None:
    """A blank node on purpose: the portal loses a period that has an IRI."""
    if facts.covers:
        period = ox.BlankNode("period")
        sheet.say(about, DCTERMS + "temporal", period)
        sheet.call(period, DCTERMS + "PeriodOfTime")
        for name, day in zip(("startDate", "endDate"), facts.covers, strict=True):
            sheet.say(period, DCAT + name, typed(str(day), "date"))


def _contact(sheet: Sheet, issue: Issue, *about: ox.NamedNode) -> None:
    if not issue.contact:
        return
    contact = node(issue.catalogue + "#contact")
    for one in about:
        sheet.say(one, DCAT + "contactPoint", contact)
    sheet.call(contact, VCARD + "Kind")
    sheet.say(contact, VCARD + "fn", *said("contact"))
    address = issue.contact if "://" in issue.contact else f"mailto:{issue.contact.removeprefix('mailto:')}"
    sheet.say(contact, VCARD + ("hasURL" if "://" in address else "hasEmail"), node(address))


def _node(issue: Issue, key: str) -> ox.NamedNode:
    return node(f"{issue.dataset}#{key}")


def _rights(issue: Issue) -> ox.NamedNode:
    return node(issue.catalogue + "#rights")


def _ontology(issue: Issue) -> ox.NamedNode:
    return node(issue.addresses.root + "ontology")


def _common(sheet: Sheet, facts: Facts, issue: Issue, about: ox.NamedNode) -> None:
    """What is the same for every distribution."""
    sheet.say(about, DCTERMS + "license", *facts.of(DATASET, DCTERMS + "license")[:1])
    sheet.say(about, DCTERMS + "rights", _rights(issue))
    sheet.say(about, DCATAP + "availability", concept("planned-availability", "AVAILABLE"))
    sheet.say(about, ADMS + "status", concept("distribution-status", "COMPLETED"))
    sheet.say(about, DCTERMS + "language", *facts.of(DATASET, DCTERMS + "language"))
    sheet.say(about, DCTERMS + "issued", _instant(issue.modified))
    sheet.say(about, DCTERMS + "modified", _instant(issue.modified))


def _distribution(sheet: Sheet, facts: Facts, issue: Issue, one: Distribution) -> None:
    about, form = _node(issue, one.key), forms()[one.form]
    address = node(issue.addresses.file(one.path))
    sheet.call(about, DCAT + "Distribution")
    sheet.say(about, DCTERMS + "title", *literals(one.title))
    sheet.say(about, DCTERMS + "description", *literals(one.about))
    sheet.say(about, DCAT + "accessURL", address)
    sheet.say(about, DCAT + "downloadURL", address)
    sheet.say(about, DCTERMS + "format", concept("file-type", form.file_type))
    sheet.say(about, DCAT + "mediaType", media(form.media))
    if one.path.endswith(".gz"):
        sheet.say(about, DCAT + "compressFormat", media("application/gzip"))
    sheet.say(about, DCAT + "byteSize", typed(str(one.size), "nonNegativeInteger"))
    _checksum(sheet, about, one.sha512)
    if one.form == "csv":
        sheet.say(about, DCTERMS + "conformsTo", node(CSVW))
    elif one.form != "zip":
        sheet.say(about, DCTERMS + "conformsTo", _ontology(issue))
    _common(sheet, facts, issue, about)


def _checksum(sheet: Sheet, about: ox.NamedNode, sha512: str) -> None:
    """SHA-512, since the portal refuses a dataset with a SHA-256 of the type the profile asks for."""
    checksum = ox.BlankNode("sum" + about.value.rpartition("#")[2].replace("-", ""))
    algorithm = node(_SHA512)
    sheet.say(about, SPDX + "checksum", checksum)
    sheet.call(checksum, SPDX + "Checksum")
    sheet.say(checksum, SPDX + "algorithm", algorithm)
    sheet.say(checksum, SPDX + "checksumValue", typed(sha512, "hexBinary"))
    for name in (algorithm, node(SPDX + "checksumAlgorithm_sha512")):
        sheet.call(name, SPDX + "ChecksumAlgorithm")
        sheet.say(name, RDFS + "label", ox.Literal("SHA-512"))
    sheet.say(algorithm, OWL + "sameAs", node(SPDX + "checksumAlgorithm_sha512"))


_SHA512: Final = "https://spdx.org/rdf/terms#checksumAlgorithm_sha512"
"""With https, as the shapes of the European profile want it, although the vocabulary's own names have http."""


def _service_node(issue: Issue) -> ox.NamedNode:
    return node(issue.catalogue + "#service")


def _service(sheet: Sheet, facts: Facts, issue: Issue) -> None:
    service, endpoint = _service_node(issue), node(issue.addresses.endpoint)
    sheet.call(service, DCAT + "DataService")
    sheet.say(service, DCTERMS + "title", *said("service"))
    sheet.say(service, DCTERMS + "description", *said("service-description"))
    sheet.say(service, DCAT + "endpointURL", endpoint)
    sheet.say(service, DCAT + "endpointDescription", node(issue.addresses.file("service.ttl")))
    sheet.say(service, DCTERMS + "conformsTo", node(SPARQL_PROTOCOL))
    sheet.say(service, DCAT + "servesDataset", node(issue.dataset))
    for predicate in (DCTERMS + "publisher", DCAT + "theme", DCAT + "keyword", DCTERMS + "license"):
        values = facts.of(DATASET, predicate)
        sheet.say(service, predicate, *(_moved(value, issue) for value in values))
    sheet.say(service, DCTERMS + "accessRights", concept("access-right", "PUBLIC"))
    contacts = [_moved(value, issue) for value in facts.of(DATASET, DCAT + "contactPoint")]
    sheet.say(service, DCAT + "contactPoint", *contacts)
    _contact(sheet, issue, service)
    about, form = _node(issue, "sparql"), forms()["sparql"]
    sheet.call(about, DCAT + "Distribution")
    sheet.say(about, DCTERMS + "title", *said("service-distribution"))
    sheet.say(about, DCTERMS + "description", *said("service-description"))
    sheet.say(about, DCAT + "accessURL", endpoint)
    sheet.say(about, DCAT + "accessService", service)
    sheet.say(about, DCTERMS + "format", concept("file-type", form.file_type))
    sheet.say(about, DCAT + "mediaType", media(form.media))
    sheet.say(about, DCTERMS + "conformsTo", node(SPARQL_PROTOCOL))
    _common(sheet, facts, issue, about)


def _agents(sheet: Sheet, facts: Facts, issue: Issue) -> None:
    for subject in facts.said:
        if subject not in (CATALOGUE, DATASET):
            _copy(sheet, facts, issue, subject)


def _licence(sheet: Sheet, facts: Facts, issue: Issue) -> None:
    rights = _rights(issue)
    sheet.call(rights, DCTERMS + "RightsStatement")
    for licence in facts.of(DATASET, DCTERMS + "license"):
        label, kind, key = LICENCES.get(licence.value, (licence.value, "", ""))
        about = node(licence.value)
        sheet.call(about, DCTERMS + "LicenseDocument")
        sheet.say(about, RDFS + "label", ox.Literal(label))
        sheet.say(rights, RDFS + "label", ox.Literal(label))
        if kind:
            equal, names = node(f"{_EU_LICENCES}{key}"), said(label)
            sheet.say(about, DCTERMS + "title", *names)
            sheet.say(about, OWL + "sameAs", equal)
            sheet.call(equal, DCTERMS + "LicenseDocument", SKOS + "Concept")
            sheet.say(equal, SKOS + "prefLabel", *names)
            for one in (about, equal):
                sheet.say(one, RDFS + "label", ox.Literal(label))
                sheet.say(one, DCTERMS + "type", concept("licencetype", kind))
            sheet.say(rights, DCTERMS + "description", *said(f"rights-{label}"))


def _documents(sheet: Sheet, issue: Issue) -> None:
    home = node(issue.addresses.base)
    sheet.call(home, FOAF + "Document")
    sheet.say(home, DCTERMS + "title", *said("page"))
    standards = {_ontology(issue).value: "ontology", CSVW: "csvw", PROFILE: "profile"}
    if issue.addresses.endpoint:
        standards[SPARQL_PROTOCOL] = "protocol"
        description = node(issue.addresses.file("service.ttl"))
        sheet.call(description, FOAF + "Document")
        sheet.say(description, DCTERMS + "title", *said("endpoint-description"))
    for address, name in standards.items():
        sheet.call(node(address), DCTERMS + "Standard")
        sheet.say(node(address), DCTERMS + "title", *said(name))


def _explain(sheet: Sheet, facts: Facts) -> None:
    """Type and label every concept of a code list that is referred to."""
    described = {triple.subject for triple in sheet.triples}
    mentioned = {triple.object for triple in sheet.triples if isinstance(triple.object, ox.NamedNode)}
    for term in sorted(mentioned - described, key=str):
        explain(sheet, term, list(facts.labels.get(term.value, ())))
