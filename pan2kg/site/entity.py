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
from pan2kg.graph.labels import KINDS, Entry, kind_and_key
from pan2kg.graph.statements import SOURCE
from pan2kg.site.basis import Notes
from pan2kg.site.connections import Group, grouped, kind_of_link, links_of
from pan2kg.site.page import View
from pan2kg.site.rows import Row, listed, sketched
from pan2kg.site.values import EVIDENCE, quotes, unfold
from pan2kg.tables.table import coded
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import DCTERMS, PAN, ROOT, SKOS

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.graph.labels import Entry
    from pan2kg.site.basis import Say
    from pan2kg.site.library import Library
    from pan2kg.site.page import Values
    from pan2kg.site.speaker import Speaker


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


def machine(speaker: Speaker, entry: Entry) -> Machine:
    """How a thing is cited and taken along."""
    served = speaker.library.mode == "served" and bool(entry.kind)
    data = f"doc/{entry.kind}/{entry.key}"
    return Machine(
        entry.iri,
        speaker.out(f"{data}.ttl") if served else "",
        speaker.out(f"{data}.jsonld") if served else "",
        query_address(speaker, _OWN.format(iri=entry.iri)) if _is_safe(entry.iri) else "",
        tuple(_official(speaker, entry)),
    )


def _official(speaker: Speaker, entry: Entry) -> Iterator[tuple[str, str]]:
    """Where a text is published: its official address is its IRI; its CELEX number leads to EUR-Lex."""
    if entry.has_page and entry.iri.startswith(("http://", "https://")) and not entry.iri.startswith(ROOT):
        yield entry.iri, urlsplit(entry.iri).hostname or speaker.t("outside")
    statements = speaker.graph.statements
    for node in statements.values(entry.iri, _IDENTIFIER):
        if statements.one(node, f"{PAN}identifierScheme").endswith("/celex"):
            number, language = statements.one(node, f"{SKOS}notation"), speaker.request.language.upper()
            yield f"{_EUR_LEX}/{language}/TXT/?uri=CELEX:{quote(number)}", f"CELEX {number}"


def query_address(speaker: Speaker, query: str) -> str:
    """The page for queries with a query in it: behind the hash for the browser, with a server before it too."""
    page = f"sparql.html#query={quote(query, safe='')}"
    return speaker.href(page, query=query) if speaker.library.mode == "served" else speaker.href(page)


def _is_safe(iri: str) -> bool:
    return not any(mark in iri for mark in '<>"{}|\\^` \n') and not iri.startswith("_:")


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap as a page shows it: what it is, the list of its kind, what it concerns beside, and in which respect."""

    words: str
    address: str
    other: Markup
    detail: str = ""


def gaps(speaker: Speaker, entry: Entry) -> list[Gap]:
    """What is not known of a thing, or not done about it.

    The page of a plan leaves out what its actions lack: that stands beside each action.
    """
    found = [*_general(speaker, entry)] if entry.kind == "action" else []
    for lack in speaker.library.lacks.get(entry.iri, ()):
        other = speaker.graph.labels.entry(lack.other) if lack.other else None
        if entry.kind == "plan" and other and other.kind == "action":
            continue
        own = entry.kind == "action" and other is not None and other.kind == "plan"
        found.append(
            Gap(
                coded("gap", lack.kind).say(speaker.request.language),
                speaker.href(f"gap/{lack.kind}.html"),
                speaker.link(lack.other) if other and not own else markup(""),
                lack.detail.say(speaker.request.language) if lack.detail else "",
            )
        )
    return found


def _general(speaker: Speaker, entry: Entry) -> list[Gap]:
    """What is said of an action in general: whether anything was recorded of it, and whether it is linked."""
    library, found = speaker.library, []
    if not library.graph.has_actions or entry.iri not in library.graph.home_of:
        return []
    if entry.iri not in library.recorded:
        found.append(Gap(speaker.t("gap-unread"), "", markup("")))
    if entry.iri not in library.linked:
        plan = library.graph.labels.entry(library.graph.home_of[entry.iri])
        anchor = f"#{plan.key}" if plan else ""
        found.append(Gap(speaker.t("gap-unlinked"), speaker.href(f"unlinked.html{anchor}"), markup("")))
    return found


def ego(speaker: Speaker, entry: Entry) -> Markup:
    """The picture of what is around an action; empty where it rests on no text and cites nothing."""
    library = speaker.library
    if not library.graph.has_actions or entry.iri not in library.drawable & library.graph.home_of.keys():
        return markup("")
    subject = speaker.library.subject(speaker.request.language, speaker.picture_address)
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
UNFOLDED: Final = 12
"""How many statements of who is who are listed without being folded."""
_ELSEWHERE: Final = {"plan": frozenset({PAN + "inPlan"}), "conflict": frozenset({PAN + "hasPosition"})}
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


def _part(speaker: Speaker, key: str, rows: tuple[Row, ...], groups: tuple[Group, ...], kind: str) -> Part:
    """A part; of who is who, a long list is folded, and what rules repeat of it on the page of a body."""
    if key != "who" or _number(rows) <= UNFOLDED:
        return Part(key, rows, groups)
    rule = speaker.t("certainty-rule")
    ruled = tuple(row for row in rows if all(cell.mark and cell.mark.words == rule for cell in row.cells))
    if kind != "body" or len(ruled) == len(rows):
        return Part(key, (), groups, rows, "part-rows")
    kept = tuple(row for row in rows if row not in ruled)
    return Part(key, kept, groups, ruled, "part-ruled") if ruled else Part(key, rows, groups)


def values(kind: str) -> Callable[[Speaker], Values | None]:
    """What fills the page of a thing of a kind, by the key in its address."""

    def of(speaker: Speaker) -> Values | None:
        entry = speaker.graph.labels.find(kind, speaker.request.key)
        return page(speaker, entry) if entry else None

    return of


def keys(kind: str) -> Callable[[Library], Iterable[str]]:
    """The keys of all things of a kind."""

    def of(library: Library) -> Iterable[str]:
        return [entry.key for entry in library.graph.labels.of_kind(kind)]

    return of


def values_of(speaker: Speaker, iri: str) -> Values | None:
    """What fills the page of anything the graph speaks of, by IRI; None where it says nothing of it.

    The template is ``entity.html``. Things without a page in the site are shown too: passages, documents, links,
    concepts, named graphs, terms of the ontology.
    """
    statements = speaker.graph.statements
    if not statements.about(iri) and not statements.towards(iri):
        return None
    return page(speaker, speaker.graph.labels.entry(iri) or Entry(iri, *kind_and_key(iri), "", "", {}))


def page(speaker: Speaker, entry: Entry, notes: Notes | None = None) -> Values:
    """What fills the page of a thing; ``notes`` may have been begun by what stands before it."""
    notes, statements = notes or Notes(speaker), speaker.graph.statements
    parts = parts_of(notes, entry)
    return {
        "title": speaker.name(entry.iri),
        "entry": entry,
        "kind": kind_of(speaker, entry),
        "kinds": _kinds(speaker, entry),
        "within": within(speaker, entry),
        "retired": retired(speaker, entry.iri),
        "gaps": gaps(speaker, entry),
        "parts": parts,
        "positions": [
            (unfold(notes, one, _NOTHING), speaker.links(statements.values(one, SOURCE)))
            for one in statements.values(entry.iri, PAN + "hasPosition")
        ],
        "picture": ego(speaker, entry) if entry.kind == "action" else "",
        "machine": machine(speaker, entry),
        **on_what(notes, entry.iri),
        "section": "plans" if entry.kind in ("action", "category", "plan") else "",
    }


def on_what(notes: Notes, iri: str) -> Values:
    """The notes of a page, and the words quoted for the thing as a whole; to be called last."""
    passages = notes.speaker.graph.statements.values(iri, EVIDENCE)
    return {"notes": notes.listed(), "quoted": quotes(notes.speaker, passages)}


def parts_of(notes: Notes, entry: Entry) -> list[Part]:
    """What is said of a thing in the order of the page; what stands elsewhere on it is left out."""
    elsewhere = _ELSEWHERE.get(entry.kind, _NOTHING)
    short = elsewhere | _IN_SHORT if entry.has_page else _NOTHING
    rows = sketched(notes, entry.iri, out=elsewhere | {DEPRECATED, REPLACED}, back=short)
    under: dict[str, list[str]] = {}
    for link in links_of(notes.speaker, entry.iri):
        under.setdefault("rests" if kind_of_link(notes.speaker, link) in RESTS else "links", []).append(link)
    found = []
    for key, sketches in rows.items():
        made = tuple(sketch.make() for sketch in sketches)
        if made or key in under:
            groups = tuple(grouped(notes, under.get(key, ()), entry.iri))
            found.append(_part(notes.speaker, key, made, groups, entry.kind))
    return found


def kind_of(speaker: Speaker, entry: Entry) -> str:
    """What a thing is, in words: its kind, else its class."""
    if entry.has_page:
        return speaker.t(f"kind-{entry.kind}")
    return speaker.name(entry.type) if entry.type else ""


def _kinds(speaker: Speaker, entry: Entry) -> str:
    """Where things of the kind are listed; empty where they are not. Actions are listed on the page of their plan."""
    if entry.kind == "action":
        plan = speaker.graph.statements.one(entry.iri, PAN + "inPlan")
        return f"{speaker.address(plan)}#actions" if plan else ""
    return speaker.href(_LISTS[entry.kind]) if entry.kind in _LISTS else ""


def within(speaker: Speaker, entry: Entry) -> list[str]:
    """What a thing stands in, from the outside in, by IRI: plan or review, act."""
    statements = speaker.graph.statements
    names = (PAN + "inPlan", PAN + "inReview", "http://data.europa.eu/eli/ontology#is_part_of", PAN + "underInstrument")
    return [iri for name in names for iri in statements.values(entry.iri, name)]


def retired(speaker: Speaker, iri: str) -> list[str] | None:
    """What replaces a thing that was retired, maybe nothing; None where it was not retired."""
    statements = speaker.graph.statements
    replaced = statements.values(iri, REPLACED)
    is_retired = replaced or statements.one(iri, DEPRECATED) in ("true", "1")
    return replaced if is_retired else None


PAGES: Final = tuple(View(kind, values(kind), keys(kind), template="entity.html") for kind in KINDS if kind != "plan")
