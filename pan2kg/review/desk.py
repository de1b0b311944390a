"""A review as it goes on: what is shown, what a key does, what was decided so far; terminal and pages show the same.

A decision is written when it is made and the next candidate follows; nothing is chosen beforehand. What was decided can
be undone, also what was decided another day. Several candidates of the same text and relation may be decided at once,
each ticked by a person; nothing accepts all that waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Language
from pan2kg.i18n.message import Message
from pan2kg.project import Project
from pan2kg.review.anchoring import Anchor, Quotation, find, fold
from pan2kg.review.cards import Card, make_card
from pan2kg.review.files import ProjectFiles
from pan2kg.review.filing import (
    CONTROL,
    DECISION,
    LONGEST,
    REVIEWED,
    SECOND,
    UNDONE,
    Noted,
    controls_of,
    journal_name,
    note,
    now,
    pace,
    read_journal,
    second_readings,
    times,
)  # fmt: skip
from pan2kg.review.proposals import Found, Material, Proposal, kind_of, open_proposals, place_in_text, propose_by_hand
from pan2kg.review.record import (
    Comparison,
    Held,
    compare_readers,
    for_second_reader,
    held,
    last_of,
    settled_by,
    with_controls,
)
from pan2kg.review.verdicts import Verdict, preview, write_verdicts, write_withdrawal
from pan2kg.store.queries import find_thing
from pan2kg.turtle.vocabulary import ID, thing

_NOTHING: Final = Found(0, 0, "")
_NOWHERE: Final = Place("")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be reviewed and how: of what kind, in what order, with controls, or as a second reader."""

    kind: str = ""
    order: str = "text"
    control: bool = False
    second: bool = False


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
    beginning and what was decided ``before``. ``decided`` counts by status, as ``before`` does. ``ticked`` are the keys
    of what is decided together with what is shown; ``seconds`` how long it was looked at, None where nobody knows.
    """

    material: Material
    project: Project
    reviewer: str
    day: date
    waiting: list[Proposal]
    wanted: Wanted = Wanted()
    at: int = 0
    total: int = 0
    decided: dict[str, int] = field(default_factory=lambda: {"accepted": 0, "rejected": 0})
    before: Counter[str] = field(default_factory=Counter)
    decisions: list[Held] = field(default_factory=list)
    passage: int = 0
    ticked: tuple[str, ...] = ()
    seconds: float | None = None

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

    @property
    def pace(self) -> float | None:
        """The median of the seconds this person takes for a decision, whenever it was; None where none is known."""
        return pace(self._journal(), self.reviewer)

    @property
    def controls(self) -> dict[str, int]:
        """How many controls this person met, and how many of them were recognised, whenever that was."""
        met = controls_of(self._journal(), self.reviewer)
        return {"met": len(met), "recognised": sum(status == "rejected" for status in met.values())}

    def _journal(self) -> list[Noted]:
        return read_journal(self.project, _decided_plans(self.material, self.project))

    def compare(self) -> Comparison:
        """How far second readers decided as the first did."""
        proposals = [one for found in self.material.plans.values() for one in found]
        return compare_readers(proposals, self.decisions, second_readings(self._journal()))

    def _show(self, at: int) -> None:
        """Show the candidate at a place, with its first passage and nothing ticked."""
        self.at, self.passage, self.ticked = (at % len(self.waiting) if self.waiting else 0), 0, ()

    def move(self, steps: int) -> None:
        """Show the next candidate, or the one before; the first follows the last."""
        self._show(self.at + steps)

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
            self._show(self.at)

    def found(self) -> Found:
        """The passage that is shown."""
        passages = self.current.passages if self.current else ()
        return passages[self.passage] if passages else _NOTHING

    def alike(self) -> list[Proposal]:
        """What waits in the same plan and would say the same of the same thing, each with its own words."""
        if self.current is None or self.wanted.second:
            return []
        listed = self.material.plans.get(self.current.plan, ())
        one = next((found for found in listed if found.key == self.current.key), self.current)
        said = (one.target, one.relation, one.linked_as)
        return [
            other for other in self.waiting
            if other.key != one.key and other.plan == one.plan and not other.is_control and other.passages
            and (other.target, other.relation, other.linked_as) == said and not self.current.is_control
        ]  # fmt: skip

    def tick(self, keys: Collection[str]) -> None:
        """Decide those of these keys that would say the same together with what is shown."""
        self.ticked = tuple(one.key for one in self.alike() if one.key in keys)

    def verdicts(self, reason: str = "") -> list[Verdict]:
        """What a decision would write down now: on what is shown first, then on what is ticked."""
        one = self.current
        if one is None:
            return []
        made = [Verdict(one, self.found(), self.reviewer, self.day, reason)]
        for other in self.alike():
            if other.key in self.ticked:
                also = replace(other, relation=one.relation, target=one.target, said=other.said if one.said else "")
                made.append(Verdict(also, other.passages[0], self.reviewer, self.day, reason))
        return made

    def preview(self, reason: str = "") -> str:
        """The lines a decision would add to the file, as they would stand there.

        Raises:
            ProjectError: it cannot be written as it stands.
        """
        return preview(self.material, self.project, self.verdicts(reason))

    def decide(self, reason: str = "") -> Message:
        """Write the decision on what is shown and ticked, accepted where there is no reason against it.

        Raises:
            ProjectError: it cannot be written as it stands; nothing of it is.
            RefusedError: the file cannot be written.
        """
        one, verdicts = self.current, self.verdicts(reason)
        if one is None:
            return Message("desk", "said.nothing-left")
        status = "rejected" if reason else "accepted"
        kind = CONTROL if one.is_control else SECOND if self.wanted.second else DECISION
        made: tuple[str, ...] = ()
        if kind == DECISION:
            made = write_verdicts(self.material, self.project, verdicts)
            self.read_again()
        taken = self.seconds if self.seconds is not None and 0 < self.seconds < LONGEST else None
        note(self.project, one.plan, Noted(kind, one.key, self.reviewer, status, now(), taken, made))
        gone = {one.key, *self.ticked} if kind == DECISION else {one.key}
        self.decided[status] += 0 if kind == CONTROL else len(gone)
        at = sum(other.key not in gone for other in self.waiting[: self.at])
        self.waiting = [other for other in self.waiting if other.key not in gone]
        self._show(at)
        if kind == CONTROL:
            return Message("desk", "said.control-noticed" if reason else "said.control-missed")
        many = Message("desk", f"said.{status}-many", {"n": len(gone)})
        return many if len(gone) > 1 else Message("desk", f"said.{status}")

    def propose(self, typed: Mapping[str, str]) -> Proposal:
        """Let a candidate that was typed wait, and show it.

        Raises:
            ProjectError: it cannot be proposed as it stands.
            QueryError: an end is not known.
        """
        one = propose_by_hand(self.material, self.project, typed)
        listed = {other.key: other for other in (*self.material.plans.get(one.plan, ()), one)}
        plans = {**self.material.plans, one.plan: tuple(listed.values())}
        self.material = replace(self.material, plans=plans)
        self.waiting = [one, *(other for other in self.waiting if other.key != one.key)]
        self.total += 1
        self._show(0)
        return one

    def undo(self) -> Message:
        """Take back the last decision that holds, whenever it was made; its candidates wait again, and are shown."""
        return Message("desk", "said.undone" if self.undone() else "said.nothing-to-undo")

    def undone(self) -> str:
        """Do so; the file that was written, empty where there was nothing to undo."""
        if self.wanted.second:
            return self._second_undone()
        last = last_of(self.decisions, self.reviewer, times(self._journal()))
        if not last:
            return ""
        by = self.reviewer, self.day
        file = write_withdrawal(self.material, self.project, [one.iri for one in last], last[0].plan, by)
        matters = {one.matter for one in last}
        again = [one for found in self.material.plans.values() for one in found if one.matter in matters]
        self._wait_again(again, last[0].status, len(last))
        self.read_again()
        return file

    def read_again(self) -> None:
        """Read what was decided and holds, as the files say it now."""
        self.decisions = held(ProjectFiles(self.project), _decided_plans(self.material, self.project))

    def _second_undone(self) -> str:
        """Take back the last second reading."""
        journal = self._journal()
        holds = {name for name, reader in second_readings(journal) if reader == self.reviewer}
        own = (one for one in journal if (one.kind, one.reviewer) == (SECOND, self.reviewer) and one.key in holds)
        last = max(own, key=lambda one: one.at, default=None)
        again = [one for found in self.material.plans.values() for one in found if last and one.key == last.key]
        if not last or not again:
            return ""
        note(self.project, again[0].plan, Noted(UNDONE, last.key, self.reviewer, "", now()))
        self._wait_again(again, last.status, 1)
        return journal_name(again[0].plan)

    def _wait_again(self, again: Sequence[Proposal], status: str, number: int) -> None:
        self.waiting[self.at : self.at] = again
        self._show(self.at)
        counted = self.decided if self.decided[status] else self.before
        counted[status] = max(0, counted[status] - number)

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

    def card(self, language: Language) -> Card | None:
        """What is shown of the candidate; to a second reader no decision on the same words, which would tell."""
        one = self.current
        if one is None:
            return None
        return make_card(self.material, one, self.found(), () if self.wanted.second else self.decisions, language)


def _decided_plans(material: Material, project: Project) -> list[str]:
    """The plans there are candidates of, and those of which something was decided, by IRI."""
    files = sorted((project.graph / "plans").glob(f"*/{REVIEWED}"))
    return list(dict.fromkeys([*material.plans, *(thing("plan", file.parent.name, project.space) for file in files)]))


def open_desk(material: Material, project: Project, reviewer: str, day: date, wanted: Wanted = Wanted()) -> Desk:
    """Begin or go on: what waits for a decision, or what somebody else decided already."""
    decisions = held(ProjectFiles(project), _decided_plans(material, project))
    done, journal = settled_by(decisions), read_journal(project, material.plans)
    proposals = sorted((one for found in material.plans.values() for one in found), key=place_in_text)
    decided = [one for one in proposals if done.holds(one, material.sha(one))]
    if wanted.second:
        # nobody is a second reader of what he decided himself
        foreign = [one for one in decided if reviewer not in done.by.get(one.matter, ())]
        readings = second_readings(journal)
        chosen = for_second_reader(foreign)
        waiting = [one for one in chosen if (one.key, reviewer) not in readings]
        seen = Counter(readings[one.key, reviewer] for one in chosen if (one.key, reviewer) in readings)
    else:
        waiting = open_proposals(material, done, wanted.kind)
        of_kind = [one for one in decided if wanted.kind in ("", kind_of(one.target))]
        seen = Counter("accepted" if one.matter in done.accepted else "rejected" for one in of_kind)
    if wanted.order == "rank":
        waiting.sort(key=lambda one: -one.number)
    if wanted.control and not wanted.second:
        waiting = with_controls(waiting, proposals, controls_of(journal, reviewer))
    total = len(waiting) + seen.total()
    return Desk(material, project, reviewer, day, waiting, wanted, total=total, before=seen, decisions=decisions)
