"""The role a text gives a body it names.

A label says the role for all of its field. In a running sentence only a verb or noun of responsibility right before or
behind the name does; where there is none, nothing is said.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from pan2kg.extract.document import BETWEEN_CELLS, BETWEEN_ROWS, Document, DocumentBlock
from pan2kg.extract.names import Mention, either

_LABEL: Final = re.compile(r"(?:^|[;•|])\s*(?:[-–•*]\s*)?(?P<label>[^\W\d_][^:;.!?|]{1,48}?)\s?:\s")
# how many words a label has at most that no role is known for; what is longer introduces a sentence
_LONGEST: Final = 4
_SENTENCE: Final = re.compile(r"[.!?…]\s+(?=[A-ZÀ-Ü«“„])|[\n\t:;]")
# how many words may stand between a name and what says its role: articles, « le ministère de », « notably »
_NEAR: Final = 3
_AROUND: Final = 300
_WORD: Final = re.compile(r"[^\W_]+")
_CASE: Final = re.compile(r"\s*\((?:s|e|es|en|in|innen)\)|[·/](?:e|s|es|in|innen)\b", re.IGNORECASE)


class Role(NamedTuple):
    key: str
    said: str
    how: str


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("roles.toml").read_text(encoding="utf-8"))


def rank_of(role: Role) -> float:
    return float(_table()["rank"][role.how])


def keys() -> frozenset[str]:
    return frozenset(str(row["role"]) for row in (*_table()["role"], _table()["default"]))


@cache
def _patterns(side: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    begin, end = ("", "") if side == "field" else (r"(?<!\w)", r"(?!\w)")
    return tuple(
        (str(row["role"]), re.compile(f"{begin}{either(row[side])}{end}", re.IGNORECASE))
        for row in _table()["role"] if side in row
    )  # fmt: skip


def role_of(document: Document, mention: Mention, others: Sequence[Mention] = ()) -> Role | None:
    """The role a document gives the body of a mention, None where nothing says one.

    ``others`` are the mentions of other bodies, which in a list stand between a name and its verb.

    >>> from pan2kg.extract.document import laid
    >>> text = "Chef de file : ministère de la Justice"
    >>> document = Document("plan.txt", "", "txt", None, laid([DocumentBlock(None, None, "paragraph", text)]))
    >>> role_of(document, Mention(15, 38, text[15:], "i", "body", "name"))
    Role(key='lead', said='Chef de file', how='field')
    """
    block = document.block_at(mention.start)
    if block is None:
        return None
    at = mention.start - block.start
    labels = list(_labels(document, block, at))
    for label in labels:
        if role := _of_label(label):
            return Role(role, label, "field")
    if role_beside := _beside(block, at, mention.end - block.start, others):
        return role_beside
    short = [label for label in labels if len(label.split()) <= _LONGEST]
    return Role(str(_table()["default"]["role"]), short[0], "default") if short else None


def _of_label(label: str) -> str:
    plain = _CASE.sub("", label).strip(" :*•–-")
    return next((role for role, pattern in _patterns("field") if pattern.fullmatch(plain)), "")


def _labels(document: Document, block: DocumentBlock, at: int) -> Iterator[str]:
    line_start = block.text.rfind(BETWEEN_ROWS, 0, at) + 1
    cell_start = max(line_start, block.text.rfind(BETWEEN_CELLS, 0, at) + 1)
    before = block.text[cell_start:at]
    labels = list(_LABEL.finditer(before))
    if labels and not re.search(r"[.!?]\s", before[labels[-1].end() :]):
        yield labels[-1]["label"].strip()
    elif block.kind == "table":
        # the cell left of it where that is the label of a row, and the head of its column
        cells = block.text[line_start:at].split(BETWEEN_CELLS)
        heads = block.text.split(BETWEEN_ROWS)[0].split(BETWEEN_CELLS)
        if len(cells) > 1 and _of_label(cells[-2]):
            yield cells[-2].strip()
        if line_start and len(cells) <= len(heads) and _of_label(heads[len(cells) - 1]):
            yield heads[len(cells) - 1].strip()
    else:
        # a line of its own may be the label of what follows, be it a list
        for above in reversed([earlier for earlier in document.blocks if earlier.start < block.start]):
            is_label = bool(_of_label(above.text))
            if is_label:
                yield above.text.strip(" :")
            if is_label or above.kind != "item" or block.kind != "item":
                return


def _beside(block: DocumentBlock, start: int, end: int, mentions: Sequence[Mention]) -> Role | None:
    text = hidden = block.text
    bounds = list(_SENTENCE.finditer(text))
    begin = max((bound.end() for bound in bounds if bound.end() <= start), default=0)
    finish = min((bound.start() for bound in bounds if bound.start() >= end), default=len(text))
    for mention in mentions:
        # names in a list do not part a name from its verb
        if block.start <= mention.start < block.end:
            low, high = mention.start - block.start, mention.end - block.start
            hidden = hidden[:low] + " " * (high - low) + hidden[high:]
    sides = {"before": (max(begin, start - _AROUND), start), "after": (end, min(finish, end + _AROUND))}
    roles = []
    for side, (low, high) in sides.items():
        for place, (role, pattern) in enumerate(_patterns(side)):
            for spot in pattern.finditer(hidden, low, high):
                between = hidden[spot.end() : high] if side == "before" else hidden[low : spot.start()]
                distance = len(_WORD.findall(between))
                if distance <= _NEAR:
                    roles.append((distance, place, Role(role, text[spot.start() : spot.end()].strip(), side)))
    return min(roles, key=lambda ranked: ranked[:2])[2] if roles else None
