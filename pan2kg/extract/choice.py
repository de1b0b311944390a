"""Which series of a document is drafted, surely its actions or named, and what their fields say, as Turtle.

Bodies and dates of fields are not stated: whom a field means is a mention, which a person decides on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import AROUND, Document
from pan2kg.extract.draft import item_keys
from pan2kg.extract.hypotheses import Hypothesis, chosen, hypotheses, in_language, languages_of
from pan2kg.extract.layout import decode_text, noted
from pan2kg.extract.outline import Outline, read_outline_file
from pan2kg.extract.planned import Field, Plan, leaps, named, outline_json, plan_of
from pan2kg.extract.reading.options import Options
from pan2kg.extract.reading.process import read_document
from pan2kg.extract.signs import is_chapter
from pan2kg.i18n.message import Message
from pan2kg.turtle.writer import Block, Statement, string, text

LONGEST_QUOTE: Final = 300
"""Characters a quotation may have; what is longer is left for a person to cut."""

_KINDS: Final = {
    "indicator": ("pan:hasIndicator", "pan:Indicator", "indicator"),
    "result": ("pan:hasExpectedResult", "pan:ExpectedResult", "result"),
    "verification": ("pan:hasVerificationSource", "pan:VerificationSource", "verification"),
}
"""By the kind of a field: what says that an action has one, its class, and the prefix of its key."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is added to a draft: statements on actions, by the lines of their items, blocks, how many were too long."""

    statements: Mapping[int, tuple[Statement, ...]]
    blocks: tuple[Block, ...]
    too_long: int = 0

    @property
    def remarks(self) -> tuple[Message, ...]:
        """What was left for a person."""
        return (noted("fields-too-long", number=str(self.too_long)),) if self.too_long else ()


def details_of(document: Document, plan: Plan, keys: Mapping[int, str], plan_key: str) -> Details:
    """The fields of the actions; ``keys`` are those of the items by line, as the draft names them."""
    statements: dict[int, tuple[Statement, ...]] = {}
    blocks: list[Block] = []
    too_long = 0
    for action in plan.actions:
        own: list[Statement] = []
        counted: Counter[str] = Counter()
        for field in action.fields:
            if field.kind not in _KINDS:
                continue
            if len(field.value) > LONGEST_QUOTE:
                too_long += 1
                continue
            counted[field.kind] += 1
            name = f"{plan_key}-{keys[action.line]}-{field.kind}-{counted[field.kind]}"
            predicate, _, prefix = _KINDS[field.kind]
            own.append(Statement(predicate, f"{prefix}:{name}"))
            blocks += _blocks(document, field, name, (plan_key, plan.outline.language))
        statements[action.line] = tuple(own)
    return Details(statements, tuple(blocks), too_long)


def _blocks(document: Document, field: Field, name: str, plan: tuple[str, str]) -> Iterator[Block]:
    _, kind, prefix = _KINDS[field.kind]
    key, language = plan
    source = f"document:{key}-text"
    words = text(field.value, language)
    yield Block(
        f"{prefix}:{name}",
        (
            Statement("a", kind),
            Statement("pan:text", words),
            Statement("pan:presence", "presence:present"),
            Statement("pan:evidence", f"passage:{name}"),
            Statement("dcterms:source", source),
            Statement("pan:certainty", "certainty:stated"),
        ),
    )
    block = document.block_at(field.start)
    page = document.page_at(field.start)
    shown = block.label if block and block.label and block.page == page else page
    located = [Statement("pan:page", string(str(shown)))] if shown is not None else []
    if document.text.count(field.value) > 1:
        # without what stands around them nobody could say which of the same words are meant
        before, after = document.text[: field.start][-AROUND:], document.text[field.end : field.end + AROUND]
        located += [
            Statement(f"pan:{side}", string(part)) for side, part in (("prefix", before), ("suffix", after)) if part
        ]
    stated = (Statement("a", "pan:Passage"), Statement("pan:quote", words), Statement("pan:inDocument", source))
    yield Block(f"passage:{name}", (*stated, *located))


SHOWN: Final = 3
"""How many hypotheses are shown where none is taken."""
LIST: Final = "list"
"""The level that says that a text is a list of actions, whatever else is in it: it is read line by line."""
_LIST: Final = 0.6
"""A text of which as much is in its numbered items is a list of actions already, and no document with one in it."""
_CHAPTERS: Final = 0.3
"""A list of which as much are titles of chapters is one of contents."""
_MARKED: Final = (".md", ".markdown")
_HEADED: Final = re.compile(r"^#{1,6} .*\n(?:.*\n)*?#{1,6} ", re.MULTILINE)
_LISTS: Final = (".txt", ".md", ".markdown", ".text")


@dataclass(frozen=True, slots=True)
class Draftable:
    """What a draft is made of: the outline, what is to be said of it, and the fields where a document was read."""

    outline: Outline
    remarks: tuple[Message, ...]
    explanation: tuple[Message, ...] = ()
    document: Document | None = None
    plan: Plan | None = None
    choice: Hypothesis | None = None

    def details(self, key: str) -> Details:
        """The fields of the actions of the plan with this key."""
        if self.document is None or self.plan is None:
            return Details({}, ())
        return details_of(self.document, self.plan, item_keys(self.outline), key)

    @property
    def kept(self) -> str:
        """The outline as it is kept beside the document."""
        if self.document is None or self.plan is None or self.choice is None:
            return ""
        return outline_json(self.document, self.plan, self.choice)


@dataclass(frozen=True, slots=True)
class Doubt:
    """No series is surely the actions: the best ones with their reasons, and how to name one."""

    explanation: tuple[Message, ...]


def draftable(
    path: Path,
    options: Options,
    *,
    language: str | None = None,
    level: str | None = None,
    columns: Mapping[str, int] | None = None,
) -> Draftable | Doubt:
    """What can be drafted from a file, or why nothing is.

    A text that is a list of actions is read line by line, as it is published; anything else as a document.

    Raises:
        OutlineError: the file cannot be read, holds no series at all, or none of the name given.
    """
    if level == LIST or (path.suffix.lower() in _LISTS and not level and not columns):
        outline = read_outline_file(path, language=language) if level == LIST else _listed(path, language)
        if outline:
            return Draftable(outline, tuple(one.told for one in outline.remarks))
    document = read_document(path, options)
    found = hypotheses(document, columns)
    found = in_language(found, language) if language else found
    if not found:
        raise OutlineError("running-text", place=Place(str(path)), remedy="give-action-list")
    spoken = languages_of(found)
    choice = named(found, level, str(path)) if level else chosen(found) if len(spoken) < 2 else None
    if choice is None:
        return Doubt(tuple(_doubt(found, spoken)))
    version = choice.series.language if len(spoken) > 1 else None
    plan = plan_of(document, choice, language=language or version)
    remarks = [*(one.told for one in document.remarks), *leaps(choice.series.members)]
    second = next((one for one in found if one.series.name != choice.series.name), None)
    if second:
        remarks.append(noted("second-best", hypothesis=second.told))
    return Draftable(plan.outline, tuple(remarks), tuple(_reasons(found)), document, plan, choice)


def _listed(path: Path, language: str | None) -> Outline | None:
    """The outline of a text that is a list; None of one that has other text in it, or no list."""
    try:
        outline = read_outline_file(path, language=language)
    except OutlineError as error:
        if error.message.key == "running-text":
            return None
        raise
    items = "".join(f"{item.label}{item.number}{item.title}" for item in outline.walk()) + outline.title
    printed = decode_text(path.read_bytes(), source=str(path))[0]
    if path.suffix.lower() in _MARKED and _HEADED.search(printed):
        return None  # it says itself what is a heading and what is text: it is read as any document with both
    is_list = _characters(items) >= _LIST * _characters(printed)
    chapters = sum(is_chapter(action.title) for action in outline.actions)
    return outline if is_list and chapters < _CHAPTERS * len(outline.actions) else None


def _characters(text: str) -> int:
    return sum(not char.isspace() for char in text)


def _reasons(found: Sequence[Hypothesis]) -> Iterator[Message]:
    """The best hypotheses, each with its reasons below it."""
    for one in found[:SHOWN]:
        yield one.told
        if one.refusal:
            yield noted("because", reason=one.refusal)
        for reason in sorted(one.reasons, key=lambda reason: -abs(reason.worth)):
            yield noted("because", reason=reason.told)


def _doubt(found: Sequence[Hypothesis], spoken: Sequence[str]) -> Iterator[Message]:
    yield noted("no-sure-series")
    yield from _reasons(found)
    if len(spoken) > 1:
        yield noted("two-versions", languages=", ".join(spoken), example=spoken[0])
    yield noted("name-series", example=found[0].series.name)
