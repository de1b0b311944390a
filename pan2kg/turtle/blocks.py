"""A Turtle file line by line: its prefixes, blocks, departures from the layout, keys of links; and changing statements.

The engine decides whether a file is Turtle, but gives neither lines nor comments. This reader knows
only the one layout of the house, a statement a line, and therefore can name every departure from it
with its line. People edit the same files by hand, so where a statement is changed, only the lines
of what changes are touched.

A link that somebody has decided on may have the reviewer's name in its key, and a number where the
same person decided more than once (``pan2kg.review``); each of these keys is right.
"""

import re
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
_NESTED: Final = frozenset(("style-blank-node", "style-list", "style-long-string"))
"""The rules that do not hold where lists and nameless nodes are allowed."""
_SIGNED: Final = 20
"""How many decisions of one person on one link are looked for."""


@dataclass(frozen=True, slots=True)
class SourceBlock:
    subject: str
    line: int
    statements: list[TurtleLine] = field(default_factory=list)

    def said(self, predicate: str) -> Iterator[TurtleLine]:
        return (statement for statement in self.statements if statement.predicate == predicate)


@dataclass(frozen=True, slots=True)
class LayoutFault:
    rule: str
    line: int
    value: str = ""
    subject: str = ""


@dataclass(slots=True)
class TurtleFile:
    name: str
    nested: bool = False
    prefixes: dict[str, str] = field(default_factory=dict)
    prefix_lines: list[tuple[str, int]] = field(default_factory=list)
    blocks: list[SourceBlock] = field(default_factory=list)
    faults: list[LayoutFault] = field(default_factory=list)

    def fault(self, rule: str, line: int, value: str = "") -> None:
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
    """Read the text of one file."""
    file = TurtleFile(name, nested)
    is_inside = False
    is_headed = False
    above = ""
    lines = _clean(file, text)
    at = 0

    def begin(subject: str, number: int) -> None:
        file.blocks.append(SourceBlock(subject, number))
        if above and not above.startswith("#"):
            file.fault("style-blank-line", number)

    while at < len(lines):
        line = lines[at]
        number = at + 1
        size = 1
        if match := (_NEXT if is_inside else _FIRST).fullmatch(line):
            *subject, predicate, value, end = match.groups()
            if subject:
                begin(subject[0], number)
            file.blocks[-1].statements.append(TurtleLine(predicate, value, number))
            is_inside = end == ";"
        elif not line:
            if is_inside or (number > 1 and not above):
                file.fault("style-blank-line", number)
        elif line.lstrip().startswith("#"):
            is_headed = True
            if is_inside or line.startswith(" "):
                file.fault("style-comment", number, line)
        elif not is_inside and _LOOSE_PREFIX.match(line):
            if (file.blocks or is_headed) and not _LOOSE_PREFIX.match(above):
                file.fault("style-prefix-first", number, line)
            if prefix := _PREFIX.fullmatch(line):
                file.prefixes[prefix[1]] = prefix[2]
                file.prefix_lines.append((prefix[1], number))
            else:
                file.fault("style-prefix-spelling", number, line)
                file.prefixes.update(re.findall(r"([\w-]*):\s*<([^<>\s]*)>", line))
        else:
            # an odd statement, of as many lines as its brackets and quotation marks are open
            size = _extent(lines, at)
            every = list(tokens("\n".join(lines[at : at + size])))
            marks = [token for token in every if token.kind != "comment"]
            words = [token.text for token in marks if token.text not in (";", ".")]
            if not is_inside and words:
                begin(words[0], number)
            for rule in _diagnose(line, every, starts=not is_inside, nested=nested):
                file.fault(rule, number, line)
            words = words if is_inside else words[1:]
            if len(words) > 1 and file.blocks:
                file.blocks[-1].statements.append(TurtleLine(words[0], " ".join(words[1:]), number))
            is_inside = bool(file.blocks) and (not marks or marks[-1].text != ".")
        at += size
        above = lines[at - 1]
    return file


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
    departures = list[str]()
    outer = list[Token]()
    depth = 0
    for token in every:
        # what single tokens break, and which of them stand outside brackets
        is_mark = token.kind == "mark"
        if token.kind == "comment":
            departures.append("style-comment")
        elif token.kind == "blank" or (is_mark and token.text == "["):
            departures.append("style-blank-node")
        elif is_mark and token.text in "(,":
            departures.append("style-list" if token.text == "(" else "style-comma")
        elif token.kind == "string" and token.text.startswith(('"""', "'")):
            departures.append("style-long-string")
        if is_mark and token.text in _OPENING:
            depth += 1
        elif is_mark and token.text in _CLOSING:
            depth -= 1
        elif not depth and token.kind != "comment":
            outer.append(token)
    faults = [rule for rule in dict.fromkeys(departures) if not (nested and rule in _NESTED)]
    yield from faults
    indent = len(line) - len(line.lstrip())
    if starts and indent:
        yield "style-margin"
    elif not starts and indent != 4:
        yield "style-indent"
    elif sum(token.text in (";", ".") for token in outer) != 1 or outer[-1].text not in (";", "."):
        yield "style-one-statement"
    elif not faults and not _NESTED.intersection(departures):
        yield "style-spacing"


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
    values: dict[str, list[str]] = {}
    for statement in block.statements:
        name = file.expand(statement.predicate)
        value = statement.object
        if name.startswith(PAN):
            plain = value[1 : value.rindex('"')] if value.startswith('"') else file.expand(value)
            values.setdefault(name.removeprefix(PAN), []).append(plain)
    types, starts, ends, joined = (
        values.get(name, []) for name in ("linkType", "from", "to", "between")
    )
    both = sorted(joined) if joined else [*starts, *ends]
    if len(types) != 1 or len(both) != 2 or (not joined and len(starts) != 1):
        return
    relation, on_scale, scale, assessor, status = (
        next(iter(values.get(name, ())), "")
        for name in ("relation", "onScale", "scale", "assessor", "status")
    )
    # what is added to the assessor: a decision that rejects always bears its reviewer, the others
    # may
    reviewers = [f"|{name}" for name in values.get("reviewedBy", ())]
    signatures = [
        *reviewers,
        *(f"{name}|{number}" for name in reviewers for number in range(2, _SIGNED)),
    ]
    if status.rsplit("/", 1)[-1] == "rejected" and reviewers:
        signatures = [*signatures, ""]
    else:
        signatures = ["", *signatures, *(f"|{number}" for number in range(2, _SIGNED) if assessor)]
    for signature in signatures:
        yield link_iri(
            types[0].rsplit("/", 1)[-1],
            *both,
            relation=relation.rsplit("/", 1)[-1],
            scale=scale or on_scale.rsplit("/", 1)[-1],
            assessor=assessor + signature,
            space=space,
        )


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

    def make(self, statements: list[tuple[str, str]], place: Place) -> None:
        places = list[int]()
        for value in self.old:
            equal = (
                at
                for at, pair in enumerate(statements)
                if pair == (self.predicate, value) and at not in places
            )
            at = next(equal, None)
            if at is None:
                raise TurtleError("no-such-block", place=place, name=self.predicate)
            places.append(at)
        for at, value in zip(places, self.new, strict=False):
            statements[at] = (self.predicate, value)
        # a first object comes behind the class, or what it is to follow
        before = {"a", self.predicate, *self.after}
        behind = max(
            (at for at, (predicate, _) in enumerate(statements) if predicate in before), default=0
        )
        behind = max(places, default=behind) + 1
        statements[behind:behind] = [(self.predicate, value) for value in self.new[len(places) :]]
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
        start = block.line - 1
        count = len(block.statements)
        own = writer.write_block(writer.Block(subject, tuple(block.statements)))
        if lines[start : start + count] != own.split("\n")[:-1]:
            raise TurtleError(
                "block-not-in-style", place=Place(name, block.line), remedy="check-mends-style"
            )
        statements = [(statement.predicate, statement.object) for statement in block.statements]
        for edit in by_subject[subject]:
            edit.make(statements, Place(name, block.line))
        own = writer.write_block(
            writer.Block(subject, tuple(TurtleLine(*pair) for pair in statements))
        )
        lines[start : start + count] = own.split("\n")[:-1]
    return "\n".join(lines)


def without_unused(text: str, before: str) -> str:
    """A text without the lines of the prefixes that were in use before, and no longer are."""
    gone = writer.prefixes_used(before) - writer.prefixes_used(text)
    heads = tuple(f"@prefix {name}: " for name in gone)
    return "".join(
        line for line in text.splitlines(keepends=True) if not (heads and line.startswith(heads))
    )
