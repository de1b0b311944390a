"""A Turtle file line by line: its prefixes, blocks, departures from the layout, keys of links; and changing statements.

The engine decides whether a file is Turtle, but gives neither lines nor comments. This reader knows
only the one layout of the house, a statement a line, and therefore can name every departure from it
with its line. People edit the same files by hand, so where a statement is changed, only the lines
of what changes are touched.

A link that somebody has decided on may have the reviewer's name in its key, and a number where the
same person decided more than once (``pan2kg.review``); each of these keys is right.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pan2kg.errors import Place, TurtleError
from pan2kg.project import Project, read_text
from pan2kg.turtle import PAN, TurtleLine, kind_and_key, link_iri, tokens, writer
from pan2kg.turtle.vocabulary import precedence
from pan2kg.turtle.writer import Token

_PLAIN: Final = r"[^\s<>\"'{}|^`\\;,()\[\]#]*"
_NAME: Final = rf"(?:[\w-]*:{_PLAIN}(?:\\.{_PLAIN})*)"
_IRI: Final = r"<[^<>\s]*>"
_VERB: Final = rf"(a|{_NAME}|{_IRI})"
_OBJECT: Final = (
    rf"({_NAME}|{_IRI}|\"[^\"\\]*(?:\\.[^\"\\]*)*\"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^(?:{_NAME}|{_IRI}))?"
    r"|[+-]?\d+(?:\.\d+)?|true|false)"
)
_FIRST: Final = re.compile(rf"({_NAME}|{_IRI}) {_VERB} {_OBJECT} ([;.])")
_NEXT: Final = re.compile(rf"    {_VERB} {_OBJECT} ([;.])")
_PREFIX: Final = re.compile(r"@prefix ([\w-]*): <([^<>\s]*)> \.")
_SPACE: Final = re.compile(
    r"^\W*(?:prefix|base)[^<\n]*:\s*<([^<>\s]*)>", re.IGNORECASE | re.MULTILINE
)
_LOOSE_PREFIX: Final = re.compile(r"\s*@?(?:prefix|base)\b", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_MARK: Final = "\ufeff"
BYTE_ORDER: Final = "style-byte-order-mark"
"""The rule against what some editors put before the first line of a file; Turtle has no such thing."""
_OPENING = frozenset("[(")
_CLOSING = frozenset("])")
_ENDS: Final = frozenset(";.")
_OF_MARKS: Final = {"[": "style-blank-node", "(": "style-list", ",": "style-comma"}
"""The rules that marks break."""
_NESTED: Final = frozenset(("style-blank-node", "style-list", "style-long-string"))
"""The rules that do not hold where lists and nameless nodes are allowed."""
_SIGNED: Final = 20
"""How many decisions of one person on one link are looked for."""


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
    prefix_lines: list[tuple[str, int]] = field(default_factory=list)
    blocks: list[SourceBlock] = field(default_factory=list)
    faults: list[LayoutFault] = field(default_factory=list)

    def fault(self, rule: str, line: int, value: str = "") -> None:
        """Note a departure from the layout in the block that was read last; long words are cut."""
        subject = self.blocks[-1].subject if self.blocks else ""
        words = " ".join(value.split())
        self.faults.append(
            LayoutFault(rule, line, words if len(words) <= 80 else words[:79] + "…", subject)
        )

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
    spaces = (match[1] for match in _SPACE.finditer(text))
    return any(iri.startswith(space) and not space.endswith(("/", "#")) for space in spaces)


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
            self.file.prefix_lines.append((prefix[1], self.start + 1))
        else:
            self._fault("style-prefix-spelling", line)
            self.file.prefixes.update(re.findall(r"([\w-]*):\s*<([^<>\s]*)>", line))

    def _odd(self, line: str) -> int:
        """A statement in no layout of ours: how many lines it has, while brackets and quotation marks are open."""
        size = _extent(self.lines, self.start)
        every = list(tokens("\n".join(self.lines[self.start : self.start + size])))
        marks = [token for token in every if token.kind != "comment"]
        words = [token.text for token in marks if token.text not in _ENDS]
        starts = not self.is_inside
        if starts and words:
            self._begin(words[0])
        for rule in _diagnose(line, every, starts=starts, nested=self.file.nested):
            self._fault(rule, line)
        if starts:
            words = words[1:]
        blocks = self.file.blocks
        if len(words) > 1 and blocks:
            statement = TurtleLine(words[0], " ".join(words[1:]), self.start + 1)
            blocks[-1].statements.append(statement)
        has_ended = bool(marks) and marks[-1].text == "."
        self.is_inside = bool(blocks) and not has_ended
        return size


def _clean(file: TurtleFile, text: str) -> list[str]:
    if text.startswith(_MARK):
        file.fault(BYTE_ORDER, 1)
        text = text.removeprefix(_MARK)
    lines = text.split("\n")
    if lines[-1] or (len(lines) > 1 and not lines[-2].strip()):
        file.fault("style-final-newline", max(len(lines) - (not lines[-1]), 1))
    if "\r" in text:
        file.fault("style-line-end", text[: text.index("\r")].count("\n") + 1)
        lines = [line.removesuffix("\r") for line in lines]
    has_tabs = "\t" in text
    if has_tabs or " \n" in text or " \r" in text or text.endswith(" "):
        for number, line in enumerate(lines, start=1):
            if line[-1:] in (" ", "\t"):
                file.fault("style-trailing-space", number, line)
            if "\t" in line:
                file.fault("style-tab", number, line)
    plain = [line.rstrip() for line in text.rstrip().split("\n")]
    return [line.expandtabs(4) for line in plain] if has_tabs else plain


def _diagnose(line: str, every: list[Token], *, starts: bool, nested: bool) -> Iterator[str]:
    """The rules that a statement in no layout of ours breaks: by single tokens, else by where things stand."""
    departures = list(filter(None, map(_departure, every)))
    faults = [rule for rule in dict.fromkeys(departures) if not (nested and rule in _NESTED)]
    yield from faults
    ends = [token.text in _ENDS for token in _outside(every)]
    indent = len(line) - len(line.lstrip())
    if starts and indent:
        yield "style-margin"
    elif not starts and indent != 4:
        yield "style-indent"
    elif sum(ends) != 1 or not ends[-1]:
        yield "style-one-statement"
    elif not faults and not _NESTED.intersection(departures):
        yield "style-spacing"


def _departure(token: Token) -> str:
    """The rule that a token breaks wherever it stands; empty where it breaks none."""
    if token.kind == "comment":
        return "style-comment"
    if token.kind == "blank":
        return "style-blank-node"
    if token.kind == "mark":
        return _OF_MARKS.get(token.text, "")
    if token.kind == "string" and token.text.startswith(('"""', "'")):
        return "style-long-string"
    return ""


def _outside(every: Iterable[Token]) -> Iterator[Token]:
    """The tokens that stand outside brackets; comments are left out."""
    depth = 0
    for token in every:
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


def index_blocks(files: list[TurtleFile]) -> Mapping[str, list[tuple[TurtleFile, SourceBlock]]]:
    """Where each thing is described, by its IRI: files and blocks, the main file of a thing first."""
    index: dict[str, list[tuple[TurtleFile, SourceBlock]]] = {}
    for file in sorted(files, key=lambda file: precedence(file.name)):
        for block in file.blocks:
            index.setdefault(file.expand(block.subject), []).append((file, block))
    return index


def written_about(
    files: list[TurtleFile], iri: str
) -> Iterator[tuple[TurtleFile, SourceBlock, TurtleLine]]:
    """Every statement that has a thing as its subject, and then every one that has it as its object, file by file."""
    naming: list[tuple[TurtleFile, SourceBlock, TurtleLine]] = []
    for file in files:
        for block in file.blocks:
            is_subject = file.expand(block.subject) == iri
            for statement in block.statements:
                if is_subject:
                    yield file, block, statement
                elif not statement.object.startswith('"') and file.expand(statement.object) == iri:
                    naming.append((file, block, statement))
    yield from naming


# --- keys of links


def misnamed(files: Iterable[TurtleFile]) -> Iterator[tuple[TurtleFile, SourceBlock, str, str]]:
    """The links whose key is not that of what they say, each with its IRI and what that is to be.

    A block that lacks a type or an end, or has one twice, is left to the shapes of links.
    """
    for file in files:
        for block in file.blocks:
            iri = file.expand(block.subject)
            if kind_and_key(iri)[0] == "link":
                right = list(_keys(file, block, iri.partition("id/link/")[0]))
                if right and iri not in right:
                    yield file, block, iri, right[0]


def _keys(file: TurtleFile, block: SourceBlock, space: str) -> Iterator[str]:
    # the values of each property of ours by its local name: IRIs in full, texts without their
    # quotation marks
    values: dict[str, list[str]] = defaultdict(list)
    for statement in block.statements:
        name = file.expand(statement.predicate)
        value = statement.object
        if name.startswith(PAN):
            plain = value[1 : value.rindex('"')] if value.startswith('"') else file.expand(value)
            values[name.removeprefix(PAN)].append(plain)
    joined = values["between"]
    ends = sorted(joined) if joined else values["from"] + values["to"]
    if len(values["linkType"]) != 1 or len(ends) != 2:
        return
    if not joined and len(values["from"]) != 1:
        return
    first = {name: of_property[0] for name, of_property in values.items() if of_property}
    assessor = first.get("assessor", "")
    # what is added to the assessor: a decision that rejects always bears its reviewer, the others
    # may
    reviewers = [f"|{name}" for name in values["reviewedBy"]]
    numbers = range(2, _SIGNED)
    signatures = reviewers + [f"{name}|{number}" for name in reviewers for number in numbers]
    if _last_part(first.get("status", "")) == "rejected" and reviewers:
        signatures.append("")
    else:
        signatures.insert(0, "")
        if assessor:
            signatures += [f"|{number}" for number in numbers]
    for signature in signatures:
        yield link_iri(
            _last_part(first["linkType"]),
            *ends,
            relation=_last_part(first.get("relation", "")),
            scale=first.get("scale") or _last_part(first.get("onScale", "")),
            assessor=assessor + signature,
            space=space,
        )


def _last_part(iri: str) -> str:
    return iri.rpartition("/")[2]


# --- changing statements


@dataclass(frozen=True, slots=True)
class StatementEdit:
    """What a subject says by one predicate: the objects that stand there and those that are to stand, as written.

    ``after`` are predicates behind which a first object is put; without any it follows the class.
    """

    subject: str
    predicate: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    after: tuple[str, ...] = ()

    def make(self, statements: list[TurtleLine], place: Place) -> None:
        wanted = [TurtleLine(self.predicate, value) for value in self.new]
        places = list[int]()
        for value in self.old:
            equal = (
                at
                for at, statement in enumerate(statements)
                if statement == (self.predicate, value, 0) and at not in places
            )
            at = next(equal, None)
            if at is None:
                raise TurtleError("no-such-block", place=place, name=self.predicate)
            places.append(at)
        for at, statement in zip(places, wanted, strict=False):
            statements[at] = statement
        # a first object comes behind the class, or what it is to follow
        before = {"a", self.predicate, *self.after}
        behind = [at for at, statement in enumerate(statements) if statement.predicate in before]
        start = max(places or behind, default=0) + 1
        statements[start:start] = wanted[len(places) :]
        for at in sorted(places[len(self.new) :], reverse=True):
            del statements[at]


def unescaped(written: str) -> str:
    """The characters of a text as it stands between quotation marks."""

    def plain(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _CONTROLS.get(match[3], match[3])

    return _ESCAPED.sub(plain, written)


def edited(text: str, name: str, edits: Sequence[StatementEdit]) -> str:
    """The text of a file with these edits made, every other line as it was."""
    by_subject: dict[str, list[StatementEdit]] = {}
    for edit in edits:
        by_subject.setdefault(edit.subject, []).append(edit)

    lines = text.split("\n")
    blocks = {block.subject: block for block in read_turtle_file(text, name).blocks}
    missing = next((subject for subject in by_subject if subject not in blocks), None)
    if missing is not None:
        raise TurtleError("no-such-block", place=Place(name), name=missing)
    # From the last block to the first: the lines above keep their numbers.
    for subject in sorted(by_subject, key=lambda subject: blocks[subject].line, reverse=True):
        block = blocks[subject]
        place = Place(name, block.line)
        statements = [line._replace(line=0) for line in block.statements]
        of_block = slice(block.line - 1, block.line - 1 + len(statements))
        if lines[of_block] != _block_lines(subject, statements):
            raise TurtleError("block-not-in-style", place=place, remedy="check-mends-style")
        for edit in by_subject[subject]:
            edit.make(statements, place)
        lines[of_block] = _block_lines(subject, statements)
    return "\n".join(lines)


def _block_lines(subject: str, statements: Iterable[TurtleLine]) -> list[str]:
    return writer.write_block(writer.Block(subject, tuple(statements))).split("\n")[:-1]


def without_unused(text: str, before: str) -> str:
    """A text without the lines of the prefixes that were in use before, and no longer are."""
    gone = writer.prefixes_used(before) - writer.prefixes_used(text)
    heads = tuple(f"@prefix {name}: " for name in gone)
    return "".join(
        line for line in text.splitlines(keepends=True) if not (heads and line.startswith(heads))
    )
