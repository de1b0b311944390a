"""What a picture is drawn from: a graph in a language, at a level of evidence, and where the marks of the picture lead.

Also which plans a picture shows, and what joins the actions of a plan to texts and to other plans: stated in a source,
or inferred from shared texts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.coherence.evidence import HEADLINE, Level, firmest
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.i18n.catalogue import Language, Messages, format_of
from pan2kg.store.store import Solutions
from pan2kg.tables import figure_words
from pan2kg.turtle.vocabulary import XSD, key

if TYPE_CHECKING:
    from pan2kg.coherence.known import Known
    from pan2kg.graph.graph import Graph

_WORDS: Final = Messages("chart")

Address = Callable[[tuple[str, ...]], str]
"""Where a mark leads that stands for some things, given their IRIs; empty for nowhere."""

Names = Mapping[str, Name]
Cell = str | int | float | date | None
Tags = tuple[tuple[str, str], ...]

SEPARATOR: Final = " · "
"""What stands between the parts of a short name."""
MOST: Final = 24
"""How many plans a picture of plans can hold."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture is drawn from: a graph in a language, at a level, and where the marks of the picture lead."""

    graph: Graph
    address: Address | None = None
    level: Level = HEADLINE

    @property
    def known(self) -> Known:
        return self.graph.known(self.level)

    @property
    def language(self) -> Language:
        return self.graph.language

    def say(self, key: str, **values: object) -> str:
        return _WORDS.say(key, self.language, **values)

    def listed(self, items: Iterable[str]) -> str:
        return format_of("semicolon", self.language).join(items)

    def names(self, iris: Iterable[str]) -> Names:
        """What things are called in the language of the picture, by their short names where they have one.

        A name says its language where that is another.
        """
        return {iri: self.graph.labels.brief(iri, self.language).drawn(self.language) for iri in iris}

    def brief(self, plan: str) -> str:
        """The first part of a plan’s short name, « PAN 2 », where no other plan’s begins with it; else the whole."""

        def count_heads() -> Counter[str]:
            labels, plans = self.graph.labels, self.known.tables.works.plans
            return Counter(labels.brief(iri, self.language).text.partition(SEPARATOR)[0] for iri in plans)

        heads = self.graph.once(f"heads of plans {self.language}", count_heads)
        name = self.names([plan])[plan].text
        head = name.partition(SEPARATOR)[0]
        return head if heads[head] <= 1 else name

    def leads(self, *iris: str) -> str:
        """Where a mark leads that stands for some things."""
        return self.address(iris) if self.address else ""


def tags(subject: Subject, iris: Iterable[str], *, kind: str = "", level: Level | None = None, field: str = "") -> Tags:
    """What a mark stands for: the keys of its things; of a line its kind and level, of a plan its field of policy.

    Kind, level and field come with their words, by which a reader chooses them; the kinds are those of the legend.
    """
    pairs = [("of", " ".join(key(iri) for iri in iris))]
    if kind:
        pairs += [("kind", kind), ("kind-label", subject.say(f"kind-{kind}"))]
    if level:
        pairs += [("level", str(int(level))), ("level-label", figure_words.named(level).say(subject.language))]
    if field:
        pairs += [("field", key(field)), ("field-label", subject.names([field])[field].text)]
    return tuple(pairs)


def quoted(subject: Subject, link: str) -> str:
    """The first quotation a statement rests on, in the quotation marks of the language; empty where there is none."""
    words = subject.graph.quotes.get(link, "")
    return f" {subject.say('quoted', words=words)}" if words else ""


def table(columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Solutions:
    """Rows of plain values as a table of terms, as answers to questions are; None stays None.

    >>> table(("plan", "linked"), [("http://e/p", 3), ("-", None)]).values("linked")
    ['3', '']
    """

    def term(cell: Cell) -> ox.NamedNode | ox.Literal | None:
        if cell is None or cell == "":
            return None
        if isinstance(cell, date):
            return ox.Literal(cell.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))
        if isinstance(cell, float):
            return ox.Literal(f"{cell:.6f}".rstrip("0").rstrip("."), datatype=ox.NamedNode(f"{XSD}decimal"))
        if isinstance(cell, int):
            return ox.Literal(cell)
        is_iri = cell.startswith(("http://", "https://")) and " " not in cell
        return ox.NamedNode(cell) if is_iri else ox.Literal(cell)

    return Solutions(columns, tuple(tuple(map(term, row)) for row in rows))


def whole(value: object, name: str, *, least: int = 1) -> int:
    """A parameter that counts something, as a number or as text; a QueryError where it is none or below ``least``.

    >>> whole("12", "top")
    12
    >>> whole("many", "top")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: « many » is no value for « top ». Give a whole number from 1.
    """
    text = str(value).strip()
    if not text.isascii() or not text.isdecimal() or int(text) < least:
        raise QueryError("no-value-for", remedy="whole-number-from", value=value, name=name, least=least)
    return int(text)


@dataclass(frozen=True, slots=True)
class Choice:
    """The plans shown, by IRI in the order of drawing, and how many others there are.

    ``focus`` is the plan the others were chosen for; None where they were named one by one.
    """

    plans: tuple[str, ...]
    left_out: int
    focus: str | None

    def notes(self, subject: Subject) -> tuple[str, ...]:
        return (subject.say("plans-left-out", n=self.left_out),) if self.left_out else ()

    def filters(self, subject: Subject, names: Sequence[Name]) -> tuple[str, ...]:
        return plans_named(subject, names) if self.focus is None else (subject.say("chosen-by", plan=names[0].key),)


def plans_named(subject: Subject, names: Sequence[Name]) -> tuple[str, ...]:
    return (subject.say("chosen-plans", n=len(names), plans=", ".join(name.key for name in names)),)


def choose(subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10) -> Choice:
    """The plans named in ``plans``, else ``plan`` and those most linked to it, ``top`` in all.

    First come plans that share most with it at the level of the picture, then with what the editors concluded; then
    those linked without a shared text; then those that are linked with most others. Ties go to the first IRI.
    """

    def check(number: int) -> None:
        if not 2 <= number <= MOST:
            raise QueryError("too-many-plans", remedy="name-fewer", most=MOST, number=number)

    every, measured, weak = subject.known.tables.works.plans, subject.known, subject.graph.known(Level.EDITORS)
    names = [name.strip() for name in (plans.split(",") if isinstance(plans, str) else plans) if name.strip()]
    if names:
        chosen = tuple(dict.fromkeys(find(subject.graph, name) for name in names))
        check(len(chosen))
        return Choice(chosen, len(every) - len(chosen), None)
    number = whole(top, "top", least=2)
    check(number)
    focus = focus_of(subject, plan)
    degree = Counter(end for pair in measured.linked for end in pair)
    ranks = {}
    for candidate in every:
        pair = (min(candidate, focus), max(candidate, focus))
        ranks[candidate] = (
            -measured.shared.get(pair, 0.0), -weak.shared.get(pair, 0.0), pair not in measured.linked,
            -degree[candidate], candidate,
        )  # fmt: skip
    chosen = (
        focus,
        *sorted((candidate for candidate in every if candidate != focus), key=ranks.__getitem__)[: number - 1],
    )
    if len(chosen) < 2:
        raise QueryError("one-plan-alone", remedy="add-another-plan")
    return Choice(chosen, len(every) - len(chosen), focus)


def focus_of(subject: Subject, plan: str) -> str:
    """The plan named, else the home plan of the graph, else the one with most actions that name a text."""
    if plan:
        return find(subject.graph, plan)
    if home := subject.graph.own_plan():
        return home
    works = subject.known.tables.works
    if not works.plans:
        raise QueryError("no-plan-to-draw", remedy="add-plan")
    counts = Counter(works.home[work] for work in {use.work for use in subject.known.uses} & works.home.keys())
    return min(works.plans, key=lambda iri: (-counts[iri], iri))


def find(graph: Graph, plan: str) -> str:
    work = graph.uses.plans[graph.uses.find_plan(plan)]
    if not work.is_plan:
        raise QueryError("measure-without-plan", remedy="name-a-plan", plan=plan)
    return work.iri


@dataclass(frozen=True, slots=True)
class Tie:
    """A work and what it is tied to, on whose word; ``declared`` where somebody states it, else inferred.

    ``number`` of citations or of shared texts, ``bits`` of what is shared, ≥ 0. ``incoming`` says that it is the other
    that cites the work.
    """

    work: str
    other: str
    declared: bool
    number: int = 1
    bits: float = 0.0
    incoming: bool = False
    level: Level | None = None
    texts: tuple[str, ...] = ()

    @property
    def level_key(self) -> str | None:
        return self.level.key if self.level else None


def text_ties(subject: Subject, works: Iterable[str]) -> tuple[Tie, ...]:
    """The texts works name, at the level of the picture; declared unless only the editors conclude it."""
    levels: dict[tuple[str, str], list[Level | None]] = defaultdict(list)
    wanted = set(works)
    for use in subject.known.uses:
        if use.work in wanted:
            levels[use.work, use.text].append(use.level)
    firm = {pair: firmest(on_word) for pair, on_word in sorted(levels.items())}
    return tuple(Tie(*pair, level is not Level.EDITORS, level=level) for pair, level in firm.items())


def plan_ties(subject: Subject, plan: str) -> tuple[Tie, ...]:
    """The other plans a plan and its actions are tied to: by citations either way, and by shared texts.

    The work of a citation is the action named at the plan's end, or the plan itself; of shared texts it is each work of
    the plan that names one, with what these texts weigh.
    """
    measured = subject.known
    home = measured.tables.works.home
    cited: dict[tuple[str, str, bool], dict[tuple[str, str], Level | None]] = defaultdict(dict)
    for statement in measured.statements:
        ends = home.get(statement.source, statement.source), home.get(statement.target, statement.target)
        if statement.is_citation and plan in ends:
            incoming = ends[1] == plan
            work, neighbour = (statement.target, ends[0]) if incoming else (statement.source, ends[1])
            levels = cited[work, neighbour, incoming]
            pair = (statement.source, statement.target)
            levels[pair] = firmest((statement.level, levels.get(pair)))
    ties = [
        Tie(work, neighbour, declared=True, number=len(levels), incoming=incoming, level=firmest(levels.values()))
        for (work, neighbour, incoming), levels in sorted(cited.items())
    ]
    sharing = []
    for pair in sorted(measured.shared):
        if plan in pair:
            neighbour = pair[pair[0] == plan]
            for work, texts in measured.brought(plan, neighbour).items():
                bits, names = sum(texts.values()), tuple(sorted(texts))
                sharing.append(Tie(work, neighbour, declared=False, number=len(texts), bits=bits, texts=names))
    return (*ties, *sorted(sharing, key=lambda tie: (tie.work, tie.other)))
