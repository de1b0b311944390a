"""Adding blocks to the Turtle files of a project, one writer at a time, and the changes this makes to a store.

Nothing that stands in a file is altered, except that missing prefixes are added: people edit the
same files, and a difference must show only what a reviewer decided.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import Messages
from pan2kg.project import PACKAGE, Project, cannot_write, read_text, reason, write_atomically
from pan2kg.review.outcomes import RefusedError
from pan2kg.store import Store, construct, open_store, program_query, rules
from pan2kg.turtle import graph_of, writer
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.sections import last_line_of_section
from pan2kg.turtle.writer import (
    Block,
    Prefixes,
    iri,
    read_prefixes,
    text,
    write_turtle,
)
from pan2kg.validation.style import check_style

UNVERIFIED = "unverified"
FileTexts = Mapping[Path, str]
"""The texts of files."""
_DATA = Messages("data")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEAD = re.compile(r"\A(?:@prefix [^\n]*\n)*\n?")


@dataclass(frozen=True, slots=True)
class Addition:
    """A file that changes: its path, its name within the project, and its text before and after.

    A file that is new has an empty text before.
    """

    path: Path
    name: str
    old: str
    new: str

    @property
    def difference(self) -> str:
        """What changes, as a unified diff."""
        before = self.name if self.old else "/dev/null"
        former = self.old.splitlines(keepends=True)
        revised = self.new.splitlines(keepends=True)
        return "".join(unified_diff(former, revised, before, self.name))


def addition(
    project: Project,
    path: Path,
    blocks: Sequence[Block],
    *,
    label: str,
    about: str = "",
    source: str = "",
    old: str | None = None,
) -> Addition:
    """A file with blocks added to it; nothing is written.

    A new file begins by saying what it holds: ``label`` is a code of the catalogue ``data``,
    ``about`` the key of the plan, ``source`` the IRI of a document. ``old`` is a text in place of
    that of the file.
    """
    if old is None:
        old = read_text(path) if path.exists() else ""
    name = project.name_of(path)
    prefixes = read_prefixes(project)
    is_unverified = path.stem.endswith(UNVERIFIED)
    labels = _DATA.text(UNVERIFIED if is_unverified else label, name=about).words
    certainty = UNVERIFIED if is_unverified else "stated"
    header = Block.of(
        f"<{project.graph_iri(path)}>",
        ("a", "pan:SourceGraph"),
        *(("rdfs:label", text(words, tag)) for tag, words in labels),
        ("dcterms:source", iri(source, prefixes) if source else ""),
        ("pan:certainty", f"certainty:{certainty}"),
    )
    return Addition(path, name, old, append(old, [header], blocks, prefixes, name))


def append(
    old: str,
    header: Sequence[Block],
    blocks: Sequence[Block],
    prefixes: Prefixes,
    name: str,
) -> str:
    """The text of a file with blocks added: a new file begins with ``header``, an old one keeps every line it has.

    In an old one they stand below what the first of them speaks of, else at the end.

    >>> names = {"e": "http://e/", "f": "http://f/"}
    >>> print(append("@prefix f: <http://f/> .\\n\\n# mine\\n\\nf:a a f:B .\\n", [],
    ...     [Block.of("e:x", ("a", "f:B"))], names, "x.ttl"), end="")
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
    _insist_on_turtle(old, name)
    body = _HEAD.sub("", write_turtle(blocks, prefixes), count=1)
    whole = with_prefixes(old, sorted(writer.prefixes_used(body)), prefixes, name)
    line = last_line_of_section(whole, name, blocks[0])
    lines = whole.splitlines(keepends=True)
    if line is not None and line < len(lines):
        return "".join([*lines[:line], "\n", body, *lines[line:]])
    if whole.endswith("\n\n"):
        gap = ""
    else:
        gap = "\n" if whole.endswith("\n") else "\n\n"
    return f"{whole}{gap}{body}"


def with_prefixes(old: str, used: Iterable[str], prefixes: Prefixes, name: str) -> str:
    """The text of a file, by ``name``, with the prefixes that are ``used`` and not declared yet.

    Each goes behind the last that comes before it in the alphabet. Refused is a file in which one
    of them stands for something else.

    >>> names = {"e": "http://e/", "f": "http://f/"}
    >>> print(with_prefixes("@prefix f: <http://f/> .\\n", ["e"], names, "x.ttl"), end="")
    @prefix e: <http://e/> .
    @prefix f: <http://f/> .
    """
    file = read_turtle_file(old, name)
    begin = min((line for _, line in file.prefix_lines), default=1)
    added: dict[int, list[str]] = {}
    for prefix in used:
        declared = file.prefixes.get(prefix)
        if declared is None:
            before = [line for sibling, line in file.prefix_lines if sibling < prefix]
            line = max(before, default=begin - 1)
            added.setdefault(line, []).append(f"@prefix {prefix}: <{prefixes[prefix]}> .\n")
        elif declared != prefixes[prefix]:
            raise RefusedError("other-prefix", file=name, prefix=prefix)
    pieces = added.pop(0, [])
    if pieces and not file.prefix_lines:
        pieces.append("\n")
    for number, line in enumerate(_LINE.findall(old), start=1):
        pieces.append(line)
        declarations = added.get(number, [])
        if declarations and not line.endswith("\n"):
            pieces.append("\n")
        pieces += declarations
    return "".join(pieces)


def _insist_on_turtle(content: str, name: str) -> None:
    try:
        for _ in ox.parse(content, format=ox.RdfFormat.TURTLE):
            pass
    except SyntaxError as error:
        raise RefusedError("not-turtle", file=name, line=error.lineno or 1) from None


def write(project: Project, texts: FileTexts, prefixes: Prefixes) -> None:
    """Write the texts of files, all of them or none.

    Refused is what is no Turtle, and what departs from house style where the file did not before.
    """
    for path, content in texts.items():
        name = project.name_of(path)
        _insist_on_turtle(content, name)
        departures = _departures(content, name, prefixes)
        former = read_text(path) if path.exists() else ""
        fresh = departures - _departures(former, name, prefixes)
        if fresh:
            raise ProjectError("departs-from-style", name=name, rules=", ".join(sorted(fresh)))
    write_together(texts)


def write_together(texts: FileTexts) -> None:
    """Write the texts of files; where one cannot be written, those written before are as they were."""
    before = {path: read_text(path) if path.exists() else None for path in texts}
    done = []
    try:
        for path, content in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
            done.append(path)
    except (OSError, ProjectError) as error:
        for path in done:
            _put_back(path, before[path])
        # what the system said, else what we said
        cause = error if isinstance(error, OSError) else error.__context__
        detail = reason(cause) if isinstance(cause, OSError) else str(error)
        raise RefusedError("not-written", detail=detail) from None


def remove(paths: Iterable[Path]) -> None:
    """Remove files, and their folders where these are empty then; a ``ProjectError`` where one cannot be."""
    for path in paths:
        try:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
        except OSError as error:
            raise cannot_write(path, error) from None


def _departures(content: str, name: str, prefixes: Prefixes) -> set[str]:
    """The rules of house style a text departs from, by key."""
    files = [read_turtle_file(content, name)] if content.strip() else []
    return {fault.rule.key for fault in check_style(files, prefixes)}


def _put_back(path: Path, former: str | None) -> None:
    if former is None:
        path.unlink(missing_ok=True)
    else:
        write_atomically(path, former)


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Hold the graph's folder for oneself; whoever else wants to write waits, in other processes too.

    The folder itself is locked, so no file is left behind, whatever happens.
    """
    if project.others:
        raise ProjectError("several-open", remedy="open-one")
    # only POSIX systems have it, and pages that are merely read must be made on others too
    import fcntl

    try:
        handle = os.open(project.graph, os.O_RDONLY)
    except OSError as error:
        raise ProjectError(
            "cannot-open-folder", place=Place(str(project.graph)), reason=reason(error)
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def own(project: Project) -> None:
    """Insist on a project that is one's own: what came with the program is a ``ProjectError``."""
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")


def changes(project: Project, store: Store, files: Iterable[str]) -> str:
    """An update that brings ``store`` to where it would be if it were filled anew; ``files`` as the project names them.

    Empty where nothing differs. No rule derives blank nodes, and no file of a graph has any.
    """
    fresh = open_store(project)
    graphs = [project.graph_iri(project.root / file) for file in files if file.endswith(".ttl")]
    for name in rules.derived_names(project, fresh):
        graphs.append(graph_of(f"derived/{name}", project.space))
    deleted = []
    inserted = []
    for graph in graphs:
        query = program_query("graphs/statements", graph=graph)
        before = set(construct(store, query))
        after = set(construct(fresh, query))
        deleted += _in_graph(graph, before - after)
        inserted += _in_graph(graph, after - before)
    clauses = []
    for clause, statements in (("DELETE DATA", deleted), ("INSERT DATA", inserted)):
        if statements:
            clauses.append(f"{clause} {{\n{''.join(statements)}}}")
    return ";\n".join(clauses)


def _in_graph(graph: str, triples: Collection[object]) -> list[str]:
    """Statements of a graph as an update has them; nothing of none."""
    if not triples:
        return []
    return [f"GRAPH <{graph}> {{\n", *sorted(f"{triple} .\n" for triple in triples), "}\n"]
