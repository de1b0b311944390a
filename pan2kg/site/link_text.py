"""A link as pages show it: what it joins, by what relation, on whose word, and why there is one.

What is said of a link is written once for all pages; only the numbers of its notes are those of a
page. Of many links by something shared, a page tells what is shared and how many these are.
"""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from pan2kg.graph.statements import Grounds, grounds_of
from pan2kg.site.page import Markup, PageContext, piece
from pan2kg.site.values import COUNTING, ENDS, NOTHING, Notes, read_node, unfold
from pan2kg.store import gathered
from pan2kg.templates import markup
from pan2kg.turtle.vocabulary import ID, PAN, kind_and_key

KINDS = (
    "uses-instrument", "instrument-relation", "cross-reference", "in-line-with", "implementing", "part-of",
    "builds-on", "succession", "interaction",
    "external-statement",
)  # fmt: skip
"""The kinds of links that are stated, in the order of pages; those that are derived follow."""
FEW = 4
"""How many derived links of a kind a page of a thing lists each with its reasons; of more it tells what is shared."""
_DERIVED_FROM = "http://www.w3.org/ns/prov#wasDerivedFrom"
_NOT_AMONG_FACTS = frozenset(
    {
        *ENDS,
        _DERIVED_FROM,
        *(PAN + name for name in ("linkType", "relation", "via", "derivedBy", "evidenceLevel")),
    }
)
"""What is told of a link in its own place."""
_OWNERS = (PAN + "involvedIn", PAN + "from")


class Joined(NamedTuple):
    """On what a link rests, what it joins its ends by, and how it stands where it does not count."""

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

    def written(
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
        stand elsewhere on the page.
        """
        premises = [premise for premise in self.premises if premise.owner != viewpoint]
        for grounds in self.grounds:
            notes.need(grounds)
        for premise in premises:
            for grounds in premise.grounds:
                notes.need(grounds)
        mark = notes.need(self.basis) if self.basis else None
        reasons: list[Sequence[Markup]] = [[premise.words for premise in premises]]
        if mark and not notes.is_marked:
            # the document of the link tells the rest
            address = notes.context.document(self.iri)
            mark = mark._replace(written=piece("mark")(address, mark.badge, mark.words, 0))
        else:
            reasons.append(self.facts)
        if is_lean or is_quoted or not (self.quotes or any(reasons)):
            reasons = []
        way, ends = self.seen_from(viewpoint)
        t = notes.context.t
        return piece("link")(self, way, ends, reasons, mark, has_anchor, is_quoted, t)

    def seen_from(self, viewpoint: str) -> tuple[str, list[Markup]]:
        """Which way the link leads, and its other ends: ``over`` from outside, else ``out``, ``in`` or ``both``."""
        if not viewpoint:
            return "over", [end.short for end in self.ends.values()]
        way = "both"
        if self.has_direction:
            way = "out" if viewpoint in self.starts else "in"
        return way, [end.full for iri, end in self.ends.items() if iri != viewpoint]


def link_of(context: PageContext, iri: str) -> LinkText:
    """What a link says, written once for all pages from which things are linked alike."""
    return context.once("connection", iri, partial(_link_text, context))


def grouped(
    notes: Notes,
    links: Iterable[str],
    viewpoint: str = "",
    *,
    is_lean: bool = False,
    quoted: Container[str] = (),
) -> list[dict[str, object]]:
    """Links by kind as a page lists them: the kind, its name, how many count, and the list.

    Those in ``quoted`` have their words elsewhere on the page; of lean lists no reasons are told.
    """
    context = notes.context
    statements = context.graph.statements
    by_kind = gathered((statements.link_type(iri), iri) for iri in links)
    groups = []
    for kind in sorted(by_kind, key=partial(_kind_order, (*KINDS, *context.graph.link_kinds))):
        iris = by_kind[kind]
        name = context.name(f"{ID}linktype/{kind}")
        if kind in context.graph.link_kinds and (is_lean or len(iris) > FEW):
            items, number = _tally(notes, iris, viewpoint)
        else:
            iris = sorted(iris, key=partial(_link_order, context, viewpoint))
            members = [link_of(context, iri) for iri in iris]
            if kind == "external-statement":
                name = _name_of_external(context, members) or name
            written = []
            for link in members:
                item = link.written(
                    notes,
                    viewpoint,
                    has_anchor=not is_lean,
                    is_lean=is_lean,
                    is_quoted=link.iri in quoted,
                )
                written.append(item)
            items = piece("links")(written)
            number = sum(not link.status for link in members)
        groups.append({"kind": kind, "name": name, "number": number, "list": items})
    return groups


def _kind_order(kinds: Sequence[str], kind: str) -> tuple[int, str]:
    return kinds.index(kind) if kind in kinds else len(kinds), kind


def _link_order(context: PageContext, viewpoint: str, iri: str) -> tuple[str, ...]:
    # by the plans of the other ends, then by these
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


def _name_of_external(context: PageContext, members: Iterable[LinkText]) -> str:
    """The name of links that are made from outside, where not all were stated there: it says who says so."""
    stated = {bool(link.basis and link.basis.certainty == "stated") for link in members}
    if stated == {True}:
        return ""
    return context.t("tie-external-both" if True in stated else "tie-comparison")


def _tally(notes: Notes, iris: Sequence[str], viewpoint: str) -> tuple[Markup, int]:
    """What many links share with its note, and how many each joins: its own page lists them; and how many count."""
    context = notes.context
    counted = context.site_context.once(
        ("tally", viewpoint, *iris[:1], len(iris)),
        lambda: Counter(_joined_by(context, iri) for iri in iris),
    )
    by_mark = dict[Markup, Counter[Markup]]()
    number = 0
    for joined, links_number in counted.items():
        mark = notes.need(joined.grounds).written if joined.grounds else NOTHING
        by_mark.setdefault(mark, Counter())[context.links(joined.via)] += links_number
        if not joined.status:
            number += links_number
    ranked = [(mark, shared.most_common()) for mark, shared in by_mark.items()]
    return piece("links_by_things")(ranked, context.t("by-way-of"), context.figure), number


def _joined_by(context: PageContext, iri: str) -> Joined:
    statements = context.graph.statements
    status = kind_and_key(statements.one(iri, PAN + "status"))[1]
    by_property = statements.by_property(iri)
    grounds = None
    if by_property:
        statement, *_ = next(iter(by_property.values()))
        grounds = grounds_of(statements, statement)
    via = tuple(statements.values(iri, PAN + "via"))
    return Joined(grounds, via, "" if status in COUNTING else status)


def _link_text(context: PageContext, iri: str) -> LinkText:
    statements = context.graph.statements
    notes = Notes(context)
    joined = _joined_by(context, iri)
    starts, targets, both = (statements.values(iri, name) for name in ENDS)
    ends = {end: _link_end(context, end) for end in (*starts, *targets, *both)}
    node = read_node(notes, iri, frozenset(ends), _NOT_AMONG_FACTS)
    facts = []
    for heading, contents in node.facts:
        facts += [heading + " " + content for content in contents]
    relations = statements.values(iri, PAN + "relation")
    premise = partial(_premise, context)
    sources = statements.values(iri, _DERIVED_FROM)
    return LinkText(
        iri=iri,
        key=kind_and_key(iri)[1] or iri.rpartition("/")[2],
        basis=joined.grounds,
        status=joined.status,
        via=context.links(joined.via),
        starts=starts,
        has_direction=not both,
        ends=ends,
        relation=markup(", ".join(map(context.label, relations))),
        level=context.mark(statements.level(iri)),
        quotes=NOTHING.join([piece("quotation")(quote, context.t) for quote in node.quotes]),
        facts=facts,
        premises=[context.once("premise", source, premise) for source in sources],
        grounds=tuple(notes.numbers),
    )


def _link_end(context: PageContext, end: str) -> LinkEnd:
    link = context.link(end)
    plans = context.graph.statements.values(end, PAN + "inPlan")
    if not plans:
        return LinkEnd(link, link)
    within = piece("within")
    full = markup(", ").join(map(context.link, plans))
    short = markup(", ").join(map(context.short, plans))
    return LinkEnd(within(link, full), within(link, short))


def _premise(context: PageContext, iri: str) -> Premise:
    statements = context.graph.statements
    notes = Notes(context)
    owner = next((end for name in _OWNERS if (end := statements.one(iri, name))), "")
    shared = frozenset({owner, statements.one(iri, PAN + "involves")})
    words = unfold(notes, iri, shared, without=frozenset({PAN + "linkType", *_OWNERS}))
    heading = context.link(owner) if owner else NOTHING
    return Premise(owner, heading + context.t("colon") + " " + words, tuple(notes.numbers))
