"""A Turtle file line by line: its prefixes, its blocks, departures from the layout, and the keys of its links.

The engine decides whether a file is Turtle, but gives neither lines nor comments. This reader knows only the one
layout of the house, a statement a line, and therefore can name every departure from it with its line.

A link that somebody has decided on may have the reviewer's name in its key, and a number where the same person decided
more than once (``pan2kg.review``); each of these keys is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from pan2kg.project import Project, read_text
from pan2kg.turtle.tokens import Token, tokens
from pan2kg.turtle.vocabulary import CORE, NAMES, PAN, kind_and_key, link_iri

_PLAIN: Final = r"[^\s<>\"'{}|^`\\;,()\[\]#]*"
_NAME: Final = rf"(?:[\w-]*:{_PLAIN}(?:\\.{_PLAIN})*)"
_IRI: Final = r"<[^<>\s]*>"
_VERB: Final = rf"(a|{_NAME}|{_IRI})"
_OBJECT: Final = (
    rf"({_NAME}|{_IRI}|\"[^\"\\]*(?:\\.[^\"\\]*)*\"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^(?:{_NAME}|{_IRI}))?"
    r"|[+-]?\d+(?:\.\d+)?|true|false)"
)
_FIRST = re.compile(rf"({_NAME}|{_IRI}) {_VERB} {_OBJECT} ([;.])")
_NEXT = re.compile(rf"    {_VERB} {_OBJECT} ([;.])")
_PREFIX = re.compile(r"@prefix ([\w-]*): <([^<>\s]*)> \.")
_SPACE = re.compile(r"^\W*(?:prefix|base)[^<\n]*:\s*<([^<>\s]*)>", re.IGNORECASE | re.MULTILINE)
_LOOSE_PREFIX = re.compile(r"\s*@?(?:prefix|base)\b", re.IGNORECASE)
_MARK: Final = "\ufeff"
BYTE_ORDER: Final = "style-byte-order-mark"
"""The rule against what some editors put before the first line of a file; Turtle has no such thing."""
_OPENING, _CLOSING = frozenset("[("), frozenset("])")


class Written(NamedTuple):
    """A predicate and an object as they are written, and the line they stand on."""

    predicate: str
    object: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """What one block says: its subject as written, its first line, its statements."""

    subject: str
    line: int
    statements: list[Written] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fault:
    """A departure from the layout: the key of its rule, the line, what stands there, and the block's subject."""

    rule: str
    line: int
    value: str = ""
    subject: str = ""


@dataclass(slots=True)
class TurtleFile:
    """A Turtle file read line by line; ``nested`` where lists and nameless nodes are allowed, in the ontology."""

    name: str
    nested: bool = False
    prefixes: dict[str, str] = field(default_factory=dict)
    prefix_lines: list[tuple[str, int]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_addition(self) -> bool:
        """Whether blocks here may add to a subject that has its block in another file."""
        return self.name.endswith(("unverified.ttl", "alignments.ttl")) or self.name.startswith(NAMES)

    @property
    def is_core(self) -> bool:
        """Whether the file belongs to the part of the graph that is free of any country, to which others may add."""
        return self.name.startswith(CORE)

    def expand(self, name: str) -> str:
        """The IRI of a name as written here.

        >>> TurtleFile("x.ttl", prefixes={"e": "http://e/"}).expand("e:a"), TurtleFile("x.ttl").expand("<http://e/b>")
        ('http://e/a', 'http://e/b')
        """
        if name.startswith("<"):
            return name[1:-1]
        prefix, _, local = name.partition(":")
        # asked of every name of every file, of which hardly one has a backslash
        local = re.sub(r"\\(.)", r"\1", local) if "\\" in local else local
        return self.prefixes.get(prefix, prefix + ":") + local


def read_turtle_files(project: Project, naming: str = "") -> list[TurtleFile]:
    """Every Turtle file of a project, those of the ontology first; of an IRI, those alone that may name it.

    Raises:
        ProjectError: a file cannot be read.
    """
    paths = [*project.ontology_files(), *project.shape_files(), *project.graph_files()]
    texts = ((path, read_text(path)) for path in paths)
    return [_read(project, path, text) for path, text in texts if may_name(text, naming)]


def _read(project: Project, path: Path, text: str) -> TurtleFile:
    return read_turtle_file(text, project.name_of(path), nested=path.is_relative_to(project.ontology))


def may_name(text: str, iri: str) -> bool:
    """Whether the text of a file may name a thing, told without reading it line by line.

    It holds the last part of the IRI then, unless it breaks that part with a backslash or by where a prefix ends.

    >>> head = "@prefix e: <https://e/id/> .\\n@prefix p: <https://e/id/plan-> .\\n"
    >>> [may_name(head + f"{name} a e:B .", "https://e/id/plan-1") for name in ("e:plan-1", "e:plan\\\\-1", "p:1")]
    [True, True, True]
    >>> may_name("@prefix e: <https://e/id/> .\\ne:plan-2 a e:B .", "https://e/id/plan-1")
    False
    """
    last = re.split(r"[/#]", iri)[-1]
    if last in text or ("\\" in text and last in text.replace("\\", "")):
        return True
    ends = (match[1] for match in _SPACE.finditer(text))
    return any(iri.startswith(space) and not space.endswith(("/", "#")) for space in ends)


def read_turtle_file(text: str, name: str, *, nested: bool = False) -> TurtleFile:
    """Read the text of one file.

    >>> file = read_turtle_file("@prefix e: <http://e/> .\\n\\ne:a a e:B ;\\n    e:p 1, 2 .\\n", "x.ttl")
    >>> file.blocks[0].subject, [(fault.rule, fault.line) for fault in file.faults]
    ('e:a', [('style-comma', 4)])
    """
    reader = _Reader(TurtleFile(name, nested))
    lines = _clean(text, reader.file)
    number = 0
    while number < len(lines):
        number += reader.take(lines, number)
    return reader.file


def _clean(text: str, file: TurtleFile) -> list[str]:
    """The lines without what the eye does not see, each such thing noted as a fault."""
    if text.startswith(_MARK):
        file.faults.append(Fault(BYTE_ORDER, 1))
        text = text.removeprefix(_MARK)
    lines = text.split("\n")
    if lines[-1] or (len(lines) > 1 and not lines[-2].strip()):
        file.faults.append(Fault("style-final-newline", max(len(lines) - (not lines[-1]), 1)))
    if "\r" in text:
        file.faults.append(Fault("style-line-end", text[: text.index("\r")].count("\n") + 1))
        lines = [line.removesuffix("\r") for line in lines]
    has_tabs = "\t" in text
    if has_tabs or " \n" in text or " \r" in text or text.endswith(" "):
        for number, line in enumerate(lines, start=1):
            if line[-1:] in (" ", "\t"):
                file.faults.append(Fault("style-trailing-space", number, _brief(line)))
            if "\t" in line:
                file.faults.append(Fault("style-tab", number, _brief(line)))
    plain = [line.rstrip() for line in text.rstrip().split("\n")]
    return [line.expandtabs(4) for line in plain] if has_tabs else plain


@dataclass(slots=True)
class _Reader:
    file: TurtleFile
    inside: bool = False
    headed: bool = False
    above: str = ""

    def take(self, lines: list[str], index: int) -> int:
        """Read what begins on a line and say how many lines it took."""
        line, number = lines[index], index + 1
        taken = 1 if self._plain(line, number) or self._between(line, number) else self._odd(lines, index)
        self.above = lines[index + taken - 1]
        return taken

    def _plain(self, line: str, number: int) -> bool:
        match = (_NEXT if self.inside else _FIRST).fullmatch(line)
        if not match:
            return False
        if self.inside:
            predicate, value, end = match.groups()
        else:
            subject, predicate, value, end = match.groups()
            self._open(subject, number)
        self.file.blocks[-1].statements.append(Written(predicate, value, number))
        self.inside = end == ";"
        return True

    def _open(self, subject: str, number: int) -> None:
        self.file.blocks.append(Block(subject, number))
        if self.above and not self.above.startswith("#"):
            self._fault("style-blank-line", number)

    def _between(self, line: str, number: int) -> bool:
        """Read a blank line, a comment or a prefix."""
        if not line:
            if self.inside or (number > 1 and not self.above):
                self._fault("style-blank-line", number)
        elif line.lstrip().startswith("#"):
            self.headed = True
            if self.inside or line.startswith(" "):
                self._fault("style-comment", number, line)
        elif not self.inside and _LOOSE_PREFIX.match(line):
            self._prefix(line, number)
        else:
            return False
        return True

    def _prefix(self, line: str, number: int) -> None:
        match = _PREFIX.fullmatch(line)
        if (self.file.blocks or self.headed) and not _LOOSE_PREFIX.match(self.above):
            self._fault("style-prefix-first", number, line)
        if match:
            self.file.prefixes[match[1]] = match[2]
            self.file.prefix_lines.append((match[1], number))
        else:
            self._fault("style-prefix-spelling", number, line)
            self.file.prefixes.update(re.findall(r"([\w-]*):\s*<([^<>\s]*)>", line))

    def _odd(self, lines: list[str], index: int) -> int:
        """Read a statement that is not one plain line, down to where its strings and brackets close."""
        size = 1
        while _is_open("\n".join(lines[index : index + size])) and index + size < len(lines):
            size += 1
        found = list(tokens("\n".join(lines[index : index + size])))
        marks = [token for token in found if token.kind != "comment"]
        words = [token.text for token in marks if token.text not in (";", ".")]
        number, started = index + 1, not self.inside
        if started and words:
            self._open(words.pop(0), number)
        for rule in self._diagnose(lines[index], found, started=started):
            self._fault(rule, number, lines[index])
        if len(words) > 1 and self.file.blocks:
            self.file.blocks[-1].statements.append(Written(words[0], " ".join(words[1:]), number))
        self.inside = bool(self.file.blocks) and (not marks or marks[-1].text != ".")
        return size

    def _diagnose(self, line: str, found: list[Token], *, started: bool) -> Iterator[str]:
        faults = [rule for rule in dict.fromkeys(_departures(found)) if not (self.file.nested and rule in _NESTED)]
        yield from faults
        outer = list(_outer(found))
        indent = len(line) - len(line.lstrip())
        if started and indent:
            yield "style-margin"
        elif not started and indent != 4:
            yield "style-indent"
        elif len([t for t in outer if t.text in (";", ".")]) != 1 or outer[-1].text not in (";", "."):
            yield "style-one-statement"
        elif not faults and not _departs(found):
            yield "style-spacing"

    def _fault(self, rule: str, line: int, value: str = "") -> None:
        subject = self.file.blocks[-1].subject if self.file.blocks else ""
        self.file.faults.append(Fault(rule, line, _brief(value), subject))


_NESTED = frozenset(("style-blank-node", "style-list", "style-long-string"))


def _departures(found: list[Token]) -> Iterator[str]:
    """The rules broken by single tokens."""
    for token in found:
        if token.kind == "comment":
            yield "style-comment"
        elif token.kind == "blank" or (token.kind == "mark" and token.text == "["):
            yield "style-blank-node"
        elif token.kind == "mark" and token.text in "(,":
            yield "style-list" if token.text == "(" else "style-comma"
        elif token.kind == "string" and token.text.startswith(('"""', "'")):
            yield "style-long-string"


def _departs(found: list[Token]) -> bool:
    return any(rule in _NESTED for rule in _departures(found))


def _outer(found: list[Token]) -> Iterator[Token]:
    """The tokens outside brackets, comments left out."""
    depth = 0
    for token in found:
        if token.kind == "mark" and token.text in _OPENING:
            depth += 1
        elif token.kind == "mark" and token.text in _CLOSING:
            depth -= 1
        elif not depth and token.kind != "comment":
            yield token


def _is_open(text: str) -> bool:
    """Whether a long string or a bracket is still open at the end of the text."""
    bare = re.sub(r"\\.", "", text)
    if bare.count('"""') % 2 or bare.count("'''") % 2:
        return True
    marks = [token.text for token in tokens(text) if token.kind == "mark"]
    return sum(mark in _OPENING for mark in marks) > sum(mark in _CLOSING for mark in marks)


def _brief(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 80 else words[:79] + "…"


def index_blocks(files: list[TurtleFile]) -> Mapping[str, list[tuple[TurtleFile, Block]]]:
    """The blocks of each subject by its IRI: those of the core first, those of files that only add last."""
    index: dict[str, list[tuple[TurtleFile, Block]]] = {}
    for file in sorted(files, key=lambda file: (file.is_addition, not file.is_core)):
        for block in file.blocks:
            index.setdefault(file.expand(block.subject), []).append((file, block))
    return index


def written_about(files: list[TurtleFile], iri: str) -> Iterator[tuple[TurtleFile, Block, Written]]:
    """Every statement that has a thing as its subject, and then every one that has it as its object, file by file.

    >>> file = read_turtle_file("@prefix e: <http://e/> .\\n\\ne:a e:p e:b .\\n\\ne:b e:q 1 .\\n", "x.ttl")
    >>> [(block.subject, one.line) for _, block, one in written_about([file], "http://e/b")]
    [('e:b', 5), ('e:a', 3)]
    """
    named: list[tuple[TurtleFile, Block, Written]] = []
    for file in files:
        for block in file.blocks:
            if file.expand(block.subject) == iri:
                yield from ((file, block, one) for one in block.statements)
            else:
                named += [(file, block, one) for one in block.statements if _names(file, one.object, iri)]
    yield from named


def _names(file: TurtleFile, written: str, iri: str) -> bool:
    return not written.startswith('"') and file.expand(written) == iri


_ENDS: Final = ("from", "to", "between")
_SIGNED: Final = 20
"""How many decisions of one person on one link are looked for."""


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A link whose key is none of those its block makes: where it stands, what it is called, and what it is to be."""

    file: TurtleFile
    block: Block
    iri: str
    right: str


def misnamed(files: Iterable[TurtleFile]) -> Iterator[Misnamed]:
    """The links in these files whose key is not that of what they say.

    A block that lacks a type or an end, or has one twice, is left to the shapes of links.

    >>> from pan2kg.turtle.blocks import read_turtle_file
    >>> head = f"@prefix e: <https://e/id/> .\\n@prefix p: <{PAN}> .\\n\\n"
    >>> lines = ("e:link/0 a p:Link", "p:linkType e:linktype/part-of", "p:from e:a/b", "p:to e:a/c .\\n")
    >>> [one.right for one in misnamed([read_turtle_file(head + " ;\\n    ".join(lines), "x.ttl")])]
    ['https://e/id/link/f9ece78eed4269fb']
    """
    for file in files:
        for block in file.blocks:
            iri = file.expand(block.subject)
            if kind_and_key(iri)[0] == "link":
                right = list(_keys(file, block, iri.partition("id/link/")[0]))
                if right and iri not in right:
                    yield Misnamed(file, block, iri, right[0])


def _keys(file: TurtleFile, block: Block, space: str) -> Iterator[str]:
    """The IRIs a link may have, the likeliest first."""
    said = _said(file, block)
    types, starts, ends, joined = (said.get(name, []) for name in ("linkType", *_ENDS))
    both = sorted(joined) if joined else [*starts, *ends]
    if len(types) != 1 or len(both) != 2 or (not joined and len(starts) != 1):
        return
    relation, scale = (_first(said, name) for name in ("relation", "onScale"))
    assessor = _first(said, "assessor")
    for signed in _signatures(said, assessor):
        yield link_iri(
            _local(types[0]), *both, relation=_local(relation), scale=_first(said, "scale") or _local(scale),
            assessor=assessor + signed, space=space,
        )  # fmt: skip


def _signatures(said: Mapping[str, list[str]], assessor: str) -> Iterator[str]:
    """What is added to the assessor: a decision that rejects always bears its reviewer, the others may."""
    rejected = _local(_first(said, "status")) == "rejected"
    reviewers = [f"|{name}" for name in said.get("reviewedBy", ())]
    numbered = [f"{name}|{number}" for name in reviewers for number in range(2, _SIGNED)]
    scored = [f"|{number}" for number in range(2, _SIGNED)] if assessor else []
    yield from (*reviewers, *numbered, "") if rejected and reviewers else ("", *reviewers, *numbered, *scored)


def _said(file: TurtleFile, block: Block) -> dict[str, list[str]]:
    """The values of each property of ours by its local name: IRIs in full, texts without their quotation marks."""
    said: dict[str, list[str]] = {}
    for statement in block.statements:
        name = file.expand(statement.predicate)
        if name.startswith(PAN):
            value = statement.object
            plain = value[1 : value.rindex('"')] if value.startswith('"') else file.expand(value)
            said.setdefault(name.removeprefix(PAN), []).append(plain)
    return said


def _first(said: Mapping[str, list[str]], name: str) -> str:
    return next(iter(said.get(name, ())), "")


def _local(iri: str) -> str:
    return iri.rsplit("/", 1)[-1]
