"""The countries a project can be of, and how a project of a country begins.

What is known of a country before anything is written about it – codes, names, official languages, gazette – stands in
``table.toml``; a project that has a profile says all this itself.

A project begins with its profile, its catalogue, a licence, and one finished example to replace. What every country
shares – texts, goals, principles and their documents – is imported, not copied: the profile says so, and those files
come with the software. The example is invented, says so, and keeps a release from being made.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from pan2kg import project as projects
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Messages, Text
from pan2kg.i18n.message import say
from pan2kg.project import ROOT, Project
from pan2kg.turtle import writer
from pan2kg.turtle.vocabulary import graph_of, link_iri
from pan2kg.turtle.writer import TurtleLine, string, text

AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
"""The lists of the Publications Office of the European Union."""
LICENCES: Final[Mapping[str, str]] = {
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
"""The licences one can choose, by the name they are chosen by."""
VERSION: Final = "0.1.0"
"""The first release number of a project's own data."""
_DATA: Final = Messages("data")
_UNGP: Final = f"<{ROOT}id/instrument/ungp>"


@dataclass(frozen=True, slots=True)
class Country:
    """A country: its code as a key begins with it, its IRI, its names, and its official languages.

    ``box`` and ``centre`` are well-known text, longitude first; they and the gazette are empty where nobody gave them.
    """

    code: str
    authority: str
    names: Text
    languages: tuple[str, ...]
    is_member: bool
    gazette: Mapping[str, str] = field(default_factory=dict)
    gazette_space: str = ""
    box: str = ""
    centre: str = ""

    @property
    def iri(self) -> str:
        """Its IRI in the list of the Publications Office."""
        return f"{AUTHORITY}country/{self.authority}"


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: its tag, its code in the list of the Publications Office, and its names."""

    tag: str
    authority: str
    names: Text

    @property
    def iri(self) -> str:
        """Its IRI in the list of the Publications Office."""
        return f"{AUTHORITY}language/{self.authority}"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("table.toml").read_text(encoding="utf-8"))


@cache
def countries() -> Mapping[str, Country]:
    """The countries by code.

    >>> countries()["be"].languages, countries()["be"].iri
    (('nl', 'fr', 'de'), 'http://publications.europa.eu/resource/authority/country/BEL')
    """
    optional = ("gazette", "gazette_space", "box", "centre")
    return {
        code: Country(
            code, row["authority"], Text.of(row["names"]), tuple(row["languages"]), row["is_member"],
            **{name: row[name] for name in optional if name in row},
        )
        for code, row in _table()["country"].items()
    }  # fmt: skip


@cache
def tongues() -> Mapping[str, Tongue]:
    """The languages by tag.

    >>> tongues()["nl"].names.say("fr")
    'néerlandais'
    """
    return {tag: Tongue(tag, row["authority"], Text.of(row)) for tag, row in _table()["language"].items()}


def country_of_key(key: str) -> Country | None:
    """The country a key begins with; None of one that begins with none, as those of the Union."""
    return countries().get(key.partition("-")[0])


def find_country(code: str) -> Country:
    """The country of a code of two or three letters, whatever their case.

    Raises:
        QueryError: no such country; with those there are.

    >>> find_country("BE").code, find_country("bel").code, find_country("gb").code
    ('be', 'be', 'uk')
    """
    wanted = code.strip().lower()
    for country in countries().values():
        if wanted in {country.code, country.authority.lower(), *_table()["country"][country.code].get("other", ())}:
            return country
    raise QueryError("no-country", remedy="there-are", code=code, names=", ".join(countries()))


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a project begins with: its country, what its IRIs begin with, licence, publisher, and the day.

    ``space`` ends in a slash. Texts are in the country's languages as far as the program speaks them, else in English.
    """

    country: Country
    space: str
    licence: str = "cc-by-4.0"
    publisher: str = ""
    imports_core: bool = True
    day: date = date(1970, 1, 1)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages texts are written in, in the order of the program's own."""
        return tuple(tag for tag in LANGUAGES if tag in self.country.languages) or (SOURCE_LANGUAGE,)

    @property
    def example(self) -> str:
        """The key of the example plan."""
        return f"{self.country.code}-example-1"

    def texts(self, predicate: str, key: str) -> list[TurtleLine]:
        """A statement with a text in each of the languages."""
        names = self.country.names
        return [TurtleLine(predicate, text(_DATA.say(key, tag, country=names.say(tag)), tag)) for tag in self.languages]


def begin(folder: Path, beginning: Beginning) -> Iterator[str]:
    """Write a project into ``folder`` and yield what to do next, line by line.

    Raises:
        ProjectError: the folder holds something already, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError("something-there", place=Place(str(folder)), remedy="name-new-folder")
    try:
        with projects.replaced(folder) as work:
            for path, content in _files(Project.packaged(), beginning):
                target = work / path
                target.parent.mkdir(parents=True, exist_ok=True)
                projects.write_atomically(target, content)
    except OSError as error:
        raise ProjectError("cannot-write-there", place=Place(str(folder)), reason=projects.reason(error)) from None
    key = f"{beginning.country.code}-bhr-1"
    yield say("progress", "project-stands", folder=folder)
    yield say("progress", "project-next", folder=folder, plan=key)
    yield say("progress", "project-example", plan=key, example=beginning.example)


def _files(shipped: Project, beginning: Beginning) -> Iterator[tuple[str, str | bytes]]:
    """The files of a project, each with its path below it."""
    space = beginning.space
    listed = own_prefixes(shipped, space)
    prefixes = writer.prefixes_in(listed)
    for source, target in (
        pair for name in ("ontology", "queries") for pair in projects.copies(shipped.root / name, Path(name))
    ):
        if source.is_relative_to(shipped.queries / "program"):
            continue  # what the program asks for itself is part of the software, and nobody's to change
        content = source.read_bytes()
        if source.name == "context.jsonld":
            for name, namespace in prefixes.items():
                content = content.replace(f'"{name}": "{ROOT}id/{name}/"'.encode(), f'"{name}": "{namespace}"'.encode())
        elif source.parent.name == "rules":
            # links that are derived get addresses of the project
            content = content.replace(f'"{ROOT}id/link/"'.encode(), f'"{space}id/link/"'.encode())
        yield target.as_posix(), content
    yield "ontology/prefixes.ttl", listed
    yield "graph/profile.ttl", writer.write_turtle(_profile(beginning), prefixes)
    yield "graph/catalogue.ttl", writer.write_turtle(_catalogue(beginning), prefixes)
    example = f"plans/{beginning.example}/plan"
    yield f"graph/{example}.ttl", writer.write_turtle(_example(beginning, example), prefixes)
    yield ".gitignore", "# what was read of documents: full texts are not published\nwork/\n"
    yield "LICENSE", say("progress", "project-licence", address=LICENCES[beginning.licence])
    yield "README.md", say("progress", "project-readme", plan=f"{beginning.country.code}-bhr-1")


def own_prefixes(shipped: Project, space: str) -> str:
    """The list of prefixes of a project: what it describes is named below its own address, what words mean below ours.

    >>> own = writer.prefixes_in(own_prefixes(Project.packaged(), "https://data.example/"))
    >>> own["plan"], own["role"]
    ('https://data.example/id/plan/', 'https://w3id.org/pan2kg/id/role/')
    """
    schemes = {path.stem for path in (shipped.ontology / "schemes").glob("*.ttl")} | {"scheme"}

    def moved(line: re.Match[str]) -> str:
        return line[0] if line[1] in schemes else f"@prefix {line[1]}: <{space}id/{line[1]}/> ."

    listed = projects.read_text(shipped.ontology / "prefixes.ttl")
    return re.sub(rf"^@prefix (\w+): <{re.escape(ROOT)}id/\w+/> \.$", moved, listed, flags=re.MULTILINE)


def _block(subject: str, *statements: TurtleLine | tuple[str, str]) -> writer.Block:
    """A block of statements and of pairs of a predicate and a value, without those whose value is empty."""
    made = (pair if isinstance(pair, TurtleLine) else TurtleLine(*pair) for pair in statements)
    return writer.Block(subject, tuple(statement for statement in made if statement.object))


def _profile(beginning: Beginning) -> Iterator[writer.Block]:
    country, languages = beginning.country, beginning.languages
    wished = (tag for tag in country.languages if tag not in languages)
    profile = _block(
        f"<{beginning.space}profile>",
        ("a", "pan:Profile"),
        ("void:uriSpace", string(beginning.space)),
        ("pan:country", f"<{country.iri}>"),
        *(("pan:labelLanguage", f"{string(tag)}^^xsd:language") for tag in languages),
        *(("pan:wishedLabelLanguage", f"{string(tag)}^^xsd:language") for tag in wished),
        ("pan:homePlan", f"plan:{beginning.example}"),
        ("pan:exampleAction", f"action:{beginning.example}-1"),
        *(("pan:gazetteName", text(name, tag)) for tag, name in country.gazette.items()),
        ("pan:gazetteSpace", country.gazette_space and f"{string(country.gazette_space)}^^xsd:anyURI"),
        ("pan:imports", f"<{ROOT}graph/core>" if beginning.imports_core else ""),
    )
    yield writer.Block(profile.subject, profile.statements, _DATA.say("profile-heading", languages[0]))
    # what the country is called, where the graph has no source that names it
    names = (("skos:prefLabel", text(name, tag)) for tag, name in country.names.by_language().items())
    yield _block(f"<{country.iri}>", ("a", "skos:Concept"), ("skos:notation", string(country.authority)), *names)


def _catalogue(beginning: Beginning) -> Iterator[writer.Block]:
    space, texts = beginning.space, beginning.texts
    dataset, agent = f"<{space}dataset>", f"<{space}publisher>"
    day = f'"{beginning.day.isoformat()}"^^xsd:date'
    yield _block(
        f"<{space}catalogue>",
        ("a", "dcat:Catalog"),
        *texts("dcterms:title", "catalogue-title"),
        *texts("dcterms:description", "catalogue-about"),
        ("dcat:dataset", dataset),
        ("dcterms:publisher", agent),
    )
    keywords = ("keyword-coherence", "keyword-plan", "keyword-graph")
    yield _block(
        dataset,
        ("a", "dcat:Dataset"),
        *texts("dcterms:title", "dataset-title"),
        *texts("dcterms:description", "dataset-about"),
        *(statement for key in keywords for statement in texts("dcat:keyword", key)),
        ("dcat:theme", f"<{AUTHORITY}data-theme/GOVE>"),
        *(("dcterms:language", f"<{tongues()[tag].iri}>") for tag in beginning.languages),
        ("dcterms:spatial", f"<{beginning.country.iri}>"),
        ("dcterms:accrualPeriodicity", f"<{AUTHORITY}frequency/IRREG>"),
        ("dcterms:issued", day),
        ("dcterms:modified", day),
        ("dcat:version", string(VERSION)),
        *texts("adms:versionNotes", "dataset-notes"),
        ("dcterms:license", f"<{LICENCES[beginning.licence]}>"),
        ("dcterms:creator", agent),
        ("dcterms:publisher", agent),
    )
    named = [("foaf:name", text(beginning.publisher, tag)) for tag in beginning.languages if beginning.publisher]
    yield _block(agent, ("a", "foaf:Agent"), *(named or texts("foaf:name", "publisher-unnamed")))


_PRESENT: Final = ("pan:presence", "presence:present")
_FIELDS: Final = (
    ("timeline", "Timeline", ("pan:timelineClass", "timelineclass:relative")),
    ("indicator", "Indicator", _PRESENT),
    ("verification", "VerificationSource", _PRESENT),
    ("result", "ExpectedResult", _PRESENT),
)
"""What a plan says of an action beside its name: the prefix of its key, its class, and what goes with its text."""


def _example(beginning: Beginning, path: str) -> Iterator[writer.Block]:
    """A plan of one action that lacks nothing: all of it is invented, and each name says so."""
    key, space, texts = beginning.example, beginning.space, beginning.texts
    year, document, country = beginning.day.year, f"document:{beginning.example}-text", beginning.country
    basis = (("dcterms:source", document), ("pan:certainty", "certainty:stated"))
    label = texts("rdfs:label", "example-file")
    yield _block(f"<{graph_of(path, space)}>", ("a", "pan:SourceGraph"), *label, *basis)
    yield _block(
        document,
        ("a", "pan:Document"),
        *texts("skos:prefLabel", "example-document"),
        ("dcterms:date", f'"{year}"^^xsd:gYear'),
        ("pan:publisherName", string("pan2kg")),
        ("pan:speaksFor", f"plan:{key}"),
        ("pan:sourceKind", "sourcekind:memory"),
    )
    yield _block(
        f"plan:{key}",
        ("a", "pan:Plan"),
        ("dcterms:identifier", string(key)),
        *texts("skos:prefLabel", "example-plan"),
        ("dcterms:type", "plantype:national-action-plan"),
        ("dcterms:spatial", f"<{country.iri}>"),
        ("pan:periodStart", f'"{year}"^^xsd:gYear'),
        ("pan:periodEnd", f'"{year + 2}"^^xsd:gYear'),
        ("pan:measureCount", "1"),
        ("pan:listCompleteness", "completeness:complete"),
        ("pan:hasTopic", "topic:business-and-human-rights"),
        ("pan:isExample", "true"),
        *basis,
    )
    yield _block(
        f"action:{key}-1",
        ("a", "pan:Action"),
        ("skos:notation", string("1")),
        ("dcterms:identifier", string(f"{key}-1")),
        *texts("skos:prefLabel", "example-action"),
        ("pan:inPlan", f"plan:{key}"),
        ("pan:hasTopic", "topic:business-and-human-rights"),
        *((f"pan:has{name}", f"{prefix}:{key}-1") for prefix, name, _ in _FIELDS),
        *basis,
    )
    for prefix, name, more in _FIELDS:
        words = texts("pan:text", f"example-{prefix}")
        yield _block(f"{prefix}:{key}-1", ("a", f"pan:{name}"), *words, more, *basis)
    ministry = f"{country.code}-example-ministry"
    yield _block(
        f"body:{ministry}",
        ("a", "pan:PublicBody"),
        ("dcterms:identifier", string(ministry)),
        *texts("skos:prefLabel", "example-body"),
        ("dcterms:type", "bodytype:ministry"),
        *basis,
    )
    for work in (f"plan:{key}", f"action:{key}-1"):
        yield _block(
            f"involvement:{work.partition(':')[2]}-ministry",
            ("a", "pan:Involvement"),
            ("pan:involves", f"body:{ministry}"),
            ("pan:involvedIn", work),
            ("pan:role", "role:lead"),
            *texts("pan:roleAsStated", "example-role"),
            ("pan:evidence", f"passage:{key}-ministry"),
            *basis,
        )
    passage, within = ("a", "pan:Passage"), ("pan:inDocument", document)
    yield _block(f"passage:{key}-ministry", passage, texts("pan:quote", "example-role")[0], within)
    if not beginning.imports_core:
        return
    # what the example rests on, with the words that say so
    link = link_iri("uses-instrument", f"{space}id/action/{key}-1", _UNGP[1:-1], relation="implements", space=space)
    yield _block(
        f"link:{link.rpartition('/')[2]}",
        ("a", "pan:Link"),
        ("pan:linkType", "linktype:uses-instrument"),
        ("pan:relation", "relation:implements"),
        ("pan:from", f"action:{key}-1"),
        ("pan:to", _UNGP),
        ("pan:status", "linkstatus:accepted"),
        ("pan:evidence", f"passage:{key}-1-ungp"),
        *basis,
    )
    yield _block(f"passage:{key}-1-ungp", passage, texts("pan:quote", "example-quote")[0], within)
