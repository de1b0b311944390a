"""A review as it goes on: what is shown, what a key or a form does, what was decided; terminal and pages show the same.

A decision is written when it is made and the next candidate follows; nothing is chosen beforehand.
What was decided can be undone, also what was decided another day. Several candidates of the same
text and relation may be decided at once, each ticked by a person; nothing accepts all that waits.
Candidates of documents come first; behind them, once somebody asks for it, what the graph suggests.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median
from time import time
from typing import Final, NamedTuple

from pan2kg.coherence import bodies, citations, evidence
from pan2kg.errors import EndpointError, Pan2kgError, ProjectError, QueryError
from pan2kg.extract.document import Quotation, quoted
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import shortened
from pan2kg.i18n import LANGUAGES, Language, Message, Messages, in_words, numeral, verbatim
from pan2kg.project import Project
from pan2kg.review import decision, work
from pan2kg.review.files import Form, Outcome, ProjectFiles, RefusedError, read_choice, read_field
from pan2kg.store.queries import KINDS, program_query
from pan2kg.store.store import Store
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle import ID, PAN, key, kind_and_key, link_iri, read_prefixes
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import write_turtle

HAND: Final = (
    "from",
    "relation",
    "to",
    "words",
)  # what is typed of a candidate that is proposed by hand
TYPED: Final = ("type", "direction", "channel", "document", "page", "quote")
"""What is typed to accept a suggestion, in this order, with ``|`` between; the page may be empty."""
TOGETHER: Final = (
    "with:"  # how the fields of a form begin that tick what is decided together with what is shown
)
_NEAREST: Final = (
    5  # how many actions of a plan are offered in its place, those with the most similar titles
)
_NAMES: Final = 4  # how many other names of a thing are shown
_SURE: Final = (
    1.0  # how sure a candidate is that a person has typed: there is no rule that may be wrong
)
_NOTHING: Final = Quotation("", start=0, end=0)
_DESK: Final = Messages("desk")


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
        order = "rank" if form.get("order") == "rank" else "text"
        return cls(order=order, control=bool(form.get("control")), second=bool(form.get("second")))


ALL: Final = Wanted()


class Card(NamedTuple):
    """A candidate as it is shown: the statement as one sentence, why, one of its passages, and what is named.

    ``facts`` say what is known of the target, ``others`` what else rests on it, ``nearer`` the keys
    and labels of actions that may be meant, ``own_words`` where its own text says its title;
    ``previous`` how the same words were decided on for other statements.
    """

    statement: str
    reason: str
    remarks: tuple[str, ...]
    passage: Quotation
    passages: int
    target: str
    facts: list[str]
    others: list[str]
    nearer: list[tuple[str, str]]
    own_words: Quotation | None
    previous: list[str]


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
        return self.waiting[self.at] if self.waiting else None

    @property
    def is_graph_shown(self) -> bool:
        return self.current is not None and self.current.origin is decision.Origin.GRAPH

    @property
    def progress(self) -> dict[str, int]:
        number = min(self.total, self.total - len(self.waiting) + self.at + 1)
        counts = {
            status: self.decided[status] + self.before[status]
            for status in ("accepted", "rejected")
        }
        return {"number": number, "total": self.total, **counts}

    def measured(self) -> tuple[dict[str, int], float | None, work.Agreement]:
        journal = work.read_journal(self.project, self.plans)
        times = [
            noted.seconds
            for noted in journal
            if noted.reviewer == self.reviewer and noted.seconds is not None
        ]
        met = work.controls_of(journal, self.reviewer)
        controls = {
            "met": len(met),
            "recognised": sum(status == "rejected" for status in met.values()),
        }
        second = work.second_readings(journal)
        agreement = work.Agreement.between(self.material.candidates, self.decisions, second)
        return controls, median(times) if times else None, agreement

    def suggest(self) -> None:
        if self.graph is None and self.open_graph and not self.wanted.second:
            self.graph = self.open_graph()
            # the graph may not know yet what was decided a moment ago; the files do
            settling = (
                verdict for verdict in self.decisions if verdict.filed.type in decision.SETTLED
            )
            settled = {frozenset(verdict.matter) for verdict in settling}
            self.suggested = [
                candidate
                for candidate in work.graph_candidates(self.graph)
                if self.wanted.plan in ("", *candidate.plans)
                and (
                    not self.wanted.kind
                    or self.wanted.kind in [kind_and_key(end)[0] for end in candidate.ends]
                )
                and (candidate.link or frozenset(candidate.ends) not in settled)
            ]
            self.waiting += self.suggested
            self.total += len(self.suggested)

    def show(self, name: str) -> None:
        at = next((at for at, candidate in enumerate(self.waiting) if candidate.key == name), None)
        if at is None:
            raise RefusedError("unknown-item")
        self.move(at - self.at)

    def move(self, steps: int) -> None:
        self.at = (self.at + steps) % len(self.waiting) if self.waiting else 0
        self.passage = 0
        self.ticked = ()

    def show_passage(self, number: str) -> None:
        count = len(self.current.quotations) if self.current else 0
        is_passage = number.isdecimal() and len(number) < len("10000") and int(number) < count
        self.passage = int(number) if is_passage else 0

    def put_off(self, keys: Sequence[str]) -> None:
        place = {name: number for number, name in enumerate(keys, start=1)}
        self.waiting.sort(key=lambda candidate: place.get(candidate.key, 0))
        self.move(0)

    @property
    def quotation(self) -> Quotation:
        quotations = self.current.quotations if self.current else ()
        return quotations[self.passage] if quotations else _NOTHING

    def alike(self) -> list[decision.Candidate]:
        current = self.current
        if (
            current is None
            or self.wanted.second
            or current.is_control
            or current.origin is decision.Origin.GRAPH
        ):
            return []
        listed = self.material.plans.get(current.plan, ())
        original = next(
            (candidate for candidate in listed if candidate.key == current.key), current
        )
        return [
            candidate
            for candidate in self.waiting
            if candidate.key != original.key
            and candidate.plan == original.plan
            and not candidate.is_control
            and candidate.quotations
            and (candidate.ends[1], candidate.relation, candidate.linked_as)
            == (original.ends[1], original.relation, original.linked_as)
        ]

    def tick(self, keys: Collection[str]) -> None:
        self.ticked = tuple(candidate.key for candidate in self.alike() if candidate.key in keys)

    def made(self, rejection: str = "") -> list[decision.Decision]:
        current = self.current
        language = self.material.graph.language
        if current is None:
            return []
        pairs = [(current, self.quotation)]
        for twin in self.alike():
            if twin.key in self.ticked:
                words = twin.said if current.said else ""
                ends = twin.ends[0], current.ends[1]
                pairs.append(
                    (
                        replace(twin, relation=current.relation, ends=ends, said=words),
                        twin.quotations[0],
                    )
                )
        reason = _DESK.say(f"reason.{rejection}", language) if rejection else ""
        document = self.material.documents.get(current.plan, "")
        return [
            decision.Decision(
                candidate,
                replace(quotation, document=document),
                self.reviewer,
                self.day,
                "rejected" if rejection else "accepted",
                rejection,
                reason,
                language if rejection else "",
            )
            for candidate, quotation in pairs
        ]

    def preview(self, rejection: str = "") -> str:
        decisions = self.made(rejection)
        if not decisions:
            return ""
        graph = self.material.graph
        prefixes = read_prefixes(self.project)
        _, blocks, _ = decision.compose(
            graph, ProjectFiles(self.project), decisions, self.material.texts
        )
        lines = write_turtle(blocks, prefixes).splitlines()
        return "\n".join(line for line in lines if not line.startswith("@prefix")).strip()

    def decide(self, rejection: str = "") -> Outcome:
        """Write the decision on what is shown and ticked, accepted where there is no reason against it.

        On a control, and of a second reader, it is noted in the journal alone.
        """
        current = self.current
        status = "rejected" if rejection else "accepted"
        if current is None:
            raise RefusedError("unknown-item")
        kind = (
            work.CONTROL
            if current.is_control
            else work.SECOND
            if self.wanted.second
            else work.DECISION
        )
        seconds = self.seconds if self.seconds and 0 < self.seconds < work.LONGEST else None
        if kind == work.DECISION:
            keys = {current.key, *self.ticked}
            file = _write(self.material.graph, self.made(rejection), self.material, seconds)
            self.read_again()
        else:
            keys = {current.key}
            file = work.journal_name(current.plan)
            noted = work.Noted(kind, current.key, self.reviewer, status, time(), seconds)
            work.note(self.project, current.plan, noted)
        self._leave(keys, status, is_counted=kind != work.CONTROL)
        code = status if len(keys) == 1 else f"{status}-many"
        if kind == work.CONTROL:
            code = "control-noticed" if rejection else "control-missed"
        elif kind == work.SECOND:
            code = "second-noted"
        return Outcome(code, {"files": file, "n": len(keys)}, (file,))

    def decide_suggested(self, form: Form) -> Outcome:
        current = self.current
        graph = self.graph
        if current is None or graph is None:
            raise RefusedError("unknown-item")
        filled = decision.fill(graph, current, {"reviewer": self.reviewer, **form}, self.day)
        file = _write(graph, [filled])
        self.read_again()
        self._leave({current.key}, filled.status)
        return Outcome(filled.status, {"files": file}, (file,))

    def _leave(self, keys: Collection[str], status: str, *, is_counted: bool = True) -> None:
        self.decided[status] += len(keys) if is_counted else 0
        self.at = sum(candidate.key not in keys for candidate in self.waiting[: self.at])
        self.waiting = [candidate for candidate in self.waiting if candidate.key not in keys]
        self.move(0)

    def propose(self, typed: Mapping[str, str]) -> Outcome:
        graph = self.material.graph
        project = self.project
        start, target = (graph.resolve(typed[name]) for name in ("from", "to"))
        plan = graph.plan_of(start)
        if not plan:
            raise QueryError("action-without-plan", remedy="name-a-plan", name=typed["from"])
        document = self.material.texts.get(plan)
        if document is None:
            raise ProjectError("no-document-of-plan", remedy="propose-from-file", plan=key(plan))
        classes = graph.read(program_query("things/classes-and-plan", thing=target))
        is_part = any(row[0].removeprefix(PAN) in KINDS["body"] for row in classes)
        candidate = decision.Candidate(
            "",
            plan,
            (start, target),
            decision.INVOLVEMENT if is_part else "",
            reason=Message("desk", "by-hand"),
            rank=_SURE,
        )
        candidate = replace(candidate, relation=self._relation(candidate, typed["relation"]))
        quotation = quoted(document, typed["words"])
        if quotation is None:
            raise ProjectError("words-not-in-text", name=typed["words"])
        link = link_iri(candidate.type, start, target, relation=candidate.relation)
        subject = candidate.matter[1] if is_part else key(link)
        candidate = replace(candidate, key=subject, quotations=(quotation,))
        work.note(project, plan, candidate)
        listed = {twin.key: twin for twin in (*self.material.plans.get(plan, ()), candidate)}
        self.material = replace(
            self.material, plans={**self.material.plans, plan: tuple(listed.values())}
        )
        self.waiting = [candidate, *(twin for twin in self.waiting if twin.key != subject)]
        self.total += 1
        self.move(-self.at)
        file = f"{work.WORK}/{key(plan)}/{work.BY_HAND}"
        return Outcome("proposed", {"files": file, "candidate": candidate.key}, (file,))

    def _relation(self, candidate: decision.Candidate, name: str) -> str:
        if (
            self.material.graph.labels.entry(
                f"{ID}{'role' if candidate.is_part else 'relation'}/{name}"
            )
            is None
        ):
            raise ProjectError("no-such-relation", name=name)
        return name

    def edit(self, what: str, value: str) -> None:
        current = self.current
        if current is None:
            raise RefusedError("unknown-item")
        if what == "relation":
            # the words of the source said another role
            current = replace(current, relation=self._relation(current, value), said="")
        elif what == "to":
            target = self.material.graph.resolve(value)
            current = replace(current, ends=(current.ends[0], target))
        else:
            document = self.material.texts.get(current.plan)
            quotation = quoted(document, value) if document else None
            if quotation is None:
                raise ProjectError("words-not-in-text", name=value)
            current = replace(
                current,
                quotations=(replace(quotation, path=self.quotation.path), *current.quotations),
            )
            self.passage = 0
        self.waiting[self.at] = current

    def undo(self) -> str:
        """Take back the last decision that holds, whenever it was made; its candidates wait again, and are shown.

        Gives the file that was written, empty where there was nothing to undo.
        """
        journal = work.read_journal(self.project, self.plans)
        if self.wanted.second:
            readings = work.second_readings(journal)
            mine = [
                noted
                for noted in journal
                if (noted.kind, noted.reviewer) == (work.SECOND, self.reviewer)
                and (noted.key, self.reviewer) in readings
            ]
            latest = max(mine, key=lambda noted: noted.at, default=None)
            again = [
                candidate
                for candidate in self.material.candidates
                if latest and candidate.key == latest.key
            ]
            if latest is None or not again:
                return ""
            noted = work.Noted(work.UNDONE, latest.key, self.reviewer, "", time())
            work.note(self.project, again[0].plan, noted)
            file = work.journal_name(again[0].plan)
            status = latest.status
            number = 1
        else:
            last = work.last_of(self.decisions, self.reviewer, journal)
            if not last:
                return ""
            file = decision.withdraw(self.material.graph, last, self.reviewer, self.day)
            matters = {verdict.matter for verdict in last}
            status = last[0].status
            number = len(last)
            unordered = {frozenset(matter) for matter in matters}
            again = [
                candidate for candidate in self.material.candidates if candidate.matter in matters
            ]
            again += [
                candidate for candidate in self.suggested if frozenset(candidate.ends) in unordered
            ]
            self.read_again()
        self.waiting[self.at : self.at] = [
            candidate for candidate in again if candidate not in self.waiting
        ]
        self.move(0)
        counted = self.decided if self.decided[status] else self.before
        counted[status] = max(0, counted[status] - number)
        return file

    def read_again(self) -> None:
        reviewed = sorted((self.project.graph / "plans").glob(f"*/{decision.REVIEWED}"))
        decided = [thing("plan", path.parent.name, self.project.space) for path in reviewed]
        self.plans, files = (
            tuple(dict.fromkeys([*self.material.plans, *decided])),
            ProjectFiles(self.project),
        )
        self.decisions = [
            verdict for plan in self.plans for verdict in decision.decided(files, plan, plan=plan)
        ]

    def card(self, language: Language) -> Card | None:
        current = self.current
        material = self.material
        graph = self.material.graph
        if current is None or current.origin is decision.Origin.GRAPH:
            return None
        start, target = current.ends
        words_said = (current.reason, *current.remarks)
        said = [word.say(language) if isinstance(word, Message) else word for word in words_said]
        label = _label(graph, target, language)
        facts = list[str]()
        citing = list[str]()
        if target.startswith("http"):
            entity = graph.names.things.get(target)
            days = {"since": entity.start, "until": entity.end} if entity else {}
            facts = [
                _DESK.say(name, language, day=in_words(day, language))
                for name, day in days.items()
                if day
            ]
            names = [
                row[0]
                for row in graph.read(program_query("review/names-of", thing=target))
                if row[0] != label
            ]
            if names:
                facts.append(_DESK.say("called", language, names=" ; ".join(names[:_NAMES])))
            cited_by = graph.read(program_query("review/cited-by", target=target))
            citing = [graph.label(row[0], language) for row in cited_by if row[0] != start]
        passage = self.quotation.key(material.sha(current))
        previous = list[str]()
        listed = {twin.matter: twin for twin in material.plans.get(current.plan, ())}
        for verdict in () if self.wanted.second else self.decisions:
            twin = listed.get(verdict.matter)
            if passage in verdict.passages and verdict.matter != current.matter and twin:
                day = verdict.filed.one("reviewedOn")
                words = statement(graph, twin, language)
                decided = _DESK.say(f"{verdict.status}-by", language, by=verdict.reviewer)
                previous.append(
                    _DESK.say("was-decided", language, decided=decided, day=day, statement=words)
                )
        return Card(
            statement(graph, current, language),
            said[0],
            tuple(said[1:]),
            self.quotation.around(material.texts.get(current.plan)),
            len(current.quotations),
            label,
            facts,
            citing,
            self._nearer(current, language),
            self._own_words(target),
            previous,
        )

    def _nearer(self, current: decision.Candidate, language: Language) -> list[tuple[str, str]]:
        start, target = current.ends
        graph = self.material.graph
        kind = kind_and_key(target)[0]
        plan = (
            target
            if kind == "plan"
            else graph.plan_of(target) or ""
            if kind in decision.WORKS
            else ""
        )
        if not plan or plan == current.plan:
            return []
        listed = graph.read(program_query("review/actions-of-plan", plan=plan))
        actions = [row[0] for row in listed if row[0] != target]
        titles = [graph.label(action, language) for action in actions]
        order = bodies.Titles.read(titles).nearest(graph.label(start, language), _NEAREST)
        return [(key(actions[at]), titles[at]) for at in order]

    def _own_words(self, target: str) -> Quotation | None:
        graph = self.material.graph
        plan = graph.plan_of(target) if target.startswith("http") else None
        document = self.material.texts.get(plan) if plan and target != plan else None
        label = graph.label(target, graph.language) if document else ""
        start = document.text.find(label) if document and label else -1
        return (
            Quotation(label, start=start, end=start + len(label)).around(document)
            if start >= 0
            else None
        )


def _label(graph: Graph, target: str, language: Language) -> str:
    return (graph.label(target, language) if target else "") or _DESK.say(
        "unknown-target", language
    )


def statement(graph: Graph, candidate: decision.Candidate, language: Language) -> str:
    concept = f"{ID}{'role' if candidate.is_part else 'relation'}/{candidate.relation}"
    if candidate.relation and graph.labels.entry(concept):
        relation = graph.label(concept, language)
    else:
        relation = _DESK.say("cites" if candidate.type == decision.CITATION else "names", language)
    start = graph.label(candidate.ends[0], language)
    target = _label(graph, candidate.ends[1], language)
    return _DESK.say("statement", language, start=start, relation=relation, target=target)


def suggestion(desk: Desk, language: Language) -> list[str]:
    current = desk.current
    graph = desk.graph
    if current is None or graph is None:
        return []
    waiting = sum(candidate.origin is decision.Origin.GRAPH for candidate in desk.waiting)
    lines = [_DESK.say("suggested", language, n=waiting), ""]
    for end, plan in zip(current.ends, current.plans, strict=True):
        home = f" ({shortened(graph.label(plan, language))}, {key(plan)})" if plan else ""
        lines.append(f"{graph.label(end, language)}{home}")
    lines.append("")
    if current.link:
        lines.append(graph.label(f"{ID}linktype/{current.linked_as}", language))
        if current.rank is not None:
            lines.append(
                _DESK.say("confidence", language, number=numeral(f"{current.rank:.2f}", language))
            )
        return lines
    strength = evidence.level(current.level)
    shared = _DESK.say("shares", language, number=bits_words(current.rank, language))
    lines.append(f"{shared} · {named(strength).say(language)}" if strength else shared)
    lines += [f"  · {graph.label(via, language)}" for via in current.via]
    if all(current.expected):
        there, back = (named(citations.Verdict(words)).say(language) for words in current.expected)
        lines.append(_DESK.say("expected", language, there=there, back=back))
    return lines


def open_desk(
    material: work.Material,
    project: Project,
    reviewer: str,
    day: date,
    wanted: Wanted = ALL,
    open_graph: Callable[[], Graph] | None = None,
) -> Desk:
    desk = Desk(material, project, reviewer, day, [], wanted, open_graph)
    desk.read_again()
    settled = decision.Settled.by(desk.decisions)
    journal = work.read_journal(project, material.plans)
    listed = material.candidates
    done = {
        candidate.key for candidate in listed if settled.holds(candidate, material.sha(candidate))
    }
    if wanted.second:
        # nobody is a second reader of what he decided himself
        foreign = [
            candidate
            for candidate in listed
            if candidate.key in done and reviewer not in settled.reviewers.get(candidate.matter, ())
        ]
        readings = {
            name: status
            for (name, by), status in work.second_readings(journal).items()
            if by == reviewer
        }
        chosen = work.for_second_reader(foreign)
        desk.waiting = [candidate for candidate in chosen if candidate.key not in readings]
        desk.before = Counter(
            readings[candidate.key] for candidate in chosen if candidate.key in readings
        )
    else:
        # what has no kind in its address is the address of an act
        kinds = {
            candidate.key: kind_and_key(candidate.ends[1])[0] or "instrument"
            for candidate in listed
        }
        asked = [candidate for candidate in listed if wanted.kind in ("", kinds[candidate.key])]
        desk.waiting = [candidate for candidate in asked if candidate.key not in done]
        desk.before = Counter(
            "accepted" if candidate.matter in settled.accepted else "rejected"
            for candidate in asked
            if candidate.key in done
        )
    if wanted.order == "rank":
        desk.waiting.sort(key=lambda candidate: -(candidate.rank or 0.0))
    if wanted.control and not wanted.second:
        desk.waiting = work.with_controls(desk.waiting, listed, work.controls_of(journal, reviewer))
    desk.total = len(desk.waiting) + desk.before.total()
    return desk


def _write(
    graph: Graph,
    decisions: Sequence[decision.Decision],
    material: work.Material | None = None,
    seconds: float | None = None,
) -> str:
    iris, _, addition = decision.decide(graph, decisions, material.texts if material else {})
    lead = decisions[0]
    # of decisions in several files the last is undone first; without the journal the decision
    # stands all the same
    with suppress(ProjectError):
        name = lead.candidate.key
        noted = work.Noted(
            work.DECISION, name, lead.reviewer, lead.status, time(), seconds, tuple(iris)
        )
        work.note(graph.project, lead.candidate.plan, noted)
    return addition.name


def press(desk: Desk, typed: str) -> Message:
    """What a key does; what is wrong with it is said and nothing changes.

    ``r`` is followed by a number from 1 to 5, ``e`` by ``relation``, ``to`` or ``quote`` and the
    new value, ``b`` by the numbers of what is decided together with what is shown, ``n`` by what is
    proposed by hand. What the graph suggests, which ``g`` asks for, is accepted with its parts
    behind ``a`` and rejected with a reason behind ``r``.
    """
    name = typed.strip()[:1]
    argument = typed.strip()[1:].strip()
    try:
        if name in ("j", "k"):
            desk.move(1 if name == "j" else -1)
            return Message("desk", "said.moved")
        if name == "p":
            desk.show_passage(str(desk.passage + 1))
            return Message("desk", "said.moved")
        if name == "s":
            desk.put_off([desk.current.key] if desk.current else [])
            return Message("desk", "said.later")
        if name == "u":
            return (
                Message("desk", "said.undone")
                if desk.undo()
                else Message("review", "outcome.nothing-to-undo")
            )
        if name == "g":
            desk.suggest()
            places = [
                at
                for at, candidate in enumerate(desk.waiting)
                if candidate.origin is decision.Origin.GRAPH
            ]
            if places:
                desk.move(places[0] - desk.at)
            return Message("desk", "said.suggested", {"n": len(places)})
        if name == "n":
            parts = [word.strip() for word in argument.split("|")]
            if len(parts) != len(HAND) or not all(parts):
                return Message("desk", "hand-which")
            outcome = desk.propose(dict(zip(HAND, parts, strict=True)))
            return Message("review", f"outcome.{outcome.code}", outcome.values)
        return (
            _press_suggested(desk, name, argument)
            if desk.is_graph_shown
            else _press_candidate(desk, name, argument)
        )
    except Pan2kgError as error:
        return error.told


def _press_candidate(desk: Desk, name: str, argument: str) -> Message:
    if name in ("a", "r", "e") and desk.current is None:
        return Message("desk", "all-decided")
    if (name == "a" and not argument) or (
        name == "r" and len(argument) == 1 and argument in "12345"
    ):
        outcome = desk.decide(decision.REASONS[int(argument) - 1] if argument else "")
        if outcome.code.startswith("control"):
            return Message("review", f"outcome.{outcome.code}", outcome.values)
        return Message(
            "desk", "said.rejected" if argument else "said.accepted", {"n": outcome.values["n"]}
        )
    if name == "r":
        return Message("desk", "said.which-reason")
    if name == "w":
        return verbatim(desk.preview())
    if name == "e":
        what, _, value = argument.partition(" ")
        if what not in ("relation", "to", "quote") or not value.strip():
            return Message("desk", "edit-what")
        desk.edit(what, value.strip())
        return Message("desk", "said.edited")
    if name != "b":
        return Message("desk", "help")
    # what is named by its number, or by 2-5, is ticked; without a number nothing is any longer
    alike = desk.alike()
    numbers = set[int]()
    for word in re.split(r"[\s,]+", argument) if argument else ():
        span = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", word)
        low, high = (int(span[1]), int(span[2] or span[1])) if span else (0, 0)
        if not 1 <= low <= high <= len(alike):
            return Message("desk", "said.which-together", {"n": len(alike)})
        numbers.update(range(low, high + 1))
    desk.tick({alike[number - 1].key for number in numbers})
    return Message("desk", "said.ticked", {"n": len(desk.ticked)})


def _press_suggested(desk: Desk, name: str, argument: str) -> Message:
    if name == "r":
        if not argument:
            return Message("desk", "why")
        desk.decide_suggested({"verdict": "reject", "reason": argument})
        return Message("desk", "said.rejected", {"n": 1})
    if name != "a":
        return Message("desk", "help-suggested")
    parts = [word.strip() for word in argument.split("|", len(TYPED) - 1)]
    is_bare = not argument and decision.passage_document(desk.graph, desk.current)
    form = {} if is_bare else dict(zip(TYPED, parts, strict=False))
    if form and len(parts) != len(TYPED):
        return Message("desk", "suggested-which", {"types": ", ".join(decision.TYPES)})
    desk.decide_suggested({"verdict": "accept", **form})
    return Message("desk", "said.accepted", {"n": 1})


def decide_suggestion(graph: Graph, form: Form, today: date) -> Outcome:
    candidate = next(
        (one for one in work.graph_candidates(graph) if one.key == form.get("item", "")), None
    )
    if candidate is None:
        raise RefusedError("unknown-item")
    filled = decision.fill(graph, candidate, form, today)
    file = _write(graph, [filled])
    return Outcome(filled.status, {"files": file}, (file,))


def decide_candidate(graph: Graph, form: Form, today: date) -> Outcome:
    """Do what a form asks: accept or reject a candidate of a document, changed before or not, propose one, or undo.

    What it would write is given back as the value ``preview`` where that is asked for; nothing is
    written then.
    """
    project = graph.project
    verdict = read_choice(form, "verdict", ("accept", "reject", "undo", "preview", "propose"))
    reviewer = read_field(form, "reviewer", needed=verdict != "propose")
    material = (
        work.read_material(graph, project) if work.has_candidates(project) else work.Material(graph)
    )
    desk = open_desk(material, project, reviewer, today, Wanted.read(form))
    if verdict == "undo":
        waited = {candidate.key for candidate in desk.waiting}
        file = desk.undo()
        if not file:
            raise RefusedError("nothing-to-undo")
        again = next(
            (candidate.key for candidate in desk.waiting if candidate.key not in waited), ""
        )
        return Outcome("undone", {"files": file, "candidate": again}, (file,))
    if verdict == "propose":
        return desk.propose({name: read_field(form, f"hand_{name}") for name in HAND})
    rejects = verdict == "reject" or (verdict == "preview" and bool(form.get("rejection")))
    rejection = read_choice(form, "rejection", decision.REASONS) if rejects else ""
    desk.show(form.get("item", ""))
    desk.show_passage(form.get("passage", ""))
    desk.tick({name.removeprefix(TOGETHER) for name in form if name.startswith(TOGETHER)})
    since = form.get("since", "")
    if since.isdecimal() and len(since) <= len("10000000000"):
        desk.seconds = time() - int(since)
    typed = {name: read_field(form, name, needed=False) for name in ("relation", "to", "words")}
    typed["to"] = typed["to"] or read_field(form, "nearer", needed=False)
    if current := desk.current:
        displayed = {
            "relation": current.relation,
            "to": key(current.ends[1]),
            "words": desk.quotation.words,
        }
        for name, value in typed.items():
            if value and value != displayed[name]:
                try:
                    desk.edit(name, value)
                except Pan2kgError as error:
                    field_name = "role" if name == "relation" and current.is_part else name
                    raise RefusedError("not-taken", field=field_name, why=error) from None
    if verdict == "preview":
        return Outcome("preview", {"preview": desk.preview(rejection)})
    outcome = desk.decide(rejection)
    return Outcome(outcome.code, {"files": outcome.files[0]}, outcome.files)


FormAction = Callable[[Graph, Form, date], Outcome]
FORMS: Final[Mapping[str, FormAction]] = {
    "decision": decide_suggestion,
    "candidate": decide_candidate,
}
"""What each form does, by the value of its field ``form``."""


def submit(
    project: Project,
    store: Store,
    form: Form,
    today: date,
    *,
    language: Language = LANGUAGES[0],
    forms: Mapping[str, FormAction] = FORMS,
) -> Outcome:
    """Write down what a form holds, or say why not; nothing is ever written in part.

    ``store`` is what the form was filled in from; the files are read again before anything is
    written. The language is that of the texts typed, where the form does not say. ``forms`` are
    those the caller knows, with packages beside the core.
    """
    if project.data:
        return Outcome("read-only")
    try:
        does = forms[read_choice(form, "form", forms)]
        return does(Graph(project, store, language=language, as_of=today), form, today)
    except RefusedError as error:
        return error.outcome(language)
    except (EndpointError, ProjectError) as error:
        if form.get("form") == "candidate":
            return Outcome("not-taken", {"detail": error.say(language)})
        return Outcome("not-written", {"detail": str(error).rstrip(".")})
    except Pan2kgError as error:
        return Outcome("not-taken", {"detail": error.say(language)})
