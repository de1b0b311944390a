"""A review as it goes on: what is shown, what a key does, what was decided so far; terminal and pages show the same.

A decision is written when it is made and the next candidate follows; nothing is chosen beforehand. What was decided can
be undone, also what was decided another day.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from pan2kg.coherence.agreement import Level, alpha
from pan2kg.coherence.uses import key
from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.extract.document import Document
from pan2kg.i18n.catalogue import Language
from pan2kg.i18n.message import Message
from pan2kg.project import Project, write_atomically
from pan2kg.review.anchoring import Anchor, Quotation, find, fold
from pan2kg.review.entry import RefusedError
from pan2kg.review.files import ProjectFiles
from pan2kg.review.parts import filed_parts, read_rejected
from pan2kg.review.proposals import (
    CITATION,
    WORK,
    Found,
    Material,
    Proposal,
    for_second_reader,
    kind_of,
    open_proposals,
    with_controls,
)
from pan2kg.review.verdicts import REASONS, Verdict, last_verdict, settled, undo, write_verdict
from pan2kg.store.queries import find_thing
from pan2kg.turtle.vocabulary import ID

SECOND_FILE: Final = "second.jsonl"
AROUND: Final = 2
"""How many paragraphs are shown before and after the one the words stand in."""
_NOTHING: Final = Found(0, 0, "")
_NOWHERE: Final = Place("")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words in their surroundings: what stands before, the words, what stands behind, and where that is."""

    before: str
    words: str
    behind: str
    page: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A candidate as it is shown: the statement as one sentence, why, the passage, and what else cites the target."""

    statement: str
    reason: str
    remarks: tuple[str, ...]
    passage: Passage
    passages: int
    target: str
    others: tuple[str, ...]
    relation: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review has come: which of ``total`` is shown, and how many were decided how, whenever that was."""

    number: int
    total: int
    accepted: int
    rejected: int


@dataclass
class Desk:
    """A review of one person on one day.

    ``waiting`` is what is left, ``at`` the place of the candidate that is shown; ``total`` counts what is left at the
    beginning and what was decided ``before``. ``decided`` counts by status, as ``before`` does, and ``controls`` those
    that were met and those that were recognised.
    """

    material: Material
    project: Project
    reviewer: str
    day: date
    waiting: list[Proposal]
    second: bool = False
    at: int = 0
    total: int = 0
    decided: dict[str, int] = field(default_factory=lambda: {"accepted": 0, "rejected": 0})
    before: Counter[str] = field(default_factory=Counter)
    controls: dict[str, int] = field(default_factory=lambda: {"met": 0, "recognised": 0})
    passage: int = 0

    @property
    def current(self) -> Proposal | None:
        """The candidate that is shown, None where none is left."""
        return self.waiting[self.at] if self.waiting else None

    @property
    def progress(self) -> Progress:
        """How far the review has come; what is decided comes first, so that who skips one goes on counting."""
        number = min(self.total, self.total - len(self.waiting) + self.at + 1)
        accepted, rejected = (self.decided[status] + self.before[status] for status in ("accepted", "rejected"))
        return Progress(number, self.total, accepted, rejected)

    def move(self, steps: int) -> None:
        """Show the next candidate, or the one before; the first follows the last."""
        if self.waiting:
            self.at, self.passage = (self.at + steps) % len(self.waiting), 0

    def turn(self) -> None:
        """Show the next passage that speaks for the candidate."""
        if self.current and self.current.passages:
            self.passage = (self.passage + 1) % len(self.current.passages)

    def show_passage(self, number: str) -> None:
        """Show the passage of this number, counted from 0; the first where there is none of it."""
        count = len(self.current.passages) if self.current else 0
        is_one = number.isdecimal() and len(number) < len("10000") and int(number) < count
        self.passage = int(number) if is_one else 0

    def put_off(self, keys: Sequence[str]) -> None:
        """Put the candidates of these keys at the end, in the order of the keys."""
        place = {key: number for number, key in enumerate(keys, start=1)}
        self.waiting.sort(key=lambda one: place.get(one.key, 0))

    def later(self) -> None:
        """Put the candidate at the end."""
        if self.waiting:
            self.waiting.append(self.waiting.pop(self.at))
            self.at, self.passage = self.at % len(self.waiting), 0

    def found(self) -> Found:
        """The passage that is shown."""
        passages = self.current.passages if self.current else ()
        return passages[self.passage] if passages else _NOTHING

    def decide(self, reason: str = "") -> Message:
        """Write the decision on what is shown, accepted where there is no reason against it.

        Raises:
            ProjectError: it cannot be written as it stands.
            RefusedError: the file cannot be written.
        """
        one = self.current
        if one is None:
            return Message("desk", "said.nothing-left")
        status = "rejected" if reason else "accepted"
        if one.is_control:
            self.controls["met"] += 1
            self.controls["recognised"] += bool(reason)
        elif self.second:
            self._note(one, status)
        else:
            write_verdict(self.material, self.project, Verdict(one, self.found(), self.reviewer, self.day, reason))
        del self.waiting[self.at]
        self.decided[status] += not one.is_control
        self.at, self.passage = (self.at % len(self.waiting) if self.waiting else 0), 0
        return Message("desk", f"said.{status}")

    def undo(self) -> Message:
        """Take back the last decision that holds, whenever it was made; its candidate waits again, and is shown."""
        return Message("desk", "said.undone" if self.undone() else "said.nothing-to-undo")

    def undone(self) -> str:
        """Do so; the file that was written, empty where there was nothing to undo."""
        last = None if self.second else last_verdict(self.project, self.material.plans, self.reviewer)
        if last is None:
            return ""
        undo(self.project, last)
        again = [one for found in self.material.plans.values() for one in found if one.matter == last.matter]
        self.waiting[self.at : self.at] = again[:1]
        self.passage = 0
        counted = self.decided if self.decided[last.status] else self.before
        counted[last.status] = max(0, counted[last.status] - 1)
        return last.file

    def edit(self, what: str, value: str) -> Message:
        """Change the relation, the end or the words of what is shown; nothing is written yet.

        Raises:
            ProjectError: there is no such relation, or the words are not in the text.
            QueryError: nothing is called so.
        """
        one = self.current
        if one is None:
            return Message("desk", "said.nothing-left")
        if what == "relation":
            if self.material.graph.labels.entry(f"{ID}{one.scheme}/{value}") is None:
                raise ProjectError("no-such-relation", name=value)
            # the words of the source said another role
            one = replace(one, relation=value, said="")
        elif what == "to":
            one = replace(one, target=find_thing(value, self.material.graph.store, self.project))
        else:
            one = replace(one, passages=(self._quoted(one, value), *one.passages))
            self.passage = 0
        self.waiting[self.at] = one
        return Message("desk", "said.edited")

    def _quoted(self, one: Proposal, words: str) -> Found:
        text = self.material.texts.get(one.plan)
        near = self.found()
        place = find(fold(text), Quotation(one.key, _NOWHERE, words)) if text else 0
        if text is None or not isinstance(place, Anchor):
            raise ProjectError("words-not-in-text", name=words)
        return Found(place.start, place.end, text.text[place.start : place.end], place.page, path=near.path)

    def _note(self, one: Proposal, status: str) -> None:
        """Keep what a second reader decided beside the candidates."""
        path = self.project.root / WORK / key(one.plan) / SECOND_FILE
        old = path.read_text("utf-8") if path.exists() else ""
        line = {"key": one.key, "status": status, "reviewer": self.reviewer, "day": self.day.isoformat()}
        write_atomically(path, f"{old}{json.dumps(line, ensure_ascii=False)}\n")

    def card(self, language: Language) -> Card | None:
        """What is shown of the candidate."""
        one = self.current
        if one is None:
            return None
        graph = self.material.graph
        found, text = self.found(), self.material.texts.get(one.plan)
        named = f"{ID}{one.scheme}/{one.relation}"
        relation = graph.label(named, language) if one.relation and graph.labels.entry(named) else ""
        verb = relation or str(Message("desk", "cites" if one.type == CITATION else "names").say(language))
        words = {"start": graph.label(one.start, language), "relation": verb, "target": self._target(one, language)}
        told = [part.say(language) if isinstance(part, Message) else part for part in (one.reason, *one.remarks)]
        others = self.material.others(one.target, one.start) if one.target.startswith("http") else []
        return Card(
            Message("desk", "statement", words).say(language),
            told[0],
            tuple(told[1:]),
            in_text(text, found),
            len(one.passages),
            words["target"],
            tuple(graph.label(other, language) for other in others),
            verb,
        )

    def _target(self, one: Proposal, language: Language) -> str:
        label = self.material.graph.label(one.target, language) if one.target else ""
        return label or str(Message("desk", "unknown-target").say(language))


def in_text(text: Document | None, found: Found) -> Passage:
    """Words with the paragraphs around them, or alone where the text is not at hand."""
    page = str(found.page or "")
    at = next((n for n, one in enumerate(text.blocks) if one.start <= found.start < one.end), None) if text else None
    if text is None or at is None:
        return Passage(found.prefix, found.quote, found.suffix, page, found.path)
    blocks = text.blocks[max(0, at - AROUND) : at + AROUND + 1]
    start, end = blocks[0].start, max(blocks[-1].end, found.end)
    block = text.blocks[at]
    whole = text.text
    return Passage(
        whole[start : found.start],
        whole[found.start : found.end],
        whole[found.end : end],
        block.label or str(block.page or page),
        block.path,
    )


def open_desk(
    material: Material, project: Project, reviewer: str, day: date, *, kind: str = "", control: bool = False,
    second: bool = False,
) -> Desk:  # fmt: skip
    """Begin or go on: what waits for a decision, or with ``second`` what somebody else decided already."""
    done = settled(project, material.plans)
    waiting = open_proposals(material, done, kind)
    decided = [one for found in material.plans.values() for one in found if done.holds(one, material.sha(one))]
    if second:
        chosen = for_second_reader(decided, Random(len(decided)))  # noqa: S311 - which ones is no secret
        lines = second_lines(project, material)
        seen = {line["key"]: line["status"] for line in lines if line["reviewer"] == reviewer}
        waiting = [one for one in chosen if one.key not in seen]
        before = Counter(seen[one.key] for one in chosen if one.key in seen)
    else:
        of_kind = [one for one in decided if not kind or kind_of(one.target) == kind]
        before = Counter("accepted" if one.matter in done.accepted else "rejected" for one in of_kind)
    if control and not second:
        waiting = with_controls(waiting, Random())  # noqa: S311 - as above
    total = len(waiting) + before.total()
    return Desk(material, project, reviewer, day, waiting, second=second, total=total, before=before)


def second_lines(project: Project, material: Material) -> list[dict[str, str]]:
    """What second readers decided, as it is kept."""
    paths = [project.root / WORK / key(plan) / SECOND_FILE for plan in material.plans]
    return [json.loads(line) for path in paths if path.exists() for line in _lines(path)]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far a second reader agrees: Krippendorff's alpha, None where it has no value, and what they disagree on."""

    both: int
    alpha: float | None
    apart: tuple[Proposal, ...]


def compare_readers(material: Material, project: Project) -> Comparison:
    """The first decisions beside those of second readers."""
    done: dict[tuple[str, str], str] = {}
    files = ProjectFiles(project)
    for plan in material.plans:
        for link in files.links(plan):
            if link.status in ("accepted", "rejected"):
                done[link.one("from"), link.one("to")] = link.status
        done |= {(part.work, name): "accepted" for part in filed_parts(files, plan) for name, _ in part.keys}
        rejected = {one.key for one in read_rejected(project, plan)}
        done |= {one.matter: "rejected" for one in material.plans[plan] if one.matter[1] in rejected}
    second = {line["key"]: line["status"] for line in second_lines(project, material)}
    proposals = [one for found in material.plans.values() for one in found if one.key in second and one.matter in done]
    pairs: Sequence[tuple[str, str]] = [(done[one.matter], second[one.key]) for one in proposals]
    ratings = [[float(status == "accepted") for status in side] for side in zip(*pairs, strict=True)]
    apart = tuple(one for one, (first, other) in zip(proposals, pairs, strict=True) if first != other)
    return Comparison(len(pairs), alpha(ratings, Level.NOMINAL) if pairs else None, apart)


def press(desk: Desk, typed: str) -> Message:
    """What a key does; what is wrong with it is said and nothing changes.

    ``r`` is followed by a number from 1 to 5, ``e`` by ``relation``, ``to`` or ``quote`` and the new value.
    """
    try:
        return _press(desk, typed.strip())
    except Pan2kgError as error:
        return error.told
    except RefusedError as error:
        return Message("desk", "said.refused", {"why": error.outcome.said.say(desk.material.graph.language)})


def _press(desk: Desk, typed: str) -> Message:
    name, rest = typed[:1], typed[1:].strip()
    if name in ("j", "k"):
        desk.move(1 if name == "j" else -1)
        return Message("desk", "said.moved")
    if name == "s":
        desk.later()
        return Message("desk", "said.later")
    if name == "p":
        desk.turn()
        return Message("desk", "said.moved")
    if name == "u":
        return desk.undo()
    if name == "a" and not rest:
        return desk.decide()
    if name == "r" and rest in "12345" and len(rest) == 1:
        return desk.decide(REASONS[int(rest) - 1])
    if name == "r":
        return Message("desk", "said.which-reason")
    what, _, value = rest.partition(" ")
    if name == "e" and what in ("relation", "to", "quote") and value.strip():
        return desk.edit(what, value.strip())
    return Message("desk", "said.which-edit" if name == "e" else "help")
