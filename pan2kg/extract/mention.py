"""A place in a text that names something: the words, what they name, and the rule that found them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

RULES: Final = "1"
"""The version of the rules: it changes with what they find."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a text that name something; ``text[start:end]`` is ``surface``, and no two mentions overlap.

    ``target`` is the IRI of the graph where it has one, else an identifier of what is not in it yet (an ELI,
    ``ilo:C122``, ``lu:loi:2018-04-08``); empty where the words name one of several, which are ``choices`` then.
    ``others`` are further targets of the same words, as in « Guiding Principles 25 to 31 ». ``kind`` says what is named
    (``eu-act``, ``national-act``, ``ilo``, ``ungp``, ``sdg``, ``un``, ``bill``, ``instrument``, ``plan``, ``body``,
    ``short-form``), ``rule`` what found it, ``note`` is the key of what a reader should know.
    """

    start: int
    end: int
    surface: str
    target: str
    kind: str
    rule: str
    note: str = ""
    others: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """Everything the words name."""
        return (self.target, *self.others) if self.target else ()


class Read(Protocol):
    """What was read of a document, as far as mentions are looked for in it: its canonical text."""

    @property
    def text(self) -> str:
        """The blocks, with a blank line between them."""


def without_overlaps(steps: Iterable[Iterable[Mention]]) -> list[Mention]:
    """The mentions of several steps in the order of the text: of those that overlap the longest, then the earlier step.

    >>> a, b = Mention(0, 4, "PAN ", "x", "plan", "a"), Mention(2, 9, "N 2 de ", "y", "plan", "b")
    >>> [one.target for one in without_overlaps([[a], [b]])]
    ['y']
    """
    ranked = [(one.start - one.end, step, one.start, one) for step, found in enumerate(steps) for one in found]
    taken: list[Mention] = []
    used = bytearray(max((one.end for *_, one in ranked), default=0))
    for *_, one in sorted(ranked, key=lambda row: row[:3]):
        if not any(used[one.start : one.end]):
            used[one.start : one.end] = b"\1" * (one.end - one.start)
            taken.append(one)
    return sorted(taken, key=lambda one: one.start)
