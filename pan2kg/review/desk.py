"""A review as it goes on: what waits, what is shown, and what was decided; terminal and pages show the same.

A decision is written when it is made and the next candidate follows; nothing is chosen beforehand.
What was decided can be undone, also what was decided another day. Several candidates of the same
text and relation may be decided at once, each ticked by a person; nothing accepts all that waits.
Candidates of documents come first; behind them, once somebody asks for it, what the graph suggests.
How a candidate is shown stands in :mod:`pan2kg.review.cards`, what a key does in
:mod:`pan2kg.review.keys`, and what a form does in :mod:`pan2kg.review.forms`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median
from time import time
from typing import NamedTuple

from pan2kg.errors import ProjectError
from pan2kg.extract.document import Quotation
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Messages
from pan2kg.project import Project, plan_of_file
from pan2kg.review import control, decision, filing, hand, journal as journals, suggestions, work
from pan2kg.review.fields import Form
from pan2kg.review.outcomes import Outcome, RefusedError
from pan2kg.review.standing import ProjectFiles
from pan2kg.review.suggested import graph_candidates
from pan2kg.turtle import key, kind_and_key, read_prefixes
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import write_turtle

_NOTHING = Quotation("", start=0, end=0)
_MOST_DIGITS = 4
"""How many digits the number of a passage has at most."""
_DESK = Messages("desk")


class Wanted(NamedTuple):
    """What is to be reviewed and how: of what kind, in what order, with controls, or as a second reader.

    Of what the graph suggests, only what a ``plan``, given by IRI, has part in.
    """

    kind: str = ""
    order: str = "text"
    control: bool = False
    second: bool = False
    plan: str = ""

    @classmethod
    def read(cls, form: Form) -> "Wanted":
        """What a form or the address of a page asks for; what it does not name is as usual."""
        order = "rank" if form.get("order") == "rank" else "text"
        return cls(order=order, control=bool(form.get("control")), second=bool(form.get("second")))

    def asks_for(self, candidate: decision.Candidate) -> bool:
        """Whether a candidate of a document is of the kind that is to be reviewed."""
        kind, _ = kind_and_key(candidate.ends[1])
        # what has no kind in its address is the address of an act
        return self.kind in ("", kind or "instrument")

    def asks_for_suggestion(self, candidate: decision.Candidate) -> bool:
        """Whether a suggestion of the graph has part in what is to be reviewed."""
        kinds = [kind_and_key(end)[0] for end in candidate.ends]
        is_of_kind = not self.kind or self.kind in kinds
        return is_of_kind and self.plan in ("", *candidate.plans)


ALL = Wanted()


class ReviewMeasures(NamedTuple):
    """How far the decisions of a reviewer can be relied on.

    ``controls`` are how many controls were ``met`` and how many ``recognised``, ``pace`` the median
    of the seconds a decision took, None where none is known, ``agreement`` that with second readers.
    """

    controls: dict[str, int]
    pace: float | None
    agreement: control.Agreement


class _Undone(NamedTuple):
    """What was taken back: the file that says so, what waits again, and what it counted as."""

    file: str
    candidates: list[decision.Candidate]
    status: str
    number: int


@dataclass
class Desk:
    """A review of one person on one day.

    ``waiting`` is what is left, ``at`` the place of the candidate that is shown; ``total`` counts
    what is left at the beginning and what was decided ``before``. ``decided`` counts by status, as
    ``before`` does. ``ticked`` are the keys of what is decided together with what is shown;
    ``seconds`` how long it was looked at, None where nobody knows. ``open_graph`` opens the graph
    with what rules derive, which takes some seconds; ``suggested`` is what came of it.
    """

    material: work.Material
    project: Project
    reviewer: str
    day: date
    waiting: list[decision.Candidate]
    wanted: Wanted = ALL
    open_graph: Callable[[], Graph] | None = None
    at: int = 0
    total: int = 0
    decided: dict[str, int] = field(default_factory=lambda: {"accepted": 0, "rejected": 0})
    before: Counter[str] = field(default_factory=Counter)
    plans: tuple[str, ...] = ()
    decisions: list[decision.Held] = field(default_factory=list)
    passage: int = 0
    ticked: tuple[str, ...] = ()
    seconds: float | None = None
    graph: Graph | None = None
    suggested: list[decision.Candidate] = field(default_factory=list)

    @property
    def current(self) -> decision.Candidate | None:
        """The candidate that is shown, None where nothing waits."""
        return self.waiting[self.at] if self.waiting else None

    @property
    def is_graph_shown(self) -> bool:
        """Whether what is shown is a suggestion of the graph."""
        return self.current is not None and self.current.origin is decision.Origin.GRAPH

    @property
    def quotation(self) -> Quotation:
        """The passage that is shown; without words where the candidate has none."""
        quotations = self.current.quotations if self.current else ()
        return quotations[self.passage] if quotations else _NOTHING

    @property
    def progress(self) -> dict[str, int]:
        """How far one has come: ``number`` of ``total``, and how many were ``accepted`` and ``rejected``."""
        number = min(self.total, self.total - len(self.waiting) + self.at + 1)
        counts = {
            status: self.decided[status] + self.before[status]
            for status in ("accepted", "rejected")
        }
        return {"number": number, "total": self.total, **counts}

    def measured(self) -> ReviewMeasures:
        """How well, how fast and how unanimously was decided."""
        journal = journals.read_journal(self.project, self.plans)
        times = []
        for noted in journal:
            if noted.reviewer == self.reviewer and noted.seconds is not None:
                times.append(noted.seconds)
        met = list(journals.controls_of(journal, self.reviewer).values())
        controls = {"met": len(met), "recognised": met.count("rejected")}
        second = journals.second_readings(journal)
        agreement = control.Agreement.between(self.material.candidates, self.decisions, second)
        return ReviewMeasures(controls, median(times) if times else None, agreement)

    def suggest(self) -> None:
        """Put what the graph suggests behind what waits, once; of no use to a second reader."""
        if self.graph is not None or self.open_graph is None or self.wanted.second:
            return
        self.graph = self.open_graph()
        # the graph may not know yet what was decided a moment ago; the files do
        settled = {
            frozenset(verdict.matter)
            for verdict in self.decisions
            if verdict.filed.type in decision.SETTLED
        }
        for candidate in graph_candidates(self.graph):
            is_settled = not candidate.link and frozenset(candidate.ends) in settled
            if not is_settled and self.wanted.asks_for_suggestion(candidate):
                self.suggested.append(candidate)
        self.waiting += self.suggested
        self.total += len(self.suggested)

    def show(self, name: str) -> None:
        """Show the candidate with this key; refused where none waits."""
        keys = [candidate.key for candidate in self.waiting]
        if name not in keys:
            raise RefusedError("unknown-item")
        self.move(keys.index(name) - self.at)

    def move(self, steps: int) -> None:
        """Show another candidate, in a circle, with its first passage and nothing ticked."""
        self.at = (self.at + steps) % len(self.waiting) if self.waiting else 0
        self.passage = 0
        self.ticked = ()

    def show_passage(self, number: str) -> None:
        """Show a passage by its number from 0; what is no number of one shows the first."""
        count = len(self.current.quotations) if self.current else 0
        is_number = number.isdecimal() and len(number) <= _MOST_DIGITS
        self.passage = int(number) if is_number and int(number) < count else 0

    def put_off(self, keys: Sequence[str]) -> None:
        """Put candidates, by key, behind all else that waits, in this order."""
        place = {name: number for number, name in enumerate(keys, start=1)}
        self.waiting.sort(key=lambda candidate: place.get(candidate.key, 0))
        self.move(0)

    def alike(self) -> list[decision.Candidate]:
        """What can be decided together with what is shown: the same statement of other works of the plan."""
        current = self.current
        if current is None or self.wanted.second:
            return []
        if current.is_control or current.origin is decision.Origin.GRAPH:
            return []
        # what is shown may have been changed, and is compared as it was found
        by_key = {
            candidate.key: candidate for candidate in self.material.plans.get(current.plan, ())
        }
        original = by_key.get(current.key, current)
        return [candidate for candidate in self.waiting if _are_alike(candidate, original)]

    def tick(self, keys: Collection[str]) -> None:
        """Tick what has one of these keys and can be decided together with what is shown, and nothing else."""
        self.ticked = tuple(candidate.key for candidate in self.alike() if candidate.key in keys)

    def intended(self, rejection: str) -> list[decision.Decision]:
        """The decisions on what is shown and ticked: accepted, or rejected for one of the reasons."""
        current = self.current
        if current is None:
            return []
        passages = [(current, self.quotation)]
        for twin in self.alike():
            if twin.key in self.ticked:
                passages.append((_changed_alike(twin, current), twin.quotations[0]))
        language = self.material.graph.language
        document = self.material.documents.get(current.plan, "")
        decisions = []
        for candidate, quotation in passages:
            decisions.append(
                decision.Decision(
                    candidate,
                    replace(quotation, document=document),
                    self.reviewer,
                    self.day,
                    status="rejected" if rejection else "accepted",
                    rejection=rejection,
                    reason=_DESK.say(f"reason.{rejection}", language) if rejection else "",
                    language=language if rejection else "",
                )
            )
        return decisions

    def preview(self, rejection: str = "") -> str:
        """The blocks the decision would write, as Turtle without prefixes; refused as the decision would be."""
        decisions = self.intended(rejection)
        if not decisions:
            return ""
        prefixes = read_prefixes(self.project)
        files = ProjectFiles(self.project)
        composed = filing.compose(self.material.graph, files, decisions, self.material.texts)
        lines = write_turtle(composed.blocks, prefixes).splitlines()
        return "\n".join(line for line in lines if not line.startswith("@prefix")).strip()

    def decide(self, rejection: str = "") -> Outcome:
        """Write the decision on what is shown and ticked, accepted where there is no reason against it.

        On a control, and of a second reader, it is noted in the journal alone.
        """
        current = self.current
        if current is None:
            raise RefusedError("unknown-item")
        status = "rejected" if rejection else "accepted"
        keys = {current.key}
        if current.is_control:
            code = "control-noticed" if rejection else "control-missed"
            file = self._note(current, journals.CONTROL, status)
        elif self.wanted.second:
            code = "second-noted"
            file = self._note(current, journals.SECOND, status)
        else:
            keys |= {*self.ticked}
            code = status if len(keys) == 1 else f"{status}-many"
            file = write_decisions(
                self.material.graph,
                self.intended(rejection),
                self.material.texts,
                self._seconds_looked_at,
            )
            self.read_again()
        self._leave(keys)
        if not current.is_control:
            self.decided[status] += len(keys)
        return Outcome(code, {"files": file, "n": len(keys)}, (file,))

    @property
    def _seconds_looked_at(self) -> float | None:
        return self.seconds if self.seconds and 0 < self.seconds < journals.LONGEST else None

    def _note(self, candidate: decision.Candidate, kind: str, status: str) -> str:
        """Note in the journal how the reviewer judged what is shown; gives the name of the journal."""
        seconds = None if kind == journals.UNDONE else self._seconds_looked_at
        noted = journals.Noted(kind, candidate.key, self.reviewer, status, time(), seconds)
        journals.note(self.project, candidate.plan, noted)
        return journals.journal_name(candidate.plan)

    def decide_suggested(self, form: Form) -> Outcome:
        """Write the decision on the suggestion of the graph that is shown, as the fields of a form have it."""
        current = self.current
        graph = self.graph
        if current is None or graph is None:
            raise RefusedError("unknown-item")
        filled_form = {"reviewer": self.reviewer, **form}
        outcome = write_suggested(graph, current, filled_form, self.day)
        self.read_again()
        self._leave({current.key})
        self.decided[outcome.code] += 1
        return outcome

    def _leave(self, keys: Collection[str]) -> None:
        """What has one of these keys waits no longer, and what came next is shown."""
        self.at = sum(candidate.key not in keys for candidate in self.waiting[: self.at])
        self.waiting = [candidate for candidate in self.waiting if candidate.key not in keys]
        self.move(0)

    def propose(self, typed: Form) -> Outcome:
        """Let a candidate wait that somebody typed (:func:`pan2kg.review.hand.typed_candidate`), and show it."""
        candidate = hand.typed_candidate(self.material, typed)
        plan = candidate.plan
        work.note_typed(self.project, candidate)
        by_key = {known.key: known for known in self.material.plans.get(plan, ())}
        by_key[candidate.key] = candidate
        plans = {**self.material.plans, plan: tuple(by_key.values())}
        self.material = replace(self.material, plans=plans)
        remaining = [waiting for waiting in self.waiting if waiting.key != candidate.key]
        self.waiting = [candidate, *remaining]
        self.total += 1
        self.move(-self.at)
        file = f"{work.WORK}/{key(plan)}/{work.BY_HAND}"
        return Outcome("proposed", {"files": file, "candidate": candidate.key}, (file,))

    def edit(self, aspect: str, value: str) -> None:
        """Change what is shown before it is decided on, as :func:`pan2kg.review.hand.changed` does."""
        current = self.current
        if current is None:
            raise RefusedError("unknown-item")
        self.waiting[self.at] = hand.changed(self.material, current, aspect, value, self.quotation)
        if aspect not in ("relation", "to"):
            # the words typed are the first passage
            self.passage = 0

    def undo(self) -> str:
        """Take back the last decision that holds, whenever it was made; its candidates wait again, and are shown.

        Gives the file that was written, empty where there was nothing to undo.
        """
        journal = journals.read_journal(self.project, self.plans)
        if self.wanted.second:
            undone = self._undo_second_reading(journal)
        else:
            undone = self._undo_decision(journal)
        if undone is None:
            return ""
        again = [candidate for candidate in undone.candidates if candidate not in self.waiting]
        self.waiting[self.at : self.at] = again
        self.move(0)
        # what this desk has not counted was decided before
        counted = self.decided if self.decided[undone.status] else self.before
        counted[undone.status] = max(0, counted[undone.status] - undone.number)
        return undone.file

    def _undo_second_reading(self, journal: Sequence[journals.Noted]) -> _Undone | None:
        readings = journals.second_readings(journal)
        mine = []
        for noted in journal:
            is_mine = noted.kind == journals.SECOND and noted.reviewer == self.reviewer
            if is_mine and (noted.key, self.reviewer) in readings:
                mine.append(noted)
        if not mine:
            return None
        latest = max(mine, key=lambda noted: noted.at)
        listed = self.material.candidates
        again = [candidate for candidate in listed if candidate.key == latest.key]
        if not again:
            return None
        file = self._note(again[0], journals.UNDONE, "")
        return _Undone(file, again, latest.status, 1)

    def _undo_decision(self, journal: Sequence[journals.Noted]) -> _Undone | None:
        latest = journals.last_of(self.decisions, self.reviewer, journal)
        if not latest:
            return None
        file = filing.withdraw(self.material.graph, latest, self.reviewer, self.day)
        matters = {verdict.matter for verdict in latest}
        again = [candidate for candidate in self.material.candidates if candidate.matter in matters]
        # a suggestion has no direction yet
        pairs = {frozenset(matter) for matter in matters}
        again += [candidate for candidate in self.suggested if frozenset(candidate.ends) in pairs]
        self.read_again()
        return _Undone(file, again, latest[0].status, len(latest))

    def read_again(self) -> None:
        """Read from the files what is decided, of plans with candidates and of all that have a file of decisions."""
        plans = dict.fromkeys(self.material.plans)
        for path in self.project.graph_files():
            plan = plan_of_file(self.project.graph_path(path))
            if plan and path.stem.endswith(decision.REVIEWED):
                plans[thing("plan", plan, self.project.space)] = None
        self.plans = tuple(plans)
        files = ProjectFiles(self.project)
        self.decisions = []
        for plan in self.plans:
            self.decisions += decision.decided(files, plan, plan=plan)


def _are_alike(candidate: decision.Candidate, original: decision.Candidate) -> bool:
    """Whether a candidate says the same of another work of the same plan."""
    if candidate.key == original.key or candidate.plan != original.plan:
        return False
    if candidate.is_control or not candidate.quotations:
        return False
    said = candidate.ends[1], candidate.relation, candidate.linked_as
    return said == (original.ends[1], original.relation, original.linked_as)


def _changed_alike(twin: decision.Candidate, current: decision.Candidate) -> decision.Candidate:
    """What is decided together with what is shown, with all that was changed of that."""
    return replace(
        twin,
        relation=current.relation,
        ends=(twin.ends[0], current.ends[1]),
        said=twin.said if current.said else "",
    )


def open_desk(
    material: work.Material,
    project: Project,
    reviewer: str,
    day: date,
    wanted: Wanted = ALL,
    open_graph: Callable[[], Graph] | None = None,
) -> Desk:
    """The desk of a reviewer on a day, with what waits of this material.

    ``open_graph`` is asked for the graph once somebody wants to see what it suggests.
    """
    desk = Desk(material, project, reviewer, day, [], wanted, open_graph)
    desk.read_again()
    journal = journals.read_journal(project, material.plans)
    if wanted.second:
        _lay_out_second_readings(desk, journal)
    else:
        _lay_out(desk)
    if wanted.order == "rank":
        desk.waiting.sort(key=lambda candidate: -(candidate.rank or 0.0))
    if wanted.control and not wanted.second:
        met = journals.controls_of(journal, reviewer)
        desk.waiting = control.with_controls(desk.waiting, material.candidates, met)
    desk.total = len(desk.waiting) + desk.before.total()
    return desk


def _lay_out(desk: Desk) -> None:
    """Let wait what nobody has decided on, and count the others by status."""
    settled = decision.Settled.by(desk.decisions)
    for candidate in desk.material.candidates:
        if not desk.wanted.asks_for(candidate):
            continue
        if not settled.holds(candidate, desk.material.sha(candidate)):
            desk.waiting.append(candidate)
        elif candidate.matter in settled.accepted:
            desk.before["accepted"] += 1
        else:
            desk.before["rejected"] += 1


def _lay_out_second_readings(desk: Desk, journal: Sequence[journals.Noted]) -> None:
    """Let wait what a second reader is to decide again, and count by status what was read so already."""
    settled = decision.Settled.by(desk.decisions)
    foreign = []
    for candidate in desk.material.candidates:
        is_settled = settled.holds(candidate, desk.material.sha(candidate))
        # nobody is a second reader of what he decided himself
        if is_settled and desk.reviewer not in settled.reviewers.get(candidate.matter, ()):
            foreign.append(candidate)
    readings = journals.second_readings(journal)
    for candidate in control.for_second_reader(foreign):
        status = readings.get((candidate.key, desk.reviewer))
        if status is None:
            desk.waiting.append(candidate)
        else:
            desk.before[status] += 1


def write_suggested(graph: Graph, candidate: decision.Candidate, form: Form, day: date) -> Outcome:
    """Write the decision on a suggestion of the graph as a form has it; its code is how it was decided."""
    filled = suggestions.fill(graph, candidate, form, day)
    file = write_decisions(graph, [filled])
    return Outcome(filled.status, {"files": file}, (file,))


def write_decisions(
    graph: Graph,
    decisions: Sequence[decision.Decision],
    texts: decision.PlanTexts | None = None,
    seconds: float | None = None,
) -> str:
    """Write decisions of one plan, made at once after so many ``seconds``, and note them; gives the file's name.

    ``texts`` are those read of plans, by IRI. Without the journal the decision stands all the same.
    """
    composed = filing.decide(graph, decisions, texts or {})
    lead = decisions[0]
    with suppress(ProjectError):
        noted = journals.Noted(
            journals.DECISION,
            lead.candidate.key,
            lead.reviewer,
            lead.status,
            time(),
            seconds,
            tuple(composed.iris),
        )
        journals.note(graph.project, lead.candidate.plan, noted)
    return composed.change.name
