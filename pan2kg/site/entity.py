"""How a thing is cited and taken along: its stable address, its statements as data, and the query that shows them.

What stands beside the statements of a thing: what is not known of it, and the picture of what is around it.
The page of any thing: everything said of it, what points to it, its links, and on what each of that rests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from pan2kg.charts.registry import draw_on
from pan2kg.graph.labels import KINDS, Entry
from pan2kg.graph.statements import SOURCE
from pan2kg.site.basis import Notes, Say
from pan2kg.site.connections import Group, Row, grouped, kind_of_link, links_of, listed, pending_rows
from pan2kg.site.dossier import ANCHORS, settled
from pan2kg.site.dossiers import dossier_of
from pan2kg.site.page import Values, View
from pan2kg.site.values import EVIDENCE, dated, quotes, unfold
from pan2kg.tables.making import coded
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import DCTERMS, PAN, SKOS, is_ours, kind_and_key

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


_EUR_LEX: Final = "https://eur-lex.europa.eu/legal-content"
_IDENTIFIER: Final = "http://www.w3.org/ns/adms#identifier"
_OWN: Final = """\
SELECT ?graph ?property ?value WHERE {{
    GRAPH ?graph {{ <{iri}> ?property ?value }}
}} ORDER BY ?graph ?property ?value
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """The stable address of a thing, its statements as Turtle and JSON-LD where there is a server, and the query.

    ``official`` are the places where others publish it: address and words.
    """

    iri: str
    turtle: str
    json: str
    query: str
    official: tuple[tuple[str, str], ...]


def machine(context: PageContext, entry: Entry) -> Machine:
    """How a thing is cited and taken along."""
    served = context.site_context.mode == "served" and bool(entry.kind)
    data = f"doc/{entry.kind}/{entry.key}"
    return Machine(
        entry.iri,
        context.out(f"{data}.ttl") if served else "",
        context.out(f"{data}.jsonld") if served else "",
        query_address(context, _OWN.format(iri=entry.iri)) if _is_safe(entry.iri) else "",
        tuple(_official(context, entry)),
    )


def _official(context: PageContext, entry: Entry) -> Iterator[tuple[str, str]]:
    """Where a text is published: its official address is its IRI; its CELEX number leads to EUR-Lex."""
    if entry.has_page and entry.iri.startswith(("http://", "https://")) and not is_ours(entry.iri):
        yield entry.iri, urlsplit(entry.iri).hostname or context.t("outside")
    statements = context.graph.statements
    for node in statements.values(entry.iri, _IDENTIFIER):
        if statements.one(node, f"{PAN}identifierScheme").endswith("/celex"):
            number, language = statements.one(node, f"{SKOS}notation"), context.request.language.upper()
            yield f"{_EUR_LEX}/{language}/TXT/?uri=CELEX:{quote(number)}", f"CELEX {number}"


def query_address(context: PageContext, query: str) -> str:
    """The page for queries with a query in it: behind the hash for the browser, with a server before it too."""
    page = f"sparql.html#query={quote(query, safe='')}"
    return context.href(page, query=query) if context.site_context.mode == "served" else context.href(page)


def _is_safe(iri: str) -> bool:
    return not any(mark in iri for mark in '<>"{}|\\^` \n') and not iri.startswith("_:")


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap as a page shows it: what it is, the list of its kind, what it concerns beside, and in which respect."""

    words: str
    address: str
    other: Markup
    detail: str = ""


def gaps(context: PageContext, entry: Entry) -> list[Gap]:
    """What is not known of a thing, or not done about it.

    The page of a plan leaves out what its actions lack: that stands beside each action.
    """
    found = [*_general(context, entry)] if entry.kind == "action" and not entry.is_retired else []
    for lack in context.site_context.lacks.get(entry.iri, ()):
        other = context.graph.labels.entry(lack.other) if lack.other else None
        if entry.kind == "plan" and other and other.kind == "action":
            continue
        own = entry.kind == "action" and other is not None and other.kind == "plan"
        found.append(
            Gap(
                coded("gap", lack.kind).say(context.request.language),
                context.href(f"gap/{lack.kind}.html"),
                context.link(lack.other) if other and not own else markup(""),
                lack.detail.say(context.request.language) if lack.detail else "",
            )
        )
    return found


def _general(context: PageContext, entry: Entry) -> list[Gap]:
    """What is said of an action in general: whether anything was recorded of it, and whether it is linked."""
    site_context, found = context.site_context, []
    if not site_context.graph.has_actions or entry.iri not in site_context.graph.home_of:
        return []
    if entry.iri not in site_context.recorded:
        found.append(Gap(context.t("gap-unread"), "", markup("")))
    if entry.iri not in site_context.linked:
        plan = site_context.graph.labels.entry(site_context.graph.home_of[entry.iri])
        anchor = f"#{plan.key}" if plan else ""
        found.append(Gap(context.t("gap-unlinked"), context.href(f"unlinked.html{anchor}"), markup("")))
    return found


def ego(context: PageContext, entry: Entry) -> Markup:
    """The picture of what is around an action; empty where it rests on no text and cites nothing."""
    site_context = context.site_context
    if not site_context.graph.has_actions or entry.iri not in site_context.drawable & site_context.graph.home_of.keys():
        return markup("")
    subject = context.site_context.subject(context.request.language, context.picture_address)
    return markup(draw_on(subject, "ego", action=entry.iri).svg)


DEPRECATED: Final = "http://www.w3.org/2002/07/owl#deprecated"
REPLACED: Final = DCTERMS + "isReplacedBy"
RESTS: Final = ("uses-instrument", "instrument-relation")
"""Kinds of links that say on what a thing rests, or what rests on it."""
_IN_SHORT: Final = frozenset({PAN + "via", "http://www.w3.org/ns/prov#wasDerivedFrom"})
"""What is left out on the page of a thing: the links that pass by it stand on the pages of what they join."""
_NOTHING: Final[frozenset[str]] = frozenset()
_LISTS: Final = {
    "plan": "plans.html", "body": "search.html#kind-body", "instrument": "search.html#kind-instrument",
    "obligation": "obligations.html",
}  # fmt: skip
"""Where all things of a kind are listed."""
_IN_PLAN: Final = {"action": "actions", "part": "outline", "category": "outline"}
"""Where on the page of a plan the things of a kind are listed."""
UNFOLDED: Final = 12
"""How many statements of who is who are listed without being folded."""
_ELSEWHERE: Final = {"plan": frozenset({PAN + "inPlan", PAN + "countIn"}), "conflict": frozenset({PAN + "hasPosition"})}
"""What has a part of the page of its own, by the kind of thing."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page: its key, the rows of statements, and the links by kind.

    ``folded`` are rows that are only shown when asked for, ``why`` the key of the words that ask.
    """

    key: str
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    folded: tuple[Row, ...] = ()
    why: str = ""

    def table(self, t: Say) -> Markup:
        """The rows as a table under the heading of the part."""
        return listed(self.rows, t, self.key)

    def under(self, t: Say) -> Markup:
        """The rows that are folded, as a table."""
        return listed(self.folded, t, self.key)

    @property
    def number(self) -> int:
        """How many statements are folded."""
        return _number(self.folded)


def _number(rows: Iterable[Row]) -> int:
    return sum(len(row.cells) + row.more for row in rows)


def _part(context: PageContext, key: str, rows: tuple[Row, ...], groups: tuple[Group, ...], kind: str) -> Part:
    """A part; of who is who, a long list is folded, and what rules repeat of it on the page of a body."""
    if key != "who" or _number(rows) <= UNFOLDED:
        return Part(key, rows, groups)
    rule = context.t("certainty-rule")
    ruled = tuple(row for row in rows if all(cell.mark and cell.mark.words == rule for cell in row.cells))
    if kind != "body" or len(ruled) == len(rows):
        return Part(key, (), groups, rows, "part-rows")
    kept = tuple(row for row in rows if row not in ruled)
    return Part(key, kept, groups, ruled, "part-ruled") if ruled else Part(key, rows, groups)


def values(kind: str) -> Callable[[PageContext], Values | None]:
    """What fills the page of a thing of a kind, by the key in its address."""

    def of(context: PageContext) -> Values | None:
        entry = context.graph.labels.find(kind, context.request.key)
        return page(context, entry) if entry else None

    return of


def keys(kind: str) -> Callable[[SiteContext], Iterable[str]]:
    """The keys of all things of a kind."""

    def of(site_context: SiteContext) -> Iterable[str]:
        labels = site_context.graph.labels
        return [entry.key for entry in (*labels.of_kind(kind), *labels.retired(kind))]

    return of


def values_of(context: PageContext, iri: str) -> Values | None:
    """What fills the page of anything the graph speaks of, by IRI; None where it says nothing of it.

    The template is ``entity.html``. Things without a page in the site are shown too: passages, documents, links,
    concepts, named graphs, terms of the ontology.
    """
    statements = context.graph.statements
    if not statements.about(iri) and not statements.towards(iri):
        return None
    return page(context, context.graph.labels.entry(iri) or Entry(iri, *kind_and_key(iri), "", "", {}))


def page(context: PageContext, entry: Entry, notes: Notes | None = None) -> Values:
    """What fills the page of a thing; ``notes`` may have been begun by what stands before it."""
    notes, statements = notes or Notes(context), context.graph.statements
    parts = parts_of(notes, entry)
    is_action = entry.kind == "action"
    due, around = (until(context, entry.iri), ego(context, entry)) if is_action else ("", markup(""))
    made = dossier_of(context, entry, due, around)
    anchors = {*(part.key for part in parts), *ANCHORS}
    return {
        "title": context.name(entry.iri),
        "entry": entry,
        "heading": context.heading(entry.iri),
        "kind": kind_of(context, entry),
        "kinds": _kinds(context, entry),
        "within": within(context, entry),
        "retired": retired(context, entry.iri),
        "gaps": gaps(context, entry),
        "parts": parts,
        "positions": [
            (unfold(notes, one, _NOTHING), context.links(statements.values(one, SOURCE)))
            for one in statements.values(entry.iri, PAN + "hasPosition")
        ],
        "dossier": settled(made, anchors) if made else None,
        "statements": len(statements.about(entry.iri)) + len(statements.towards(entry.iri)),
        "machine": machine(context, entry),
        **on_what(notes, entry.iri),
        "section": "plans" if entry.kind in ("action", "category", "part", "plan") else "",
    }


def on_what(notes: Notes, iri: str) -> Values:
    """The notes of a page, and the words quoted for the thing as a whole; to be called last."""
    passages = notes.context.graph.statements.values(iri, EVIDENCE)
    return {"notes": notes.listed(), "quoted": quotes(notes.context, passages)}


def parts_of(notes: Notes, entry: Entry) -> list[Part]:
    """What is said of a thing in the order of the page; what stands elsewhere on it is left out."""
    elsewhere = _ELSEWHERE.get(entry.kind, _NOTHING)
    short = elsewhere | _IN_SHORT if entry.has_page else _NOTHING
    rows = pending_rows(notes, entry.iri, out=elsewhere | {DEPRECATED, REPLACED}, back=short)
    under: dict[str, list[str]] = {}
    for link in links_of(notes.context, entry.iri):
        under.setdefault("rests" if kind_of_link(notes.context, link) in RESTS else "links", []).append(link)
    found = []
    for key, pending_list in rows.items():
        made = tuple(pending.make() for pending in pending_list)
        if made or key in under:
            groups = tuple(grouped(notes, under.get(key, ()), entry.iri))
            found.append(_part(notes.context, key, made, groups, entry.kind))
    return found


def kind_of(context: PageContext, entry: Entry) -> str:
    """What a thing is, in words: its kind, else its class."""
    if entry.has_page and not entry.is_retired:
        return context.t(f"kind-{entry.kind}")
    return context.name(entry.type) if entry.type else ""


def _kinds(context: PageContext, entry: Entry) -> str:
    """Where things of the kind are listed; empty where they are not. Actions and parts are on the plan’s page."""
    if entry.kind in _IN_PLAN:
        plan = context.graph.statements.one(entry.iri, PAN + "inPlan")
        return f"{context.address(plan)}#{_IN_PLAN[entry.kind]}" if plan else ""
    return context.href(_LISTS[entry.kind]) if entry.kind in _LISTS else ""


def until(context: PageContext, action: str) -> str:
    """By when an action is to be done: the last day of its timelines, else their words."""
    statements = context.graph.statements
    lines = statements.values(action, PAN + "hasTimeline")
    ends = [end for one in lines for end in statements.values(one, PAN + "endDate")]
    if ends:
        return dated(context, max(ends))
    return "; ".join(words for one in lines for words in statements.values(one, PAN + "text"))


def within(context: PageContext, entry: Entry) -> list[str]:
    """What a thing stands in, from the outside in, by IRI: plan or review, act."""
    statements = context.graph.statements
    own = (PAN + "inPlan", PAN + "inReview", PAN + "partOf")
    names = (*own, "http://data.europa.eu/eli/ontology#is_part_of", PAN + "underInstrument")
    return [iri for name in names for iri in statements.values(entry.iri, name)]


def retired(context: PageContext, iri: str) -> list[str] | None:
    """What replaces a thing that was retired, maybe nothing; None where it was not retired."""
    statements = context.graph.statements
    replaced = statements.values(iri, REPLACED)
    is_retired = replaced or statements.one(iri, DEPRECATED) in ("true", "1")
    return replaced if is_retired else None


PAGES: Final = tuple(View(kind, values(kind), keys(kind), template="entity.html") for kind in KINDS if kind != "plan")
