"""Links as pages show them, what they join and why; and what else is said of a thing, as rows of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from pan2kg.graph.parts import natural
from pan2kg.graph.statements import CERTAINTY, SOURCE, Grounds, Statement
from pan2kg.site.basis import NOTHING, Mark, Notes, Say
from pan2kg.site.basis import mark as level_mark
from pan2kg.site.page_context import PageContext, piece
from pan2kg.site.values import EVIDENCE, Node, called, content, is_node, known, unfold, value
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import ID, PAN, kind_and_key

if TYPE_CHECKING:
    from markupsafe import Markup


KINDS: Final = (
    "uses-instrument", "instrument-relation", "cross-reference", "in-line-with", "implementing", "part-of",
    "builds-on", "succession", "interaction",
    "external-statement", "shared-instrument", "shared-body", "shared-target-group", "shared-topic",
)  # fmt: skip
"""Kinds of links in the order in which a page has them."""
ENDS: Final = (PAN + "from", PAN + "to", PAN + "between")
COUNTING: Final = ("accepted", "derived")
"""The statuses of links that count."""
UNFOLDED: Final = 12
"""How many links by something shared are listed each with its reasons; more are folded, and each is one line."""
_FROM: Final = "http://www.w3.org/ns/prov#wasDerivedFrom"
_TOLD: Final = frozenset({*ENDS, _FROM, PAN + "linkType", PAN + "relation", PAN + "via", PAN + "derivedBy"})
"""What the line of a link says already."""
_OWNERS: Final = (PAN + "involvedIn", PAN + "from")
"""Whose statement it is a link was derived from."""


class Rest(NamedTuple):
    """A statement of somebody that a link was derived from: whose it is, its words, and the grounds it needs noted."""

    owner: str
    words: Markup
    grounds: tuple[Grounds, ...]


class End(NamedTuple):
    """An end of a link with its plan, by its full and by its short name: the latter where plans are named above."""

    full: Markup
    short: Markup


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says on every page that shows it, written once for all of them: only notes are numbered by page.

    ``ends`` are by IRI, those where it starts first. ``grounds`` need a note each; ``own`` is that of the link itself;
    ``level`` marks on whose word the link rests, empty where it is outside every figure.
    """

    key: str
    kind: str
    status: str
    starts: tuple[str, ...]
    has_direction: bool
    ends: Mapping[str, End]
    relation: Markup
    via: Markup
    quotes: Markup
    facts: tuple[Markup, ...]
    rests: tuple[Rest, ...]
    grounds: tuple[Grounds, ...]
    own: Grounds | None
    level: Markup


@dataclass(frozen=True, slots=True)
class Connection:
    """A link as one page shows it: from where it is seen, the ends named there, what it rests on, and its mark.

    ``way`` is ``out`` or ``in`` seen from the thing of the page, ``both`` where it has no direction, and ``over``
    where it is seen from outside; the ends are then both there, else only the other one. One that ``is_brief`` is one
    of many by something shared: its line says by what, and the things it names say on what that rests.
    """

    link: Link
    way: str
    ends: tuple[Markup, ...]
    rests: tuple[Rest, ...]
    mark: Mark | None
    is_brief: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is more than a proposal."""
        return self.link.status in COUNTING

    @property
    def is_stated(self) -> bool:
        """Whether a document says so, not the editors or a rule."""
        return self.mark is not None and self.mark.badge == "declared"

    def written(self, t: Say, *, anchor: bool = True) -> Markup:
        """The link as an item of a list, which addresses may point to where it has an ``anchor``."""
        return piece("link")(self, anchor, self.mark.written(t) if self.mark else NOTHING, t)

    @property
    def reasons(self) -> tuple[tuple[Markup, ...], ...]:
        """Why there is a link: the statements it was derived from, what else is said of it; nothing where none is.

        What is quoted stands above these.
        """
        if self.is_brief:
            return ()
        lists = tuple(rest.words for rest in self.rests), self.link.facts
        return lists if self.link.quotes or any(lists) else ()


@dataclass(frozen=True, slots=True)
class Group:
    """The links of one kind."""

    kind: str
    name: str
    connections: tuple[Connection, ...]

    @property
    def number(self) -> int:
        """How many there are, proposals and rejected ones left out."""
        return sum(one.counts for one in self.connections)

    def written(self, t: Say) -> Markup:
        """The links as a list; a long one of weak links is folded."""
        items, number = [one.written(t) for one in self.connections], len(self.connections)
        return piece("links")(items, t("links-listed", n=number) if _are_many(self.kind, number) else "")


def _are_many(kind: str, number: int) -> bool:
    """Whether links of a kind are too many for each to be told in full."""
    return kind.startswith("shared-") and number > UNFOLDED


def links_of(context: PageContext, iri: str) -> list[str]:
    """The links a thing is an end of."""
    return context.graph.statements.pointing(iri, *ENDS)


def grouped(notes: Notes, links: Iterable[str], here: str = "") -> list[Group]:
    """Links by kind, as seen from the thing of the page, else from outside; those of a kind by plan and name."""
    context = notes.context
    found: dict[str, list[str]] = {}
    for link in links:
        found.setdefault(kind_of_link(context, link), []).append(link)
    groups = []
    for kind in sorted(found, key=lambda kind: (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)):
        ordered = sorted(found[kind], key=lambda link: _order(context, link, here))
        is_brief = _are_many(kind, len(ordered))
        made = tuple([connection(notes, link, here, is_brief=is_brief) for link in ordered])
        groups.append(Group(kind, _named(context, kind, made), made))
    return groups


def _named(context: PageContext, kind: str, made: Iterable[Connection]) -> str:
    """What links of a kind are called: who says so of those that are made from outside."""
    stated = {one.is_stated for one in made}
    if kind == "external-statement" and stated != {True}:
        return context.t("tie-external-both" if True in stated else "tie-comparison")
    return kind_name(context, kind)


def kind_name(context: PageContext, kind: str) -> str:
    """What a kind of links is called, as a heading."""
    return context.t(f"tie-{kind}") if kind in KINDS else context.name(f"{ID}linktype/{kind}")


def connection(notes: Notes, iri: str, here: str, *, is_brief: bool = False) -> Connection:
    """One link as seen from a thing, or from outside where that is empty; its reasons are left out of a brief one."""
    link = notes.context.kept("connection", iri, partial(_read, notes.context))
    way = "over" if not here else "both" if not link.has_direction else "out" if here in link.starts else "in"
    rests = () if is_brief else tuple([rest for rest in link.rests if rest.owner != here])
    for grounds in () if is_brief else (*link.grounds, *(one for rest in rests for one in rest.grounds)):
        notes.need(grounds)
    ends = tuple([end.full if here else end.short for one, end in link.ends.items() if one != here])
    return Connection(link, way, ends, rests, notes.need(link.own) if link.own else None, is_brief)


def _read(context: PageContext, iri: str) -> Link:
    """What a link says on every page."""
    statements = context.graph.statements
    starts, leads, both = (statements.values(iri, name) for name in ENDS)
    ends = dict.fromkeys([*starts, *leads, *both])
    notes = Notes(context)
    why = unfold(notes, iri, frozenset(ends), without=_TOLD)
    via = context.links(statements.values(iri, PAN + "via"))
    return Link(
        kind_and_key(iri)[1] or iri.rpartition("/")[2],
        kind_of_link(context, iri),
        kind_and_key(statements.one(iri, PAN + "status"))[1],
        tuple(starts),
        not both,
        {end: _end(context, end) for end in ends},
        markup(", ".join(map(context.label, statements.values(iri, PAN + "relation")))),
        piece("by_way_of")(context.t("by-way-of"), via) if via else NOTHING,
        NOTHING.join([quote.written(context.t) for quote in why.quotes]),
        tuple([fact.heading(context.t) + " " + content(one, context.t) for fact in why.facts for one in fact.values]),
        tuple([context.kept("rest", one, partial(_rest, context)) for one in statements.values(iri, _FROM)]),
        notes.needed,
        notes.needed[why.mark.number - 1] if why.mark else None,
        level_mark(context, statements.level(iri)),
    )


def kind_of_link(context: PageContext, link: str) -> str:
    """The key of the type of a link."""
    return kind_and_key(context.graph.statements.one(link, PAN + "linkType"))[1]


def _rest(context: PageContext, iri: str) -> Rest:
    """A statement a link was derived from, under the name of whose it is."""
    statements, notes = context.graph.statements, Notes(context)
    owner = next((found for name in _OWNERS if (found := statements.one(iri, name))), "")
    shared = frozenset({owner, statements.one(iri, PAN + "involves")})
    node = unfold(notes, iri, shared, without=frozenset({PAN + "linkType", *_OWNERS}))
    whose = context.link(owner) if owner else NOTHING
    return Rest(owner, whose + context.t("colon") + " " + node.written(context.t), notes.needed)


def _end(context: PageContext, iri: str) -> End:
    """An end of a link with its plan; a plan, and what is in none, by itself."""
    plans = context.graph.statements.values(iri, PAN + "inPlan")
    thing = context.link(iri)
    if not plans:
        return End(thing, thing)
    full, short = (markup(", ").join(map(name, plans)) for name in (context.link, context.short))
    return End(piece("within")(thing, full), piece("within")(thing, short))


def _order(context: PageContext, link: str, here: str) -> tuple[str, ...]:
    statements = context.graph.statements
    ends = [iri for name in ENDS for iri in statements.values(link, name) if iri != here]
    plans = (statements.one(iri, PAN + "inPlan") or iri for iri in ends)
    return (*(context.name(plan).casefold() for plan in plans), *(context.name(iri).casefold() for iri in ends), link)


PARTS: Final = ("what", "who", "when", "measured", "rests", "links", "remarks", "other")
"""The parts of a page, in the order a lawyer asks: what, who, when, how it is measured, on what it rests."""
MOST: Final = 400
"""How many things that point to a thing are listed; of the rest it is said how many there are."""
MOST_UNCOUNTED: Final = 4
"""How many values of a property are seen at a glance; more are counted."""
_ASIDE: Final = frozenset({CERTAINTY, SOURCE, EVIDENCE})
"""What the notes of a page say already."""
_ROLE: Final = PAN + "role"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, as it is shown, the plan it stands in where that helps, and the mark of its note."""

    content: Markup | Node
    plan: Markup
    mark: Mark | None

    def written(self, t: Say) -> tuple[Markup, Markup, Markup]:
        """The value, the plan, and on what it rests, as the table has them."""
        return content(self.content, t), self.plan, self.mark.written(t) if self.mark else NOTHING


@dataclass(frozen=True, slots=True)
class Row:
    """A property, or another heading, and its values; ``language`` is the heading's where it is not the page's.

    ``more`` is how many values are not listed.
    """

    name: Markup
    cells: tuple[Cell, ...]
    more: int = 0

    def written(self, t: Say) -> Markup:
        """The lines of the table for all values of the property."""
        number = len(self.cells) + self.more
        return piece("row")(
            self.name,
            [cell.written(t) for cell in self.cells],
            len(self.cells) + bool(self.more) if len(self.cells) > 1 else 0,
            number if number > MOST_UNCOUNTED else 0,
            t("more-rows", n=self.more) if self.more else "",
        )


def listed(rows: Iterable[Row], t: Say, name: str) -> Markup:
    """Rows as a table that is named by the heading with the id ``name``."""
    return piece("statements")([row.written(t) for row in rows], name, t)


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row before its values are made: notes are numbered as rows are made, so that is done in their order."""

    place: int
    make: Callable[[], Row]


def pending_rows(notes: Notes, iri: str, *, out: frozenset[str], back: frozenset[str]) -> dict[str, list[PendingRow]]:
    """The rows of a thing by part of the page, in order, but for properties ``out`` of it and ``back`` to it."""
    found: dict[str, list[PendingRow]] = {part: [] for part in PARTS}
    for part, pending in (*_outgoing(notes, iri, out), *_incoming(notes, iri, back)):
        found.setdefault(part, []).append(pending)
    return {part: sorted(pending_list, key=lambda pending: pending.place) for part, pending_list in found.items()}


def _outgoing(notes: Notes, iri: str, without: frozenset[str]) -> Iterator[tuple[str, PendingRow]]:
    """What is said of a thing, by property."""
    for name, found in notes.context.graph.statements.by_property(iri).items():
        if name not in _ASIDE and name not in without:
            stands = known(name)
            yield stands.part, PendingRow(stands.place, partial(_property, notes, iri, found))


def _property(notes: Notes, iri: str, found: tuple[Statement, ...]) -> Row:
    ordered = sorted(found, key=lambda statement: _first(notes.context, statement))
    return Row(_heading(notes.context, found[0].predicate), tuple(_said(notes, s, iri) for s in ordered))


def _first(context: PageContext, statement: Statement) -> tuple[bool, str, str]:
    """Values in the language of the page first."""
    if isinstance(statement.value, ox.Literal):
        language = statement.value.language or ""
        return language != context.request.language, language, statement.value.value
    return False, "", context.name(statement.target).casefold()


def _said(notes: Notes, statement: Statement, here: str) -> Cell:
    return Cell(_shown(notes, statement, here), NOTHING, notes.mark(statement))


def _shown(notes: Notes, statement: Statement, here: str) -> Markup | Node:
    if statement.target and is_node(notes.context, statement.target):
        return unfold(notes, statement.target, frozenset({here}))
    return value(notes.context, statement.value)


def _heading(context: PageContext, name: str, *, back: bool = False) -> Markup:
    words, language = called(context.graph.labels, name, context.request.language, back=back)
    if back and not known(name, back=True).key:
        words = context.t("pointing", name=words)
    return piece("spoken")(words, language)


def _incoming(notes: Notes, iri: str, without: frozenset[str]) -> Iterator[tuple[str, PendingRow]]:
    """What points to a thing, by property, links apart; roles of bodies by role, those of one body by plan."""
    found: dict[tuple[str, str], list[Statement]] = {}
    for statement in notes.context.graph.statements.towards(iri):
        if statement.predicate not in without and statement.predicate not in ENDS:
            found.setdefault((statement.predicate, _apart(notes.context, statement)), []).append(statement)
    for (name, apart), statements in found.items():
        stands = known(name, back=True)
        yield stands.part, PendingRow(stands.place, partial(_pointing, notes, iri, apart, statements))


def _apart(context: PageContext, statement: Statement) -> str:
    """What further sets rows apart: roles on the page of what bodies take part in, plans on the page of a body."""
    statements = context.graph.statements
    if statement.predicate == PAN + "involvedIn":
        return statements.one(statement.thing, _ROLE)
    if statement.predicate == PAN + "involves":
        work = statements.one(statement.thing, PAN + "involvedIn")
        return statements.one(work, PAN + "inPlan") or work
    return ""


def _pointing(notes: Notes, here: str, apart: str, found: list[Statement]) -> Row:
    context, name = notes.context, found[0].predicate
    heading = _heading(context, name, back=True)
    if apart:
        heading = context.label(apart) if name == PAN + "involvedIn" else context.link(apart)
    ordered = sorted(found, key=lambda statement: _by_plan(context, statement.thing))
    cells = (_from(notes, statement, here) for statement in ordered[:MOST])
    return Row(heading, tuple(cells), max(0, len(found) - MOST))


def _by_plan(context: PageContext, iri: str) -> tuple[str, list[tuple[int, str]], str]:
    plan = context.graph.statements.one(iri, PAN + "inPlan")
    entry = context.graph.labels.entry(iri)
    number = (entry.notation or entry.key) if entry else ""
    return context.name(plan).casefold() if plan else "", natural(number), context.name(iri).casefold()


def _from(notes: Notes, statement: Statement, here: str) -> Cell:
    context, thing, name = notes.context, statement.thing, statement.predicate
    mark = notes.mark(statement)
    if is_node(context, thing):
        roles = context.graph.statements.values(thing, _ROLE)
        without = frozenset({_ROLE} if name == PAN + "involvedIn" and len(roles) == 1 else ())
        return Cell(unfold(notes, thing, frozenset({here}), without=without), NOTHING, mark)
    plans = context.graph.statements.values(thing, PAN + "inPlan") if name != PAN + "inPlan" else []
    return Cell(context.link(thing), context.links(plans), mark)
