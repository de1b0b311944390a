"""What the data hold together: the core is whole and of no country, short names are short and nobody's invention."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Final

import pan2kg
from pan2kg.graph.labels import INSTRUMENTS
from pan2kg.i18n import LANGUAGES
from pan2kg.project import Project, read_text
from pan2kg.store.store import text_rows
from pan2kg.turtle.blocks import SourceBlock, TurtleFile, read_turtle_file
from pan2kg.turtle.vocabulary import CORE, ID, PAN

HOME = re.compile(
    r"(?:^|[/-])(?:lu|lux|luxembourg)(?:-|$)|country/LUX|legilux|luxemb", re.IGNORECASE
)
"""How the key or the address of a thing names the country whose plans this graph began with."""
WORD = re.compile(r"l[uë]xe?mb", re.IGNORECASE)
QUOTED = frozenset(("pan:quote", "pan:readAt"))
"""What is quoted, and where it was read: other people's words and addresses."""


@cache
def files(*, core: bool) -> tuple[TurtleFile, ...]:
    project = Project.packaged()
    read = (
        read_turtle_file(
            read_text(path), project.name_of(path), nested=not path.is_relative_to(project.graph)
        )
        for path in [*project.graph_files(), *project.ontology_files()]
    )
    return tuple(file for file in read if file.name.startswith(CORE) == core)


def blocks(start: str = "") -> Iterator[tuple[TurtleFile, SourceBlock]]:
    yield from (
        (file, block)
        for file in files(core=True)
        if file.name.startswith(start)
        for block in file.blocks
    )


def test_the_core_is_of_no_country_and_describes_what_it_refers_to() -> None:
    assert len(files(core=True)) > 80
    described = {file.expand(block.subject) for file, block in blocks()}
    others = [
        (file, file.expand(block.subject)) for file in files(core=False) for block in file.blocks
    ]
    elsewhere = {name for file, name in others if file.name.startswith("graph/")}
    ontology = {name for _, name in others} - elsewhere
    of_a_country = []
    undescribed = []
    for file, block in blocks():
        names = [file.expand(block.subject)]
        is_page = block.subject.startswith(
            "document:"
        )  # which is called what its site and its address call it
        for statement in block.statements:
            at = f"{file.name}:{statement.line} {statement.predicate} {statement.object}"
            if statement.object.startswith('"'):
                if (
                    not is_page
                    and statement.predicate not in QUOTED
                    and WORD.search(statement.object)
                ):
                    of_a_country.append(at)
                continue
            name = file.expand(statement.object)
            names.append(name)
            if name not in described and (
                name in elsewhere or (name.startswith(ID) and name not in ontology)
            ):
                undescribed.append(at)
        named = [
            name
            for name in names
            if "/id/document/" not in name and HOME.search(name) and not is_page
        ]
        of_a_country += [f"{file.name}:{block.line} {name}" for name in named]
    assert not of_a_country, "what speaks of one country stands outside graph/core/"
    assert not undescribed, "describe it in graph/core/, or say this in a file of the country"


KINDS: Final = {
    "plan": frozenset((PAN + "Plan", PAN + "Review")),
    "text": INSTRUMENTS,
    "body": frozenset((PAN + "PublicBody", PAN + "Organisation", PAN + "UnnamedGroup")),
}
MOST: Final = 40
ABBREVIATION: Final = re.compile(r"(?<![\w’-])(?:[A-ZÉ][\w&]*[A-ZÉ][\w]*|[A-ZÉ]{2,})(?![\w’])")
IN_USE: Final = {
    *(
        "RL",
        "VO",
        "DelVO",
        "RGD",
        "PAC",
        "CAP",
        "GAP",
        "TA",
        "CM",
        "OIT",
        "ILO",
        "OCDE",
        "OECD",
        "ONU",
        "UN",
        "UE",
    ),
    *(
        "EU",
        "ODD",
        "SDG",
        "SDGs",
        "CSR",
        "RSE",
        "PME",
        "KMU",
        "IA",
        "AI",
        "KI",
        "UPR",
        "UNEP",
        "AIDS",
        "II",
        "III",
    ),
}
"""Abbreviations of every day that the sources need not spell; all others stand in the graph's own words."""


def test_every_plan_text_and_body_has_a_short_name_in_three_languages_of_its_own(
    graph: pan2kg.Graph,
) -> None:
    named: dict[str, dict[str, str]] = defaultdict(dict)
    query = f"SELECT DISTINCT ?thing (LANG(?name) AS ?tag) ?name WHERE {{ ?thing <{PAN}shortName> ?name }}"
    for thing, tag, name in text_rows(graph.store, query):
        assert tag not in named[thing], f"{thing} has two short names in {tag}"
        named[thing][tag] = name
    query = "SELECT DISTINCT ?thing ?class WHERE { ?thing a ?class FILTER(ISIRI(?thing)) }"
    typed = text_rows(graph.store, query)
    for kind, classes in KINDS.items():
        things = {thing for thing, of in typed if of in classes}
        shared = defaultdict(list)
        assert len(things) > 150, kind
        assert not sorted(thing for thing in things if not named[thing].keys() >= set(LANGUAGES)), (
            kind
        )
        for thing in things:
            for tag, name in named[thing].items():
                shared[tag, name.casefold()].append(thing)
                assert len(name) <= MOST, f"{thing}: {name}"
                assert name == " ".join(name.split()), f"{thing}: {name!r}"
                assert not {"'", '"'} & set(name), f"{thing}: {name}"
        assert not {key: things for key, things in shared.items() if len(things) > 1}
    words = f"?thing ?says ?words FILTER(ISLITERAL(?words) && ?says != <{PAN}shortName>)"
    rows = text_rows(graph.store, f"SELECT DISTINCT ?words WHERE {{ {words} }}")
    known = {word for (text,) in rows for word in re.split(r"[^\w&+]+", text)} | IN_USE
    every = {name for names in named.values() for name in names.values()}
    invented = {name for name in every if not known.issuperset(ABBREVIATION.findall(name))}
    assert not invented, "no abbreviation in a short name is our invention"


def test_a_heading_is_not_counted_among_the_parts_it_holds(graph: pan2kg.Graph) -> None:
    every = graph.parts.every
    heading = f"{ID}partlevel/heading"
    held = [
        (part, every[part.above])
        for part in every.values()
        if part.above in every and part.level != heading
    ]
    assert len(held) > 100
    same = [above.iri for part, above in held if above.level == part.level and above.scheme]
    assert not same, f"give these headings the level heading: {sorted(set(same))}"
    tables = graph.tables
    counted = [(plan, tables.published.get(plan)) for plan in tables.works.plans]
    levels = [
        level for plan, number in counted for level in graph.parts.levels(plan, published=number)
    ]
    over = [level for level in levels if level.published and level.known > max(level.published)]
    assert not over, f"sources count fewer: {over}"
