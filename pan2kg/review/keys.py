"""What the keys of a review do, in the terminal as lines and as single keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.errors import Pan2kgError
from pan2kg.i18n.message import Message, verbatim
from pan2kg.review.entry import RefusedError
from pan2kg.review.verdicts import REASONS

if TYPE_CHECKING:
    from pan2kg.review.desk import Desk


HAND: Final = ("from", "relation", "to", "words")
"""What is typed of a candidate that is proposed by hand."""
_MOVES: Final[Mapping[str, Callable[[Desk], None]]] = {
    "j": lambda desk: desk.move(1), "k": lambda desk: desk.move(-1), "s": lambda desk: desk.later(),
    "p": lambda desk: desk.turn(),
}  # fmt: skip
"""The keys that show something else and write nothing."""


def press(desk: Desk, typed: str) -> Message:
    """What a key does; what is wrong with it is said and nothing changes.

    ``r`` is followed by a number from 1 to 5, ``e`` by ``relation``, ``to`` or ``quote`` and the new value, ``b`` by
    the numbers of what is decided together with what is shown, ``n`` by what is proposed by hand.
    """
    try:
        return _press(desk, typed.strip())
    except Pan2kgError as error:
        return error.told
    except RefusedError as error:
        return Message("desk", "said.refused", {"why": error.outcome.said.say(desk.material.graph.language)})


def _press(desk: Desk, typed: str) -> Message:
    name, rest = typed[:1], typed[1:].strip()
    if name in _MOVES:
        _MOVES[name](desk)
        return Message("desk", "said.later" if name == "s" else "said.moved")
    if name == "u":
        return desk.undo()
    if name == "a" and not rest:
        return desk.decide()
    if name == "r":
        is_reason = rest in "12345" and len(rest) == 1
        return desk.decide(REASONS[int(rest) - 1]) if is_reason else Message("desk", "said.which-reason")
    if name == "b":
        return _together(desk, rest)
    if name == "w":
        return verbatim(desk.preview())
    if name == "n":
        return _by_hand(desk, rest)
    return _edit(desk, rest) if name == "e" else Message("desk", "help")


def _by_hand(desk: Desk, rest: str) -> Message:
    parts = [part.strip() for part in rest.split("|")]
    if len(parts) != len(HAND) or not all(parts):
        return Message("desk", "said.which-hand")
    desk.propose(dict(zip(HAND, parts, strict=True)))
    return Message("desk", "said.proposed")


def _edit(desk: Desk, rest: str) -> Message:
    what, _, value = rest.partition(" ")
    if what in ("relation", "to", "quote") and value.strip():
        return desk.edit(what, value.strip())
    return Message("desk", "said.which-edit")


def _together(desk: Desk, rest: str) -> Message:
    """Tick what is named by its number, or by ``2-5``; without a number nothing is ticked any longer."""
    alike, chosen = desk.alike(), set[int]()
    for part in re.split(r"[\s,]+", rest) if rest else ():
        found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last <= len(alike):
            return Message("desk", "said.which-together", {"n": len(alike)})
        chosen.update(range(first, last + 1))
    desk.tick({alike[number - 1].key for number in chosen})
    return Message("desk", "said.ticked", {"n": len(desk.ticked)})
