"""The page of any thing: what it begins with, then everything said of it, on what that rests, and what is not known.

A plan, an action, a body, a text and a topic begin with a dossier; that of a plan is made by the
module of its page, which fills in the same template.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from pan2kg.coherence import evidence
from pan2kg.graph import labels
from pan2kg.site import link_text, values
from pan2kg.site.action_dossier import of_action
from pan2kg.site.body_dossier import of_body
from pan2kg.site.dossier import Dossier
from pan2kg.site.nodes import read_node
from pan2kg.site.notes import Notes
from pan2kg.site.page import Markup, PageContext, SiteContext, Values, View, piece
from pan2kg.site.statement_rows import Row, number_rows, rows_table, statement_rows
from pan2kg.site.text_dossier import of_text
from pan2kg.site.topic_dossier import of_topic
from pan2kg.tables import making
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, SKOS, is_ours, kind_and_key

_LONGEST_TITLE = 70
"""How many letters of a name stand in the title of a window: the heading has all."""
_UNFOLDED = 12
"""How many statements of who is who are listed without being folded."""
_PLACES = frozenset({"brief", "picture", "attention", "proofs"})
"""The places that each page with a dossier has, as the part of an address behind the hash."""

_ADMS = "http://www.w3.org/ns/adms#"
_ELI = "http://data.europa.eu/eli/ontology#"
_DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
_REPLACED = DCTERMS + "isReplacedBy"
_WITHIN_PROPERTIES = (
    PAN + "inPlan",
    PAN + "inReview",
    PAN + "partOf",
    f"{_ELI}is_part_of",
    PAN + "underInstrument",
)
"""The properties that say inside what a thing is: what these name stands above its heading."""
_KINDS_OF_GROUNDS = ("uses-instrument", "instrument-relation")
"""The kinds of links that are told where a page says on what a thing rests."""
_PASSING_LINKS = frozenset({PAN + "via", "http://www.w3.org/ns/prov#wasDerivedFrom"})
"""What is left out on the page of a thing: the links that pass by it stand on the pages of what they join."""
_SHOWN_ELSEWHERE = {
    "plan": frozenset({PAN + "inPlan", PAN + "countIn"}),
    "conflict": frozenset({PAN + "hasPosition"}),
}
"""What has a place of its own on the page of a kind of thing."""
_LISTS_BY_KIND = {
    "plan": "plans.html",
    "body": "search.html#kind-body",
    "instrument": "search.html#kind-instrument",
    "obligation": "obligations.html",
}
"""Where all things of a kind are listed."""
_LISTS_IN_PLAN = {"action": "actions", "part": "outline", "category": "outline"}
"""Where on the page of their plan all things of a kind are listed."""
_NOT_IN_IRIS = frozenset('<>"{}|\\^` \n')
_QUERY = """\
SELECT ?graph ?property ?value WHERE {{
    GRAPH ?graph {{ <{iri}> ?property ?value }}
}} ORDER BY ?graph ?property ?value
"""
_DOSSIERS: Final[Mapping[str, Callable[[PageContext, str], Dossier]]] = {
    "action": of_action,
    "body": of_body,
    "instrument": of_text,
    "topic": of_topic,
}
"""The dossiers by kind of thing; that of a plan is made on its page, that of a pair on the page of two plans."""


class PagePart(NamedTuple):
    """A part of a page: rows of statements, links by kind, and rows that are ``folded``.

    ``why`` is the message that says what is folded, ``number`` how many values that are.
    """

    key: str
    rows: Markup
    groups: Sequence[link_text.LinksOfKind]
    folded: Markup = values.NO_MARKUP
    why: str = ""
    number: int = 0


class Position(NamedTuple):
    """What a source says where sources are in conflict, and the documents that say so."""

    words: Markup
    documents: Markup


class PublishedAddress(NamedTuple):
    """An address under which somebody else publishes a thing, and what it is called."""

    address: str
    words: str


# The page of a thing


def find_entity_values(context: PageContext, iri: str) -> Values | None:
    """What the page of anything is filled in with; None where nothing is said of it and nothing points to it."""
    statements = context.graph.statements
    if not statements.about(iri) and not statements.towards(iri):
        return None
    entry = context.entry(iri) or labels.Entry(iri, *kind_and_key(iri), "", "", {})
    return entity_values(context, entry)


def entity_values(context: PageContext, entry: labels.Entry, notes: Notes | None = None) -> Values:
    """What the page of a thing is filled in with: its dossier where its kind has one, and its statements.

    ``notes`` are those of the page it is shown on, by default of its own.
    """
    iri = entry.iri
    statements = context.graph.statements
    document = context.document_address(iri)
    notes = notes or Notes(context, is_marked=not document)
    is_told = context.graph.has_actions and not entry.is_retired
    dossier = None
    if is_told and entry.kind in _DOSSIERS:
        dossier = _DOSSIERS[entry.kind](context, iri)
    if document and dossier:
        parts = _links_part(notes, iri)
    elif document and is_told and entry.kind == "plan":
        parts = []  # the page of the plan has parts of its own
    else:
        parts = _page_parts(notes, entry)
    replaced_by = statements.values(iri, _REPLACED)
    is_retired = replaced_by or statements.one(iri, _DEPRECATED) in ("true", "1")
    quoted = []
    if not document:
        quoted = values.quotes_of(context, statements.values(iri, values.PASSAGE))
    within = []
    for name in _WITHIN_PROPERTIES:
        within += statements.values(iri, name)
    return {
        "title": labels.shortened(context.brief_name(iri), _LONGEST_TITLE),
        "entry": entry,
        "heading": context.heading(iri),
        "kind": _kind_name(context, entry),
        "kinds": _address_of_kind(context, entry),
        "within": within,
        "retired": replaced_by if is_retired else None,
        "gaps": _gaps(context, entry),
        "parts": parts,
        "positions": _positions(notes, iri),
        "dossier": _without_dead_links(dossier, parts) if dossier else None,
        "document": document,
        "statements": statements.number(iri),
        "machine": _machine_values(context, entry),
        "notes": notes,
        "quoted": quoted,
        "section": "plans" if entry.kind in ("action", "category", "part", "plan") else "",
    }


def _positions(notes: Notes, iri: str) -> list[Position]:
    context = notes.context
    statements = context.graph.statements
    positions = []
    for position in statements.values(iri, PAN + "hasPosition"):
        node = read_node(context, position, frozenset())
        notes.number(node.grounds)
        words = node.line(context.t)
        if node.basis:
            words += notes.mark(node.basis).html
        documents = context.links(statements.values(position, DCTERMS + "source"))
        positions.append(Position(words, documents))
    return positions


def _without_dead_links(dossier: Dossier, parts: Iterable[PagePart]) -> Dossier:
    """A dossier whose sentences lead to no place that the page does not have."""
    places = {f"#{place}" for place in _PLACES}
    places.update(f"#{part.key}" for part in parts)
    places.update(f"#{listed.key}" for listed in dossier.lists)
    sentences = []
    for sentence in dossier.brief:
        if sentence.address.startswith("#") and sentence.address not in places:
            sentence = sentence._replace(address="")
        sentences.append(sentence)
    return replace(dossier, brief=sentences)


def _kind_name(context: PageContext, entry: labels.Entry) -> str:
    if entry.has_page and not entry.is_retired:
        return context.t(f"kind-{entry.kind}")
    return context.name(entry.type) if entry.type else ""


def _address_of_kind(context: PageContext, entry: labels.Entry) -> str:
    """Where all things of its kind are listed; empty for nowhere."""
    if entry.kind in _LISTS_IN_PLAN:
        plan = context.graph.statements.one(entry.iri, PAN + "inPlan")
        return f"{context.address(plan)}#{_LISTS_IN_PLAN[entry.kind]}" if plan else ""
    return context.href(_LISTS_BY_KIND[entry.kind]) if entry.kind in _LISTS_BY_KIND else ""


# What is said of it, part by part


def _links_part(notes: Notes, iri: str) -> list[PagePart]:
    """What stands beside the lists of a dossier: links, but those by which texts are used."""
    statements = notes.context.graph.statements
    links = []
    for link in statements.pointing(iri, *link_text.ENDS):
        if statements.link_type(link) != "uses-instrument":
            links.append(link)
    groups = link_text.link_groups(notes, links, iri, is_lean=True)
    return [PagePart("links", values.NO_MARKUP, groups)] if groups else []


def _page_parts(notes: Notes, entry: labels.Entry) -> list[PagePart]:
    """The parts of the page that have statements or links, in the order of every page."""
    context = notes.context
    statements = context.graph.statements
    elsewhere: frozenset[str] = _SHOWN_ELSEWHERE.get(entry.kind, frozenset())
    back = elsewhere | _PASSING_LINKS if entry.has_page else frozenset()
    links: dict[str, list[str]] = {}
    for link in statements.pointing(entry.iri, *link_text.ENDS):
        key = "rests" if statements.link_type(link) in _KINDS_OF_GROUNDS else "links"
        links.setdefault(key, []).append(link)

    parts = []
    out = elsewhere | {_DEPRECATED, _REPLACED}
    for key, rows in statement_rows(context, entry.iri, out=out, back=back).items():
        if not rows and key not in links:
            continue
        # in each part the notes of rows have the first numbers, those of links the next
        number_rows(notes, rows)
        groups = link_text.link_groups(notes, links.get(key, ()), entry.iri)
        fold = _fold_rows(entry, rows) if key == "who" else _FoldedRows(rows)
        part = PagePart(
            key,
            rows_table(notes, fold.rows, key),
            groups,
            folded=rows_table(notes, fold.folded, key),
            why=fold.why,
            number=_values_number(fold.folded),
        )
        parts.append(part)
    return parts


class _FoldedRows(NamedTuple):
    # rows that are listed, those that are folded, and the message that says why
    rows: Sequence[Row]
    folded: Sequence[Row] = ()
    why: str = ""


def _fold_rows(entry: labels.Entry, rows: Sequence[Row]) -> _FoldedRows:
    """Of who is who a long list is folded; on the page of a body, what rules repeat of it."""
    if _values_number(rows) <= _UNFOLDED:
        return _FoldedRows(rows)
    ruled: list[Row] = []
    stated: list[Row] = []
    for row in rows:
        is_ruled = all(cell.basis.certainty == "rule" for cell in row.cells)
        (ruled if is_ruled else stated).append(row)
    if entry.kind != "body" or not stated:
        return _FoldedRows([], rows, "list-show")
    if ruled:
        return _FoldedRows(stated, ruled, "part-ruled")
    return _FoldedRows(rows)


def _values_number(rows: Iterable[Row]) -> int:
    return sum(len(row.cells) + row.unlisted_number for row in rows)


# What is not known of it


def _gaps(context: PageContext, entry: labels.Entry) -> list[Markup]:
    """What is not known of a thing: for an action first that nobody read it, or that it is not linked."""
    gaps = _gaps_of_action(context, entry) if entry.kind == "action" else []
    for noted in context.site_context.gaps_by_thing.get(entry.iri, ()):
        counterpart = context.entry(noted.counterpart) if noted.counterpart else None
        counterpart_kind = counterpart.kind if counterpart else ""
        # what an action lacks is told on its own page
        if entry.kind == "plan" and counterpart_kind == "action":
            continue
        # nor does the page of an action name the plan it stands in
        is_own_plan = entry.kind == "action" and counterpart_kind == "plan"
        link = context.link(noted.counterpart) if counterpart and not is_own_plan else ""
        words = making.coded("gap", noted.kind).say(context.language)
        detail = noted.detail.say(context.language) if noted.detail else ""
        gaps.append(_gap(context, words, f"gap/{noted.kind}.html", link, detail))
    return gaps


def _gaps_of_action(context: PageContext, entry: labels.Entry) -> list[Markup]:
    """Whether an action was read for anything, and whether it is linked with another plan."""
    graph = context.graph
    home = graph.home_of.get(entry.iri) if graph.has_actions else None
    if entry.is_retired or not home:
        return []
    gaps = []
    if entry.iri not in context.site_context.recorded_things:
        gaps.append(_gap(context, context.t("gap-unread")))
    level = graph.linked_actions.get(entry.iri)
    if level is None or level > evidence.HEADLINE:
        place = f"#{context.key(home)}" if context.entry(home) else ""
        gaps.append(_gap(context, context.t("gap-unlinked"), f"unlinked.html{place}"))
    return gaps


def _gap(
    context: PageContext, words: str, path: str = "", counterpart: str = "", detail: str = ""
) -> Markup:
    address = context.href(path) if path else ""
    return piece("gap")(words, address, counterpart, detail, context.t)


# What programs read of it


def _machine_values(context: PageContext, entry: labels.Entry) -> Values:
    """Where a thing is told to programs: its IRI, its files, a query for what is said of it, what is official."""
    iri = entry.iri
    turtle = ""
    json = ""
    if context.is_served and entry.kind:
        file = context.site_href(f"doc/{entry.kind}/{entry.key}")
        turtle = f"{file}.ttl"
        json = f"{file}.jsonld"
    return {
        "iri": iri,
        "turtle": turtle,
        "json": json,
        "query": _address_of_query(context, iri),
        "official": _official_addresses(context, entry),
        "is_foreign": iri != f"{ID}{entry.kind}/{entry.key}",
    }


def _address_of_query(context: PageContext, iri: str) -> str:
    """The page for SPARQL with the query for a thing; empty for what has no IRI that a query can name."""
    if iri.startswith("_:") or not _NOT_IN_IRIS.isdisjoint(iri):
        return ""
    # behind the hash for the browser, with a server before it too
    if context.is_served:
        text = _QUERY.format(iri=iri)
        return context.href(f"sparql.html#query={quote(text, safe='')}", query=text)
    return context.href(f"sparql.html#of={quote(iri, safe=':/')}")


def _official_addresses(context: PageContext, entry: labels.Entry) -> list[PublishedAddress]:
    """Where others publish a thing: under its IRI where that is not ours, and an act of the Union in EUR-Lex."""
    iri = entry.iri
    statements = context.graph.statements
    official = []
    if entry.has_page and iri.startswith(("http://", "https://")) and not is_ours(iri):
        host = urlsplit(iri).hostname or context.t("outside")
        official.append(PublishedAddress(iri, host))
    for node in statements.values(iri, f"{_ADMS}identifier"):
        if statements.one(node, f"{PAN}identifierScheme").endswith("/celex"):
            number = statements.one(node, f"{SKOS}notation")
            place = f"legal-content/{context.language.upper()}/TXT/?uri=CELEX:{quote(number)}"
            address = f"https://eur-lex.europa.eu/{place}"
            official.append(PublishedAddress(address, f"CELEX {number}"))
    return official


# The pages of all things


def keys_of_kind(site_context: SiteContext, kind: str) -> list[str]:
    """The keys of all things of a kind, the retired ones last."""
    index = site_context.graph.labels
    entries = [*index.of_kind(kind), *index.of_kind(kind, is_retired=True)]
    return [entry.key for entry in entries]


def _page_values(context: PageContext) -> Values | None:
    _, kind, _ = context.request.path.split("/", 2)
    entry = context.graph.labels.find(kind, context.request.key)
    return entity_values(context, entry) if entry else None


PAGES = tuple(
    View(kind, _page_values, partial(keys_of_kind, kind=kind), template="entity.html")
    for kind in labels.KINDS
    if kind != "plan"
)
