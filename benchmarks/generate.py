"""Writes a project with an invented graph of any size: plans of twenty actions in the terms of the model.

    python benchmarks/generate.py synthetic --quads 1000000
    pan2kg ask plans --project synthetic

One folder a plan; the same size and seed give the same bytes. Files are written plan by plan, so
that memory does not grow with the graph. Nothing in it is true: titles are put together from a
short list of words.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pan2kg.project import Project, copies, read_text
from pan2kg.turtle.vocabulary import graph_of, link_iri, thing
from pan2kg.turtle.writer import (
    Block,
    TurtleLine,
    read_prefixes,
    string,
    subjects,
    text,
    write_turtle,
)

ACTIONS = 20
CATEGORIES = 5

SUBJECTS = (
    "energy",
    "health",
    "housing",
    "mobility",
    "education",
    "water",
    "integration",
    "equality",
    "youth",
)
VERBS = (
    ("Renforcer", "Strengthen"),
    ("Évaluer", "Evaluate"),
    ("Faire connaître", "Make known"),
    ("Mettre à jour", "Update"),
    ("Financer", "Fund"),
    ("Coordonner", "Coordinate"),
    ("Publier chaque année", "Publish every year"),
    ("Simplifier", "Simplify"),
)
OBJECTS = (
    ("la formation des agents publics", "the training of public officials"),
    ("le dispositif de plainte", "the complaints mechanism"),
    ("les lignes directrices", "the guidelines"),
    ("l’aide aux petites entreprises", "the support for small companies"),
    ("les données statistiques", "the statistical data"),
    ("le contrôle des fournisseurs", "the monitoring of suppliers"),
    ("la consultation des associations", "the consultation of associations"),
)
FIELDS = (
    ("dans les marchés publics", "in public procurement"),
    ("dans la coopération au développement", "in development cooperation"),
    ("sur les lieux de travail", "at the workplace"),
    ("dans les écoles", "in schools"),
    ("dans les chaînes d’approvisionnement", "in supply chains"),
    ("dans les communes", "in municipalities"),
)
RELATIONS = ("implements", "promotes", "monitors", "references", "supports-transposition-of")
ROLES = (
    ("lead", "chef de file", "lead"),
    ("implementation", "chargé de l’exécution", "in charge of carrying it out"),
    ("partner", "partenaire", "partner"),
    ("consulted", "consulté", "consulted"),
)


@dataclass(frozen=True, slots=True)
class Common:
    """What the plans have in common: topics and target groups of the ontology, instruments and bodies by number."""

    topics: Sequence[str]
    groups: Sequence[str]
    instruments: int
    bodies: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """A plan to write: its key, its number, what it draws on, and its own source of chance."""

    key: str
    number: int
    common: Common
    chance: random.Random

    def pick(self, size: int) -> int:
        """A number below ``size``, small ones more often: a few instruments and bodies are in many plans."""
        return int(size * self.chance.random() ** 1.5)

    def title(self) -> list[TurtleLine]:
        """A French and an English title."""
        parts = [self.chance.choice(words) for words in (VERBS, OBJECTS, FIELDS)]
        return [
            TurtleLine("skos:prefLabel", text(" ".join(part[i] for part in parts), tag))
            for i, tag in _TAGS
        ]


_TAGS = ((0, "fr"), (1, "en"))


def generate(folder: Path, quads: int, *, seed: int = 0) -> int:
    """Write a project of at least ``quads`` quads and at most one plan more; the number of quads in ``graph/``.

    Raises:
        ProjectError: a file cannot be read.
    """
    _copy_frame(folder)
    project = Project.at(folder)
    prefixes = read_prefixes(project)
    common = Common(
        _concepts(project, "topic"),
        _concepts(project, "group"),
        40 + quads // 500,
        20 + quads // 1000,
    )
    written = _write(project, _common_files(common), prefixes)
    for number in count():
        key = f"zz-{SUBJECTS[number % len(SUBJECTS)]}-{number // len(SUBJECTS) + 1}"
        sketch = Sketch(key, number, common, random.Random(f"{seed}/{key}"))
        written += _write(project, _plan_files(sketch), prefixes)
        if written >= quads:
            break
    return written


def _write(
    project: Project, files: Iterable[tuple[str, list[Block]]], prefixes: Mapping[str, str]
) -> int:
    written = 0
    for name, blocks in files:
        target = project.graph / f"{name}.ttl"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(write_turtle(blocks, prefixes), encoding="utf-8")
        written += sum(len(block.statements) for block in blocks)
    return written


def _copy_frame(folder: Path) -> None:
    shipped = Project.packaged()
    for name in ("ontology", "queries"):
        for source, target in copies(shipped.root / name, folder / name):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    (folder / "graph").mkdir(parents=True)


def _concepts(project: Project, name: str) -> list[str]:
    space = thing(name, "")
    turtle = read_text(project.ontology / "schemes" / f"{name}.ttl")
    return [
        f"{name}:{iri.removeprefix(space)}" for iri, _ in subjects(turtle) if iri.startswith(space)
    ]


def _common_files(common: Common) -> Iterator[tuple[str, list[Block]]]:
    yield (
        "sources",
        [
            _graph("sources", "Sources"),
            _document("synthetic", ("pan:authorKind", "authorkind:other")),
        ],
    )
    yield (
        "organisations",
        [_graph("organisations", "Organisations"), *map(_body, range(common.bodies))],
    )
    yield (
        "instruments",
        [_graph("instruments", "Instruments"), *map(_instrument, range(common.instruments))],
    )


def _plan_files(sketch: Sketch) -> Iterator[tuple[str, list[Block]]]:
    parts = (
        ("plan", _plan),
        ("actions", _actions),
        ("bodies", _involvements),
        ("instruments", _uses),
    )
    for name, write in parts:
        path = f"plans/{sketch.key}/{name}"
        yield (
            path,
            [_graph(path, f"{sketch.key} – {name}", f"document:{sketch.key}"), *write(sketch)],
        )


def _block(subject: str, kind: str, *statements: tuple[str, str] | TurtleLine) -> Block:
    rest = (item if isinstance(item, TurtleLine) else TurtleLine(*item) for item in statements)
    return Block(subject, (TurtleLine("a", kind), *rest))


def _both(predicate: str, french: str, english: str) -> Iterable[TurtleLine]:
    return (TurtleLine(predicate, text(french, "fr")), TurtleLine(predicate, text(english, "en")))


def _sourced(document: str, certainty: str = "stated") -> Iterable[TurtleLine]:
    return (
        TurtleLine("dcterms:source", document),
        TurtleLine("pan:certainty", f"certainty:{certainty}"),
    )


def _graph(path: str, label: str, document: str = "document:synthetic") -> Block:
    return _block(
        f"<{graph_of(path)}>",
        "pan:SourceGraph",
        *_both("rdfs:label", label, label),
        *_sourced(document),
    )


def _document(key: str, *whose: tuple[str, str]) -> Block:
    """A document; ``whose`` says whose words it carries, without which nothing in it counts in a headline figure."""
    return _block(
        f"document:{key}",
        "pan:Document",
        *_both("skos:prefLabel", f"Document inventé {key}", f"Invented document {key}"),
        ("dcterms:date", '"2026-01-01"^^xsd:date'),
        ("pan:publisherName", string("Nobody")),
        ("pan:sourceKind", "sourcekind:memory"),
        *whose,
    )


def _body(number: int) -> Block:
    return _block(
        f"body:synthetic-{number}",
        "pan:PublicBody",
        ("dcterms:identifier", string(f"synthetic-{number}")),
        *_both("skos:prefLabel", f"Organisme inventé n° {number}", f"Invented body no. {number}"),
        ("dcterms:type", "bodytype:agency"),
        *_sourced("document:synthetic"),
    )


def _instrument(number: int) -> Block:
    return _block(
        f"instrument:synthetic-{number}",
        "pan:SoftLaw",
        ("dcterms:identifier", string(f"synthetic-{number}")),
        *_both("skos:prefLabel", f"Texte inventé n° {number}", f"Invented text no. {number}"),
        ("dcterms:type", "instrumenttype:guidelines"),
        *_sourced("document:synthetic"),
    )


def _plan(sketch: Sketch) -> Iterator[Block]:
    key = sketch.key
    start = 2000 + sketch.number % 25
    yield _document(key, ("pan:speaksFor", f"plan:{key}"))
    yield _block(
        f"plan:{key}",
        "pan:Plan",
        ("dcterms:identifier", string(key)),
        *_both("skos:prefLabel", f"Plan inventé {key}", f"Invented plan {key}"),
        ("dcterms:type", "plantype:national-action-plan"),
        ("pan:periodStart", f'"{start}"^^xsd:gYear'),
        ("pan:periodEnd", f'"{start + 3}"^^xsd:gYear'),
        ("pan:adoptedOn", f'"{start}-06-15"^^xsd:date'),
        ("pan:measureCount", str(ACTIONS)),
        ("pan:listCompleteness", "completeness:complete"),
        ("pan:hasTopic", sketch.chance.choice(sketch.common.topics)),
        *_sourced(f"document:{key}"),
    )
    scheme = f"scheme:{key}-categories"
    yield _block(
        scheme,
        "skos:ConceptScheme",
        *_both("skos:prefLabel", f"Catégories de {key}", f"Categories of {key}"),
    )
    for number in range(1, CATEGORIES + 1):
        yield _block(
            f"category:{key}-{number}",
            "pan:Category",
            ("skos:notation", string(str(number))),
            *sketch.title(),
            ("skos:inScheme", scheme),
            ("skos:topConceptOf", scheme),
            ("pan:inPlan", f"plan:{key}"),
            ("pan:partLevel", "partlevel:heading"),
            ("pan:order", str(number)),
            *_sourced(f"document:{key}"),
        )


def _actions(sketch: Sketch) -> Iterator[Block]:
    for action, notation in _numbers(sketch.key):
        yield _block(
            f"action:{action}",
            "pan:Action",
            ("skos:notation", string(notation)),
            ("dcterms:identifier", string(action)),
            *sketch.title(),
            ("pan:inPlan", f"plan:{sketch.key}"),
            ("pan:inCategory", f"category:{sketch.key}-{notation[0]}"),
            ("pan:hasTimeline", f"timeline:{action}"),
            *(("pan:hasTopic", topic) for topic in sketch.chance.sample(sketch.common.topics, 2)),
            ("pan:hasTargetGroup", sketch.chance.choice(sketch.common.groups)),
            *_sourced(f"document:{sketch.key}"),
        )
        yield _timeline(sketch, action)


def _numbers(key: str) -> Iterator[tuple[str, str]]:
    for index in range(ACTIONS):
        category = index % CATEGORIES + 1
        place = index // CATEGORIES + 1
        yield f"{key}-{category}-{place}", f"{category}.{place}"


def _timeline(sketch: Sketch, action: str) -> Block:
    year = 2000 + sketch.number % 25 + sketch.chance.randrange(3)
    return _block(
        f"timeline:{action}",
        "pan:Timeline",
        ("pan:timelineClass", "timelineclass:dated"),
        *_both("pan:text", f"au cours de l’année {year}", f"in the course of {year}"),
        ("pan:startDate", f'"{year}-01-01"^^xsd:date'),
        ("pan:endDate", f'"{year}-12-31"^^xsd:date'),
        *_sourced(f"document:{sketch.key}"),
    )


def _involvements(sketch: Sketch) -> Iterator[Block]:
    for action, _ in _numbers(sketch.key):
        bodies = sorted(
            {sketch.pick(sketch.common.bodies) for _ in range(sketch.chance.randint(1, 3))}
        )
        for number, (role, french, english) in zip(bodies, ROLES, strict=False):
            yield _block(
                f"involvement:{action}-{role}",
                "pan:Involvement",
                ("pan:involves", f"body:synthetic-{number}"),
                ("pan:involvedIn", f"action:{action}"),
                ("pan:role", f"role:{role}"),
                *_both("pan:roleAsStated", french, english),
                *_sourced(f"document:{sketch.key}"),
            )


def _uses(sketch: Sketch) -> Iterator[Block]:
    for action, _ in _numbers(sketch.key):
        for number in sorted(
            {sketch.pick(sketch.common.instruments) for _ in range(sketch.chance.randint(1, 3))}
        ):
            yield from _use(sketch, action, number)


def _use(sketch: Sketch, action: str, number: int) -> Iterator[Block]:
    relation = sketch.chance.choice(RELATIONS)
    instrument = thing("instrument", f"synthetic-{number}")
    address = link_iri("uses-instrument", thing("action", action), instrument, relation=relation)
    yield _block(
        address.replace(thing("link", ""), "link:"),
        "pan:Link",
        ("pan:linkType", "linktype:uses-instrument"),
        ("pan:relation", f"relation:{relation}"),
        ("pan:from", f"action:{action}"),
        ("pan:to", f"instrument:synthetic-{number}"),
        ("pan:status", "linkstatus:accepted"),
        ("pan:evidence", f"passage:{action}-synthetic-{number}"),
        *_sourced(f"document:{sketch.key}"),
    )
    yield _block(
        f"passage:{action}-synthetic-{number}",
        "pan:Passage",
        ("pan:quote", text(f"Cette mesure tient compte du texte inventé n° {number}.", "fr")),
        ("pan:inDocument", f"document:{sketch.key}"),
        ("pan:page", string(str(sketch.chance.randint(3, 60)))),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a project with an invented graph.")
    parser.add_argument(
        "folder", type=Path, help="a folder that does not exist yet, or holds no graph/"
    )
    parser.add_argument(
        "--quads", type=int, default=100_000, help="how many quads at least (default: 100,000)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="another seed, another graph (default: 0)"
    )
    options = parser.parse_args()
    if (options.folder / "graph").exists():
        parser.error(f"{options.folder} holds a graph already; name a new folder")
    print(f"{generate(options.folder, options.quads, seed=options.seed)} quads in {options.folder}")


if __name__ == "__main__":
    main()
