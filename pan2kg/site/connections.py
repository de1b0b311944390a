"""Links as pages show them: what they join, by what, and why; each with an anchor of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from pan2kg.site.basis import Notes
from pan2kg.site.levels import mark as level_mark
from pan2kg.site.pieces import NOTHING, piece
from pan2kg.site.values import content, unfold
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import ID, PAN, kind_and_key

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.graph.statements import Grounds
    from pan2kg.site.basis import Mark, Say
    from pan2kg.site.page_context import PageContext

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
