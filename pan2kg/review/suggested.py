"""What the graph suggests and candidate links in it, behind the candidates of documents: the same queue as the page's.

A suggestion is accepted with its type, direction, place, document and words, as the form of the page asks for them;
a candidate that quotes a passage already, as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.citations import Verdict
from pan2kg.coherence.evidence import level
from pan2kg.errors import Pan2kgError
from pan2kg.graph.labels import shortened
from pan2kg.i18n.catalogue import Language, Messages, with_mark
from pan2kg.i18n.message import Message
from pan2kg.review.decisions import REVIEWED, Item, passage_document, read_queue
from pan2kg.review.desk_input import press
from pan2kg.review.entry import RefusedError
from pan2kg.review.filing import decide
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import ID, kind_and_key

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.review.desk import Desk, Progress

TYPED: Final = ("type", "direction", "channel", "document", "page", "quote")
"""What is typed to accept a suggestion, in this order, with ``|`` between; the page may be empty."""
_DESK: Final = Messages("desk")
_MOVES: Final = ("j", "k", "s")


@dataclass
class Queue:
    """A review in the terminal: what the desk has, and behind it what the graph suggests, once it was asked for.

    ``open_graph`` opens the graph with what rules derive, which takes some seconds; only what belongs to the ``plan``
    and the ``kind`` comes of it, where they are named. ``is_behind`` says that an item of the graph is shown, that at
    the place ``at``; ``decided`` are those of this session, so that what is undone waits again.
    """

    desk: Desk
    open_graph: Callable[[], Graph]
    plan: str = ""
    kind: str = ""
    graph: Graph | None = None
    items: list[Item] = field(default_factory=list)
    at: int = 0
    is_behind: bool = False
    decided: list[Item] = field(default_factory=list)

    @property
    def current(self) -> Item | None:
        """The item of the graph that is shown, None where a candidate of a document is, or nothing."""
        return self.items[self.at] if self.is_behind and self.items else None

    @property
    def has_own_words(self) -> bool:
        """Whether what is shown is a candidate of the graph that quotes a passage already."""
        one = self.current
        return bool(one and self.graph and passage_document(self.graph, one))

    @property
    def progress(self) -> Progress:
        """How far the review has come, of both together."""
        own = self.desk.progress
        total = self.desk.total + len(self.items) + len(self.decided)
        left = len(self.desk.waiting) + len(self.items)
        at = len(self.desk.waiting) + self.at if self.is_behind else self.desk.at
        return replace(own, number=min(total, total - left + at + 1), total=total)

    def press(self, typed: str) -> Message:
        """What a key does; what is wrong with it is said and nothing changes."""
        name, rest = typed.strip()[:1], typed.strip()[1:].strip()
        if name == "u":
            return self._undo()
        if name in _MOVES:
            return self._move(name)
        if name == "g":
            return self.suggest()
        one = self.current
        if one is None:
            said = press(self.desk, typed)
            self._settle()
            return said
        if name == "a":
            return self._accept(one, rest)
        if name == "r":
            return self._decide(one, {"verdict": "reject", "reason": rest}) if rest else _say("said.which-why")
        return press(self.desk, typed) if name == "n" else _say("help-suggested")

    def suggest(self) -> Message:
        """Show what the graph suggests first; a second reader reads what was decided on, and no suggestions."""
        if self.graph is None and not self.desk.wanted.second:
            self.graph = self.open_graph()
            self.items = [one for one in read_queue(self.graph) if self._is_wanted(one)]
        self.at, self.is_behind = 0, bool(self.items)
        return Message("desk", "said.suggested", {"n": len(self.items)})

    def _is_wanted(self, one: Item) -> bool:
        is_of_kind = any(kind_and_key(end)[0] == self.kind for end in one.ends)
        return self.plan in ("", *one.plans) and (not self.kind or is_of_kind)

    def _move(self, name: str) -> Message:
        """Show the next or the one before, of either part; the first follows the last."""
        if name == "s":
            if self.current is None:
                return press(self.desk, "s")
            self.items.append(self.items.pop(self.at))
            return _say("said.later")
        waiting = len(self.desk.waiting)
        many = waiting + len(self.items)
        if not many:
            return _say("said.moved")
        at = (waiting + self.at if self.is_behind else self.desk.at) + (1 if name == "j" else -1)
        at %= many
        self.is_behind = at >= waiting
        if self.is_behind:
            self.at = at - waiting
        else:
            self.desk.move(at - self.desk.at)
        return _say("said.moved")

    def _settle(self) -> None:
        """Show what is left: of the graph where the desk has nothing, of the desk where the graph has nothing."""
        self.at = self.at % len(self.items) if self.items else 0
        self.is_behind = bool(self.items) and (self.is_behind or not self.desk.waiting)

    def _accept(self, one: Item, rest: str) -> Message:
        if not rest and self.has_own_words:
            return self._decide(one, {"verdict": "accept"})
        parts = [part.strip() for part in rest.split("|", len(TYPED) - 1)]
        if len(parts) != len(TYPED):
            return Message("desk", "said.which-suggested", {"types": ", ".join(REVIEWED)})
        return self._decide(one, {"verdict": "accept", **dict(zip(TYPED, parts, strict=True))})

    def _decide(self, one: Item, form: dict[str, str]) -> Message:
        desk, graph = self.desk, self.graph
        if graph is None:
            return _say("said.nothing-left")
        given = {"form": "decision", "item": one.key, "reviewer": desk.reviewer, **form}
        try:
            outcome = decide(graph, given, desk.day)
        except RefusedError as error:
            return Message("desk", "said.refused", {"why": error.outcome.said.say(graph.language)})
        except Pan2kgError as error:
            return error.told
        self.items.remove(one)
        self.decided.append(one)
        desk.decided[outcome.code] += 1
        desk.read_again()
        self._settle()
        return _say(f"said.{outcome.code}")

    def _undo(self) -> Message:
        """Take back the last decision, of either part; what was one on an item of the graph waits again first."""
        before = {one.iri: frozenset(one.matter) for one in self.desk.decisions}
        said = press(self.desk, "u")
        gone = {ends for iri, ends in before.items() if iri not in {one.iri for one in self.desk.decisions}}
        back = [one for one in self.decided if frozenset(one.ends) in gone]
        if back:
            self.decided = [one for one in self.decided if one not in back]
            self.items[:0] = back
            self.at, self.is_behind = 0, True
        elif gone:
            self.is_behind = False
        self._settle()
        return said

    def lines(self, language: Language) -> list[str]:
        """What is shown of the item of the graph: its ends with their plans, what they share, what is expected."""
        one, graph = self.current, self.graph
        if one is None or graph is None:
            return []
        made = [_DESK.say("suggested", language, n=len(self.items)), ""]
        for end, plan in zip(one.ends, one.plans, strict=True):
            home = f" ({shortened(graph.label(plan, language))}, {plan.rpartition('/')[2]})" if plan else ""
            made.append(f"{graph.label(end, language)}{home}")
        made.append("")
        if one.is_candidate:
            made.append(graph.label(f"{ID}linktype/{one.type}", language))
            if one.number is not None:
                made.append(_DESK.say("confidence", language, number=with_mark(f"{one.number:.2f}", language)))
            return made
        found = level(one.level)
        shared = _DESK.say("shares", language, number=bits_words(one.number, language))
        made.append(f"{shared} · {named(found).say(language)}" if found else shared)
        made += [f"  · {graph.label(via, language)}" for via in one.via]
        if all(one.expected):
            there, back = (named(Verdict(said)).say(language) for said in one.expected)
            made.append(_DESK.say("expected", language, there=there, back=back))
        return made


def _say(key: str) -> Message:
    return Message("desk", key)
