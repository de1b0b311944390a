"""The files of a project as they stand at this moment, for whoever is about to add to them; one writer at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from pan2kg.coherence.uses import key
from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, read_text, reason
from pan2kg.store.store import plain
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, XSD
from pan2kg.turtle.writer import Statement, iri, string, text

Value = ox.NamedNode | ox.Literal

_ENDS: Final = frozenset((PAN + "from", PAN + "to", PAN + "between"))
REPLACES: Final = DCTERMS + "replaces"


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Hold the graph's folder for oneself; whoever else wants to write waits, in other processes too.

    The folder itself is locked, so no file is left behind, whatever happens.

    Raises:
        ProjectError: the folder cannot be opened.
    """
    import fcntl  # only POSIX systems have it, and pages that are merely read must be made on others too

    try:
        handle = os.open(project.graph, os.O_RDONLY)
    except OSError as error:
        raise ProjectError(f"Cannot open the folder ({reason(error)}).", place=Place(str(project.graph))) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Filed:
    """A link as it stands in a file: its IRI, the values of each property, and the name of the file."""

    iri: str
    said: Mapping[str, tuple[Value, ...]]
    file: str

    def values(self, name: str) -> list[str]:
        """The values of a property as plain text; ``name`` is an IRI, or a term of ours."""
        return [plain(value) for value in self.said.get(_full(name), ())]

    def one(self, name: str) -> str:
        """The first value of a property, empty where there is none."""
        return next(iter(self.values(name)), "")

    @property
    def ends(self) -> frozenset[str]:
        """What it joins."""
        return frozenset(value for name in _ENDS for value in self.values(name))

    @property
    def type(self) -> str:
        """The key of its type."""
        return key(self.one("linkType"))

    @property
    def status(self) -> str:
        """The key of its status."""
        return key(self.one("status"))

    def written(self, names: Iterable[str], prefixes: Mapping[str, str]) -> Iterator[Statement]:
        """What it says by these properties, as statements to be written again."""
        for name in names:
            for value in self.said.get(_full(name), ()):
                yield Statement(iri(_full(name), prefixes), write_value(value, prefixes))


def _full(name: str) -> str:
    return name if "/" in name else PAN + name


def write_value(value: Value, prefixes: Mapping[str, str]) -> str:
    """A value as the house writes it.

    >>> write_value(ox.Literal("oui", language="fr"), {}), write_value(ox.Literal(-2), {})
    ('"oui"@fr', '-2')
    """
    if isinstance(value, ox.NamedNode):
        return iri(value.value, prefixes)
    if value.language:
        return text(value.value, value.language)
    kind = value.datatype.value.removeprefix(XSD)
    if kind == "string":
        return string(value.value)
    return value.value if kind in ("integer", "decimal", "boolean") else f"{string(value.value)}^^xsd:{kind}"


@dataclass(frozen=True)
class Shelf:
    """The files of a graph, read when first asked for."""

    project: Project

    @cached_property
    def texts(self) -> dict[str, str]:
        """The text of each file of the graph by its name.

        Raises:
            ProjectError: a file cannot be read.
        """
        return {self.project.name_of(path): read_text(path) for path in self.project.graph_files()}

    def mentions(self, name: str) -> bool:
        """Whether the last part of an IRI stands anywhere in the files."""
        return any(key(name) in content for content in self.texts.values())

    def links(self, *things: str) -> Iterator[Filed]:
        """The links in whose files all of these things are spoken of.

        Files that are not Turtle are passed over; ``pan2kg check`` tells of them.
        """
        names = list(map(key, things))
        for file, content in self.texts.items():
            if all(name in content for name in names) and "pan:Link" in content:
                yield from _links(content, file)


def _links(content: str, file: str) -> Iterator[Filed]:
    said: dict[str, dict[str, list[Value]]] = {}
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                statements = said.setdefault(quad.subject.value, {})
                statements.setdefault(quad.predicate.value, []).append(quad.object)
    except SyntaxError:
        return
    for name, statements in said.items():
        if name.startswith(ID + "link/"):
            yield Filed(name, {of: tuple(values) for of, values in statements.items()}, file)
