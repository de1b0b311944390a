"""How much of a document is quoted, and whether that is more than may be taken without asking.

What is short, what is a title, and what stands in an official act or under a licence is free. The
check of a project says what is long, or much of a document; nothing that is a whole text, or that
nobody has said, is published.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import Messages
from pan2kg.project import Project
from pan2kg.turtle import blocks, kind_and_key, string
from pan2kg.turtle.blocks import TurtleFile
from pan2kg.validation.kept import find_kept
from pan2kg.validation.quotations import (
    RUN,
    KeptText,
    KeptTexts,
    Literal,
    blocks_of,
    check_quotations,
    documents_named,
    folded,
    literals,
    texts_of_members,
)
from pan2kg.validation.report import Finding, Kind, Report, worded_rules


class QuotationLength(NamedTuple):
    """How long words are: in characters, and in words."""

    characters: int
    words: int


LONGEST = QuotationLength(characters=300, words=60)
"""How long a quotation may be without asking whoever holds the rights."""
SHARE_LOOKED_AT = 0.05
"""The share of a document above which its quotations are to be looked at."""
SHARE_TOO_MUCH = 0.10
"""The share of a document above which its quotations are too much."""
WHOLE = 10
"""A quotation as many times longer than a short one is a text, however long the document is."""
_UNKNOWN = "text-length-unknown"
RIGHTS_RULES = worded_rules(
    Messages("text"),
    Kind.TEXT,
    ("text-long", "text-much", "text-whole"),
    ("text-long", "text-much"),
    (_UNKNOWN,),
)
_TITLES = ("skos:prefLabel", "skos:altLabel", "skosxl:literalForm")
_ACT = re.compile(r"/eli/|\bCELEX\b|\bcelex=", re.IGNORECASE)
"""Addresses of official acts: the European legislation identifier, and the numbers of the law of the Union."""


def check_rights(
    files: Sequence[TurtleFile],
    kept: KeptTexts,
    described: Sequence[TurtleFile] | None = None,
) -> Report:
    """What these files quote at greater length than may be taken without asking; how many documents have no length.

    ``described`` are the files that describe the documents, where they are more than these.
    """
    documents = list(_quoted(files, kept, files if described is None else described))
    looked_at = dict.fromkeys(RIGHTS_RULES, len(documents))
    looked_at["text-long"] = sum(len(quoted.quotes) for quoted in documents)
    unknown = sum(quoted.share is None for quoted in documents)
    findings = list[Finding]()
    for quoted in documents:
        findings += _too_long(quoted)
        if quoted.share is not None and quoted.share > SHARE_LOOKED_AT:
            findings.append(_too_much(quoted, quoted.share))
    rules = tuple(rule for key, rule in RIGHTS_RULES.items() if looked_at[key])
    statistics = {_UNKNOWN: unknown} if unknown else {}
    return Report(rules, tuple(findings), looked_at, statistics=statistics)


class QuotedDocument(NamedTuple):
    """A document with its quotations; ``share`` is how much of it they are, from 0 to 1, where its length is known."""

    quotes: list[Literal]
    share: float | None


def _too_long(quoted: QuotedDocument) -> Iterator[Finding]:
    for quote in quoted.quotes:
        if is_long(quote.words):
            key = "text-whole" if is_long(quote.words, WHOLE) else "text-long"
            yield quote.finding(RIGHTS_RULES[key], str(len(quote.words)))


def _too_much(quoted: QuotedDocument, share: float) -> Finding:
    quote = quoted.quotes[0]
    document = quote.file.expand(quote.block.objects("pan:inDocument")[0])
    rule = RIGHTS_RULES["text-whole" if share > SHARE_TOO_MUCH else "text-much"]
    value = string(f"{round(100 * share)} %")
    return Finding(rule, document, value=value, place=Place(quote.file.name, quote.line.line))


def refuse_quotations(project: Project, folder: Path | None = None) -> None:
    """Refuse to publish a project that invents a quotation, takes over a text, or too much of one.

    The report of a check says so, where one of the files as they are is kept in the folder.

    Raises:
        ProjectError: with the place of the first such quotation.
    """
    report = find_kept(project, folder) if folder else None
    if report:
        findings = report.findings
    else:
        files = [file for member in project.members for file in blocks.read_turtle_files(member)]
        kept = texts_of_members(project)
        rights = check_rights(files, kept)
        findings = (*rights.findings, *check_quotations(files, kept).findings)
    for finding in findings:
        name = finding.focus.rpartition("/")[2]
        if finding.rule.key == "text-whole":
            size = finding.value.strip('"')
            raise ProjectError(
                "quoted-whole", place=finding.place, remedy="quote-less", name=name, size=size
            )
        if finding.rule.key == "text-quote":
            raise ProjectError(
                "quoted-invented", place=finding.place, remedy="quote-what-stands", name=name
            )


def _quoted(
    files: Sequence[TurtleFile], kept: KeptTexts, described: Sequence[TurtleFile]
) -> Iterator[QuotedDocument]:
    """The documents that are quoted and are not free to be; what is a title is a fact and no quotation."""
    facts = _facts_of_documents(described)
    titles = _titles(described)
    by_document = defaultdict(list)
    for file, block in blocks_of(files):
        for quote in literals(file, block, "pan:quote"):
            for document in documents_named(file, block, "pan:inDocument"):
                if not _is_free(facts.get(document, {})):
                    by_document[document].append(quote)
    for document, of_document in by_document.items():
        text = kept.get(document)
        in_words = text is not None and bool(text.salt)
        length = _length(text, facts.get(document, {}))
        quotes = []
        for quote in of_document:
            # whether it is a title is only asked where it matters
            matters = length or is_long(quote.words)
            if not (matters and folded(quote.words) in titles):
                quotes.append(quote)
        different = {quote.words for quote in quotes}
        size = sum(len(words.split()) if in_words else len(words) for words in different)
        if quotes:
            yield QuotedDocument(quotes, min(1.0, size / length) if length else None)


Facts = Mapping[str, Sequence[str]]
"""What is said of a document: the objects as they are written, by predicate."""


def _facts_of_documents(files: Iterable[TurtleFile]) -> dict[str, Facts]:
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file, block in blocks_of(files):
        if block.subject.startswith("document:"):
            _, document = kind_and_key(file.expand(block.subject))
            for line in block.statements:
                facts[document][line.predicate].append(line.object)
    return {**facts}


def _titles(files: Iterable[TurtleFile]) -> str:
    """All titles and names of these files, folded, a line each."""
    titles = set[str]()
    for file, block in blocks_of(files):
        for predicate in _TITLES:
            titles.update(folded(title.words) for title in literals(file, block, predicate))
    return "\n".join(titles)


def _is_free(facts: Facts) -> bool:
    """Whether more of a document may be quoted: by its licence, a word of its publisher, or as an official act."""
    if facts.get("dcterms:license") or facts.get("pan:rightsNote"):
        return True
    works = facts.get("pan:speaksFor", ())
    if any(work.startswith("instrument:") for work in works):
        return True
    return any(_ACT.search(address) for address in (*facts.get("pan:readAt", ()), *works))


def _length(text: KeptText | None, facts: Facts) -> int | None:
    """How long a document is: in words where hashes of it are kept, else in characters; ``None`` if unknown."""
    if text is None:
        numbers = facts.get("pan:characters", ())
        return next((int(number) for number in numbers if number.isdecimal()), None)
    if text.salt:
        # a hash a run of words; what stands twice counts once
        return len(text.hashes) + RUN - 1
    return len(" ".join(text.text.split()))


def is_long(words: str, times: int = 1) -> bool:
    """Whether a quotation is longer than a short one, or so many ``times`` longer: by characters and by words.

    >>> is_long("a word " * 50), is_long("a word " * 50, 10), is_long("a" * 301)
    (True, False, False)
    """
    is_long_in_characters = len(words.strip()) > times * LONGEST.characters
    return is_long_in_characters and len(words.split()) > times * LONGEST.words
