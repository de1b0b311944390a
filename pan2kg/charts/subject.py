"""What a picture is drawn from: a graph in a language, at a level of evidence, and where the marks of the picture lead.

Also what joins the actions of a plan to texts and to other plans: stated in a source, or inferred from shared texts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.coherence.evidence import HEADLINE, Level, firmest
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.i18n.catalogue import Language, Messages, format_of
from pan2kg.store.store import Table, Term
from pan2kg.tables.figure_words import named as named_as
from pan2kg.turtle.vocabulary import XSD, key

if TYPE_CHECKING:
    from pan2kg.coherence.known import Known
    from pan2kg.graph.graph import Graph


_WORDS: Final = Messages("chart")

Address = Callable[[tuple[str, ...]], str]
"""Where a mark leads that stands for some things, given their IRIs; empty for nowhere."""

Names = Mapping[str, Name]
"""What things are called, by IRI."""

Cell = str | int | float | date | None

SEPARATOR: Final = " · "
"""What stands between the parts of a short name."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture is drawn from: a graph in a language, at a level, and where the marks of the picture lead."""

    graph: Graph
    address: Address | None = None
    level: Level = HEADLINE

    @property
    def known(self) -> Known:
        """What is known at the level of the picture: all its links and weights."""
        return self.graph.known(self.level)

    @property
    def language(self) -> Language:
        """The language of the picture."""
        return self.graph.language

    def say(self, key: str, **values: object) -> str:
        """Words in the language of the picture."""
        return _WORDS.say(key, self.language, **values)

    def listed(self, parts: Iterable[str]) -> str:
        """Things one after the other, with the semicolons of the language."""
        return format_of("semicolon", self.language).join(parts)

    def names(self, things: Iterable[str]) -> Names:
        """What things are called in the language of the picture, by their short names where they have one.

        A name says its language where that is another.
        """
        return {iri: self.graph.labels.brief(iri, self.language).drawn(self.language) for iri in things}

    def brief(self, plan: str) -> str:
        """The first part of a plan’s short name, « PAN 2 », where no other plan’s begins with it; else the whole."""
        heads = self.graph.once(f"heads of plans {self.language}", self._heads)
        whole, head = (text := self.names([plan])[plan].text), text.partition(SEPARATOR)[0]
        return head if heads[head] <= 1 else whole

    def _heads(self) -> Counter[str]:
        """How many plans have a short name that begins so."""
        labels, plans = self.graph.labels, self.known.tables.works.plans
        return Counter(labels.brief(one, self.language).text.partition(SEPARATOR)[0] for one in plans)

    def leads(self, *things: str) -> str:
        """Where a mark leads that stands for some things."""
        return self.address(things) if self.address else ""


Tags = tuple[tuple[str, str], ...]


def tags(subject: Subject, of: Iterable[str], *, kind: str = "", level: Level | None = None, field: str = "") -> Tags:
    """What a mark stands for: the keys of its things; of a line its kind and level, of a plan its field of policy.

    Kind, level and field come with their words, by which a reader chooses them; the kinds are those of the legend.
    """
    found = [("of", " ".join(key(one) for one in of))]
    if kind:
        found += [("kind", kind), ("kind-label", subject.say(f"kind-{kind}"))]
    if level:
        found += [("level", str(int(level))), ("level-label", named_as(level).say(subject.language))]
    if field:
        found += [("field", key(field)), ("field-label", subject.names([field])[field].text)]
    return tuple(found)


def quoted(subject: Subject, link: str) -> str:
    """The first quotation a statement rests on, in the quotation marks of the language; empty where there is none."""
    words = subject.graph.quotes.get(link, "")
    return f" {subject.say('quoted', words=words)}" if words else ""


def table(columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Rows of plain values as a table of terms, as answers to questions are; None stays None.

    >>> table(("plan", "linked"), [("http://e/p", 3), ("-", None)]).values("linked")
    ['3', '']
    """
    return Table(columns, tuple(tuple(_term(cell) for cell in row) for row in rows))


def _term(cell: Cell) -> Term | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, date):
        return ox.Literal(cell.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))
    if isinstance(cell, float):
        return ox.Literal(f"{cell:.6f}".rstrip("0").rstrip("."), datatype=ox.NamedNode(f"{XSD}decimal"))
    if isinstance(cell, int):
        return ox.Literal(cell)
    return ox.NamedNode(cell) if cell.startswith(("http://", "https://")) and " " not in cell else ox.Literal(cell)


def whole(value: object, name: str, *, least: int = 1) -> int:
    """A parameter that counts something, as a number or as text.

    Raises:
        QueryError: it is no whole number, or below ``least``.

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
    texts: tuple[str, ...] = field(default=())


def text_ties(subject: Subject, works: Iterable[str]) -> tuple[Tie, ...]:
    """The texts works name, at the level of the picture; declared unless only the editors conclude it."""
    levels: dict[tuple[str, str], list[Level | None]] = defaultdict(list)
    wanted = set(works)
    for use in subject.known.uses:
        if use.work in wanted:
            levels[use.work, use.text].append(use.level)
    found = {pair: firmest(each) for pair, each in sorted(levels.items())}
    return tuple(Tie(*pair, level is not Level.EDITORS, level=level) for pair, level in found.items())


def plan_ties(subject: Subject, plan: str) -> tuple[Tie, ...]:
    """The other plans a plan and its actions are tied to: by citations either way, and by shared texts.

    The work of a citation is the action named at the plan's end, or the plan itself.
    """
    return (*citation_ties(subject, plan), *shared_ties(subject, plan))


def citation_ties(subject: Subject, plan: str) -> tuple[Tie, ...]:
    """Citations between works of a plan and other plans, counted by work, plan and direction."""
    home = subject.known.tables.works.home
    found: dict[tuple[str, str, bool], dict[tuple[str, str], Level | None]] = defaultdict(dict)
    for one in subject.known.statements:
        ends = home.get(one.source, one.source), home.get(one.target, one.target)
        if one.is_citation and plan in ends:
            incoming = ends[1] == plan
            work, other = (one.target, ends[0]) if incoming else (one.source, ends[1])
            here = found[work, other, incoming]
            here[one.source, one.target] = firmest((one.level, here.get((one.source, one.target))))
    return tuple(
        Tie(work, other, declared=True, number=len(ends), incoming=incoming, level=firmest(ends.values()))
        for (work, other, incoming), ends in sorted(found.items())
    )


def shared_ties(subject: Subject, plan: str) -> tuple[Tie, ...]:
    """For each work of a plan the other plans that name a text it names, with what these texts weigh."""
    known = subject.known
    found = []
    for one, two in sorted(known.shared):
        if plan in (one, two):
            other = two if plan == one else one
            for work, texts in known.brought(plan, other).items():
                bits = sum(texts.values())
                found.append(Tie(work, other, declared=False, number=len(texts), bits=bits, texts=tuple(sorted(texts))))
    return tuple(sorted(found, key=lambda tie: (tie.work, tie.other)))


def neighbours(subject: Subject, action: str) -> tuple[Tie, ...]:
    """The actions of other plans an action shares a specific text with, most bits first, then by IRI."""
    known, found = subject.known, []
    names, pairs = known.potential.names, known.actions
    for a, b, low in zip(pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), strict=True):
        if low > 0 and action in (names[a], names[b]):
            other = names[b] if action == names[a] else names[a]
            weight = known.weight(action, other)
            texts = tuple(part.text for part in weight.contributions if not part.is_broad and part.bits > 0)
            found.append(
                Tie(action, other, declared=False, number=len(texts), bits=low, level=weight.level, texts=texts)
            )
    return tuple(sorted(found, key=lambda tie: (-tie.bits, tie.other)))
