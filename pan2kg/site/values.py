"""What is said of a thing as a page shows it: values, nodes unfolded, links and what they join, and the notes.

A node without a page of its own, such as a passage, is shown where it is referred to. Notes are
numbered as they are first needed: the order in which a page is made is the order of their numbers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.coherence.obligations import whole_months
from pan2kg.graph import labels, plan_parts
from pan2kg.graph.statements import CERTAINTY, SOURCE, TYPE, Grounds, Statement, grounds_of
from pan2kg.i18n import catalogue, message
from pan2kg.site.page import Markup, PageContext, piece
from pan2kg.site.property_names import ORG, called, place_of
from pan2kg.store import Term, gathered as gathered, plain
from pan2kg.templates import escape, markup
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, RDFS, SKOS, XSD, kind_and_key, path_of

PARTS = ("what", "who", "when", "measured", "rests", "links", "remarks", "other")
"""The parts of a page, in the order a lawyer asks: what, who, when, how it is measured, on what it rests."""
PASSAGE = PAN + "evidence"
ENDS = (PAN + "from", PAN + "to", PAN + "between")
COUNTING = ("accepted", "derived")
_MOST_POINTING = 400
"""How many things that point to a thing are listed; of the rest it is said how many there are."""
_MOST_UNCOUNTED = 4
"""Up to how many values a row has without saying how many these are."""
NOTHING = markup("")
_NONE: frozenset[str] = frozenset()
_HEADS = (PAN + "text", SKOS + "prefLabel", RDFS + "label", SKOS + "notation", PAN + "quote")
"""What a node says in short: the first of these it has."""
_ABOUT = (
    PAN + "involves",
    PAN + "involvedIn",
    PAN + "answeredBy",
    PAN + "answerTo",
    f"{ORG}organization",
    f"{ORG}member",
)
"""What a node without words of its own is about: the first of these that is not the thing it is shown on."""
_IN_NOTES = frozenset({CERTAINTY, SOURCE, PASSAGE})
_ASIDE = _IN_NOTES | {TYPE, DCTERMS + "identifier"}
"""What is not among the facts of a node: it stands in its note, or beside it as a quotation."""
_SHOWN_ELSEWHERE = frozenset({PAN + "Document", SKOS + "Concept", SKOS + "ConceptScheme"})
_PLAIN = frozenset({f"{ID}linkstatus/accepted", f"{ID}linkstatus/derived"})
"""Values that go without saying: what counts is not marked, what does not count is."""
_DEEPEST = 3
"""How many things lead to a node that is still unfolded: what is further away is named only."""
_BADGES = {
    "stated": "declared",
    "derived": "inferred",
    "rule": "inferred",
    "unverified": "unverified",
}
_PAGE = catalogue.Messages("page")


class Quote(NamedTuple):
    """Words quoted, their ``language`` where it is not the page's, the document, and the page or pages in it."""

    words: str
    language: str
    document: Markup
    page: str


class Mark(NamedTuple):
    """The note of a statement on a page: its number, the badge of its certainty, that in words, and all as markup."""

    number: int
    badge: str
    words: str
    written: Markup


class NodeFact(NamedTuple):
    """A property of a node: its heading and its values."""

    heading: Markup
    contents: Sequence[Markup]


class NodeText(NamedTuple):
    """A node as a line: what it says in short, its facts with their headings, the words quoted for it, its note."""

    head: Markup
    facts: Sequence[NodeFact]
    quotes: Sequence[Quote]
    mark: Mark | None


class ValueCell(NamedTuple):
    """A value in a row: its content, the plan it stands in where that helps, and its note."""

    content: Markup
    plan: Markup
    mark: Mark | None


class Row(NamedTuple):
    """A heading, its values, and how many more are not listed."""

    heading: Markup
    cells: Sequence[ValueCell]
    more: int


class StatementGroup(NamedTuple):
    """Statements that make a row: its place among others, and whether they point to the thing.

    Of those that do, ``apart`` sets one row of a property apart from another: a role, or a plan.
    """

    place: int
    is_back: bool
    apart: str
    statements: Sequence[Statement]


class Notes:
    """The notes of a page, numbered as they are first needed; unmarked where another document tells what is behind."""

    def __init__(self, context: PageContext, *, is_marked: bool = True) -> None:
        self.context = context
        self.is_marked = is_marked
        self.numbers: dict[Grounds, Mark] = {}

    def mark(self, statement: Statement) -> Mark:
        """The note of what a statement rests on."""
        return self.need(grounds_of(self.context.graph.statements, statement))

    def need(self, grounds: Grounds) -> Mark:
        """The note of these grounds, numbered by now."""
        if grounds not in self.numbers:
            number = len(self.numbers) + 1
            words = self.context.t(f"certainty-{grounds.certainty or 'none'}")
            badge = _BADGES.get(grounds.certainty, "none")
            written = NOTHING
            if self.is_marked:
                written = piece("mark")(f"#basis-{number}", badge, words, number)
            self.numbers[grounds] = Mark(number, badge, words, written)
        return self.numbers[grounds]

    def listed(self) -> list[dict[str, object]]:
        """The notes in their order: the file or rule, what a rule says and where, and the documents."""
        return [self._listed(grounds, mark) for grounds, mark in self.numbers.items()]

    def _listed(self, grounds: Grounds, mark: Mark) -> dict[str, object]:
        context = self.context
        summary = ""
        language = ""
        address = ""
        if grounds.certainty == "rule":
            place = grounds.graph.rpartition("/")[2]
            rule = rule_words(context, place)
            summary = rule.words
            language = rule.language
            # what a rule says is told once, on the page of what figures mean
            if place in context.graph.rules:
                address = context.href(f"meaning.html#rule-{place}")
        else:
            path = path_of(grounds.graph)
            place = f"{path}.ttl" if path.startswith("ontology/") else f"graph/{path}.ttl"
        return {
            "mark": mark,
            "place": place,
            "summary": summary,
            "language": language,
            "address": address,
            "documents": list(map(context.link, grounds.sources)),
        }


class RuleWords(NamedTuple):
    """What a rule says, and in which language where that is not the page's."""

    words: str
    language: str


def rule_words(context: PageContext, name: str) -> RuleWords:
    """What a rule says; nothing where no words are known of it.

    The scheme of link types says it of those that derive links. Another rule of the program says it
    in each language; one that a project has changed or added, as it stands in its file.
    """
    language = context.language
    kind = context.graph.link_kinds.get(name)
    if kind:
        defined = labels.best(kind.definitions, language)
        return RuleWords(defined.text, _foreign(context, defined.language))
    source = catalogue.SOURCE_LANGUAGE
    stated = context.graph.rules.get(name, "")
    message_name = f"rule-{name}"
    in_program = _PAGE.template(message_name, source) if _PAGE.has(message_name) else ""
    if stated and stated != in_program:
        return RuleWords(stated, _foreign(context, source))
    return RuleWords(_PAGE.template(message_name, language) if in_program else "", "")


class ShortName(NamedTuple):
    """The name of a thing in short, with its number, and the same as a link that says its language."""

    words: str
    link: Markup


def in_short(context: PageContext, iri: str) -> ShortName:
    """The short name of a thing, else its title cut short."""
    label = context.graph.labels.label(iri, context.request.data)
    brief = context.graph.labels.brief(iri, context.request.data)
    if brief.whole:
        words = brief.text
        language = brief.language
    else:
        words = labels.shortened(label.text)
        language = label.language
    if label.notation not in ("", label.text):
        words = f"{label.notation} {words}"
    spoken = piece("spoken")(words, _foreign(context, language))
    return ShortName(words, context.lead(context.address(iri), spoken))


def is_node(context: PageContext, iri: str) -> bool:
    """Whether a thing is shown where it is referred to, since it has no page and stands on none."""
    if not (iri.startswith("_:") or kind_and_key(iri)[0]):
        return False
    entry = context.entry(iri)
    return entry is None or not (entry.has_page or entry.type in _SHOWN_ELSEWHERE)


def value(context: PageContext, term: Term) -> Markup:
    """A value as the page writes it: a thing and an address as links, text with its language, days in words."""
    if not isinstance(term, ox.Literal):
        return context.link(plain(term))
    words = term.value
    if term.language:
        return piece("spoken")(_spaced(words, term.language), _foreign(context, term.language))
    if words.startswith(("http://", "https://")) and " " not in words:
        return context.lead(words, urlsplit(words).hostname or context.t("outside"))
    in_words = lasting if term.datatype.value == XSD + "duration" else dated
    return markup(escape(in_words(context, words)))


def _foreign(context: PageContext, language: str) -> str:
    """The language of words where it is not the page's."""
    return "" if language == context.language else language


def _spaced(words: str, language: str) -> str:
    return catalogue.french(words) if language == "fr" else words


def dated(context: PageContext, words: str) -> str:
    """A day in words; what is no whole day stays as it is."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
        return words
    try:
        return message.in_words(date.fromisoformat(words), context.language)
    except ValueError:
        return words


def lasting(context: PageContext, words: str) -> str:
    """How often something comes again, by a duration of whole months; what is none stays as it is."""
    months = whole_months(words)
    if not months:
        return words
    years, over = divmod(months, 12)
    return context.t("every-months", n=months) if over else context.t("every-years", n=years)


def quotes(context: PageContext, passages: Iterable[str]) -> list[Quote]:
    """The words of passages, in each language in which one is quoted."""
    quoted = []
    for passage in passages:
        by_property = context.graph.statements.by_property(passage)
        documents = by_property.get(PAN + "inDocument", ())
        pages = by_property.get(PAN + "page", ())
        document = markup(", ").join([value(context, statement.value) for statement in documents])
        page = ", ".join(plain(statement.value) for statement in pages)
        for statement in by_property.get(PAN + "quote", ()):
            term = statement.value
            language = term.language or "" if isinstance(term, ox.Literal) else ""
            words = _spaced(plain(term), language)
            quoted.append(Quote(words, _foreign(context, language), document, page))
    return quoted


def unfold(
    notes: Notes,
    iri: str,
    seen: frozenset[str],
    *,
    without: frozenset[str] = _NONE,
    is_marked: bool = False,
) -> Markup:
    """A node as a line of its facts; things ``seen`` on the way to it, and properties ``without``, are left out."""
    node = read_node(notes, iri, seen, without)
    line = piece("node")(node.head, node.facts, node.quotes, notes.context.t)
    return line + node.mark.written if is_marked and node.mark else line


def read_node(notes: Notes, iri: str, seen: frozenset[str], without: frozenset[str]) -> NodeText:
    """What a node says: nodes it refers to are unfolded in it, as far as :data:`_DEEPEST` things lead there."""
    context = notes.context
    by_property = context.graph.statements.by_property(iri)
    head = _head(by_property, seen | without)
    names = by_property.keys() - _ASIDE - without - {head}
    facts = []
    for name in sorted(names, key=lambda name: (place_of(name).place, name)):
        contents = _contents(notes, by_property[name], seen | {iri})
        if contents:
            words, language = called(context.graph.labels, name, context.language)
            heading = piece("property")(words, language, context.t("colon"))
            facts.append(NodeFact(heading, contents))
    quoted = quotes(context, [statement.target for statement in by_property.get(PASSAGE, ())])
    # its own note comes after those of the nodes in it
    mark = notes.mark(next(iter(by_property.values()))[0]) if by_property else None
    return NodeText(_texts(context, by_property.get(head, ())), facts, quoted, mark)


def _head(by_property: Mapping[str, Sequence[Statement]], hidden: frozenset[str]) -> str:
    """The property by which a node is told in short: its words, else what it is about."""
    for name in _HEADS:
        if name in by_property:
            return name
    for name in _ABOUT:
        targets = [statement.target for statement in by_property.get(name, ())]
        if name not in hidden and not hidden.issuperset(targets):
            return name
    return ""


def _contents(
    notes: Notes, statements: Sequence[Statement], inside: frozenset[str]
) -> list[Markup]:
    """The values of a property, without those that lead back or go without saying."""
    context = notes.context
    if all(isinstance(statement.value, ox.Literal) for statement in statements):
        return [_texts(context, statements)]
    contents = []
    for statement in statements:
        target = statement.target
        if target in inside or target in _PLAIN:
            continue
        if target and len(inside) <= _DEEPEST and is_node(context, target):
            contents.append(unfold(notes, target, inside))
        else:
            contents.append(value(context, statement.value))
    return contents


def _texts(context: PageContext, statements: Iterable[Statement]) -> Markup:
    """Texts in the best language for the page, if all have one; else all values."""
    terms = [statement.value for statement in statements]
    texts = {}
    for term in terms:
        if isinstance(term, ox.Literal) and term.language:
            texts[term.language] = _spaced(term.value, term.language)
    if texts and len(texts) == len(terms):
        return context.marked(labels.best(texts, context.request.data))
    return markup("; ".join(str(value(context, term)) for term in terms))


def rows_of(
    notes: Notes, iri: str, *, out: frozenset[str], back: frozenset[str]
) -> Iterator[tuple[str, list[Row]]]:
    """What is stated of a thing as rows, by the part of the page they stand in.

    Properties in ``out`` and, of what points to the thing, in ``back`` are told elsewhere.
    """
    pending: dict[str, list[StatementGroup]] = {section: [] for section in PARTS}
    for name, statements in notes.context.graph.statements.by_property(iri).items():
        if name not in _IN_NOTES and name not in out:
            place = place_of(name)
            group = StatementGroup(place.place, is_back=False, apart="", statements=statements)
            pending.setdefault(place.section, []).append(group)
    for (name, apart), pointing in _pointing(notes.context, iri, back).items():
        place = place_of(name, back=True)
        group = StatementGroup(place.place, is_back=True, apart=apart, statements=pointing)
        pending.setdefault(place.section, []).append(group)
    # notes are numbered as rows are made: part by part, and in each by the places of properties
    for section, groups in pending.items():
        groups.sort(key=lambda group: group.place)
        yield section, [_row(notes, iri, group) for group in groups]


def _pointing(
    context: PageContext, iri: str, back: frozenset[str]
) -> dict[tuple[str, str], list[Statement]]:
    """What points to a thing, by property and by what sets such statements apart.

    On the page of what bodies take part in these are roles, on the page of a body plans.
    """
    statements = context.graph.statements
    pointing: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements.towards(iri):
        if statement.predicate in back or statement.predicate in ENDS:
            continue
        apart = ""
        if statement.predicate == PAN + "involvedIn":
            apart = statements.one(statement.thing, PAN + "role")
        elif statement.predicate == PAN + "involves":
            work = statements.one(statement.thing, PAN + "involvedIn")
            apart = statements.one(work, PAN + "inPlan") or work
        pointing.setdefault((statement.predicate, apart), []).append(statement)
    return pointing


def _row(notes: Notes, iri: str, group: StatementGroup) -> Row:
    return (
        _row_of_pointing(notes, iri, group) if group.is_back else _row_of_values(notes, iri, group)
    )


def _row_of_values(notes: Notes, iri: str, group: StatementGroup) -> Row:
    context = notes.context
    statements = sorted(group.statements, key=partial(_value_order, context))
    cells = []
    for statement in statements:
        if statement.target and is_node(context, statement.target):
            content = unfold(notes, statement.target, frozenset({iri}))
        else:
            content = value(context, statement.value)
        # the note of the statement comes after those of the node
        cells.append(ValueCell(content, NOTHING, notes.mark(statement)))
    words, language = called(context.graph.labels, statements[0].predicate, context.language)
    return Row(piece("spoken")(words, language), cells, 0)


def _value_order(context: PageContext, statement: Statement) -> tuple[bool, str, str]:
    # texts in the language of the page, then in others, among them what has none; things by name
    if isinstance(statement.value, ox.Literal):
        language = statement.value.language or ""
        return language != context.language, language, statement.value.value
    return False, "", context.name(statement.target).casefold()


def _row_of_pointing(notes: Notes, iri: str, group: StatementGroup) -> Row:
    """What points to a thing by one property, without what is beyond :data:`_MOST_POINTING`."""
    context = notes.context
    name = group.statements[0].predicate
    if not group.apart:
        words, language = called(context.graph.labels, name, context.language, back=True)
        heading = piece("spoken")(words, language)
    elif name == PAN + "involvedIn":
        heading = context.label(group.apart)
    else:
        heading = context.link(group.apart)
    pointing = sorted(group.statements, key=partial(_back_order, context))
    cells = [_pointing_cell(notes, iri, statement) for statement in pointing[:_MOST_POINTING]]
    return Row(heading, cells, max(0, len(pointing) - _MOST_POINTING))


def _pointing_cell(notes: Notes, iri: str, statement: Statement) -> ValueCell:
    context = notes.context
    statements = context.graph.statements
    # the note of the statement comes before those of the node
    mark = notes.mark(statement)
    node = statement.thing
    if is_node(context, node):
        # the only role of what takes part is the heading of the row
        has_role_above = (
            statement.predicate == PAN + "involvedIn"
            and len(statements.values(node, PAN + "role")) == 1
        )
        without = frozenset({PAN + "role"}) if has_role_above else _NONE
        content = unfold(notes, node, frozenset({iri}), without=without)
        return ValueCell(content, NOTHING, mark)
    plans = []
    if statement.predicate != PAN + "inPlan":
        plans = statements.values(node, PAN + "inPlan")
    return ValueCell(context.link(node), context.links(plans), mark)


def _back_order(
    context: PageContext, statement: Statement
) -> tuple[str, list[tuple[int, str]], str]:
    # by plan, then by printed number, else by key
    plan = context.graph.statements.one(statement.thing, PAN + "inPlan")
    entry = context.entry(statement.thing)
    number = plan_parts.natural((entry.notation or entry.key) if entry else "")
    plan_name = context.name(plan).casefold() if plan else ""
    return plan_name, number, context.name(statement.thing).casefold()


class MarkedCell(NamedTuple):
    """A value in a row of a table: over how many values its note stands, 0 where it stands above already."""

    content: Markup
    plan: Markup
    mark: Markup
    span: int


def table_of(context: PageContext, rows: Iterable[Row], name: str) -> Markup:
    """Rows as a table that is named by the heading with this id.

    What several values in a row rest on stands once beside them.
    """
    lines = []
    for row in rows:
        cells_number = len(row.cells)
        values_number = cells_number + row.more
        line = piece("row")(
            row.heading,
            _marked_cells(row.cells),
            cells_number + bool(row.more) if cells_number > 1 else 0,
            values_number if values_number > _MOST_UNCOUNTED else 0,
            context.t("more-rows", n=row.more) if row.more else "",
        )
        lines.append(line)
    return piece("statements")(lines, name, context.t) if lines else NOTHING


def _marked_cells(cells: Iterable[ValueCell]) -> list[MarkedCell]:
    marked = []
    for mark, run in groupby(cells, key=lambda cell: cell.mark):
        written = mark.written if mark else NOTHING
        members = list(run)
        span = len(members) if written else 0
        for cell in members:
            marked.append(MarkedCell(cell.content, cell.plan, written, span))
            span = 0
    return marked
