"""How much of each document is quoted: what is longer than a short quotation, and what is much of a whole text.

Whose words they are decides what may be taken of them; the program counts, says, and lets no release go out with more.
A document whose licence or whose publisher's word on it is stated is left to that, and so is an official act. Words
that are the title of something are a fact of the plan and no quotation, wherever they are quoted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Messages
from pan2kg.project import Project
from pan2kg.turtle.blocks import Block, TurtleFile, Written, read_turtle_files, unescaped
from pan2kg.turtle.vocabulary import kind_and_key
from pan2kg.turtle.writer import string
from pan2kg.validation.quotations import RUN, Kept, KeptHashes, KeptText, folded, kept_texts
from pan2kg.validation.report import Finding, Kind, Report, Rule, Severity, Use, worded_rules

LONGEST: Final = (300, 60)
"""How long a quotation is without asking whoever holds the rights: characters, or words."""
SHARES: Final = (0.05, 0.10)
"""The share of a document above which its quotations are to be looked at, and above which they are too much."""
WHOLE: Final = 10
"""A quotation as many times longer than a short one is a text, however long the document is."""
_TEXT: Final = Messages("text")
_RULES: Final = ("text-long", "text-much", "text-whole")
_WARNED: Final = frozenset(("text-long", "text-much"))
_UNKNOWN: Final = "text-length-unknown"
_TITLES: Final = frozenset(("skos:prefLabel", "skos:altLabel", "skosxl:literalForm"))
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ACT: Final = re.compile(r"/eli/|\bCELEX\b|\bcelex=", re.IGNORECASE)
"""Addresses of official acts: the European legislation identifier, and the numbers of the law of the Union."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The quotations of a document: where each stands and its words, and how long the whole is, where that is known.

    ``length`` and the lengths of ``sizes`` are in characters, or both in words where ``in_words``.
    """

    document: str
    quotations: tuple[tuple[TurtleFile, Block, Written, str], ...]
    sizes: tuple[int, ...]
    length: int | None

    @property
    def share(self) -> float | None:
        """The share of the document that is quoted, in [0, 1]; None where nobody knows how long it is."""
        return min(1.0, sum(self.sizes) / self.length) if self.length else None


def rights_rules() -> dict[str, Rule]:
    """The rules by their keys; what is only counted comes last.

    >>> [(key, str(rule.severity)) for key, rule in rights_rules().items()][2]
    ('text-whole', 'violation')
    """
    rules = worded_rules(_TEXT, Kind.TEXT, _RULES, _WARNED)
    return rules | {_UNKNOWN: Rule(_UNKNOWN, Kind.TEXT, Severity.INFO, _TEXT.text(_UNKNOWN), use=Use.STATISTIC)}


def check_rights(
    files: Sequence[TurtleFile], kept: Mapping[str, Kept], known: Sequence[TurtleFile] | None = None
) -> Report:
    """What these files quote at greater length than may be taken without asking; how many documents have no length.

    ``known`` are the files that say what documents and titles there are, where those are others.
    """
    rules = rights_rules()
    documents = list(quoted(files, kept, files if known is None else known))
    findings = [finding for one in documents for finding in _findings(one, rules)]
    number = sum(len(one.quotations) for one in documents)
    unknown = sum(one.share is None for one in documents)
    looked = {"text-long": number, "text-much": len(documents), "text-whole": len(documents), _UNKNOWN: len(documents)}
    asked = tuple(rule for key, rule in rules.items() if looked[key])
    return Report(asked, tuple(findings), looked, statistics={_UNKNOWN: unknown} if unknown else {})


def refuse_whole(project: Project) -> None:
    """Refuse to publish a text that is quoted whole, or nearly so, without a licence.

    Raises:
        ProjectError: one is; the first, with where it stands.
    """
    files = [file for one in project.members for file in read_turtle_files(one)]
    kept = {key: one for member in reversed(project.members) for key, one in kept_texts(member).items()}
    report = check_rights(files, kept)
    for finding in report.findings:
        if finding.rule.severity is Severity.VIOLATION:
            values = {"name": finding.focus.rpartition("/")[2], "size": finding.value.strip('"')}
            raise ProjectError("quoted-whole", place=finding.place, remedy="quote-less", **values)


def quoted(files: Sequence[TurtleFile], kept: Mapping[str, Kept], known: Sequence[TurtleFile]) -> Iterator[Quoted]:
    """The documents that are quoted and neither free nor official acts, with their quotations but for titles."""
    said, titles = _said_of_documents(known), _titles(known)
    found: dict[str, list[tuple[TurtleFile, Block, Written, str]]] = defaultdict(list)
    for file in files:
        for block in file.blocks:
            for document, statement, words in _quotations(file, block):
                if not _is_free(said.get(document, {})):
                    found[document].append((file, block, statement, words))
    for document, every in found.items():
        length, in_words = _length(said.get(document, {}), kept.get(document))
        # whether it is a title is only asked where it matters
        own = [one for one in every if not ((length or is_long(one[3])) and folded(one[3]) in titles)]
        sizes = (len(words.split()) if in_words else len(words) for words in dict.fromkeys(one[3] for one in own))
        if own:
            yield Quoted(document, tuple(own), tuple(sizes), length)


def _said_of_documents(files: Iterable[TurtleFile]) -> Mapping[str, Mapping[str, list[str]]]:
    """What is said of each document, by its key and property."""
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        for block in file.blocks:
            if block.subject.startswith("document:"):
                for statement in block.statements:
                    said[kind_and_key(file.expand(block.subject))[1]][statement.predicate].append(statement.object)
    return said


def _titles(files: Iterable[TurtleFile]) -> str:
    """All titles, a line each: words within one are part of it."""
    lines = dict.fromkeys(
        folded(_words(one.object))
        for file in files for block in file.blocks for one in block.statements if one.predicate in _TITLES
    )  # fmt: skip
    return "\n".join(lines)


def is_long(words: str, times: int = 1) -> bool:
    """Whether a quotation is longer than a short one, in characters and in words, or as many times longer.

    >>> is_long("mot " * 61), is_long("mot " * 90), is_long("mot " * 90, 10)
    (False, True, False)
    """
    return len(words.strip()) > times * LONGEST[0] and len(words.split()) > times * LONGEST[1]


def _quotations(file: TurtleFile, block: Block) -> Iterator[tuple[str, Written, str]]:
    """What a passage quotes, of which document."""
    documents = [
        kind_and_key(file.expand(one.object))[1] for one in block.statements if one.predicate == "pan:inDocument"
    ]
    for one in block.statements:
        if one.predicate == "pan:quote":
            yield from ((document, one, _words(one.object)) for document in documents)


def _words(literal: str) -> str:
    found = _LITERAL.match(literal)
    return unescaped(found[1]) if found else ""


def _is_free(said: Mapping[str, Collection[str]]) -> bool:
    """Whether a document says on what terms its words may be used, or is an official act."""
    return (
        bool(said.get("dcterms:license") or said.get("pan:rightsNote"))
        or any(map(_ACT.search, said.get("pan:readAt", ())))
        or any(one.startswith("instrument:") or _ACT.search(one) for one in said.get("pan:speaksFor", ()))
    )


def _length(said: Mapping[str, Collection[str]], kept: Kept | None) -> tuple[int | None, bool]:
    """How long a document is, and whether that is in words."""
    if isinstance(kept, KeptText):
        return len(" ".join(kept.text.split())), False
    if isinstance(kept, KeptHashes):
        return len(kept.hashes) + RUN - 1, True  # a hash a run of words; what stands twice counts once
    number = next((one for one in said.get("pan:characters", ()) if one.isdecimal()), "")
    return (int(number) if number else None), False


def _findings(one: Quoted, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    for file, block, statement, words in one.quotations:
        if is_long(words):
            rule = rules["text-whole" if is_long(words, WHOLE) else "text-long"]
            path, place = file.expand(statement.predicate), Place(file.name, statement.line)
            yield Finding(rule, file.expand(block.subject), path, string(str(len(words))), place)
    if one.share is not None and one.share > SHARES[0]:
        rule = rules["text-whole" if one.share > SHARES[1] else "text-much"]
        file, block, statement, _ = one.quotations[0]
        about = next(said for said in block.statements if said.predicate == "pan:inDocument")
        place = Place(file.name, statement.line)
        yield Finding(rule, file.expand(about.object), value=string(f"{round(100 * one.share)} %"), place=place)
