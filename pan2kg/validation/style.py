"""The house style of Turtle files: how statements are written, in what order, and which prefixes are declared.

Departures of the layout (indents, blank lines, spaces) are noted by the reader of files,
:mod:`pan2kg.turtle.blocks`; this module adds what is seen only in a file as a whole and makes
findings of both. What the rules say stands in the context « style » of the catalogues.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pan2kg.errors import Place
from pan2kg.i18n import Messages
from pan2kg.turtle import TurtleLine, blocks, writer
from pan2kg.turtle.blocks import LayoutFault, SourceBlock, TurtleFile
from pan2kg.turtle.vocabulary import GRAPH, precedence
from pan2kg.turtle.writer import Prefixes
from pan2kg.validation.report import Finding, Kind, worded_rules

SHAPES_FOLDER = "ontology/shapes/"
"""How the names of files of shapes begin, whose numbers stay as they are written."""
_UNITS = {
    "style-prefix-first": "file",
    "style-prefix-order": "file",
    "style-prefix-unused": "file",
    "style-prefix-spelling": "file",
    "style-margin": "block",
    "style-type-first": "block",
    "style-one-block": "block",
    "style-blank-line": "block",
    "style-indent": "statement",
    "style-one-statement": "statement",
    "style-comma": "statement",
    "style-spacing": "statement",
    "style-blank-node": "statement",
    "style-list": "statement",
    "style-long-string": "statement",
    "style-comment": "file",
    "style-order": "block",
    "style-language": "statement",
    "style-date": "statement",
    "style-canonical": "statement",
    "style-line-end": "file",
    "style-byte-order-mark": "file",
    "style-final-newline": "file",
    "style-trailing-space": "file",
    "style-tab": "file",
}
"""What each rule looks at."""
STYLE_RULES = worded_rules(Messages("style"), Kind.STYLE, _UNITS, ("style-order",))

_KEYS = ("skos:notation", "dcterms:identifier")
_LABELS = ("rdfs:label", "skos:prefLabel", "skos:altLabel", "pan:shortName")
_GROUNDS = ("dcterms:source", "pan:certainty", "pan:evidence", "skos:editorialNote")
"""What a block ends with: where it is known from, and how well."""
_RANKS = {"a": 0} | dict.fromkeys(_KEYS, 1) | dict.fromkeys(_LABELS, 2) | dict.fromkeys(_GROUNDS, 4)
"""The place of a predicate in its block, in ascending order."""
_RANK_OF_OTHERS = 3
"""The place of all other predicates, which stand between labels and grounds in any order."""
_IN_A_LANGUAGE = frozenset((
    *_LABELS,
    "dcterms:description", "dcterms:title", "pan:advice", "pan:quote", "pan:rationale", "pan:roleAsStated", "pan:text",
    "rdfs:comment", "skos:definition", "skos:editorialNote", "skos:note", "skos:scopeNote", "skosxl:literalForm",
))  # fmt: skip
"""The predicates whose texts say their language."""

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_PREFIX = re.compile(r"(?:^|\^\^|(?<=[\s(\[^]))([\w-]*):")
"""A prefix at the beginning of a name, of a datatype, or of a name within brackets or a path."""
_LITERAL_START = frozenset('"+-0123456789')
"""What a text, a date or a number begins with."""
_UNTYPED_DATE = re.compile(r'"\d{4}-\d{2}-\d{2}"')
_TYPED = re.compile(r'"([^"]*)"\^\^xsd:(integer|decimal|boolean|dateTime)')
_CANONICAL = {
    # written without quotes, so in quotes no whole number is
    "integer": re.compile(r"(?!)"),
    "boolean": re.compile(r"(?!)"),
    "decimal": re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?"),
    "dateTime": re.compile(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?(Z|[+-](?!00:00)\d\d:\d\d)?"
    ),
}
"""The canonical forms of what is written in quotes with a datatype."""
_BARE_CANONICAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?|true|false")
"""The canonical form of a number or truth value without quotes."""


def check_style(
    files: Sequence[TurtleFile], prefixes: Prefixes, *, among: Sequence[TurtleFile] = ()
) -> Iterator[Finding]:
    """The departures of these files from the house style.

    ``prefixes`` are those of the project. ``among`` are the files in which a thing may be described
    twice, where they are more than these.
    """
    for file in files:
        for fault in (*file.faults, *_prefix_faults(file, prefixes), *_statement_faults(file)):
            yield _finding(file, fault)
    names = {file.name for file in files}
    for occurrences in blocks.index_blocks(list(among or files)).values():
        for number, (file, block) in enumerate(occurrences):
            if file.name in names:
                for fault in _block_faults(file, block, occurrences[:number]):
                    yield _finding(file, fault)


def looked_at(files: Sequence[TurtleFile], units: Mapping[str, str] = _UNITS) -> dict[str, int]:
    """How many files, blocks or statements each rule looks at; ``units`` say which of them, by the rule's key."""
    every = [block for file in files for block in file.blocks]
    numbers = {
        "file": len(files),
        "block": len(every),
        "statement": sum(len(block.statements) for block in every),
    }
    return {key: numbers[unit] for key, unit in units.items()}


def _finding(file: TurtleFile, fault: LayoutFault) -> Finding:
    if fault.subject:
        focus = file.expand(fault.subject)
    else:
        focus = GRAPH + file.name.removeprefix("graph/").removesuffix(".ttl")
    value = writer.string(fault.value) if fault.value else ""
    place = Place(file.name, fault.line)
    return Finding(STYLE_RULES[fault.rule], focus, value=value, place=place)


def _prefix_faults(file: TurtleFile, house_prefixes: Prefixes) -> Iterator[LayoutFault]:
    for (before, _), (name, line) in pairwise(file.prefix_lines):
        if name <= before:
            yield LayoutFault("style-prefix-order", line, name)
    used = _prefixes_used(file)
    for name, line in file.prefix_lines:
        if name not in used:
            yield LayoutFault("style-prefix-unused", line, name)
        if house_prefixes.get(name) != file.prefixes[name]:
            yield LayoutFault("style-prefix-spelling", line, name)


def _prefixes_used(file: TurtleFile) -> set[str]:
    """The declared prefixes that stand in the blocks of a file.

    A word is taken apart only where a prefix that has not been seen yet may stand in it: most hold
    none, and to look for it costs little.
    """
    used = set()
    unseen = [f"{name}:" for name, _ in file.prefix_lines]
    for word in _words(file):
        if any(mark in word for mark in unseen):
            used.update(_PREFIX.findall(_STRING.sub('""', word)))
            unseen = [mark for mark in unseen if mark.removesuffix(":") not in used]
        if not unseen:
            break
    return used


def _words(file: TurtleFile) -> Iterator[str]:
    for block in file.blocks:
        yield block.subject
        for statement in block.statements:
            yield statement.predicate
            yield statement.object


def _statement_faults(file: TurtleFile) -> Iterator[LayoutFault]:
    """Statements out of their order, and values that are not written as the house writes them."""
    is_of_shapes = file.name.startswith(SHAPES_FOLDER)
    for block in file.blocks:
        highest = 0
        for statement in block.statements:
            rank = _RANKS.get(statement.predicate, _RANK_OF_OTHERS)
            if rank < highest and rank != _RANK_OF_OTHERS:
                yield LayoutFault("style-order", statement.line, statement.predicate, block.subject)
            highest = max(highest, rank)
        for statement in block.statements:
            # most objects are names, which break no rule by the way they are written
            if statement.object[0] in _LITERAL_START:
                for rule in _rules_broken(statement, is_of_shapes=is_of_shapes):
                    yield LayoutFault(rule, statement.line, statement.object, block.subject)


def _rules_broken(statement: TurtleLine, *, is_of_shapes: bool) -> Iterator[str]:
    """The rules that a text, a date or a number breaks by the way it is written."""
    value = statement.object
    if not value.startswith('"'):
        is_canonical = bool(_BARE_CANONICAL.fullmatch(value))
    else:
        if statement.predicate in _IN_A_LANGUAGE and value.endswith('"'):
            yield "style-language"
        if _UNTYPED_DATE.fullmatch(value):
            yield "style-date"
        typed = _TYPED.fullmatch(value)
        is_canonical = not typed or bool(_CANONICAL[typed[2]].fullmatch(typed[1]))
    if not is_canonical and not is_of_shapes:
        yield "style-canonical"


def _block_faults(
    file: TurtleFile, block: SourceBlock, earlier: Sequence[tuple[TurtleFile, SourceBlock]]
) -> Iterator[LayoutFault]:
    """A second block of a thing, and one that does not begin by its class.

    ``earlier`` are the blocks of the same thing that come before, the main one first. A file that
    only adds to what another one states may have one block more.
    """
    if earlier:
        main_file, main_block = earlier[0]
        is_first_of_file = all(file is not file_before for file_before, _ in earlier)
        if is_first_of_file and _adds_to(file.name, main_file.name):
            return
        main_place = f"{main_file.name}:{main_block.line}"
        yield LayoutFault("style-one-block", block.line, main_place, block.subject)
    if block.statements and block.statements[0].predicate not in ("a", "rdf:type"):
        predicate = block.statements[0].predicate
        yield LayoutFault("style-type-first", block.line, predicate, block.subject)


def _adds_to(name: str, main: str) -> bool:
    """Whether a file, by name, may say more of a thing than the main file of the thing.

    So does a file that only adds by its nature, and any file of a thing of the common core.

    >>> _adds_to("graph/plans/x/unverified.ttl", "graph/plans/x/plan.ttl")
    True
    >>> _adds_to("graph/bodies.ttl", "graph/plans/x/plan.ttl")
    False
    """
    only_adds, is_outside_core = precedence(name)
    _, is_main_outside_core = precedence(main)
    return only_adds or (is_outside_core and not is_main_outside_core)
