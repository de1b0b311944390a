"""The part a document gives a body it names: by the label of a field, the head of a column, or words beside the name.

A label before the name is the surest: « Responsable : ministère X ». In a table it may be the cell
to the left or the head of the column, in a list the line above it. Else words of the same sentence
tell, close before or close behind the name: « X coordonne les travaux ». Where only a label stands
that no role is known for, the body is said to be named. The words stand in ``roles.toml``.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from pan2kg.extract.document import BETWEEN_CELLS, BETWEEN_ROWS, Document, DocumentBlock, table
from pan2kg.extract.names import Mention, either

_LABEL = re.compile(r"(?:^|[;•|])\s*(?:[-–•*]\s*)?(?P<label>[^\W\d_][^:;.!?|]{1,48}?)\s?:\s")
# how many words a label has at most that no role is known for; what is longer introduces a sentence
_LONGEST = 4
_SENTENCE = re.compile(r"[.!?…]\s+(?=[A-ZÀ-Ü«“„])|[\n\t:;]")
# how many words may stand between a name and what says its role: articles, « le ministère de »,
# « notably »
_NEAR = 3
_AROUND = 300  # how many characters around a name are looked at
_PLAIN_WORD = re.compile(r"[^\W_]+")
_CASE = re.compile(r"\s*\((?:s|e|es|en|in|innen)\)|[·/](?:e|s|es|in|innen)\b", re.IGNORECASE)


class Role(NamedTuple):
    """A role by its key, and the words that say so as they are printed.

    ``how`` is ``field`` for a label, ``before`` and ``after`` for words beside the name, ``default``
    for a label no role is known for.
    """

    key: str
    said: str
    how: str

    @property
    def rank(self) -> float:
        """How sure it is, by how it is said; from 0 to 1."""
        return float(table("roles")["rank"][self.how])


def keys() -> frozenset[str]:
    """The roles a text can give.

    >>> {"lead", "partner"} <= keys()
    True
    """
    roles = (*table("roles")["role"], table("roles")["default"])
    return frozenset(str(row["role"]) for row in roles)


def role_of(document: Document, mention: Mention, bodies: Sequence[Mention] = ()) -> Role | None:
    """The role a document gives the body of a mention, None where it says nothing.

    ``bodies`` are the others named in it: they may stand in a list between a name and its verb.

    >>> from pan2kg.extract.document import laid
    >>> text = "Chef de file : Justice"
    >>> blocks = laid([DocumentBlock(None, None, "paragraph", text)])
    >>> document = Document("plan.txt", "", "txt", None, blocks)
    >>> role_of(document, Mention(15, 22, "Justice", "b", "body", "name"))
    Role(key='lead', said='Chef de file', how='field')
    """
    block = document.block_at(mention.start)
    if block is None:
        return None
    at = mention.start - block.start
    labels = list(_labels(document, block, at))
    for label in labels:
        role = _of_label(label)
        if role:
            return Role(role, label, "field")
    beside = _beside(block, at, mention.end - block.start, bodies)
    if beside:
        return beside
    short = [label for label in labels if len(label.split()) <= _LONGEST]
    return Role(str(table("roles")["default"]["role"]), short[0], "default") if short else None


class _Words(NamedTuple):
    """The words that give a role where they stand on one side of a name, or as a label."""

    role: str
    pattern: re.Pattern[str]


@cache
def _words(side: str) -> tuple[_Words, ...]:
    """Those of ``field``, ``before`` or ``after``, in the order of the table: the first that fits counts."""
    words = []
    for row in table("roles")["role"]:
        if side in row:
            # a label is compared whole
            form = either(row[side]) if side == "field" else rf"(?<!\w){either(row[side])}(?!\w)"
            words.append(_Words(str(row["role"]), re.compile(form, re.IGNORECASE)))
    return tuple(words)


def _of_label(label: str) -> str:
    """The role a label gives, without endings such as « (s) »; empty where it gives none."""
    plain = _CASE.sub("", label).strip(" :*•–-")
    return next((words.role for words in _words("field") if words.pattern.fullmatch(plain)), "")


def _labels(document: Document, block: DocumentBlock, at: int) -> Iterator[str]:
    """What may be the label of what stands at a place of a block, the nearest first."""
    line_start = block.text.rfind(BETWEEN_ROWS, 0, at) + 1
    cell_start = max(line_start, block.text.rfind(BETWEEN_CELLS, 0, at) + 1)
    before = block.text[cell_start:at]
    labels = list(_LABEL.finditer(before))
    if labels and not re.search(r"[.!?]\s", before[labels[-1].end() :]):
        yield labels[-1]["label"].strip()
    elif block.kind == "table":
        yield from _table_labels(block, line_start, at)
    else:
        yield from _labels_above(document, block)


def _table_labels(block: DocumentBlock, line_start: int, at: int) -> Iterator[str]:
    """The cell left of it where that is the label of a row, and the head of its column."""
    cells = block.text[line_start:at].split(BETWEEN_CELLS)
    if len(cells) > 1 and _of_label(cells[-2]):
        yield cells[-2].strip()
    heads = block.text.split(BETWEEN_ROWS)[0].split(BETWEEN_CELLS)
    column = len(cells) - 1
    if line_start and column < len(heads) and _of_label(heads[column]):
        yield heads[column].strip()


def _labels_above(document: Document, block: DocumentBlock) -> Iterator[str]:
    """A line of its own may be the label of what follows, be it a list."""
    above = [earlier for earlier in document.blocks if earlier.start < block.start]
    for line in reversed(above):
        is_label = bool(_of_label(line.text))
        if is_label:
            yield line.text.strip(" :")
        is_listing = line.kind == "item" and block.kind == "item"
        if is_label or not is_listing:
            return


class _RoleNear(NamedTuple):
    """A role words of a sentence give; fewest words between them and the name, then the place in the table, decide."""

    distance: int
    place: int
    role: Role


def _beside(block: DocumentBlock, start: int, end: int, bodies: Sequence[Mention]) -> Role | None:
    """The role that words before or behind a name give it in the sentence it stands in."""
    text = block.text
    bounds = list(_SENTENCE.finditer(text))
    begin = max((bound.end() for bound in bounds if bound.end() <= start), default=0)
    finish = min((bound.start() for bound in bounds if bound.start() >= end), default=len(text))
    before = (max(begin, start - _AROUND), start)
    after = (end, min(finish, end + _AROUND))
    hidden = _without_bodies(block, bodies)
    near = []
    for side, (low, high) in {"before": before, "after": after}.items():
        for place, words in enumerate(_words(side)):
            for match in words.pattern.finditer(hidden, low, high):
                first, behind = match.span()
                between = hidden[behind:high] if side == "before" else hidden[low:first]
                distance = len(_PLAIN_WORD.findall(between))
                said = text[first:behind].strip()
                near.append(_RoleNear(distance, place, Role(words.role, said, side)))
    closest = min(near, key=lambda entry: (entry.distance, entry.place), default=None)
    return closest.role if closest and closest.distance <= _NEAR else None


def _without_bodies(block: DocumentBlock, bodies: Sequence[Mention]) -> str:
    """The text of a block with spaces for bodies: names in a list do not part a name from its verb."""
    hidden = block.text
    for body in bodies:
        if block.start <= body.start < block.end:
            low = body.start - block.start
            high = body.end - block.start
            hidden = hidden[:low] + " " * (high - low) + hidden[high:]
    return hidden
