"""The core of the graph, ``graph/core/``: whole in itself, and of no country."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pan2kg.project import Project, read_text
from pan2kg.turtle.blocks import SourceBlock as Block
from pan2kg.turtle.blocks import TurtleFile, read_turtle_file
from pan2kg.turtle.vocabulary import ID

HOME = re.compile(r"(?:^|[/-])(?:lu|lux|luxembourg)(?:-|$)|country/LUX|legilux|luxemb", re.IGNORECASE)
"""How the key or the address of a thing names the country whose plans this graph began with."""
WORD = re.compile(r"l[uë]xe?mb", re.IGNORECASE)
TITLES = frozenset(("pan:quote", "pan:readAt"))
"""What is quoted, and where it was read: other people's words and addresses."""


@cache
def files(*, core: bool) -> tuple[TurtleFile, ...]:
    project = Project.packaged()
    read = (
        read_turtle_file(read_text(path), project.name_of(path), nested=not path.is_relative_to(project.graph))
        for path in [*project.graph_files(), *project.ontology_files()]
    )
    return tuple(file for file in read if file.is_core == core)


def blocks() -> Iterator[tuple[TurtleFile, Block]]:
    for file in files(core=True):
        for block in file.blocks:
            yield file, block


def subjects(*, core: bool) -> set[str]:
    return {file.expand(block.subject) for file in files(core=core) for block in file.blocks}


def test_the_core_is_of_no_country() -> None:
    assert len(files(core=True)) > 80
    found = []
    for file, block in blocks():
        if block.subject.startswith("document:"):
            continue  # a page is called what its site and its address call it
        names = [file.expand(block.subject)]
        for statement in block.statements:
            value = statement.object
            if not value.startswith('"'):
                names.append(file.expand(value))
            elif statement.predicate not in TITLES and WORD.search(value):
                found.append(f"{file.name}:{statement.line} {value}")
        found += [
            f"{file.name}:{block.line} {name}" for name in names if "/id/document/" not in name and HOME.search(name)
        ]
    assert not found, "what speaks of one country stands outside graph/core/:\n" + "\n".join(found)


def test_what_the_core_refers_to_is_described_in_the_core() -> None:
    described = subjects(core=True)
    elsewhere = {
        file.expand(b.subject) for file in files(core=False) if file.name.startswith("graph/") for b in file.blocks
    }
    ontology = subjects(core=False) - elsewhere
    found = []
    for file, block in blocks():
        for statement in block.statements:
            if statement.object.startswith('"'):
                continue
            name = file.expand(statement.object)
            ours = name.startswith(ID) and name not in described | ontology
            if ours or (name in elsewhere and name not in described):
                found.append(f"{file.name}:{statement.line} {statement.predicate} {statement.object}")
    assert not found, "describe it in graph/core/, or say this in a file of the country:\n" + "\n".join(found)


def test_every_document_the_core_cites_is_one_of_its_sources() -> None:
    sources = {
        file.expand(block.subject)
        for file in files(core=True)
        if file.name.startswith("graph/core/sources/")
        for block in file.blocks
    }
    cited = {
        file.expand(statement.object)
        for file, block in blocks()
        for statement in block.statements
        if statement.predicate in ("dcterms:source", "pan:inDocument")
    }
    assert len(cited) > 50
    assert cited <= sources, sorted(cited - sources)
