"""What stands of a thing in the files of a graph, whatever a store knows; they are read anew for each change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import pyoxigraph as ox

from pan2kg.project import Project, read_text
from pan2kg.store import plain
from pan2kg.turtle import DCTERMS, PAN, XSD, key, kind_and_key, writer
from pan2kg.turtle.writer import Prefixes, TurtleLine, iri, string, text

REPLACES = DCTERMS + "replaces"
Value = ox.NamedNode | ox.Literal
"""The objects of statements; files of a graph have no blank nodes."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What stands of a thing in a file, by IRI: its values by property.

    A property is known by its local name in our namespace, by its IRI in others. ``is_withdrawn``
    holds of a link that somebody took back elsewhere: it counts as superseded, whatever it says.
    """

    iri: str
    file: str
    said: Mapping[str, tuple[Value, ...]]
    is_withdrawn: bool = False

    @property
    def type(self) -> str:
        """The key of the type of a link; empty of other things."""
        return key(self.one("linkType"))

    @property
    def status(self) -> str:
        """The key of the status of a link; empty of other things."""
        status = key(self.one("status"))
        return "superseded" if status and self.is_withdrawn else status

    def values(self, name: str) -> list[str]:
        """The values of a property as plain texts."""
        return [plain(value) for value in self.said.get(name, ())]

    def one(self, name: str) -> str:
        """The first value of a property as a plain text; empty where it has none."""
        return next(iter(self.values(name)), "")

    def written(self, names: Iterable[str], prefixes: Prefixes) -> Iterator[TurtleLine]:
        """What is said by properties, as lines of a block, in the order of their names."""
        for name in names:
            predicate = iri(name if "/" in name else PAN + name, prefixes)
            for value in self.said.get(name, ()):
                yield TurtleLine(predicate, write_value(value, prefixes))


def write_value(value: Value, prefixes: Prefixes) -> str:
    """A value as Turtle writes it in house style.

    >>> write_value(ox.Literal("2026", datatype=ox.NamedNode(f"{XSD}gYear")), {})
    '"2026"^^xsd:gYear'
    """
    if isinstance(value, ox.NamedNode):
        return iri(value.value, prefixes)
    if value.language:
        return text(value.value, value.language)
    kind = value.datatype.value.removeprefix(XSD)
    if kind == "string":
        return string(value.value)
    if kind in ("integer", "decimal", "boolean"):
        return value.value
    return f"{string(value.value)}^^xsd:{kind}"


@dataclass(frozen=True)
class ProjectFiles:
    """The files of the graph of a project, read once: what stands in them, whatever a store knows."""

    project: Project

    @cached_property
    def texts(self) -> dict[str, str]:
        """The texts of the files by name; those that came with the program are not among them."""
        return {self.project.name_of(path): read_text(path) for path in self.project.graph_files()}

    @cached_property
    def places(self) -> dict[str, str]:
        """The name of the file in which each block stands, by IRI; that of the program comes first."""
        core = {self.project.name_of(path): read_text(path) for path in self.project.core_files()}
        places: dict[str, str] = {}
        for name, content in (core | self.texts).items():
            for subject, _ in writer.subjects(content):
                places.setdefault(subject, name)
        return places

    def mentions(self, name: str) -> bool:
        """Whether any file has the key of a thing, given by IRI."""
        return any(key(name) in content for content in self.texts.values())

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The IRIs of what was decided and taken back."""
        withdrawn = set()
        for decision in self.of_kind("decision"):
            withdrawn.update(decision.values("withdraws"))
        return frozenset(withdrawn)

    def of_kind(self, kind: str, *things: str) -> Iterator[Filed]:
        """What of a kind stands in the files in which all of these things are spoken of.

        Files that are not Turtle are passed over; ``pan2kg check`` tells of them. A link that was
        withdrawn counts as superseded, whatever its block says.
        """
        names = list(map(key, things))
        class_name = f"pan:{kind.capitalize()}"
        for file, content in self.texts.items():
            if class_name not in content or not all(name in content for name in names):
                continue
            for filed in _filed(content, file, kind):
                is_withdrawn = kind == "link" and filed.iri in self.withdrawn
                yield replace(filed, is_withdrawn=True) if is_withdrawn else filed


@lru_cache(maxsize=16)
def _filed(content: str, file: str, kind: str) -> tuple[Filed, ...]:
    """What a file says of each thing of a kind; nothing where the file is no Turtle."""
    things: dict[str, dict[str, tuple[Value, ...]]] = {}
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE):
            subject = quad.subject
            is_of_kind = (
                isinstance(subject, ox.NamedNode) and kind_and_key(subject.value)[0] == kind
            )
            if is_of_kind and isinstance(quad.object, ox.NamedNode | ox.Literal):
                properties = things.setdefault(subject.value, {})
                name = quad.predicate.value.removeprefix(PAN)
                properties[name] = (*properties.get(name, ()), quad.object)
    except SyntaxError:
        return ()
    return tuple(Filed(name, file, properties) for name, properties in things.items())
