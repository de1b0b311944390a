"""A project of a country from nothing: its profile, its catalogue, a licence, and one finished example to replace.

What every country shares – texts, goals, principles and their documents – is imported, not copied: the profile says so,
and those files come with the software. The example is invented, says so, and keeps a release from being made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pan2kg.countries.table import AUTHORITY, Country, tongues
from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Messages
from pan2kg.i18n.message import say
from pan2kg.project import ROOT, Project, copies, read_text, reason, replaced, write_atomically
from pan2kg.turtle.vocabulary import graph_of, link_iri
from pan2kg.turtle.writer import Block, Statement, prefixes_in, string, text, write_turtle

LICENCES: Final[Mapping[str, str]] = {
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
"""The licences one can choose, by the name they are chosen by."""
VERSION: Final = "0.1.0"
"""The first release number of a project's own data."""
_DATA: Final = Messages("data")
_RULES: Final = "rules"
_UNGP: Final = f"<{ROOT}id/instrument/ungp>"


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
        found = tuple(tag for tag in LANGUAGES if tag in self.country.languages)
        return found or (SOURCE_LANGUAGE,)

    @property
    def wished(self) -> tuple[str, ...]:
        """The official languages of the country the program does not speak."""
        return tuple(tag for tag in self.country.languages if tag not in self.languages)

    @property
    def example(self) -> str:
        """The key of the example plan."""
        return f"{self.country.code}-example-1"

    def said(self, name: str, key: str, **values: str) -> Iterator[Statement]:
        """A statement with a text in each of the languages."""
        for tag in self.languages:
            country = self.country.names.say(tag)
            yield Statement(name, text(_DATA.say(key, tag, country=country, **values), tag))


def begin(folder: Path, beginning: Beginning) -> Iterator[str]:
    """Write a project into ``folder`` and yield what to do next, line by line.

    Raises:
        ProjectError: the folder holds something already, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError("something-there", place=Place(str(folder)), remedy="name-new-folder")
    try:
        with replaced(folder) as work:
            for path, content in _files(Project.packaged(), beginning):
                target = work / path
                target.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(target, content)
    except OSError as error:
        raise ProjectError("cannot-write-there", place=Place(str(folder)), reason=reason(error)) from None
    key = f"{beginning.country.code}-bhr-1"
    yield say("progress", "project-stands", folder=folder)
    yield say("progress", "project-next", folder=folder, plan=key)
    yield say("progress", "project-example", plan=key, example=beginning.example)


def _files(shipped: Project, beginning: Beginning) -> Iterator[tuple[Path, str | bytes]]:
    """The files of a project, each with its path below it."""
    prefixes = prefixes_in(own_prefixes(shipped, beginning.space))
    for name in ("ontology", "queries"):
        for source, target in copies(shipped.root / name, Path(name)):
            if source.is_relative_to(shipped.queries / "program"):
                continue  # what the program asks for itself is part of the software, and nobody's to change
            yield target, _own(source, beginning.space)
    yield Path("ontology/prefixes.ttl"), own_prefixes(shipped, beginning.space)
    yield Path("graph/profile.ttl"), write_turtle([_profile(beginning), _named(beginning.country)], prefixes)
    yield Path("graph/catalogue.ttl"), write_turtle(_catalogue(beginning), prefixes)
    example = f"plans/{beginning.example}/plan"
    yield Path(f"graph/{example}.ttl"), write_turtle(_example(beginning, example), prefixes)
    yield Path(".gitignore"), "# what was read of documents: full texts are not published\nwork/\n"
    yield Path("LICENSE"), say("progress", "project-licence", address=LICENCES[beginning.licence])
    yield Path("README.md"), say("progress", "project-readme", plan=f"{beginning.country.code}-bhr-1")


def _own(source: Path, space: str) -> bytes:
    """A file as it is, but that rules give the links they derive addresses of the project, and JSON-LD its prefixes."""
    content = source.read_bytes()
    if source.name == "context.jsonld":
        own = prefixes_in(own_prefixes(Project.packaged(), space))
        listed = content.decode("utf-8")
        for name, namespace in own.items():
            listed = listed.replace(f'"{name}": "{ROOT}id/{name}/"', f'"{name}": "{namespace}"')
        return listed.encode("utf-8")
    if source.parent.name != _RULES:
        return content
    return content.replace(f'"{ROOT}id/link/"'.encode(), f'"{space}id/link/"'.encode())


def own_prefixes(shipped: Project, space: str) -> str:
    """The list of prefixes of a project: what it describes is named below its own address, what words mean below ours.

    >>> own = prefixes_in(own_prefixes(Project.packaged(), "https://data.example/"))
    >>> own["plan"], own["role"]
    ('https://data.example/id/plan/', 'https://w3id.org/pan2kg/id/role/')
    """
    schemes = {path.stem for path in (shipped.ontology / "schemes").glob("*.ttl")} | {"scheme"}

    def moved(line: re.Match[str]) -> str:
        return line[0] if line[1] in schemes else f"@prefix {line[1]}: <{space}id/{line[1]}/> ."

    listed = read_text(shipped.ontology / "prefixes.ttl")
    return re.sub(rf"^@prefix (\w+): <{re.escape(ROOT)}id/\w+/> \.$", moved, listed, flags=re.MULTILINE)


def _profile(beginning: Beginning) -> Block:
    country = beginning.country
    plan, action = f"plan:{beginning.example}", f"action:{beginning.example}-1"
    return Block(
        f"<{beginning.space}profile>",
        (
            Statement("a", "pan:Profile"),
            Statement("void:uriSpace", string(beginning.space)),
            Statement("pan:country", f"<{country.iri}>"),
            *(Statement("pan:labelLanguage", f"{string(tag)}^^xsd:language") for tag in beginning.languages),
            *(Statement("pan:wishedLabelLanguage", f"{string(tag)}^^xsd:language") for tag in beginning.wished),
            Statement("pan:homePlan", plan),
            Statement("pan:exampleAction", action),
            *(Statement("pan:gazetteName", text(name, tag)) for tag, name in country.gazette.items()),
            *_if(country.gazette_space, "pan:gazetteSpace", f"{string(country.gazette_space)}^^xsd:anyURI"),
            *_if(beginning.imports_core, "pan:imports", f"<{ROOT}graph/core>"),
        ),
        _heading(beginning, "profile-heading"),
    )


def _named(country: Country) -> Block:
    """What the country is called, where the graph has no source that names it."""
    names = (Statement("skos:prefLabel", text(name, tag)) for tag, name in country.names.by_language().items())
    notation = Statement("skos:notation", string(country.authority))
    return Block(f"<{country.iri}>", (Statement("a", "skos:Concept"), notation, *names))


def _if(holds: object, predicate: str, value: str) -> tuple[Statement, ...]:
    return (Statement(predicate, value),) if holds else ()


def _heading(beginning: Beginning, key: str) -> str:
    return _DATA.say(key, beginning.languages[0])


def _catalogue(beginning: Beginning) -> Sequence[Block]:
    space, country = beginning.space, beginning.country
    dataset, agent = f"<{space}dataset>", f"<{space}publisher>"
    day = f'"{beginning.day.isoformat()}"^^xsd:date'
    languages = beginning.languages if beginning.publisher else ()
    named = [Statement("foaf:name", text(beginning.publisher, tag)) for tag in languages]
    return (
        Block(
            f"<{space}catalogue>",
            (
                Statement("a", "dcat:Catalog"),
                *beginning.said("dcterms:title", "catalogue-title"),
                *beginning.said("dcterms:description", "catalogue-about"),
                Statement("dcat:dataset", dataset),
                Statement("dcterms:publisher", agent),
            ),
        ),
        Block(
            dataset,
            (
                Statement("a", "dcat:Dataset"),
                *beginning.said("dcterms:title", "dataset-title"),
                *beginning.said("dcterms:description", "dataset-about"),
                *(statement for key in _KEYWORDS for statement in beginning.said("dcat:keyword", key)),
                Statement("dcat:theme", f"<{AUTHORITY}data-theme/GOVE>"),
                *(Statement("dcterms:language", f"<{tongues()[tag].iri}>") for tag in beginning.languages),
                Statement("dcterms:spatial", f"<{country.iri}>"),
                Statement("dcterms:accrualPeriodicity", f"<{AUTHORITY}frequency/IRREG>"),
                Statement("dcterms:issued", day),
                Statement("dcterms:modified", day),
                Statement("dcat:version", string(VERSION)),
                *beginning.said("adms:versionNotes", "dataset-notes"),
                Statement("dcterms:license", f"<{LICENCES[beginning.licence]}>"),
                Statement("dcterms:creator", agent),
                Statement("dcterms:publisher", agent),
            ),
        ),
        Block(agent, (Statement("a", "foaf:Agent"), *(named or beginning.said("foaf:name", "publisher-unnamed")))),
    )


_PRESENT: Final = Statement("pan:presence", "presence:present")
_FIELDS: Final = (
    ("timeline", "Timeline", Statement("pan:timelineClass", "timelineclass:relative")),
    ("indicator", "Indicator", _PRESENT),
    ("verification", "VerificationSource", _PRESENT),
    ("result", "ExpectedResult", _PRESENT),
)
"""What a plan says of an action beside its name: the prefix of its key, its class, and what goes with its text."""
_KEYWORDS: Final = ("keyword-coherence", "keyword-plan", "keyword-graph")


def _example(beginning: Beginning, path: str) -> Iterator[Block]:
    """A plan of one action that lacks nothing: all of it is invented, and each name says so."""
    key, space = beginning.example, beginning.space
    year, document = beginning.day.year, f"document:{beginning.example}-text"
    known = (Statement("dcterms:source", document), Statement("pan:certainty", "certainty:stated"))
    yield Block(
        f"<{graph_of(path, space)}>",
        (Statement("a", "pan:SourceGraph"), *beginning.said("rdfs:label", "example-file"), *known),
    )
    yield Block(
        document,
        (
            Statement("a", "pan:Document"),
            *beginning.said("skos:prefLabel", "example-document"),
            Statement("dcterms:date", f'"{year}"^^xsd:gYear'),
            Statement("pan:publisherName", string("pan2kg")),
            Statement("pan:speaksFor", f"plan:{key}"),
            Statement("pan:sourceKind", "sourcekind:memory"),
        ),
    )
    yield Block(
        f"plan:{key}",
        (
            Statement("a", "pan:Plan"),
            Statement("dcterms:identifier", string(key)),
            *beginning.said("skos:prefLabel", "example-plan"),
            Statement("dcterms:type", "plantype:national-action-plan"),
            Statement("dcterms:spatial", f"<{beginning.country.iri}>"),
            Statement("pan:periodStart", f'"{year}"^^xsd:gYear'),
            Statement("pan:periodEnd", f'"{year + 2}"^^xsd:gYear'),
            Statement("pan:measureCount", "1"),
            Statement("pan:listCompleteness", "completeness:complete"),
            Statement("pan:hasTopic", "topic:business-and-human-rights"),
            Statement("pan:isExample", "true"),
            *known,
        ),
    )
    yield Block(
        f"action:{key}-1",
        (
            Statement("a", "pan:Action"),
            Statement("skos:notation", string("1")),
            Statement("dcterms:identifier", string(f"{key}-1")),
            *beginning.said("skos:prefLabel", "example-action"),
            Statement("pan:inPlan", f"plan:{key}"),
            Statement("pan:hasTopic", "topic:business-and-human-rights"),
            *(Statement(f"pan:has{name}", f"{prefix}:{key}-1") for prefix, name, _ in _FIELDS),
            *known,
        ),
    )
    for prefix, name, more in _FIELDS:
        statements = (Statement("a", f"pan:{name}"), *beginning.said("pan:text", f"example-{prefix}"), more)
        yield Block(f"{prefix}:{key}-1", (*statements, *known))
    yield Block(
        f"body:{beginning.country.code}-example-ministry",
        (
            Statement("a", "pan:PublicBody"),
            Statement("dcterms:identifier", string(f"{beginning.country.code}-example-ministry")),
            *beginning.said("skos:prefLabel", "example-body"),
            Statement("dcterms:type", "bodytype:ministry"),
            *known,
        ),
    )
    for work in (f"plan:{key}", f"action:{key}-1"):
        yield Block(
            f"involvement:{work.partition(':')[2]}-ministry",
            (
                Statement("a", "pan:Involvement"),
                Statement("pan:involves", f"body:{beginning.country.code}-example-ministry"),
                Statement("pan:involvedIn", work),
                Statement("pan:role", "role:lead"),
                *beginning.said("pan:roleAsStated", "example-role"),
                Statement("pan:evidence", f"passage:{key}-ministry"),
                *known,
            ),
        )
    quoted = next(iter(beginning.said("pan:quote", "example-role")))
    said = (Statement("a", "pan:Passage"), quoted, Statement("pan:inDocument", document))
    yield Block(f"passage:{key}-ministry", said)
    if beginning.imports_core:
        yield from _example_link(beginning, known, document)


def _example_link(beginning: Beginning, known: Sequence[Statement], document: str) -> Iterator[Block]:
    """What the example rests on, with the words that say so."""
    key, relation = f"{beginning.example}-1", "implements"
    ends = (f"{beginning.space}id/action/{key}", _UNGP[1:-1])
    link = link_iri("uses-instrument", *ends, relation=relation, space=beginning.space)
    yield Block(
        f"link:{link.rpartition('/')[2]}",
        (
            Statement("a", "pan:Link"),
            Statement("pan:linkType", "linktype:uses-instrument"),
            Statement("pan:relation", f"relation:{relation}"),
            Statement("pan:from", f"action:{key}"),
            Statement("pan:to", _UNGP),
            Statement("pan:status", "linkstatus:accepted"),
            Statement("pan:evidence", f"passage:{key}-ungp"),
            *known,
        ),
    )
    quoted = next(iter(beginning.said("pan:quote", "example-quote")))
    yield Block(f"passage:{key}-ungp", (Statement("a", "pan:Passage"), quoted, Statement("pan:inDocument", document)))
