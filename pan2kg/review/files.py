"""Adding blocks to the Turtle files of a project, one writer at a time, and the changes this makes to a store.

Nothing that stands in a file is altered, except that missing prefixes are added: people edit the same files, and a
difference must show only what a reviewer decided.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.coherence.uses import key
from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, read_text, reason, write_atomically
from pan2kg.review.entry import RefusedError
from pan2kg.store.queries import program_query
from pan2kg.store.rules import derive, rule_files, rule_name
from pan2kg.store.store import LocalStore, Store, construct, open_store, plain
from pan2kg.turtle.blocks import TurtleFile, read_turtle_file
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, XSD, graph_of, kind_and_key
from pan2kg.turtle.writer import Block, Statement, iri, prefixes_used, string, text, write_turtle
from pan2kg.validation.style import check_style

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_HEAD: Final = re.compile(r"\A(?:@prefix [^\n]*\n)*\n?")


def append(old: str, header: Sequence[Block], blocks: Sequence[Block], prefixes: Mapping[str, str], name: str) -> str:
    """The text of a file with blocks added: a new file begins with ``header``, an old one keeps every line it has.

    Raises:
        RefusedError: the old text is not Turtle, or uses one of the prefixes for something else.

    >>> names = {"e": "http://e/", "f": "http://f/"}
    >>> from pan2kg.turtle.writer import Statement
    >>> print(append("@prefix f: <http://f/> .\\n\\n# mine\\n\\nf:a a f:B .\\n", [],
    ...     [Block("e:x", (Statement("a", "f:B"),))], names, "x.ttl"), end="")
    @prefix e: <http://e/> .
    @prefix f: <http://f/> .
    <BLANKLINE>
    # mine
    <BLANKLINE>
    f:a a f:B .
    <BLANKLINE>
    e:x a f:B .
    """
    if not old.strip():
        return write_turtle([*header, *blocks], prefixes)
    _parse(old, name)
    body = _HEAD.sub("", write_turtle(blocks, prefixes), count=1)
    kept = with_prefixes(old, sorted(prefixes_used(body)), prefixes, name)
    return f"{kept}{_gap(kept)}{body}"


def _gap(text: str) -> str:
    """What makes the next line one that follows a blank one."""
    return "" if text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"


def with_prefixes(old: str, used: Iterable[str], prefixes: Mapping[str, str], name: str) -> str:
    """The old text with lines for the prefixes it lacks, each in its place by the alphabet."""
    turtle_file = read_turtle_file(old, name)
    other = next((one for one in used if turtle_file.prefixes.get(one, prefixes[one]) != prefixes[one]), None)
    if other is not None:
        raise RefusedError("other-prefix", file=name, prefix=other)
    after: dict[int, list[str]] = {}
    for one in used:
        if one not in turtle_file.prefixes:
            place = max(
                (line for known, line in turtle_file.prefix_lines if known < one), default=_first(turtle_file) - 1
            )
            after.setdefault(place, []).append(f"@prefix {one}: <{prefixes[one]}> .\n")
    pieces = after.pop(0, [])
    pieces += [] if turtle_file.prefix_lines or not pieces else ["\n"]
    for number, line in enumerate(_LINE.findall(old), start=1):
        more = after.get(number, ())
        pieces += [line, *(["\n"] if more and not line.endswith("\n") else ()), *more]
    return "".join(pieces)


def _first(turtle_file: TurtleFile) -> int:
    """The line of the first prefix, the first line where there is none."""
    return min((line for _, line in turtle_file.prefix_lines), default=1)


def _parse(text: str, name: str) -> None:
    try:
        for _ in ox.parse(text, format=ox.RdfFormat.TURTLE):
            pass
    except SyntaxError as error:
        raise RefusedError("not-turtle", file=name, line=error.lineno or 1) from None


def write(project: Project, texts: Mapping[Path, str], prefixes: Mapping[str, str]) -> None:
    """Write new texts of files, all of them or none; each is read back as Turtle and held to the house style first.

    Raises:
        RefusedError: a file cannot be written; the ones that were are as before.
        ProjectError: a text departs from the house style where the old one did not, which would be a fault of ours.
    """
    before = {path: read_text(path) if path.exists() else None for path in texts}
    for path, content in texts.items():
        _vouch(project.name_of(path), before[path] or "", content, prefixes)
    done: list[Path] = []
    try:
        for path, content in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
            done.append(path)
    except (OSError, ProjectError) as error:
        _restore({path: before[path] for path in done})
        raise RefusedError("not-written", detail=_detail(error)) from None


def _detail(error: OSError | ProjectError) -> str:
    """What the system said, else what we said."""
    cause = error if isinstance(error, OSError) else error.__context__
    return reason(cause) if isinstance(cause, OSError) else str(error)


def _restore(texts: Mapping[Path, str | None]) -> None:
    for path, content in texts.items():
        if content is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, content)


def _vouch(name: str, old: str, new: str, prefixes: Mapping[str, str]) -> None:
    """Make sure that what is about to be written is Turtle, and no worse in its style than what stands there."""
    _parse(new, name)
    fresh = _faults(new, name, prefixes) - (_faults(old, name, prefixes) if old.strip() else set())
    if fresh:
        rules = ", ".join(sorted(fresh))
        raise ProjectError("departs-from-style", name=name, rules=rules)


def _faults(text: str, name: str, prefixes: Mapping[str, str]) -> set[str]:
    """The rules of the house style a text breaks."""
    return {found.rule.key for found in check_style([read_turtle_file(text, name)], prefixes)}


Value = ox.NamedNode | ox.Literal

_ENDS: Final = frozenset((PAN + "from", PAN + "to", PAN + "between"))
REPLACES: Final = DCTERMS + "replaces"
_STATUS: Final = PAN + "status"
_SUPERSEDED: Final = ox.NamedNode(f"{ID}linkstatus/superseded")


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Hold the graph's folder for oneself; whoever else wants to write waits, in other processes too.

    The folder itself is locked, so no file is left behind, whatever happens.

    Raises:
        ProjectError: the folder cannot be opened, or several projects are.
    """
    if project.others:
        raise ProjectError("several-open", remedy="open-one")
    import fcntl  # only POSIX systems have it, and pages that are merely read must be made on others too

    try:
        handle = os.open(project.graph, os.O_RDONLY)
    except OSError as error:
        raise ProjectError("cannot-open-folder", place=Place(str(project.graph)), reason=reason(error)) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Filed:
    """A link or involvement as it stands in a file: its IRI, the values of each property, and the name of the file."""

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
class ProjectFiles:
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

        Files that are not Turtle are passed over; ``pan2kg check`` tells of them. A link that was withdrawn counts as
        superseded, whatever its block says.
        """
        for one in self.of_kind("link", *things):
            is_withdrawn = one.iri in self.withdrawn and _STATUS in one.said
            yield replace(one, said={**one.said, _STATUS: (_SUPERSEDED,)}) if is_withdrawn else one

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The links, involvements and decisions that a later decision has withdrawn, by IRI."""
        return frozenset(name for one in self.of_kind("decision") for name in one.values("withdraws"))

    def of_kind(self, kind: str, *things: str) -> Iterator[Filed]:
        """The blocks of a kind, ``link``, ``involvement`` or ``decision``, in files that speak of all these things."""
        names = list(map(key, things))
        for file, content in self.texts.items():
            if all(name in content for name in names) and f"pan:{kind.capitalize()}" in content:
                yield from _blocks(content, file, kind)


@lru_cache(maxsize=16)
def _blocks(content: str, file: str, kind: str) -> tuple[Filed, ...]:
    said: dict[str, dict[str, list[Value]]] = {}
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                statements = said.setdefault(quad.subject.value, {})
                statements.setdefault(quad.predicate.value, []).append(quad.object)
    except SyntaxError:
        return ()
    return tuple(
        Filed(name, {of: tuple(values) for of, values in statements.items()}, file)
        for name, statements in said.items()
        if kind_and_key(name)[0] == kind
    )


def changes(project: Project, store: Store, files: Iterable[str]) -> str:
    """An update that brings ``store`` to where it would be if it were filled anew; ``files`` as the project names them.

    Empty where nothing differs. No rule derives blank nodes, and no file of a graph has any.

    Raises:
        TurtleError: a file of the project is not Turtle.
    """
    fresh = open_store(project, derive)
    written = [project.graph_iri(project.root / file) for file in files if file.endswith(".ttl")]
    derived = [graph_of(f"derived/{rule_name(path)}", project.space) for path in rule_files(project)]
    gone, new = list[str](), list[str]()
    for graph in (*written, *derived):
        before, after = _triples(store, graph), _triples(fresh, graph)
        gone += _data(graph, before - after)
        new += _data(graph, after - before)
    parts = [("DELETE DATA", gone), ("INSERT DATA", new)]
    return ";\n".join(f"{what} {{\n{''.join(data)}}}" for what, data in parts if data)


def _triples(store: Store | LocalStore, graph: str) -> set[ox.Triple]:
    return set(construct(store, program_query("graphs/statements", graph=graph)))


def _data(graph: str, triples: Iterable[ox.Triple]) -> list[str]:
    lines = sorted(f"{triple} .\n" for triple in triples)
    return [f"GRAPH <{graph}> {{\n", *lines, "}\n"] if lines else []
