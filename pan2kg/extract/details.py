"""What a document says in the fields of an action, as Turtle: indicators, results and proofs with their passages.

Bodies and dates are not stated here: whom a field means is a mention, which a person decides on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pan2kg.extract.document import Document
from pan2kg.extract.layout import noted
from pan2kg.extract.planned import Field, Plan
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
    located = (Statement("pan:page", string(str(shown))),) if shown is not None else ()
    stated = (Statement("a", "pan:Passage"), Statement("pan:quote", words), Statement("pan:inDocument", source))
    yield Block(f"passage:{name}", (*stated, *located))
