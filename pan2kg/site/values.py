"""What is said of a thing as a page shows it: values, nodes unfolded, links and what they join, and the notes.

A node without a page of its own, such as a passage, is shown where it is referred to. Notes are
numbered as they are first needed: the order in which a page is made is the order of their numbers.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.coherence.obligations import whole_months
from pan2kg.graph import labels, statements as parts
from pan2kg.i18n import catalogue, message
from pan2kg.site.page import Markup, PageContext, piece
from pan2kg.store import Term, gathered as gathered, plain
from pan2kg.templates import escape, markup
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, RDF, RDFS, SKOS, XSD, kind_and_key, path_of

_ORG: Final = "http://www.w3.org/ns/org#"
_SPACES: Final[Mapping[str, str]] = {
    "adms": "http://www.w3.org/ns/adms#", "dcat": "http://www.w3.org/ns/dcat#", "dcterms": DCTERMS,
    "eli": "http://data.europa.eu/eli/ontology#", "foaf": "http://xmlns.com/foaf/0.1/", "org": _ORG,
    "owl": "http://www.w3.org/2002/07/owl#", "pan": PAN, "prov": "http://www.w3.org/ns/prov#", "rdf": RDF,
    "rdfs": RDFS, "skos": SKOS, "vann": "http://purl.org/vocab/vann/",
}  # fmt: skip
KINDS: Final = (
    "uses-instrument", "instrument-relation", "cross-reference", "in-line-with", "implementing", "part-of",
    "builds-on", "succession", "interaction",
    "external-statement",
)  # fmt: skip
"""The kinds of links that are stated, in the order of pages; those that are derived follow."""
PARTS: Final = ("what", "who", "when", "measured", "rests", "links", "remarks", "other")
"""The parts of a page, in the order a lawyer asks: what, who, when, how it is measured, on what it rests."""
PASSAGE: Final = PAN + "evidence"
ENDS: Final = (PAN + "from", PAN + "to", PAN + "between")
COUNTING: Final = ("accepted", "derived")
FEW: Final = 4
"""How many links by something shared a page of a thing lists each with its reasons; of more it tells what is shared."""
MOST: Final = 400
"""How many things that point to a thing are listed; of the rest it is said how many there are."""
MOST_UNCOUNTED: Final = 4
NOTHING: Final = markup("")
_NONE: Final[frozenset[str]] = frozenset()
_DERIVED_FROM: Final = "http://www.w3.org/ns/prov#wasDerivedFrom"
_IN_LINE: Final = frozenset(
    {
        *ENDS,
        _DERIVED_FROM,
        *(PAN + name for name in ("linkType", "relation", "via", "derivedBy", "evidenceLevel")),
    }
)
_OWNERS: Final = (PAN + "involvedIn", PAN + "from")
_HEADS: Final = (PAN + "text", SKOS + "prefLabel", RDFS + "label", SKOS + "notation", PAN + "quote")
"""What a node says in short: the first of these it has."""
_ABOUT: Final = (PAN + "involves", PAN + "involvedIn", f"{_ORG}organization", f"{_ORG}member")
"""What a node without words of its own is about: the first of these that is not the thing it is shown on."""
_IN_NOTES: Final = frozenset({parts.CERTAINTY, parts.SOURCE, PASSAGE})
_ASIDE: Final = _IN_NOTES | {parts.TYPE, DCTERMS + "identifier"}
"""What is not among the facts of a node: it stands in its note, or beside it as a quotation."""
_SHOWN_ELSEWHERE: Final = frozenset({PAN + "Document", SKOS + "Concept", SKOS + "ConceptScheme"})
_PLAIN: Final = frozenset({f"{ID}linkstatus/accepted", f"{ID}linkstatus/derived"})
"""Values that go without saying: what counts is not marked, what does not count is."""
_DEEP: Final = 3
"""How many things lead to a node that is still unfolded: what is further away is named only."""
LAST: Final = "other", 10_000, ""
_BADGES: Final = {
    "stated": "declared",
    "derived": "inferred",
    "rule": "inferred",
    "unverified": "unverified",
}
_PAGE: Final = catalogue.Messages("page")
_CALLED: Final = {False: catalogue.Messages("property"), True: catalogue.Messages("property-from")}

T = TypeVar("T")
Joined = tuple[parts.Grounds | None, tuple[str, ...], str]
Quote = Mapping[str, str]
"""Words quoted: ``words``, their ``language`` where it is not the page's, the ``document`` and its ``page``."""
Row = tuple["Markup", list[tuple["Markup", "Markup", "Mark | None"]], int]
"""A heading; each value with the plan it stands in where that helps, and its mark; how many more are not listed."""


class Mark(NamedTuple):
    number: int
    badge: str
    words: str
    written: Markup


class Notes:
    def __init__(self, context: PageContext, *, is_marked: bool = True) -> None:
        # unmarked where another document says on what statements rest
        self.context = context
        self.is_marked = is_marked
        self.numbers: dict[parts.Grounds, Mark] = {}

    def mark(self, statement: parts.Statement) -> Mark:
        return self.need(parts.grounds_of(self.context.graph.statements, statement))

    def need(self, grounds: parts.Grounds) -> Mark:
        if grounds not in self.numbers:
            number = len(self.numbers) + 1
            words = self.context.t(f"certainty-{grounds.certainty or 'none'}")
            badge = _BADGES.get(grounds.certainty, "none")
            written = (
                piece("mark")(f"#basis-{number}", badge, words, number)
                if self.is_marked
                else NOTHING
            )
            self.numbers[grounds] = Mark(number, badge, words, written)
        return self.numbers[grounds]

    def listed(self) -> list[dict[str, object]]:
        notes: list[dict[str, object]] = []
        for grounds, mark in self.numbers.items():
            path = path_of(grounds.graph)
            summary = ""
            language = ""
            address = ""
            place = f"{path}.ttl" if path.startswith("ontology/") else f"graph/{path}.ttl"
            if grounds.certainty == "rule":
                place = grounds.graph.rpartition("/")[2]
                # what a rule says is told once, on the page of what figures mean
                summary, language = rule_words(self.context, place)
                address = (
                    self.context.href(f"meaning.html#rule-{place}")
                    if place in self.context.graph.rules
                    else ""
                )
            notes.append(
                {
                    "mark": mark,
                    "place": place,
                    "summary": summary,
                    "language": language,
                    "address": address,
                    "documents": list(map(self.context.link, grounds.sources)),
                }
            )
        return notes


def rule_words(context: PageContext, name: str) -> tuple[str, str]:
    own = context.graph.rules.get(name, "")
    language = context.language
    if kind := context.graph.link_kinds.get(name):
        words = labels.best(kind.definitions, language)
        return words.text, "" if words.language == language else words.language
    key = f"rule-{name}"
    if not own or (_PAGE.has(key) and own == _PAGE.template(key, catalogue.SOURCE_LANGUAGE)):
        return _PAGE.template(key, language) if _PAGE.has(key) else "", ""
    return own, "" if language == catalogue.SOURCE_LANGUAGE else catalogue.SOURCE_LANGUAGE


def in_short(context: PageContext, iri: str) -> tuple[str, Markup]:
    # the short name, else a title shortened, with its number; and as a link, with its language
    # where that is another
    label, brief = (
        name(iri, context.request.data)
        for name in (context.graph.labels.label, context.graph.labels.brief)
    )
    number = f"{label.notation} " if label.notation not in ("", label.text) else ""
    words, language = (
        (brief.text, brief.language)
        if brief.whole
        else (labels.shortened(label.text), label.language)
    )
    spoken = piece("spoken")(number + words, "" if language == context.language else language)
    return number + words, context.lead(context.address(iri), spoken)


@cache
def places() -> Mapping[tuple[str, bool], tuple[str, int, str]]:
    listed: dict[tuple[str, bool], tuple[str, int, str]] = {}
    text = Path(__file__).with_name("properties.toml").read_text(encoding="utf-8")
    for section, names in tomllib.loads(text).items():
        for name in names:
            prefix, _, local = name.partition(":")
            at = _SPACES[prefix] + local, section.startswith("from-")
            listed[at] = section.removeprefix("from-"), len(listed), name
    return listed


def called(
    index: labels.Labels, iri: str, language: catalogue.Language, *, back: bool = False
) -> tuple[str, str]:
    at = iri, language, back
    if at not in index.called:
        key = places().get((iri, back), LAST)[2]
        messages = _CALLED[back]
        label = index.label(iri, language)
        is_own = label.language == language
        if (back or not is_own) and messages.has(key, language):
            index.called[at] = messages.say(key, language), ""
        else:
            index.called[at] = label.text, "" if is_own else label.language
        if back and not key:
            index.called[at] = (
                _PAGE.say("pointing", language, name=index.called[at][0]),
                index.called[at][1],
            )
    return index.called[at]


def is_node(context: PageContext, iri: str) -> bool:
    if not (iri.startswith("_:") or kind_and_key(iri)[0]):
        return False
    entry = context.entry(iri)
    return entry is None or not (entry.has_page or entry.type in _SHOWN_ELSEWHERE)


def value(context: PageContext, term: Term) -> Markup:
    if not isinstance(term, ox.Literal):
        return context.link(plain(term))
    words = term.value
    language = term.language or ""
    if language:
        strange = language if language != context.language else ""
        return piece("spoken")(catalogue.french(words) if language == "fr" else words, strange)
    if words.startswith(("http://", "https://")) and " " not in words:
        return context.lead(words, urlsplit(words).hostname or context.t("outside"))
    read = lasting if term.datatype.value == XSD + "duration" else dated
    return markup(escape(read(context, words)))


def dated(context: PageContext, words: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
        return words
    try:
        return message.in_words(date.fromisoformat(words), context.language)
    except ValueError:
        return words


def lasting(context: PageContext, words: str) -> str:
    months = whole_months(words)
    if not months:
        return words
    years, over = divmod(months, 12)
    return context.t("every-months", n=months) if over else context.t("every-years", n=years)


def quotes(context: PageContext, passages: Iterable[str]) -> list[Quote]:
    quoted: list[Quote] = []
    for passage in passages:
        by_property = context.graph.statements.by_property(passage)
        documents = [
            value(context, statement.value) for statement in by_property.get(PAN + "inDocument", ())
        ]
        pages = [plain(statement.value) for statement in by_property.get(PAN + "page", ())]
        for term in (statement.value for statement in by_property.get(PAN + "quote", ())):
            language = getattr(term, "language", None) or ""
            quoted.append(
                {
                    "words": catalogue.french(plain(term)) if language == "fr" else plain(term),
                    "language": "" if language == context.language else language,
                    "document": markup(", ".join(documents)),
                    "page": ", ".join(pages),
                }
            )
    return quoted


def unfold(
    notes: Notes,
    iri: str,
    seen: frozenset[str],
    *,
    without: frozenset[str] = _NONE,
    is_marked: bool = False,
) -> Markup:
    head, facts, quoted, mark = _node(notes, iri, seen, without)
    line = piece("node")(head, facts, quoted, notes.context.t)
    return line + mark.written if is_marked and mark else line


def _node(
    notes: Notes, iri: str, seen: frozenset[str], without: frozenset[str]
) -> tuple[Markup, list[tuple[Markup, list[Markup]]], list[Quote], Mark | None]:
    context = notes.context
    hidden = seen | without
    inside = seen | {iri}
    by_property = context.graph.statements.by_property(iri)
    head = next((name for name in _HEADS if name in by_property), "") or next(
        (
            name
            for name in _ABOUT
            if name not in hidden
            and any(statement.target not in hidden for statement in by_property.get(name, ()))
        ),
        "",
    )
    facts = []
    for name in sorted(
        by_property.keys() - _ASIDE - without - {head},
        key=lambda name: (places().get((name, False), LAST)[1], name),
    ):
        statements = by_property[name]
        if all(isinstance(statement.value, ox.Literal) for statement in statements):
            contents = [_texts(context, statements)]
        else:
            contents = [
                unfold(notes, statement.target, inside)
                if statement.target and len(inside) <= _DEEP and is_node(context, statement.target)
                else value(context, statement.value)
                for statement in statements
                if statement.target not in inside | _PLAIN
            ]
        if contents:
            words, language = called(context.graph.labels, name, context.language)
            facts.append((piece("property")(words, language, context.t("colon")), contents))
    quoted = quotes(context, [statement.target for statement in by_property.get(PASSAGE, ())])
    # its own note comes after those of the nodes in it
    mark = notes.mark(next(iter(by_property.values()))[0]) if by_property else None
    return _texts(context, by_property.get(head, ())), facts, quoted, mark


def _texts(context: PageContext, statements: Iterable[parts.Statement]) -> Markup:
    terms = [statement.value for statement in statements]
    texts = {
        term.language: catalogue.french(term.value) if term.language == "fr" else term.value
        for term in terms
        if isinstance(term, ox.Literal) and term.language
    }
    if texts and len(texts) == len(terms):
        return context.marked(labels.best(texts, context.request.data))
    return markup("; ".join(str(value(context, term)) for term in terms))


class LinkText:
    """What a link says on every page that shows it, written once for all: only notes are numbered by page.

    ``ends`` are in full and by the short name, ``rests`` the statements it was derived from, with
        whose they are.
    """

    def __init__(self, context: PageContext, iri: str) -> None:
        self.context = context
        self.iri = iri
        self.key = kind_and_key(iri)[1] or iri.rpartition("/")[2]
        self.own, vias, self.status = _joined_by(context, iri)
        self.via = context.links(vias)

    def read(self) -> None:
        # what a list of many does not tell of each
        context = self.context
        statements = self.context.graph.statements
        notes = Notes(self.context)
        iri = self.iri
        starts, leads, both = (statements.values(iri, name) for name in ENDS)
        self.ends: dict[str, tuple[Markup, Markup]] = {}
        for end in (*starts, *leads, *both):
            plans = statements.values(end, PAN + "inPlan")
            thing = context.link(end)
            full, short = (
                markup(", ").join(map(name, plans)) for name in (context.link, context.short)
            )
            within = piece("within")
            self.ends[end] = (
                (within(thing, full), within(thing, short)) if plans else (thing, thing)
            )
        self.starts = starts
        self.has_direction = not both
        _, facts, quoted, _ = _node(notes, iri, frozenset(self.ends), _IN_LINE)
        self.relation = markup(
            ", ".join(map(context.label, statements.values(iri, PAN + "relation")))
        )
        self.quotes = NOTHING.join([piece("quotation")(quote, context.t) for quote in quoted])
        self.facts = [
            heading + " " + content for heading, contents in facts for content in contents
        ]
        premise = partial(_premise, context)
        self.rests = [
            context.kept("premise", source, premise)
            for source in statements.values(iri, _DERIVED_FROM)
        ]
        self.level = context.mark(statements.level(iri))
        self.grounds = tuple(notes.numbers)

    def written(
        self,
        notes: Notes,
        viewpoint: str = "",
        *,
        has_anchor: bool = True,
        is_lean: bool = False,
        is_quoted: bool = False,
    ) -> Markup:
        # one whose words are quoted above leads there
        if not hasattr(self, "grounds"):
            self.read()
        rests = [rest for rest in self.rests if rest[0] != viewpoint]
        for grounds in (*self.grounds, *(ground for _, _, needed in rests for ground in needed)):
            notes.need(grounds)
        mark = notes.need(self.own) if self.own else None
        reasons = [[words for _, words, _ in rests]]
        if mark and not notes.is_marked:
            address = notes.context.document(self.iri)
            mark = mark._replace(written=piece("mark")(address, mark.badge, mark.words, 0))
        else:
            reasons.append(self.facts)
        has_reasons = not is_lean and not is_quoted and (self.quotes or any(reasons))
        return piece("link")(
            self,
            *self.seen_from(viewpoint),
            reasons if has_reasons else (),
            mark,
            has_anchor,
            is_quoted,
            notes.context.t,
        )

    def seen_from(self, viewpoint: str) -> tuple[str, list[Markup]]:
        way = "both" if not self.has_direction else "out" if viewpoint in self.starts else "in"
        ends = [
            full if viewpoint else short
            for end, (full, short) in self.ends.items()
            if end != viewpoint
        ]
        return way if viewpoint else "over", ends


def _joined_by(context: PageContext, iri: str) -> Joined:
    # on what a link rests, by what it joins, and how it stands where it does not count
    statements = context.graph.statements
    status = kind_and_key(statements.one(iri, PAN + "status"))[1]
    by_property = statements.by_property(iri)
    own = parts.grounds_of(statements, next(iter(by_property.values()))[0]) if by_property else None
    return own, tuple(statements.values(iri, PAN + "via")), "" if status in COUNTING else status


def link_of(context: PageContext, iri: str) -> LinkText:
    return context.kept("connection", iri, partial(LinkText, context))


def _premise(context: PageContext, iri: str) -> tuple[str, Markup, tuple[parts.Grounds, ...]]:
    statements = context.graph.statements
    notes = Notes(context)
    owner = next((end for name in _OWNERS if (end := statements.one(iri, name))), "")
    shared = frozenset({owner, statements.one(iri, PAN + "involves")})
    words = unfold(notes, iri, shared, without=frozenset({PAN + "linkType", *_OWNERS}))
    return (
        owner,
        (context.link(owner) if owner else NOTHING) + context.t("colon") + " " + words,
        tuple(notes.numbers),
    )


def grouped(
    notes: Notes,
    links: Iterable[str],
    viewpoint: str = "",
    *,
    is_lean: bool = False,
    quoted: Container[str] = (),
) -> list[dict[str, object]]:
    context = notes.context
    statements = notes.context.graph.statements
    by_kind = gathered((statements.link_type(iri), iri) for iri in links)

    def order(iri: str) -> tuple[str, ...]:
        ends = [end for name in ENDS for end in statements.values(iri, name) if end != viewpoint]
        plans = (statements.one(end, PAN + "inPlan") or end for end in ends)
        return *(context.name(thing).casefold() for thing in (*plans, *ends)), iri

    groups: list[dict[str, object]] = []
    kinds = (*KINDS, *context.graph.link_kinds)
    for kind in sorted(
        by_kind, key=lambda kind: (kinds.index(kind) if kind in kinds else len(kinds), kind)
    ):
        is_long = kind in context.graph.link_kinds and (is_lean or len(by_kind[kind]) > FEW)
        iris = by_kind[kind] if is_long else sorted(by_kind[kind], key=order)
        name = context.name(f"{ID}linktype/{kind}")
        if is_long:
            # of many what is shared is told with its note, and how many it joins: its own page
            # lists them
            at = ("tally", viewpoint, *iris[:1], len(iris))
            by_mark = dict[Markup, Counter[Markup]]()
            counted = context.site_context.once(
                at, partial(Counter[Joined], map(partial(_joined_by, context), iris))
            )
            for (own, vias, _), n in counted.items():
                mark = notes.need(own).written if own else NOTHING
                by_mark.setdefault(mark, Counter())[context.links(vias)] += n
            ranked = [(mark, things.most_common()) for mark, things in by_mark.items()]
            items = piece("links_by_things")(ranked, context.t("by-way-of"), context.figure)
            number = sum(n for (_, _, is_open), n in counted.items() if not is_open)
        else:
            members = [link_of(context, iri) for iri in iris]
            stated = {bool(link.own and link.own.certainty == "stated") for link in members}
            # links that are made from outside say who says so
            if kind == "external-statement" and stated != {True}:
                name = context.t("tie-external-both" if True in stated else "tie-comparison")
            written = [
                link.written(
                    notes,
                    viewpoint,
                    has_anchor=not is_lean,
                    is_lean=is_lean,
                    is_quoted=link.iri in quoted,
                )
                for link in members
            ]
            items = piece("links")(written)
            number = sum(not link.status for link in members)
        groups.append({"kind": kind, "name": name, "number": number, "list": items})
    return groups


def rows_of(
    notes: Notes, iri: str, *, out: frozenset[str], back: frozenset[str]
) -> Iterator[tuple[str, list[Row]]]:
    statements = notes.context.graph.statements
    pending: dict[str, list[tuple[int, bool, str, list[parts.Statement]]]] = {
        section: [] for section in PARTS
    }
    for name, values in statements.by_property(iri).items():
        if name not in _IN_NOTES and name not in out:
            section, place, _ = places().get((name, False), LAST)
            pending.setdefault(section, []).append((place, False, "", list(values)))
    pointing: dict[tuple[str, str], list[parts.Statement]] = {}
    for statement in statements.towards(iri):
        if statement.predicate not in back and statement.predicate not in ENDS:
            apart = ""
            # roles on the page of what bodies take part in, plans on the page of a body
            if statement.predicate == PAN + "involvedIn":
                apart = statements.one(statement.thing, PAN + "role")
            elif statement.predicate == PAN + "involves":
                work = statements.one(statement.thing, PAN + "involvedIn")
                apart = statements.one(work, PAN + "inPlan") or work
            pointing.setdefault((statement.predicate, apart), []).append(statement)
    for (name, apart), group in pointing.items():
        section, place, _ = places().get((name, True), LAST)
        pending.setdefault(section, []).append((place, True, apart, group))
    for section, rows in pending.items():
        rows.sort(key=lambda row: row[0])
        written = [
            _back(notes, iri, apart, of) if is_back else _out(notes, iri, of)
            for _, is_back, apart, of in rows
        ]
        yield section, written


def _out(notes: Notes, iri: str, statements: list[parts.Statement]) -> Row:
    context = notes.context
    name = statements[0].predicate

    def order(statement: parts.Statement) -> tuple[bool, str, str]:
        if isinstance(statement.value, ox.Literal):
            language = statement.value.language or ""
            return language != context.language, language, statement.value.value
        return False, "", context.name(statement.target).casefold()

    cells: list[tuple[Markup, Markup, Mark | None]] = []
    for statement in sorted(statements, key=order):
        is_unfolded = statement.target and is_node(context, statement.target)
        content = (
            unfold(notes, statement.target, frozenset({iri}))
            if is_unfolded
            else value(context, statement.value)
        )
        # the note of the statement comes after those of the node
        cells.append((content, NOTHING, notes.mark(statement)))
    return piece("spoken")(*called(context.graph.labels, name, context.language)), cells, 0


def _back(notes: Notes, iri: str, apart: str, statements: list[parts.Statement]) -> Row:
    context = notes.context
    name = statements[0].predicate
    values = notes.context.graph.statements.values
    heading = piece("spoken")(*called(context.graph.labels, name, context.language, back=True))
    if apart:
        heading = context.label(apart) if name == PAN + "involvedIn" else context.link(apart)

    def order(statement: parts.Statement) -> tuple[str, list[tuple[int, str]], str]:
        plan = values(statement.thing, PAN + "inPlan")
        entry = context.entry(statement.thing)
        number = parts.natural((entry.notation or entry.key) if entry else "")
        return (
            context.name(plan[0]).casefold() if plan else "",
            number,
            context.name(statement.thing).casefold(),
        )

    cells: list[tuple[Markup, Markup, Mark | None]] = []
    for statement in sorted(statements, key=order)[:MOST]:
        # the note of the statement comes before those of the node
        mark = notes.mark(statement)
        thing = statement.thing
        if is_node(context, thing):
            is_heading = name == PAN + "involvedIn" and len(values(thing, PAN + "role")) == 1
            without = frozenset({PAN + "role"}) if is_heading else _NONE
            cells.append((unfold(notes, thing, frozenset({iri}), without=without), NOTHING, mark))
        else:
            plans = (
                context.links(values(thing, PAN + "inPlan")) if name != PAN + "inPlan" else NOTHING
            )
            cells.append((context.link(thing), plans, mark))
    return heading, cells, max(0, len(statements) - MOST)


def table_of(context: PageContext, rows: Iterable[Row], name: str) -> Markup:
    lines = []
    for heading, cells, more in rows:
        number = len(cells) + more
        marked = []
        # what several values in a row rest on stands once beside them
        for mark, run in groupby(cells, key=lambda cell: cell[2]):
            members = list(run)
            written = mark.written if mark else NOTHING
            spans = [len(members) if written else 0, *[0] * (len(members) - 1)]
            marked += [
                (content, plan, written, span)
                for (content, plan, _), span in zip(members, spans, strict=True)
            ]
        lines.append(
            piece("row")(
                heading,
                marked,
                len(cells) + bool(more) if len(cells) > 1 else 0,
                number if number > MOST_UNCOUNTED else 0,
                context.t("more-rows", n=more) if more else "",
            )
        )
    return piece("statements")(lines, name, context.t) if lines else NOTHING
