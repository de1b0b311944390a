"""Turtle as this house writes it: one block a subject, one statement a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pan2kg.errors import Place, TurtleError
from pan2kg.project import Project, read_text
from pan2kg.turtle.tokens import prefixes_used
from pan2kg.turtle.vocabulary import CORE, NAMES

_PREFIX = re.compile(r"@prefix ([\w-]*): <([^<>]*)> \.$", re.MULTILINE)
"""Without saying that a line begins there, which is looked for at each character."""
_SUBJECT = re.compile(r"(<[^<>\s]*>|[\w-]+:[^\s;,]*)(?=\s|\Z)")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_LOCAL = re.compile(r"^[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-]))*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """A predicate and an object, both as they are written in Turtle."""

    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Block:
    """Everything said of one subject; ``heading`` is a comment line of its own before it."""

    subject: str
    statements: tuple[Statement, ...]
    heading: str = ""


def text(value: str, language: str) -> str:
    """A text with its language tag.

    >>> print(text('dit « "oui" »', "fr"))
    "dit « \\"oui\\" »"@fr
    """
    return f"{string(value)}@{language}"


def string(value: str) -> str:
    """A plain string.

    >>> print(string("4.3"))
    "4.3"
    """
    return f'"{value.translate(_ESCAPES)}"'


def iri(value: str, prefixes: Mapping[str, str]) -> str:
    """An IRI, by the longest prefix that leaves a plain local name, else in angle brackets.

    >>> iri("https://w3id.org/pan2kg/id/plan/lu-bhr-2", {"plan": "https://w3id.org/pan2kg/id/plan/"})
    'plan:lu-bhr-2'
    >>> iri("http://data.europa.eu/eli/reg/2017/821/oj", {})
    '<http://data.europa.eu/eli/reg/2017/821/oj>'
    """
    fitting = [
        (len(space), prefix)
        for prefix, space in prefixes.items()
        if value.startswith(space) and _LOCAL.match(value[len(space) :])
    ]
    if not fitting:
        return f"<{value}>"
    length, prefix = max(fitting)
    return f"{prefix}:{value[length:]}"


def write_turtle(blocks: Iterable[Block], prefixes: Mapping[str, str]) -> str:
    """A whole file: the prefixes that are used, sorted, then the blocks in the order given.

    Raises:
        TurtleError: a prefix is used that ``prefixes`` does not hold.

    >>> block = Block("plan:x", (Statement("a", "pan:Plan"), Statement("skos:notation", '"1"')))
    >>> names = {"plan": "http://p/", "pan": "http://o#", "skos": "http://s#", "org": "http://w/"}
    >>> print(write_turtle([block], names), end="")
    @prefix pan: <http://o#> .
    @prefix plan: <http://p/> .
    @prefix skos: <http://s#> .
    <BLANKLINE>
    plan:x a pan:Plan ;
        skos:notation "1" .
    """
    body = "\n".join(write_block(block) for block in blocks)
    used = prefixes_used(body)
    unknown = used - prefixes.keys()
    if unknown:
        raise TurtleError("prefix-unlisted", names=", ".join(sorted(unknown)))
    head = "".join(f"@prefix {name}: <{prefixes[name]}> .\n" for name in sorted(used))
    return f"{head}\n{body}"


def write_block(block: Block) -> str:
    """A block alone, without the prefixes it uses.

    >>> print(write_block(Block("plan:x", (Statement("a", "pan:Plan"),))), end="")
    plan:x a pan:Plan .
    """
    lines = [f"{statement.predicate} {statement.object}" for statement in block.statements]
    heading = f"# {block.heading}\n\n" if block.heading else ""
    return f"{heading}{block.subject} " + " ;\n    ".join(lines) + " .\n"


def read_prefixes(project: Project) -> dict[str, str]:
    """The prefixes of ``ontology/prefixes.ttl``: name → namespace."""
    return prefixes_in(read_text(project.ontology / "prefixes.ttl"))


def prefixes_in(turtle: str) -> dict[str, str]:
    """The prefixes declared in Turtle text.

    >>> prefixes_in("@prefix a: <http://a/> .\\n")
    {'a': 'http://a/'}
    """
    found = _PREFIX.finditer(turtle)
    return {one[1]: one[2] for one in found if not one.start() or turtle[one.start() - 1] == "\n"}


def subjects(turtle: str) -> Iterator[tuple[str, int]]:
    """Every subject at the left margin with its line, as an IRI.

    >>> list(subjects('@prefix a: <http://a/> .\\n\\na:x a a:Y .\\n\\n<http://b> a a:Y .\\n'))
    [('http://a/x', 3), ('http://b', 5)]
    """
    prefixes = prefixes_in(turtle)
    for line, words in enumerate(turtle.split("\n"), start=1):
        # most lines begin with a space
        if not words or words[0] in " @#" or not (match := _SUBJECT.match(words)):
            continue
        name = match[1]
        if name.startswith("<"):
            yield name[1:-1], line
        else:
            prefix, _, local = name.partition(":")
            if prefix in prefixes:
                yield prefixes[prefix] + re.sub(r"\\(.)", r"\1", local), line


def find_subjects(project: Project) -> dict[str, Place]:
    """Where each subject of the graph has its block: the first file that says what it is.

    A country adds to what the core describes; files of what is unverified and of short names add to all others.
    """
    places: dict[str, Place] = {}
    named = [(project.name_of(path), path) for path in project.graph_files()]
    for _, path in sorted(named, key=lambda one: (_adds(one[0]), not one[0].startswith(CORE))):
        for subject, line in subjects(read_text(path)):
            places.setdefault(subject, Place(project.name_of(path), line))
    return places


def _adds(name: str) -> bool:
    return name.endswith("unverified.ttl") or name.startswith(NAMES)
