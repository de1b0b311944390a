"""Descriptions of a release for machines: catalogue, VoID, service, stored questions, schema.org and site map.

Those in RDF are filled in from the templates of the same names. The questions are ``sh:SPARQLExecutable``, all in one
file: a query editor that reads such descriptions offers them as examples without being configured.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import pyoxigraph as ox

from pan2kg.graph.labels import CountryProfile, best
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.publish import vocabulary as words
from pan2kg.publish.edition import Edition, File, Issue
from pan2kg.publish.vocabulary import DCAT, FOAF, PREFIXES, RELEASE, RELEASED, SCHEMA, SD, SH, TYPE, VOID, node
from pan2kg.store.queries import read_queries
from pan2kg.store.rules import TOP, missing_links
from pan2kg.tables.formats import xml_text
from pan2kg.tables.template import markup, render
from pan2kg.turtle.countries import countries
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF
from pan2kg.turtle.writer import iri

_LICENCES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": ("cc-by", "Attribution", "CC_BY_4_0"),
    "https://creativecommons.org/publicdomain/zero/1.0/": ("cc-zero", "PublicDomain", "CC0"),
}
"""Licence → the portal's name for it, its type, and its key in the EU's list. A bare IRI the portal does not know."""
_EU_LICENCES: Final = "http://publications.europa.eu/resource/authority/licence/"
_LATER: Final = frozenset((DCTERMS + "issued", DCTERMS + "modified", DCTERMS + "identifier", DCAT + "version"))
"""What only the release knows."""


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


def describe(edition: Edition, offers: Sequence[Distribution]) -> list[ox.Triple]:
    issue, facts = edition.issue, edition.facts
    endpoint = issue.addresses.endpoint

    def stated(subject: str) -> str:
        properties = facts.statements.get(subject, {})
        leading = [TYPE.value, DCTERMS + "title", DCTERMS + "description"]
        about = node(issue.addresses.own(subject))
        return markup("".join(
            f"{ox.Triple(about, node(predicate), issue.addresses.own_term(value))} .\n"
            for predicate in dict.fromkeys((*leading, *properties)) if predicate not in _LATER
            for value in properties.get(predicate, ())
        ))  # fmt: skip

    licences = []
    for licence in facts.about("license"):
        label, kind, key = _LICENCES.get(licence.value, (licence.value, "", ""))
        licences.append((markup(str(licence)), label, f"{_EU_LICENCES}{key}" if key else "", kind))
    keys = [*(offer.key for offer in offers), *(["sparql"] if endpoint else [])]
    triples = words.filled("catalogue.ttl", PREFIXES, {
        "issue": issue, "facts": facts, "endpoint": endpoint, "offers": offers, "stated": stated,
        "standards": {
            "ontology": edition.ontology, "csvw": "https://www.w3.org/TR/tabular-data-primer/",
            "profile": "http://data.europa.eu/r5r/", "protocol": "https://www.w3.org/TR/sparql11-protocol/",
        },
        "addresses": [node(f"{issue.dataset}#{key}") for key in keys], "licences": facts.about("license"),
        "about": facts.about, "of": lambda name: [*map(issue.addresses.own_term, facts.of(facts.dataset, DCAT + name))],
        "known_licences": licences,
        "concept": lambda scheme, key: markup(str(words.concept(scheme, key))), "literals": words.literals,
        "themes": words.concept("data-theme", "").value.removesuffix("/"), "forms": words.OFFERED_FORMS,
        "media": words.MEDIA,
        "agents": [subject for subject in facts.statements if subject not in (facts.catalogue, facts.dataset)],
    })  # fmt: skip
    subjects = {triple.subject for triple in triples}
    mentioned = {triple.object for triple in triples if isinstance(triple.object, ox.NamedNode)}
    return list(dict.fromkeys([*triples, *words.explained(sorted(mentioned - subjects, key=str), facts.labels)]))


def describe_dataset(edition: Edition, offers: Sequence[Distribution]) -> dict[str, object]:
    described: dict[str, object] = json.loads(render("dataset.jsonld", {
        "issue": edition.issue, "facts": edition.facts, "offers": offers, "languages": RELEASED, "dcat": DCAT,
        "foaf": FOAF, "forms": words.OFFERED_FORMS,
        "countries": {country.iri: country for country in countries().values()},
    }))  # fmt: skip
    return described


def as_json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


TARGETS: Final = {
    "eli": "http://data.europa.eu/eli/",
    "sdg": "http://metadata.un.org/sdg/",
    "eurovoc": "http://eurovoc.europa.eu/",
    "eu-authority": "http://publications.europa.eu/resource/authority/",
}
"""Data sets of others that things here are linked to, by the beginning of their IRIs."""


def targets_of(profile: CountryProfile) -> Mapping[str, str]:
    return {**TARGETS, "gazette": profile.gazette_space} if profile.gazette_space else TARGETS


@dataclass(frozen=True, slots=True)
class Statistics:
    triples: int
    subjects: int
    objects: int
    properties: Counter[str]
    classes: Counter[str]
    links: Counter[tuple[str, str]] = field(default_factory=Counter)


def count(lines: Iterable[bytes], root: str, targets: Mapping[str, str] = TARGETS) -> Statistics:
    ours, kind = f"<{root}".encode(), f"<{RDF}type>".encode()
    starts = [(name, f"<{space}".encode()) for name, space in targets.items()]
    objects: set[bytes] = set()
    properties, classes = Counter[bytes](), Counter[bytes]()
    outgoing, links = Counter[tuple[bytes, bytes]](), Counter[tuple[str, str]]()
    total = subjects = 0
    subject, is_ours = b"", False
    for line in lines:
        name, predicate, object_ = line.split(b" ", 2)
        value = object_[:-3]
        if name != subject:
            subject, is_ours, subjects = name, name.startswith(ours), subjects + 1
        objects.add(value)
        properties[predicate] += 1
        if predicate == kind:
            classes[value] += 1
        elif is_ours and value.startswith(b"<") and not value.startswith(ours):
            outgoing[predicate, value] += 1
        total += 1
    for (predicate, value), number in outgoing.items():
        for target, start in starts:
            if value.startswith(start):
                links[target, predicate.strip(b"<>").decode()] += number
    tallies, kinds = (
        Counter({name.strip(b"<>").decode(): number for name, number in tally.items()})
        for tally in (properties, classes)
    )
    return Statistics(total, subjects, len(objects), tallies, kinds, links)


def write_void(edition: Edition, counts: Statistics, dumps: Sequence[str]) -> bytes:
    issue, profile = edition.issue, edition.graph.profile
    places, spaces = issue.addresses, targets_of(profile)
    prefixes = {**edition.prefixes(), **PREFIXES, "void": VOID}

    def key(term: str) -> str:
        return "-".join(filter(None, iri(term, prefixes).strip("<>").replace(":", "/").split("/")))

    def title(target: str) -> list[ox.Literal]:
        gazette = best(profile.gazette, "fr").text if profile.gazette else "–"
        label = RELEASE.text("linked.gazette", name=gazette) if target == "gazette" else None
        return words.literals(label or RELEASE.text(f"linked.{target}"))

    terms = [*counts.properties, *counts.classes]
    plans = edition.store.inner.quads_for_pattern(None, TYPE, node(PAN + "Plan"))
    example = min((quad.subject.value for quad in plans if isinstance(quad.subject, ox.NamedNode)), default="")
    # a graph may hold the strongest of its derived links alone: how many, and in how many ways works are joined
    known_prefixes, missing, strongest = {**PREFIXES, "void": VOID}, missing_links(edition.store), list[ox.Literal]()
    if missing:
        text = Messages("progress").text("links-strongest", held=missing[0], ways=missing[1], top=TOP)
        strongest = words.literals(text)
    return words.write(words.filled("void.ttl", known_prefixes, {
        "issue": issue, "about": lambda name: [*map(places.own_term, edition.facts.about(name))],
        "examples": [node(places.own(example))] if example else [],
        "dumps": [node(places.file(path)) for path in dumps],
        "missing": strongest,
        "totals": [
            ("triples", counts.triples), ("entities", sum(counts.classes.values())),
            ("distinctSubjects", counts.subjects), ("distinctObjects", counts.objects),
            ("properties", len(counts.properties)), ("classes", len(counts.classes)),
        ],
        "vocabularies": [
            node(space) for space in sorted({*prefixes.values()}) if any(term.startswith(space) for term in terms)
        ],
        "classes": [(name, key(name), number) for name, number in sorted(counts.classes.items())],
        "properties": [(name, key(name), number) for name, number in sorted(counts.properties.items())],
        "links": [
            (target, name, key(name), number, title(target), spaces[target])
            for (target, name), number in sorted(counts.links.items())
        ],
    }), "ttl", known_prefixes)  # fmt: skip


_RESULTS: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples",
    "RDF_XML", "JSON-LD",
)  # fmt: skip


def write_service(edition: Edition, counts: Statistics) -> bytes:
    places = edition.issue.addresses
    names = sorted(name.value for name in edition.store.inner.named_graphs() if isinstance(name, ox.NamedNode))
    graphs = [places.own(name) for name in names]
    known_prefixes = {**PREFIXES, "sd": SD, "void": VOID}
    return words.write(words.filled("service.ttl", known_prefixes, {
        "issue": edition.issue, "triples": counts.triples,
        "formats": [node(f"http://www.w3.org/ns/formats/{name}") for name in _RESULTS],
        "graphs": [(graph, graph.removeprefix(f"{places.root}graph/").replace("/", "-")) for graph in graphs],
    }), "ttl", known_prefixes)  # fmt: skip


_PREFIX: Final = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_FORM: Final = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE | re.IGNORECASE)


def question_files(edition: Edition) -> Iterator[File]:
    places, rows = edition.issue.addresses, []
    for query in sorted(read_queries(edition.project).values(), key=lambda query: query.name):
        text = places.moved(query.text)
        yield f"queries/{query.group}/{query.name}.rq", text.encode()
        form = (_FORM.search(text) or ["", "select"])[1].lower()
        summary = query.header.get("summary")
        rows.append({
            "name": query.name, "form": form, "kind": f"{SH}SPARQL{form.capitalize()}Executable", "text": text,
            "question": [ox.Literal(query.question(tag), language=tag) for tag in RELEASED],
            "summary": [ox.Literal(summary, language="en")] if summary else [], "prefixes": _PREFIX.findall(text),
            "words": [ox.Literal(word) for word in query.header.get("tags", "").replace(",", " ").split()],
        })  # fmt: skip
    known_prefixes = {**PREFIXES, "sh": SH, "schema": SCHEMA}
    values = {"queries": rows, "root": places.root, "endpoint": places.endpoint}
    yield "queries.ttl", words.write(words.filled("questions.ttl", known_prefixes, values), "ttl", known_prefixes)


_MOST: Final = 50_000
"""How many addresses one file may hold (the limit of the sitemap protocol)."""
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def map_files(paths: Iterable[str], issue: Issue, most: int = _MOST) -> Iterator[File]:
    """The site map; past the limit of one file, parts of it and a list of the parts.

    >>> from datetime import date
    >>> files = list(map_files(["a.html", "b.html"], Issue("1", date(2026, 1, 1), date(2026, 1, 1)), most=1))
    >>> [path for path, _ in files]
    ['sitemap-1.xml', 'sitemap-2.xml', 'sitemap.xml']
    """
    addresses, chunks = iter(paths), list[list[str]]()
    while chunk := list(islice(addresses, most)):
        chunks.append(chunk)
    for number, chunk in enumerate(chunks, 1):
        entries = "".join(
            f"<url><loc>{xml_text(issue.addresses.file(path))}</loc><lastmod>{issue.modified}</lastmod></url>\n"
            for path in chunk
        )
        name = "sitemap.xml" if len(chunks) == 1 else f"sitemap-{number}.xml"
        yield name, f"{_HEAD}<urlset{_SPACE}>\n{entries}</urlset>\n".encode()
    if len(chunks) > 1:
        entries = "".join(
            f"<sitemap><loc>{issue.addresses.file(f'sitemap-{number}.xml')}</loc></sitemap>\n"
            for number in range(1, len(chunks) + 1)
        )
        yield "sitemap.xml", f"{_HEAD}<sitemapindex{_SPACE}>\n{entries}</sitemapindex>\n".encode()
