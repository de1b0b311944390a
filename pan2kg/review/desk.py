"""A review as it goes on: what is shown, what a key does, what was decided so far; terminal and pages show the same.

A decision is written when it is made and the next candidate follows; nothing is chosen beforehand. What was decided can
be undone, also what was decided another day.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.agreement import Level, alpha
from pan2kg.coherence.uses import key
from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.extract.document import Document
from pan2kg.i18n.catalogue import Language
from pan2kg.i18n.message import Message
from pan2kg.project import Project, write_atomically
from pan2kg.review.anchoring import Anchor, Quotation, find, fold
from pan2kg.review.entry import Form, Outcome, RefusedError, read_choice, read_text
from pan2kg.review.files import ProjectFiles
from pan2kg.review.filing import FILE, plan_file
from pan2kg.review.proposals import (
    CITATION,
    WORK,
    Found,
    Material,
    Proposal,
    for_second_reader,
    open_proposals,
    read_material,
    with_controls,
)
from pan2kg.review.verdicts import REASONS, Verdict, last_verdict, settled, undo, write_verdict
from pan2kg.store.queries import find_thing
from pan2kg.turtle.vocabulary import ID

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

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


@dataclass
class Desk:
    """A review of one person on one day.

    ``waiting`` is what is left, ``at`` the place of the candidate that is shown; ``decided`` counts by status, and
    ``controls`` those that were met and those that were recognised.
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
    controls: dict[str, int] = field(default_factory=lambda: {"met": 0, "recognised": 0})
    passage: int = 0

    @property
    def current(self) -> Proposal | None:
        """The candidate that is shown, None where none is left."""
        return self.waiting[self.at] if self.waiting else None

    def move(self, steps: int) -> None:
        """Show the next candidate, or the one before; the first follows the last."""
        if self.waiting:
            self.at, self.passage = (self.at + steps) % len(self.waiting), 0

    def turn(self) -> None:
        """Show the next passage that speaks for the candidate."""
        if self.current and self.current.passages:
            self.passage = (self.passage + 1) % len(self.current.passages)

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
        link = None if self.second else last_verdict(self.project, self.material.plans, self.reviewer)
        if link is None:
            return ""
        undo(self.project, link)
        ends = link.one("from"), link.one("to")
        again = [one for found in self.material.plans.values() for one in found if one.ends == ends]
        self.waiting[self.at : self.at] = again[:1]
        self.passage = 0
        if self.decided[link.status]:
            self.decided[link.status] -= 1
        return link.file

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
            if self.material.graph.labels.entry(f"{ID}relation/{value}") is None:
                raise ProjectError("no-such-relation", name=value)
            one = replace(one, relation=value)
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
        known = one.relation if graph.labels.entry(f"{ID}relation/{one.relation}") else ""
        relation = graph.label(f"{ID}relation/{known}", language) if known else ""
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
    if second:
        decided = [one for found in material.plans.values() for one in found if done.holds(one, material.sha(one))]
        chosen = for_second_reader(decided, Random(len(decided)))  # noqa: S311 - which ones is no secret
        seen = {(line["key"], line["reviewer"]) for line in second_lines(project, material)}
        waiting = [one for one in chosen if (one.key, reviewer) not in seen]
    total = len(waiting)
    if control and not second:
        waiting = with_controls(waiting, Random())  # noqa: S311 - as above
    return Desk(material, project, reviewer, day, waiting, second=second, total=total)


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
    second = {line["key"]: line["status"] for line in second_lines(project, material)}
    proposals = [one for found in material.plans.values() for one in found if one.key in second and one.ends in done]
    pairs: Sequence[tuple[str, str]] = [(done[one.ends], second[one.key]) for one in proposals]
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


DECISIONS: Final = ("accept", "reject", "undo")


def decide_candidate(graph: Graph, form: Form, today: date) -> Outcome:
    """Do what a form of the page « to review » asks: accept or reject a candidate, changed before or not, or undo.

    Raises:
        RefusedError: something is missing or cannot be written as it stands; nothing was written.
    """
    project = graph.project
    if project is None:
        raise RefusedError("read-only")
    verdict, reviewer = read_choice(form, "verdict", DECISIONS), read_text(form, "reviewer")
    try:
        desk = open_desk(read_material(graph, project), project, reviewer, today)
        if verdict == "undo":
            file = desk.undone()
            if not file:
                raise RefusedError("nothing-to-undo")
            return Outcome("undone", {"files": file}, (file,))
        return _decided(desk, form, read_choice(form, "rejection", REASONS) if verdict == "reject" else "")
    except Pan2kgError as error:
        raise RefusedError("not-taken", detail=error.say(graph.language)) from None


def _decided(desk: Desk, form: Form, reason: str) -> Outcome:
    """Write the decision on the candidate a form names."""
    wanted = form.get("item", "")
    at = next((number for number, one in enumerate(desk.waiting) if one.key == wanted), None)
    if at is None:
        raise RefusedError("unknown-item")
    desk.at = at
    one = desk.waiting[at]
    number = form.get("passage", "0")
    desk.passage = int(number) if number.isdecimal() and int(number) < len(one.passages) else 0
    given = {name: read_text(form, name, needed=False) for name in ("relation", "to", "words")}
    shown = {"relation": one.relation, "to": key(one.target), "words": desk.found().quote}
    for name, value in given.items():
        if value and value != shown[name]:
            try:
                desk.edit(name, value)
            except Pan2kgError as error:
                raise RefusedError("not-taken", field=name, detail=error.say(desk.material.graph.language)) from None
    file = desk.project.name_of(plan_file(desk.material.graph, one.plan, FILE))
    desk.decide(reason)
    return Outcome("rejected" if reason else "accepted", {"files": file}, (file,))
