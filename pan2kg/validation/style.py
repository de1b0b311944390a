"""The house style of Turtle files: what each block and file is held to, beyond the layout of its lines.

The rules and what they say stand in the catalogues of messages, in the context « style ».
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from pan2kg.errors import Place
from pan2kg.i18n.catalogue import Messages
from pan2kg.turtle.blocks import Block, Fault, TurtleFile, Written, index_blocks
from pan2kg.turtle.vocabulary import GRAPH
from pan2kg.turtle.writer import string
from pan2kg.validation.report import Finding, Kind, Rule, worded_rules

_STYLE: Final = Messages("style")
_LOOKS_AT: Final = {
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
"""The rules, and what each looks at."""
_LABELS: Final = frozenset(("rdfs:label", "skos:prefLabel", "skos:altLabel", "pan:shortName"))
_TEXTS: Final = _LABELS | {
    "dcterms:description", "dcterms:title", "pan:advice", "pan:quote", "pan:rationale", "pan:roleAsStated", "pan:text",
    "rdfs:comment", "skos:definition", "skos:editorialNote", "skos:note", "skos:scopeNote", "skosxl:literalForm",
}  # fmt: skip
_LAST: Final = frozenset(("dcterms:source", "pan:certainty", "pan:evidence", "skos:editorialNote"))
_KEYS: Final = ("skos:notation", "dcterms:identifier")
_ORDER: Final = {"a": 0} | dict.fromkeys(_KEYS, 1) | dict.fromkeys(_LABELS, 2) | dict.fromkeys(_LAST, 4)
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_NO_NAME: Final = frozenset('"+-0123456789')
"""What literals begin with."""
_PREFIX_USED = re.compile(r"^([\w-]*):|\^\^([\w-]*):|(?<=[\s(\[^])([\w-]*):")
_BARE_DATE = re.compile(r'"\d{4}-\d{2}-\d{2}"')
_TYPED = re.compile(r'"([^"]*)"\^\^xsd:(integer|decimal|boolean|dateTime)')
_CANONICAL: Final = {
    "integer": re.compile(r"(?!)"),
    "boolean": re.compile(r"(?!)"),
    "decimal": re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?"),
    "dateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?(Z|[+-](?!00:00)\d\d:\d\d)?"),
}
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?|true|false")


def style_rules() -> dict[str, Rule]:
    """The rules of the house style by their keys.

    >>> style_rules()["style-comma"].message.say("en")
    'The property is repeated for each value, without commas.'
    """
    return worded_rules(_STYLE, Kind.STYLE, _LOOKS_AT, ("style-order",))


def count_looked_at(files: Sequence[TurtleFile]) -> dict[str, int]:
    """How many files, blocks or statements each rule looks at."""
    sizes = {
        "file": len(files),
        "block": sum(len(file.blocks) for file in files),
        "statement": sum(len(block.statements) for file in files for block in file.blocks),
    }
    return {key: sizes[what] for key, what in _LOOKS_AT.items()}


def check_style(
    files: Sequence[TurtleFile], prefixes: Mapping[str, str], *, among: Sequence[TurtleFile] = ()
) -> Iterator[Finding]:
    """Every departure of the files from the house style; ``prefixes`` is the house's list.

    ``among`` names the files among which a subject has one block, where these are not all of them.

    >>> from pan2kg.turtle.blocks import read_turtle_file
    >>> file = read_turtle_file('@prefix e: <http://e/> .\\n\\ne:a a e:B ;\\n  e:p "x" .\\n', "graph/x.ttl")
    >>> [(f.rule.key, str(f.place)) for f in check_style([file], {"e": "http://e/"})]
    [('style-indent', 'graph/x.ttl:4')]
    """
    rules = style_rules()
    for file in files:
        for fault in [*file.faults, *_prefixes(file, prefixes), *_blocks(file)]:
            yield _finding(rules[fault.rule], file, fault)
    names = {file.name for file in files}
    for file, fault in _repeats(among or files):
        if file.name in names:
            yield _finding(rules[fault.rule], file, fault)


def _finding(rule: Rule, file: TurtleFile, fault: Fault) -> Finding:
    focus = file.expand(fault.subject) if fault.subject else GRAPH + file.name.removeprefix("graph/")[:-4]
    value = string(fault.value) if fault.value else ""
    return Finding(rule, focus, value=value, place=Place(file.name, fault.line))


def _prefixes(file: TurtleFile, known: Mapping[str, str]) -> Iterator[Fault]:
    for (before, _), (name, line) in pairwise(file.prefix_lines):
        if name <= before:
            yield Fault("style-prefix-order", line, name)
    used = _prefixes_used(file.blocks, {name for name, _ in file.prefix_lines})
    for name, line in file.prefix_lines:
        if name not in used:
            yield Fault("style-prefix-unused", line, name)
        if known.get(name) != file.prefixes[name]:
            yield Fault("style-prefix-spelling", line, name)


def _prefixes_used(blocks: Iterable[Block], declared: Collection[str]) -> set[str]:
    """Those of the declared prefixes that are used; looked for until all are found, which is soon."""
    used: set[str] = set()
    left = [f"{name}:" for name in declared]
    for block in blocks:
        words = [block.subject]
        for statement in block.statements:
            words += (statement.predicate, statement.object)
        for word in words:
            # asked of every word up to the last prefix: whether one that was not found may be there costs little
            if [mark for mark in left if mark in word]:
                used.update(a or b or c for a, b, c in _PREFIX_USED.findall(_STRING.sub('""', word)))
                left = [mark for mark in left if mark[:-1] not in used]
        if not left:
            break
    return used


def _blocks(file: TurtleFile) -> Iterator[Fault]:
    for block in file.blocks:
        yield from _order(block)
        for statement in block.statements:
            # most objects are names, which break no rule by the way they are written
            for rule in _literal(statement) if statement.object[0] in _NO_NAME else ():
                if rule == "style-canonical" and file.name.startswith("ontology/shapes/"):
                    continue  # shapes are read as they are written; only what a store rewrites must be canonical
                yield Fault(rule, statement.line, statement.object, block.subject)


def _order(block: Block) -> Iterator[Fault]:
    highest = 0
    for statement in block.statements:
        rank = _ORDER.get(statement.predicate, 3)
        if rank < highest and statement.predicate in _ORDER:
            yield Fault("style-order", statement.line, statement.predicate, block.subject)
        highest = max(highest, rank)


def _literal(statement: Written) -> Iterator[str]:
    """The rules a value breaks by the way it is written."""
    value = statement.object
    if not value.startswith('"'):
        if not _PLAIN_NUMBER.fullmatch(value):
            yield "style-canonical"
        return
    if statement.predicate in _TEXTS and value.endswith('"'):
        yield "style-language"
    if _BARE_DATE.fullmatch(value):
        yield "style-date"
    typed = _TYPED.fullmatch(value)
    if typed and not _CANONICAL[typed[2]].fullmatch(typed[1]):
        yield "style-canonical"


def _repeats(files: Sequence[TurtleFile]) -> Iterator[tuple[TurtleFile, Fault]]:
    """Subjects with a second block, and blocks that do not say first what their subject is."""
    for written in index_blocks(list(files)).values():
        main = written[0]
        for index, (file, block) in enumerate(written):
            adds = file.is_addition or (main[0].is_core and not file.is_core)
            additional = index > 0 and adds and all(file is not other for other, _ in written[:index])
            if index and not additional:
                yield file, Fault("style-one-block", block.line, f"{main[0].name}:{main[1].line}", block.subject)
            first = block.statements[0].predicate if block.statements else "a"
            if first not in ("a", "rdf:type") and not additional:
                yield file, Fault("style-type-first", block.line, first, block.subject)
