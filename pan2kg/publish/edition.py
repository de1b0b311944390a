"""One edition of the data set: version, days, addresses, the facts the graph states on itself; described for machines.

The facts stand in ``graph/catalogue.ttl``. A person who reviews is published as a role; who agreed
to be named stands there too, as a ``foaf:Person`` or ``foaf:Agent`` of that name.

Catalogue, VoID, service and stored questions are filled in from the templates of the same names.
The questions are ``sh:SPARQLExecutable``, all in one file: a query editor that reads it offers them
as examples.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg import templates
from pan2kg.errors import Place, ProjectError
from pan2kg.graph import labels as datasets
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.publish import vocabulary as words
from pan2kg.publish.vocabulary import (
    DCAT,
    FOAF,
    PREFIXES,
    RELEASE,
    RELEASED,
    SCHEMA,
    SD,
    SH,
    TYPE,
    VOID,
    Term,
    node,
)
from pan2kg.store import TOP, LocalStore, missing_links, read_queries
from pan2kg.tables import formats
from pan2kg.turtle import DCTERMS, PAN, RDF, RDFS, ROOT, SKOS, iri, read_prefixes
from pan2kg.turtle.countries import countries

FILE: Final = "graph/catalogue.ttl"
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "catalogue": ("dcterms:title", "dcterms:description", "dcterms:publisher"),
    "dataset": (
        "dcterms:title", "dcterms:description", "dcterms:publisher", "dcterms:license", "dcterms:language",
        "dcterms:spatial", "dcterms:issued", "dcterms:modified", "dcat:keyword", "dcat:theme",
    ),
    "agent": ("rdf:type", "foaf:name"),
}  # fmt: skip
"""What a catalogue cannot do without."""

Values = tuple[Term, ...]
File = tuple[str, bytes]
"""The path of a file inside the release, and what it holds."""
Note = Callable[[str], None]
"""Takes a sentence on what is being done."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """``root`` is the base our own IRIs get, ``home`` the one they have in the graph, ``base`` that of the files.

    >>> places = Addresses(root="https://data.example/", base="https://host.example/pan/")
    >>> places.own("https://w3id.org/pan2kg/id/plan/x")
    'https://data.example/id/plan/x'
    >>> places.file("tables/plans.csv")
    'https://host.example/pan/tables/plans.csv'
    """

    root: str = ROOT
    base: str = ROOT
    endpoint: str = ""
    home: str = ROOT

    def own(self, iri: str) -> str:
        """The IRI a release has for one of the graph."""
        return self.root + iri[len(self.home) :] if iri.startswith(self.home) else iri

    def own_term(self, term: Term) -> Term:
        """The same of a term; what is no IRI stays."""
        return node(self.own(term.value)) if isinstance(term, ox.NamedNode) else term

    def moved(self, text: str) -> str:
        """A text in which our IRIs are those of the release.

        >>> Addresses(root="https://e.org/").moved("see https://w3id.org/pan2kg/id/plan/x")
        'see https://e.org/id/plan/x'
        """
        return text.replace(self.home, self.root)

    def file(self, path: str) -> str:
        """The address of a file of the release.

        >>> Addresses(base="https://e.org/").file("a b.csv")
        'https://e.org/a%20b.csv'
        """
        return self.base + quote(path)


@dataclass
class Issue:
    """A publication of the graph; ``again`` where this version was published before and is written anew."""

    version: str
    issued: date
    modified: date
    addresses: Addresses = Addresses()
    previous: str = ""
    contact: str = ""
    again: bool = False

    def __post_init__(self) -> None:
        self.dataset, self.catalogue = (
            self.addresses.root + name for name in ("dataset", "catalogue")
        )
        self.version_iri = f"{self.dataset}/{self.version}"
        plain = not self.contact or "://" in self.contact
        self.contact_address = (
            self.contact if plain else f"mailto:{self.contact.removeprefix('mailto:')}"
        )


@dataclass
class Facts:
    """What is said of catalogue, dataset and the agents they name; ``version`` is empty where it is not said."""

    statements: Mapping[str, Mapping[str, Values]]
    version: str
    covers: tuple[date, date] | None
    labels: Mapping[str, tuple[ox.Literal, ...]]
    space: str
    dataset: str
    catalogue: str

    def of(self, subject: str, predicate: str) -> Values:
        """What is said of a subject by a predicate."""
        return self.statements.get(subject, {}).get(predicate, ())

    def about(self, name: str) -> Values:
        """What is said of the dataset by a property of DCTERMS."""
        return self.of(self.dataset, DCTERMS + name)

    def words(self, subject: str, predicate: str, language: str) -> str:
        """A text in a language, else the first there is, else the subject itself."""
        texts = [value for value in self.of(subject, predicate) if isinstance(value, ox.Literal)]
        fallback = texts[0].value if texts else subject
        return next((text.value for text in texts if text.language == language), fallback)

    def day(self, predicate: str) -> date:
        value = self.of(self.dataset, predicate)[0]
        text = value.value if isinstance(value, ox.Literal) else ""
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            raise ProjectError(
                "no-day", place=Place(FILE), remedy="write-xsd-date", text=text
            ) from None


def read_facts(store: LocalStore, space: str = ROOT) -> Facts:
    """What a graph says of catalogue, dataset and the agents they name.

    Raises ProjectError where it lacks what a catalogue cannot do without.
    """

    def rank(term: Term) -> tuple[int, str]:
        # by language, French before English before the rest, then by its text
        if isinstance(term, ox.NamedNode) and term.value.endswith("/FRA"):
            return 0, str(term)
        language = term.language if isinstance(term, ox.Literal) else None
        return RELEASED.index(language) if language in RELEASED else len(RELEASED), str(term)

    def properties(subject: str) -> Mapping[str, Values]:
        values: dict[str, set[Term]] = {}
        for quad in store.inner.quads_for_pattern(node(subject), None, None):
            if not isinstance(quad.object, ox.Triple):
                values.setdefault(quad.predicate.value, set()).add(quad.object)
        return {
            predicate: tuple(sorted(terms, key=rank)) for predicate, terms in sorted(values.items())
        }

    def insist(kind: str, subject: str) -> None:
        for name in _NEEDED[kind]:
            prefix, _, local = name.partition(":")
            if not statements[subject].get(PREFIXES[prefix] + local):
                raise ProjectError(
                    "catalogue-needs",
                    place=Place(FILE),
                    remedy="add-statement",
                    name=name,
                    subject=subject,
                )

    catalogue = f"{space}catalogue"
    dataset = datasets.dataset_of(space)
    statements = {catalogue: properties(catalogue), dataset: properties(dataset)}
    insist("catalogue", catalogue)
    insist("dataset", dataset)
    for values in [*statements.values()]:
        for predicate in (DCTERMS + "publisher", DCTERMS + "creator", DCAT + "contactPoint"):
            for agent in values.get(predicate, ()):
                if isinstance(agent, ox.NamedNode):
                    statements[agent.value] = properties(agent.value)
                    if predicate != DCAT + "contactPoint":
                        insist("agent", agent.value)
    labels = {}
    mentioned = {
        term for values in statements.values() for terms in values.values() for term in terms
    }
    for term in mentioned:
        if isinstance(term, ox.NamedNode):
            facts = properties(term.value)
            names = next(
                filter(None, map(facts.get, (SKOS + "prefLabel", RDFS + "label", FOAF + "name"))),
                (),
            )
            labels[term.value] = tuple(name for name in names if isinstance(name, ox.Literal))
    release = datasets.read_release(store, space)
    version = release.number if release.is_stated else ""
    return Facts(statements, version, _period(store), labels, space, dataset, catalogue)


def _period(store: LocalStore) -> tuple[date, date] | None:
    ends = []
    for name, day_ending, choose in (("periodStart", "-01-01", min), ("periodEnd", "-12-31", max)):
        quads = store.inner.quads_for_pattern(None, node(PAN + name), None)
        if days := [quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)]:
            day = choose(days)
            ends.append(
                date.fromisoformat(
                    day[:10] if len(day) >= len("2020-01-01") else day[:4] + day_ending
                )
            )
    return (ends[0], ends[1]) if len(ends) == 2 else None


_REVIEWER: Final = node(PAN + "reviewedBy")


def name_roles(store: LocalStore) -> None:
    # numbers follow the first day on which somebody reviewed, so that a later release keeps those
    # of the one before
    quads = list(store.inner.quads_for_pattern(None, _REVIEWER, None))
    agreed = {
        quad.object for quad in store.inner.quads_for_pattern(None, node(FOAF + "name"), None)
    }
    names = {name.value for name in agreed if isinstance(name, ox.Literal)}
    begun: dict[str, str] = {}
    for quad in quads:
        reviewer = getattr(quad.object, "value", "")
        days = store.inner.quads_for_pattern(quad.subject, node(PAN + "reviewedOn"), None)
        for day in chain((getattr(one.object, "value", "") for one in days), ("9999",)):
            begun[reviewer] = min(day, begun.get(reviewer, day))
    unnamed = sorted(begun.keys() - names, key=lambda reviewer: (begun[reviewer], reviewer))
    roles = {reviewer: f"reviewer-{number}" for number, reviewer in enumerate(unnamed, 1)}
    for quad in quads:
        if role := roles.get(getattr(quad.object, "value", "")):
            store.inner.remove(quad)
            store.inner.add(
                ox.Quad(quad.subject, quad.predicate, ox.Literal(role), quad.graph_name)
            )


@dataclass
class Edition:
    # ``previous`` is the release before, ``before`` what this one is compared with: that, unless it
    # is this version; ``catalogue`` describes dumps and tables, once written; ``ontology`` moves
    # with all of pan2kg alone; in ``kept`` reports of checks are kept; ``last`` gives a page of the
    # release before that can stand; ``computed`` is for pages

    graph: Graph
    facts: Facts
    issue: Issue
    previous: Path | None = None
    catalogue: LocalStore | None = None
    kept: Path | None = None
    last: Callable[[str], bytes | None] | None = None
    computed: dict[Hashable, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.project = self.graph.project
        self.store = self.graph.held
        self.before = None if self.previous and self.issue.again else self.previous
        places = self.issue.addresses
        self.ontology = places.own(f"{ROOT}ontology")
        self.prefixes = {
            name: places.own(space) for name, space in sorted(read_prefixes(self.project).items())
        }


Part = Callable[[Edition], Iterable[File]]
"""Gives files of a release one after the other, so that no more than one of them is held at a time."""


_LICENCES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": ("cc-by", "Attribution", "CC_BY_4_0"),
    "https://creativecommons.org/publicdomain/zero/1.0/": ("cc-zero", "PublicDomain", "CC0"),
}
"""Licence → the portal's name for it, its type, and its key in the EU's list. A bare IRI the portal does not know."""
_EU_LICENCES: Final = "http://publications.europa.eu/resource/authority/licence/"
_LATER: Final = frozenset(
    (DCTERMS + "issued", DCTERMS + "modified", DCTERMS + "identifier", DCAT + "version")
)
"""What only the release knows."""


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
    """The catalogue in DCAT-AP, with every concept it refers to."""
    issue = edition.issue
    facts = edition.facts
    endpoint = issue.addresses.endpoint

    def stated(subject: str) -> str:
        properties = facts.statements.get(subject, {})
        leading = [TYPE.value, DCTERMS + "title", DCTERMS + "description"]
        about = node(issue.addresses.own(subject))
        return templates.markup(
            "".join(
                f"{ox.Triple(about, node(predicate), issue.addresses.own_term(value))} .\n"
                for predicate in dict.fromkeys((*leading, *properties))
                if predicate not in _LATER
                for value in properties.get(predicate, ())
            )
        )

    licences = []
    for licence in facts.about("license"):
        label, kind, key = _LICENCES.get(licence.value, (licence.value, "", ""))
        licences.append(
            (templates.markup(str(licence)), label, f"{_EU_LICENCES}{key}" if key else "", kind)
        )
    keys = [*(offer.key for offer in offers), *(["sparql"] if endpoint else [])]
    triples = words.filled(
        "catalogue.ttl",
        PREFIXES,
        {
            "issue": issue,
            "facts": facts,
            "endpoint": endpoint,
            "offers": offers,
            "stated": stated,
            "standards": {
                "ontology": edition.ontology,
                "csvw": "https://www.w3.org/TR/tabular-data-primer/",
                "profile": "http://data.europa.eu/r5r/",
                "protocol": "https://www.w3.org/TR/sparql11-protocol/",
            },
            "addresses": [node(f"{issue.dataset}#{key}") for key in keys],
            "licences": facts.about("license"),
            "about": facts.about,
            "of": lambda name: [
                *map(issue.addresses.own_term, facts.of(facts.dataset, DCAT + name))
            ],
            "known_licences": licences,
            "concept": lambda scheme, key: templates.markup(str(words.concept(scheme, key))),
            "literals": words.literals,
            "themes": words.concept("data-theme", "").value.removesuffix("/"),
            "forms": words.OFFERED_FORMS,
            "media": words.MEDIA,
            "agents": [
                subject
                for subject in facts.statements
                if subject not in (facts.catalogue, facts.dataset)
            ],
        },
    )
    subjects = {triple.subject for triple in triples}
    mentioned = {triple.object for triple in triples if isinstance(triple.object, ox.NamedNode)}
    return list(
        dict.fromkeys(
            [*triples, *words.explained(sorted(mentioned - subjects, key=str), facts.labels)]
        )
    )


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
                "forms": words.OFFERED_FORMS,
                "countries": {country.iri: country for country in countries().values()},
            },
        )
    )
    return described


def as_json(content: object) -> bytes:
    r"""JSON as files of a release have it.

    >>> as_json({"é": 1}).decode()
    '{\n "é": 1\n}\n'
    """
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


TARGETS: Final = {
    "eli": "http://data.europa.eu/eli/",
    "sdg": "http://metadata.un.org/sdg/",
    "eurovoc": "http://eurovoc.europa.eu/",
    "eu-authority": "http://publications.europa.eu/resource/authority/",
}
"""Data sets of others that things here are linked to, by the beginning of their IRIs."""


def targets_of(profile: datasets.CountryProfile) -> Mapping[str, str]:
    """The data sets of others that links are counted to, with the gazette of a country where it has one."""
    return {**TARGETS, "gazette": profile.gazette_space} if profile.gazette_space else TARGETS


@dataclass(frozen=True, slots=True)
class Statistics:
    triples: int
    subjects: int
    objects: int
    properties: Counter[str]
    classes: Counter[str]
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept: tuple[int, int] = 0, 0  # pages that stand as in the release before, of how many


def count(lines: Iterable[bytes], root: str, targets: Mapping[str, str] = TARGETS) -> Statistics:
    """How many statements, things and links sorted lines of N-Quads have; what stands in several graphs counts once.

    >>> kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    >>> lines = [f"<http://e/a> {kind} <http://e/B> <http://e/{graph}> .".encode() for graph in "gh"]
    >>> counts = count(lines, "http://e/")
    >>> counts.triples, counts.subjects, dict(counts.classes)
    (1, 1, {'http://e/B': 1})
    """
    ours = f"<{root}".encode()
    kind = f"<{RDF}type>".encode()
    starts = [(name, f"<{space}".encode()) for name, space in targets.items()]
    objects: set[bytes] = set()
    properties = Counter[bytes]()
    classes = Counter[bytes]()
    outgoing = Counter[tuple[bytes, bytes]]()
    links = Counter[tuple[str, str]]()
    total = subjects = 0
    subject = b""
    is_ours = False
    # what stands in several graphs counts once
    for triple, _ in groupby(line[: line.rindex(b" <")] for line in lines):
        name, predicate, value = triple.split(b" ", 2)
        if name != subject:
            subject = name
            is_ours = name.startswith(ours)
            subjects = subjects + 1
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
    """What the data set holds, in numbers (VoID): classes, properties, links to others, dumps."""
    issue = edition.issue
    profile = edition.graph.profile
    places = issue.addresses
    spaces = targets_of(profile)
    prefixes = {**edition.prefixes, **PREFIXES, "void": VOID}

    gazette = datasets.best(profile.gazette, "fr").text if profile.gazette else "–"
    terms = [*counts.properties, *counts.classes]
    titles = {
        target: words.literals(RELEASE.text(f"linked.{target}", name=gazette)) for target in spaces
    }
    keys = {
        term: "-".join(filter(None, iri(term, prefixes).strip("<>").replace(":", "/").split("/")))
        for term in (*terms, *(name for _, name in counts.links))
    }
    plans = edition.store.inner.quads_for_pattern(None, TYPE, node(PAN + "Plan"))
    example = min(
        (quad.subject.value for quad in plans if isinstance(quad.subject, ox.NamedNode)), default=""
    )
    # a graph may hold the strongest of its derived links alone: how many, and in how many ways
    # works are joined
    known_prefixes = {**PREFIXES, "void": VOID}
    missing = missing_links(edition.store)
    strongest = list[ox.Literal]()
    if missing:
        text = Messages("progress").text(
            "links-strongest", held=missing[0], ways=missing[1], top=TOP
        )
        strongest = words.literals(text)
    return words.write(
        words.filled(
            "void.ttl",
            known_prefixes,
            {
                "issue": issue,
                "about": lambda name: [*map(places.own_term, edition.facts.about(name))],
                "examples": [node(places.own(example))] if example else [],
                "dumps": [node(places.file(path)) for path in dumps],
                "missing": strongest,
                "totals": [
                    ("triples", counts.triples),
                    ("entities", sum(counts.classes.values())),
                    ("distinctSubjects", counts.subjects),
                    ("distinctObjects", counts.objects),
                    ("properties", len(counts.properties)),
                    ("classes", len(counts.classes)),
                ],
                "vocabularies": [
                    node(space)
                    for space in sorted({*prefixes.values()})
                    if any(term.startswith(space) for term in terms)
                ],
                "classes": [
                    (name, keys[name], number) for name, number in sorted(counts.classes.items())
                ],
                "properties": [
                    (name, keys[name], number) for name, number in sorted(counts.properties.items())
                ],
                "links": [
                    (target, name, keys[name], number, titles[target], spaces[target])
                    for (target, name), number in sorted(counts.links.items())
                ],
            },
        ),
        "ttl",
        known_prefixes,
    )


_RESULTS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)


def write_service(edition: Edition, counts: Statistics) -> bytes:
    """What the SPARQL endpoint can do (SPARQL 1.1 Service Description)."""
    places = edition.issue.addresses
    names = sorted(
        name.value for name in edition.store.inner.named_graphs() if isinstance(name, ox.NamedNode)
    )
    graphs = [places.own(name) for name in names]
    known_prefixes = {**PREFIXES, "sd": SD, "void": VOID}
    return words.write(
        words.filled(
            "service.ttl",
            known_prefixes,
            {
                "issue": edition.issue,
                "triples": counts.triples,
                "formats": [node(f"http://www.w3.org/ns/formats/{name}") for name in _RESULTS],
                "graphs": [
                    (graph, graph.removeprefix(f"{places.root}graph/").replace("/", "-"))
                    for graph in graphs
                ],
            },
        ),
        "ttl",
        known_prefixes,
    )


_PREFIX: Final = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_FORM: Final = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE | re.IGNORECASE)


def question_files(edition: Edition) -> Iterator[File]:
    places = edition.issue.addresses
    rows = []
    for query in sorted(read_queries(edition.project).values(), key=lambda query: query.name):
        text = places.moved(query.text)
        yield f"queries/{query.group}/{query.name}.rq", text.encode()
        form = (_FORM.search(text) or ["", "select"])[1].lower()
        summary = query.header.get("summary")
        rows.append(
            {
                "name": query.name,
                "form": form,
                "kind": f"{SH}SPARQL{form.capitalize()}Executable",
                "text": text,
                "question": [ox.Literal(query.question(tag), language=tag) for tag in RELEASED],
                "summary": [ox.Literal(summary, language="en")] if summary else [],
                "prefixes": _PREFIX.findall(text),
                "words": [
                    ox.Literal(word)
                    for word in query.header.get("tags", "").replace(",", " ").split()
                ],
            }
        )
    known_prefixes = {**PREFIXES, "sh": SH, "schema": SCHEMA}
    values = {"queries": rows, "root": places.root, "endpoint": places.endpoint}
    yield (
        "queries.ttl",
        words.write(words.filled("questions.ttl", known_prefixes, values), "ttl", known_prefixes),
    )


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
    addresses = iter(paths)
    chunks = list[list[str]]()
    while chunk := list(islice(addresses, most)):
        chunks.append(chunk)
    for number, chunk in enumerate(chunks, 1):
        entries = "".join(
            f"<url><loc>{formats.xml_text(issue.addresses.file(path))}</loc></url>\n"
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
