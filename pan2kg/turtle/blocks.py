"""A Turtle file line by line: its prefixes, its blocks, and its departures from the layout of the house.

The engine decides whether a file is Turtle, but gives neither lines nor comments. This reader knows
only the one layout, a statement a line, and therefore can name every departure from it with its
line. Checks report these, review changes files by the lines (:mod:`pan2kg.turtle.edits`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pan2kg.project import Project, read_text
from pan2kg.turtle.vocabulary import precedence
from pan2kg.turtle.writer import Token, TurtleLine, tokens

# The tokens of a line in the layout, and the three lines there are: the first of a block, one that
# goes on with it, and a prefix

_PLAIN = r"[^\s<>\"'{}|^`\\;,()\[\]#]*"
_NAME = rf"(?:[\w-]*:{_PLAIN}(?:\\.{_PLAIN})*)"  # “skos:prefLabel”
_IRI = r"<[^<>\s]*>"
_VERB = rf"(a|{_NAME}|{_IRI})"
_TEXT = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_LANGUAGE = r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*"
_LITERAL = rf"{_TEXT}(?:{_LANGUAGE}|\^\^(?:{_NAME}|{_IRI}))?"  # “"2021"^^xsd:gYear”
_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_OBJECT = rf"({_NAME}|{_IRI}|{_LITERAL}|{_NUMBER}|true|false)"
_FIRST = re.compile(rf"({_NAME}|{_IRI}) {_VERB} {_OBJECT} ([;.])")
_NEXT = re.compile(rf"    {_VERB} {_OBJECT} ([;.])")
_PREFIX = re.compile(r"@prefix ([\w-]*): <([^<>\s]*)> \.")

# Prefixes in any layout

_LOOSE_PREFIX = re.compile(r"\s*@?(?:prefix|base)\b", re.IGNORECASE)
_NAMESPACE = re.compile(r"^\W*(?:prefix|base)[^<\n]*:\s*<([^<>\s]*)>", re.IGNORECASE | re.MULTILINE)

_MARK = "\ufeff"
BYTE_ORDER = "style-byte-order-mark"
"""The rule against what some editors put before the first line of a file; Turtle has no such thing."""
_OPENING = frozenset("[(")
_CLOSING = frozenset("])")
_ENDS = frozenset(";.")
_RULES_OF_MARKS = {"[": "style-blank-node", "(": "style-list", ",": "style-comma"}
"""The rules that marks break."""
_NESTED_RULES = frozenset(("style-blank-node", "style-list", "style-long-string"))
"""The rules that do not hold where lists and nameless nodes are allowed."""
_LONGEST_WORDS = 80  # characters of a faulty line that are told


@dataclass(frozen=True, slots=True)
class SourceBlock:
    """Everything a file says of a subject in one place, each statement with its line."""

    subject: str
    line: int
    statements: list[TurtleLine] = field(default_factory=list)

    def objects(self, predicate: str) -> tuple[str, ...]:
        """What a property is said to have, as it is written."""
        return tuple(line.object for line in self.said(predicate))

    def said(self, predicate: str) -> Iterator[TurtleLine]:
        """The statements of a property, as it is written."""
        return (statement for statement in self.statements if statement.predicate == predicate)


class PrefixLine(NamedTuple):
    """A prefix, without its colon, and the line it is declared on."""

    prefix: str
    line: int


@dataclass(frozen=True, slots=True)
class LayoutFault:
    """A departure from the layout: the rule, the line, the words it is about, and the block it stands in."""

    rule: str
    line: int
    value: str = ""
    subject: str = ""


@dataclass(slots=True)
class TurtleFile:
    """A file as it was read: its prefixes with their lines, its blocks, and its departures from the layout."""

    name: str
    nested: bool = False
    prefixes: dict[str, str] = field(default_factory=dict)
    prefix_lines: list[PrefixLine] = field(default_factory=list)
    blocks: list[SourceBlock] = field(default_factory=list)
    faults: list[LayoutFault] = field(default_factory=list)

    def fault(self, rule: str, line: int, value: str = "") -> None:
        """Note a departure from the layout in the block that was read last; long words are cut."""
        subject = self.blocks[-1].subject if self.blocks else ""
        words = " ".join(value.split())
        if len(words) > _LONGEST_WORDS:
            words = words[: _LONGEST_WORDS - 1] + "…"
        self.faults.append(LayoutFault(rule, line, words, subject))

    def expand(self, name: str) -> str:
        """The IRI of a name as written here."""
        if name.startswith("<"):
            return name[1:-1]
        prefix, _, local = name.partition(":")
        # asked of every name of every file, of which hardly one has a backslash
        local = re.sub(r"\\(.)", r"\1", local) if "\\" in local else local
        return self.prefixes.get(prefix, prefix + ":") + local


def read_turtle_files(project: Project, naming: str = "") -> list[TurtleFile]:
    """The files of ontology, shapes and graph of a project; with ``naming``, those that may name that thing."""
    files = []
    for path in (*project.ontology_files(), *project.shape_files(), *project.graph_files()):
        text = read_text(path)
        if may_name(text, naming):
            nested = path.is_relative_to(project.ontology)
            files.append(read_turtle_file(text, project.name_of(path), nested=nested))
    return files


def may_name(text: str, iri: str) -> bool:
    """Whether the text of a file may name a thing: it holds the last part of its IRI, or a prefix that ends within."""
    end = re.split(r"[/#]", iri)[-1]
    if end in text or ("\\" in text and end in text.replace("\\", "")):
        return True
    namespaces = (match[1] for match in _NAMESPACE.finditer(text))
    return any(iri.startswith(space) and not space.endswith(("/", "#")) for space in namespaces)


def read_turtle_file(text: str, name: str, *, nested: bool = False) -> TurtleFile:
    """Read the text of one file; where ``nested``, lists and nameless nodes are no departure from the layout.

    >>> file = read_turtle_file("@prefix e: <http://e/> .\\n\\ne:a a e:B ;\\n    e:c 3 .\\n", "a.ttl")
    >>> [(file.expand(block.subject), block.line, len(block.statements)) for block in file.blocks]
    [('http://e/a', 3, 2)]
    """
    file = TurtleFile(name, nested)
    _Reader(file, _clean(file, text)).read()
    return file


@dataclass(slots=True)
class _Reader:
    """Where the reading of a file stands."""

    file: TurtleFile
    lines: Sequence[str]
    start: int = 0
    """The index of the line that is read; faults count lines from 1."""
    is_inside: bool = False
    """Whether a block has begun and not ended."""
    is_headed: bool = False
    """Whether a comment has stood above."""
    above: str = ""
    """The line before."""

    def read(self) -> None:
        while self.start < len(self.lines):
            line = self.lines[self.start]
            size = 1
            match = (_NEXT if self.is_inside else _FIRST).fullmatch(line)
            if match:
                self._statement(match)
            elif not line:
                self._blank()
            elif line.lstrip().startswith("#"):
                self._comment(line)
            elif not self.is_inside and _LOOSE_PREFIX.match(line):
                self._prefix(line)
            else:
                size = self._odd(line)
            self.start += size
            self.above = self.lines[self.start - 1]

    def _fault(self, rule: str, value: str = "") -> None:
        self.file.fault(rule, self.start + 1, value)

    def _begin(self, subject: str) -> None:
        self.file.blocks.append(SourceBlock(subject, self.start + 1))
        if self.above and not self.above.startswith("#"):
            self._fault("style-blank-line")

    def _statement(self, match: re.Match[str]) -> None:
        *subject, predicate, value, end = match.groups()
        if subject:
            self._begin(subject[0])
        statement = TurtleLine(predicate, value, self.start + 1)
        self.file.blocks[-1].statements.append(statement)
        self.is_inside = end == ";"

    def _blank(self) -> None:
        is_second = self.start > 0 and not self.above
        if self.is_inside or is_second:
            self._fault("style-blank-line")

    def _comment(self, line: str) -> None:
        self.is_headed = True
        if self.is_inside or line.startswith(" "):
            self._fault("style-comment", line)

    def _prefix(self, line: str) -> None:
        has_content = bool(self.file.blocks) or self.is_headed
        if has_content and not _LOOSE_PREFIX.match(self.above):
            self._fault("style-prefix-first", line)
        prefix = _PREFIX.fullmatch(line)
        if prefix:
            self.file.prefixes[prefix[1]] = prefix[2]
            self.file.prefix_lines.append(PrefixLine(prefix[1], self.start + 1))
        else:
            self._fault("style-prefix-spelling", line)
            self.file.prefixes.update(re.findall(r"([\w-]*):\s*<([^<>\s]*)>", line))

    def _odd(self, line: str) -> int:
        """A statement in no layout of ours: how many lines it has, while brackets and quotation marks are open."""
        size = _extent(self.lines, self.start)
        written = list(tokens("\n".join(self.lines[self.start : self.start + size])))
        bare = [token.text for token in written if token.kind != "comment"]
        words = [word for word in bare if word not in _ENDS]
        is_first = not self.is_inside
        if is_first and words:
            self._begin(words[0])
        for rule in _departures(line, written, is_first=is_first, nested=self.file.nested):
            self._fault(rule, line)
        blocks = self.file.blocks
        stated = words[1:] if is_first else words
        if len(stated) > 1 and blocks:
            statement = TurtleLine(stated[0], " ".join(stated[1:]), self.start + 1)
            blocks[-1].statements.append(statement)
        has_ended = bare[-1:] == ["."]
        self.is_inside = bool(blocks) and not has_ended
        return size


def _clean(file: TurtleFile, text: str) -> list[str]:
    """The lines of a file without what editors leave at its beginning, its end and the ends of lines.

    What is cleaned away is noted as a departure. A tab counts as four spaces.
    """
    if text.startswith(_MARK):
        file.fault(BYTE_ORDER, 1)
        text = text.removeprefix(_MARK)
    lines = text.split("\n")
    ends_in_blank = len(lines) > 1 and not lines[-2].strip()
    if lines[-1] or ends_in_blank:
        file.fault("style-final-newline", max(len(lines) - (not lines[-1]), 1))
    if "\r" in text:
        file.fault("style-line-end", text[: text.index("\r")].count("\n") + 1)
        lines = [line.removesuffix("\r") for line in lines]
    has_tabs = "\t" in text
    # looked for in the whole text first: most files have neither
    if has_tabs or " \n" in text or " \r" in text or text.endswith(" "):
        for number, line in enumerate(lines, start=1):
            if line[-1:] in (" ", "\t"):
                file.fault("style-trailing-space", number, line)
            if "\t" in line:
                file.fault("style-tab", number, line)
    plain = [line.rstrip() for line in text.rstrip().split("\n")]
    return [line.expandtabs(4) for line in plain] if has_tabs else plain


def _departures(
    line: str, written: Sequence[Token], *, is_first: bool, nested: bool
) -> Iterator[str]:
    """The rules that a statement in no layout of ours breaks: by single tokens, else by where things stand.

    ``line`` is its first one, ``is_first`` says that it begins a block.
    """
    by_token = list(dict.fromkeys(filter(None, map(_departure, written))))
    faults = [rule for rule in by_token if not (nested and rule in _NESTED_RULES)]
    yield from faults
    ends = [token.text in _ENDS for token in _outside(written)]
    indent = len(line) - len(line.lstrip())
    if is_first and indent:
        yield "style-margin"
    elif not is_first and indent != 4:
        yield "style-indent"
    elif sum(ends) != 1 or not ends[-1]:
        yield "style-one-statement"
    elif not faults and not _NESTED_RULES.intersection(by_token):
        yield "style-spacing"


def _departure(token: Token) -> str:
    """The rule that a token breaks wherever it stands; empty where it breaks none."""
    if token.kind == "comment":
        return "style-comment"
    if token.kind == "blank":
        return "style-blank-node"
    if token.kind == "mark":
        return _RULES_OF_MARKS.get(token.text, "")
    if token.kind == "string" and token.text.startswith(('"""', "'")):
        return "style-long-string"
    return ""


def _outside(written: Iterable[Token]) -> Iterator[Token]:
    """The tokens that stand outside brackets; comments are left out."""
    depth = 0
    for token in written:
        is_mark = token.kind == "mark"
        if is_mark and token.text in _OPENING:
            depth += 1
        elif is_mark and token.text in _CLOSING:
            depth -= 1
        elif not depth and token.kind != "comment":
            yield token


def _extent(lines: Sequence[str], start: int) -> int:
    """How many lines a statement has, which may go on while its brackets and quotation marks are open."""
    for size in range(1, len(lines) - start):
        text = "\n".join(lines[start : start + size])
        bare = re.sub(r"\\.", "", text)
        marks = [token.text for token in tokens(text) if token.kind == "mark"]
        depth = sum((mark in _OPENING) - (mark in _CLOSING) for mark in marks)
        if not (bare.count('"""') % 2 or bare.count("'''") % 2 or depth > 0):
            return size
    return len(lines) - start


class PlacedBlock(NamedTuple):
    """A block and the file it stands in."""

    file: TurtleFile
    block: SourceBlock


class PlacedStatement(NamedTuple):
    """A statement with the block and the file it stands in."""

    file: TurtleFile
    block: SourceBlock
    line: TurtleLine


def index_blocks(files: list[TurtleFile]) -> Mapping[str, list[PlacedBlock]]:
    """Where each thing is described, by its IRI: its blocks, that of its main file first."""
    index: dict[str, list[PlacedBlock]] = {}
    for file in sorted(files, key=lambda file: precedence(file.name)):
        for block in file.blocks:
            index.setdefault(file.expand(block.subject), []).append(PlacedBlock(file, block))
    return index


def written_about(files: list[TurtleFile], iri: str) -> Iterator[PlacedStatement]:
    """Every statement that has a thing as its subject, and then every one that has it as its object, file by file."""
    as_object = []
    for file in files:
        for block in file.blocks:
            is_subject = file.expand(block.subject) == iri
            for line in block.statements:
                if is_subject:
                    yield PlacedStatement(file, block, line)
                elif not line.object.startswith('"') and file.expand(line.object) == iri:
                    as_object.append(PlacedStatement(file, block, line))
    yield from as_object
