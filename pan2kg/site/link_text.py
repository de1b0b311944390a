"""A link as pages show it: what it joins, by what relation, on whose word, and why there is one.

Pages of things, of plans and of pairs of plans ask here for the lists of their links, kind by kind,
and for single links. What is said of a link is written once for all pages; only the numbers of its
notes are those of a page. Of many derived links of a kind a page tells what they are derived from,
and how many these are.
"""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from pan2kg.graph.statements import Grounds, grounds_of
from pan2kg.site.nodes import read_node
from pan2kg.site.notes import Notes
from pan2kg.site.page import Markup, PageContext, piece
from pan2kg.site.values import NO_MARKUP
from pan2kg.store import gathered
from pan2kg.templates import markup
from pan2kg.turtle.vocabulary import ID, PAN, key, kind_and_key

ENDS = (PAN + "from", PAN + "to", PAN + "between")
"""The properties that lead from a link to the things it joins."""
COUNTING = ("accepted", "derived")
"""The keys of the statuses of links that count."""
_STATED_KINDS = (
    "uses-instrument", "instrument-relation", "cross-reference", "in-line-with", "implementing", "part-of",
    "builds-on", "succession", "interaction",
    "external-statement",
)  # fmt: skip
"""The kinds of links that are stated, in the order of pages; those that are derived follow."""
_MOST_LISTED = 4
"""How many derived links of a kind a page of a thing lists one by one; of more it tells what they are derived from."""
_DERIVED_FROM = "http://www.w3.org/ns/prov#wasDerivedFrom"
_NOT_AMONG_FACTS = frozenset(
    {
        *ENDS,
        _DERIVED_FROM,
        *(PAN + name for name in ("linkType", "relation", "via", "derivedBy", "evidenceLevel")),
    }
)
"""What is told of a link in its own place."""
_NOT_IN_PREMISES = frozenset(PAN + name for name in ("linkType", "involvedIn", "from"))
"""What is not repeated of a statement from which a link was derived: its kind, and whose it is."""


class LinkBasis(NamedTuple):
    """On what a link rests, the things it is derived from, and its status where that keeps it from counting."""

    grounds: Grounds | None
    via: tuple[str, ...]
    status: str


class Premise(NamedTuple):
    """A statement from which a link was derived: whose it is, its words, and on what these rest."""

    owner: str
    words: Markup
    grounds: tuple[Grounds, ...]


class LinkEnd(NamedTuple):
    """An end of a link with its plan, whose name is in full or short."""

    full: Markup
    short: Markup


class LinkReasons(NamedTuple):
    """Why there is a link: the words it rests on, what it was derived from, and what is said of it."""

    quotes: Markup
    premises: Sequence[Markup]
    facts: Sequence[Markup]


class LinkView(NamedTuple):
    """Which way a link leads from one of its ends, and its other ends; seen from outside, ``over`` and all of them."""

    way: str
    ends: Sequence[Markup]


class LinksOfKind(NamedTuple):
    """The links of a kind as a page lists them: the name of the kind, how many of them count, and the list."""

    kind: str
    name: str
    number: int
    listed: Markup


@dataclass(frozen=True, slots=True)
class LinkText:
    """What a link says on every page that shows it.

    ``starts`` are the ends it leads from, ``ends`` all of them by IRI; ``basis`` is what the link
    itself rests on, ``grounds`` what is said of it, and ``premises`` that it was derived from.
    """

    iri: str
    key: str
    basis: Grounds | None
    status: str
    via: Markup
    starts: Collection[str]
    has_direction: bool
    ends: Mapping[str, LinkEnd]
    relation: Markup
    level: Markup
    quotes: Markup
    facts: Sequence[Markup]
    premises: Sequence[Premise]
    grounds: Sequence[Grounds]

    def list_item(
        self,
        notes: Notes,
        viewpoint: str = "",
        *,
        has_anchor: bool = True,
        is_lean: bool = False,
        is_quoted: bool = False,
    ) -> Markup:
        """The link as an item of a list, from the viewpoint of one of its ends or, where none is named, from outside.

        One that ``is_lean`` is without reasons; one that ``is_quoted`` leads to its words, which
        stand elsewhere on the page. The notes it needs are numbered, those of its reasons first.
        """
        premises = [premise for premise in self.premises if premise.owner != viewpoint]
        notes.number(self.grounds)
        for premise in premises:
            notes.number(premise.grounds)
        mark = notes.mark(self.basis) if self.basis else None
        facts = self.facts
        if mark and not notes.is_marked:
            # the document of the link says what is said of it
            facts = ()
            address = notes.context.document_address(self.iri)
            mark = mark._replace(html=piece("mark")(address, mark.badge, mark.words, 0))
        reasons = LinkReasons(self.quotes, [premise.words for premise in premises], facts)
        are_shown = any(reasons) and not is_lean and not is_quoted
        return piece("link")(
            self,
            self.seen_from(viewpoint),
            mark,
            reasons=reasons if are_shown else None,
            has_anchor=has_anchor,
            is_quoted=is_quoted,
            t=notes.context.t,
        )

    def seen_from(self, viewpoint: str) -> LinkView:
        """The link from the viewpoint of one of its ends, which are named in full; from outside where none is given."""
        if not viewpoint:
            return LinkView("over", [end.short for end in self.ends.values()])
        way = "both"
        if self.has_direction:
            way = "out" if viewpoint in self.starts else "in"
        return LinkView(way, [end.full for iri, end in self.ends.items() if iri != viewpoint])


# Lists of links


def link_groups(
    notes: Notes,
    links: Iterable[str],
    viewpoint: str = "",
    *,
    is_lean: bool = False,
    quoted: Container[str] = (),
) -> list[LinksOfKind]:
    """Links by kind, from the viewpoint of the thing they are listed of.

    Those in ``quoted`` have their words elsewhere on the page; of lean lists no reasons are told.
    """
    context = notes.context
    derived_kinds = context.graph.link_kinds
    by_kind = gathered((context.graph.statements.link_type(iri), iri) for iri in links)
    groups = []
    for kind in sorted(by_kind, key=partial(_kind_order, (*_STATED_KINDS, *derived_kinds))):
        iris = by_kind[kind]
        if kind in derived_kinds and (is_lean or len(iris) > _MOST_LISTED):
            groups.append(_tallied_group(notes, kind, iris, viewpoint))
            continue
        listed = []
        members = []
        for iri in sorted(iris, key=partial(_link_order, context, viewpoint)):
            link = find_link_text(context, iri)
            item = link.list_item(
                notes,
                viewpoint,
                has_anchor=not is_lean,
                is_lean=is_lean,
                is_quoted=iri in quoted,
            )
            members.append(link)
            listed.append(item)
        number = sum(not link.status for link in members)
        name = _group_name(context, kind, members)
        groups.append(LinksOfKind(kind, name, number, piece("links")(listed)))
    return groups


def _kind_order(kinds: Sequence[str], kind: str) -> tuple[int, str]:
    return kinds.index(kind) if kind in kinds else len(kinds), kind


def _link_order(context: PageContext, viewpoint: str, iri: str) -> tuple[str, ...]:
    """The names of the plans of the other ends, then of these, as many as a link has, then its IRI."""
    statements = context.graph.statements
    ends = []
    plans = []
    for name in ENDS:
        for end in statements.values(iri, name):
            if end != viewpoint:
                ends.append(context.name(end).casefold())
                plan = statements.one(end, PAN + "inPlan") or end
                plans.append(context.name(plan).casefold())
    return *plans, *ends, iri


def _group_name(context: PageContext, kind: str, members: Iterable[LinkText]) -> str:
    """The name of a kind of links; of those made from outside it says who says so, where not all were stated there."""
    if kind == "external-statement":
        stated = {bool(link.basis and link.basis.certainty == "stated") for link in members}
        if False in stated:
            return context.t("tie-external-both" if True in stated else "tie-comparison")
    return context.name(f"{ID}linktype/{kind}")


def _tallied_group(notes: Notes, kind: str, iris: Sequence[str], viewpoint: str) -> LinksOfKind:
    """Many derived links: by the note they share what they are derived from, and how many are from each."""
    context = notes.context
    # of a thing, or on a page, the first link tells which kind these are of
    tallied = context.site_context.cached(
        ("tally", viewpoint, iris[0], len(iris)),
        lambda: Counter(_link_basis(context, iri) for iri in iris),
    )
    by_mark = dict[Markup, Counter[Markup]]()
    counting_number = 0
    for basis, links_number in tallied.items():
        mark = notes.mark(basis.grounds).html if basis.grounds else NO_MARKUP
        by_mark.setdefault(mark, Counter())[context.links(basis.via)] += links_number
        if not basis.status:
            counting_number += links_number
    ranked = {mark: origins.most_common() for mark, origins in by_mark.items()}
    listed = piece("links_by_things")(ranked, context.t("by-way-of"), context.number)
    return LinksOfKind(kind, context.name(f"{ID}linktype/{kind}"), counting_number, listed)


# What a link says


def find_link_text(context: PageContext, iri: str) -> LinkText:
    """What a link says, written once for all pages from which things are linked alike."""
    return context.cached("connection", iri, partial(_read_link_text, context))


def _link_basis(context: PageContext, iri: str) -> LinkBasis:
    statements = context.graph.statements
    status = kind_and_key(statements.one(iri, PAN + "status")).key
    stated = statements.about(iri)
    grounds = grounds_of(statements, stated[0]) if stated else None
    via = tuple(statements.values(iri, PAN + "via"))
    return LinkBasis(grounds, via, "" if status in COUNTING else status)


def _read_link_text(context: PageContext, iri: str) -> LinkText:
    statements = context.graph.statements
    basis = _link_basis(context, iri)
    starts, targets, both = (statements.values(iri, name) for name in ENDS)
    ends = {end: _link_end(context, end) for end in (*starts, *targets, *both)}
    node = read_node(context, iri, frozenset(ends), _NOT_AMONG_FACTS)
    facts = []
    for fact in node.facts:
        facts += [fact.heading + " " + content for content in fact.contents]
    relations = statements.values(iri, PAN + "relation")
    premise = partial(_premise, context)
    sources = statements.values(iri, _DERIVED_FROM)
    return LinkText(
        iri=iri,
        key=key(iri),
        basis=basis.grounds,
        status=basis.status,
        via=context.links(basis.via),
        starts=starts,
        has_direction=not both,
        ends=ends,
        relation=markup(", ".join(map(context.label, relations))),
        level=context.level_badge(statements.level(iri)),
        quotes=NO_MARKUP.join([piece("quotation")(quote, context.t) for quote in node.quotes]),
        facts=facts,
        premises=[context.cached("premise", source, premise) for source in sources],
        grounds=tuple(dict.fromkeys(node.grounds)),
    )


def _link_end(context: PageContext, end: str) -> LinkEnd:
    link = context.link(end)
    plans = context.graph.statements.values(end, PAN + "inPlan")
    if not plans:
        return LinkEnd(link, link)
    within = piece("within")
    full = markup(", ").join(map(context.link, plans))
    short = markup(", ").join(map(context.short_link, plans))
    return LinkEnd(within(link, full), within(link, short))


def _premise(context: PageContext, iri: str) -> Premise:
    statements = context.graph.statements
    owner = statements.one(iri, PAN + "involvedIn") or statements.one(iri, PAN + "from")
    told_by_link = frozenset({owner, statements.one(iri, PAN + "involves")})
    node = read_node(context, iri, told_by_link, _NOT_IN_PREMISES)
    words = node.line(context.t)
    heading = context.link(owner) if owner else NO_MARKUP
    return Premise(
        owner, heading + context.t("colon") + " " + words, tuple(dict.fromkeys(node.grounds))
    )
