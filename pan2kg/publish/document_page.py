"""The documents of things, as HTML, Turtle and JSON-LD.

A page says what is told of each thing once for all languages, and in numbered notes on whose word.
Things of kinds with few facts stand in one table, a column a property; others have a section each.
Links that rules made are many, and are listed by their type and what their ends share.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from pan2kg.graph import labels, statements
from pan2kg.i18n import LANGUAGES, Language, Messages, format_of
from pan2kg.publish.compact_writer import CompactWriter
from pan2kg.publish.described import (
    ENDS,
    LEVEL,
    LINK_TYPE,
    RELATION,
    ROLE,
    VIA,
    Described,
    Pointing,
)
from pan2kg.publish.document_places import DOCUMENTS, GRAPHS, SPLIT, graph_place
from pan2kg.publish.documents import NOWHERE, Documents, unless_first
from pan2kg.publish.edition import File
from pan2kg.publish.ntriples import Stated, StatementRow, value_of
from pan2kg.publish.vocabulary import FOAF, TYPE, VOID
from pan2kg.site import property_names
from pan2kg.templates import macro, markup, render
from pan2kg.turtle.vocabulary import DCTERMS, PAN, ROOT, SKOS, path_of, rule_of

_WORDS = Messages("publication")
_PAGE = Messages("page")
_MOST_LISTED = 8
"""So many things that point to a thing by a property are told of it; of more its page says how many there are."""
_EVIDENCE = PAN + "evidence"
_IN_DOCUMENT = PAN + "inDocument"
_AT_PAGE = PAN + "page"
_IN_NOTES = frozenset({statements.CERTAINTY, statements.SOURCE, statements.TYPE})
"""What a table leaves out, since its notes or its title say so."""
_IN_NAMES = frozenset({*_IN_NOTES, *ENDS})
"""What a section leaves out: that, and what its name says."""
_PLAIN_STATUS = frozenset(f"{ROOT}id/linkstatus/{status}" for status in ("accepted", "derived"))
"""What a link is unless it is said otherwise."""
_SAID = ""
_LINKED = "="
_POINTING = "←"
Texts = list[tuple[Language, str]]
"""Words in each language."""


class Told(NamedTuple):
    """What is told of a thing, and what points to it."""

    stated: Sequence[Stated]
    pointing: Sequence[Pointing]


class Head(NamedTuple):
    """A row of a section or a column of a table: a sign, and the property or the type of link it is about.

    The sign is empty for what is said by a property, "←" for what points to the thing by it, "="
    for what links of a type join.
    """

    sign: str
    iri: str


class HeadedCell(NamedTuple):
    """One of the values that stand below a head."""

    head: Head
    content: Markup


class ThingRow(NamedTuple):
    """A thing as its document tells it.

    ``number`` is that of the note on most of it, 0 where nothing is said; ``page`` the address of its
    page, empty without one; ``heirs`` what took its place; ``cells`` the values by their head.
    """

    key: str
    name: Markup
    number: int
    page: str
    retired: bool
    heirs: list[Markup]
    cells: Mapping[Head, list[Markup]]


class RuleLinkGroup(NamedTuple):
    """Links that rules made, of one type and level, on one ground."""

    link_type: str
    level: str
    number: int


class RuleLink(NamedTuple):
    """A link that a rule made: what its ends share, the one end, and at its key the other."""

    shared: Markup
    start: Markup
    beside: Markup


class Speaker(NamedTuple):
    """A rule by its name, or a file with its address."""

    name: str
    address: str = ""


class GroundNote(NamedTuple):
    """A numbered note: the sources on which rests what is said, or what the rule means."""

    number: int
    links: list[Markup]


class DocumentPage:
    """Gathers what a document tells, a thing after the other; ``pages`` are the paths of pages the release has."""

    def __init__(self, documents: Documents, place: str, pages: Collection[str]) -> None:
        self.documents = documents
        self.described = documents.described
        self.place = place
        self.pages = pages
        self.root = "../" * place.count("/")
        self.kind = place.split("/")[1]
        self.is_table = self.kind not in labels.KINDS and not re.fullmatch(SPLIT, self.kind)
        self.numbers = dict[statements.Grounds, int]()
        self.rows = list[ThingRow]()
        self.by_rule = defaultdict[RuleLinkGroup, list[RuleLink]](list)

    def add(self, iri: str, told: Told) -> None:
        """Tell of one more thing what is said of it, and what points to it."""
        graph = told.stated[0].graph if self.kind == "link" and told.stated else ""
        if graph and self.described.is_rules(graph):
            self._add_link_of_rule(iri, graph)
        else:
            self._add_thing(iri, told)

    def values(self) -> dict[str, object]:
        """What the template of a document is filled in with."""
        heads = sorted({head for row in self.rows for head in row.cells}, key=_order)
        links_by_rule = []
        for group, links in sorted(self.by_rule.items()):
            names = self._names(*filter(None, (group.link_type, group.level)))
            links_by_rule.append((names, group.number, sorted(links)))
        return {
            "root": self.root,
            "name": self.place.rpartition("/")[2],
            "kind": self.kind,
            "kinds": self._kind_in_languages(),
            "languages": LANGUAGES,
            "rows": self.rows,
            "is_table": self.is_table,
            "say": _WORDS.say,
            "notes": self._notes(),
            "heads": {head: self._in_languages(head) for head in heads},
            "page": _PAGE.say,
            "endonym": format_of,
            "by_rule": links_by_rule,
        }

    def _number(self, iri: str, graph: str) -> int:
        """The note on what a graph says of a thing rests on; the first note is 1."""
        return self.numbers.setdefault(self.described.grounds(iri, graph), len(self.numbers) + 1)

    def _add_link_of_rule(self, iri: str, graph: str) -> None:
        """What it joins is called by its key, by what is shared and one of the two."""
        joined = self.described.joined(iri)
        ends = self.described.ends(iri)
        group = RuleLinkGroup(
            "".join(joined.get(LINK_TYPE, [])[:1]),
            "".join(joined.get(LEVEL, [])[:1]),
            self._number(iri, graph),
        )
        beside = macro("_told.html", "at_key")(self.documents.keys[iri], self._by_keys(ends[1:]))
        link = RuleLink(self._by_keys(joined.get(VIA, ())), self._by_keys(ends[:1]), beside)
        self.by_rule[group].append(link)

    def _shown(self, iri: str) -> Markup:
        return self.documents.shown(iri, self.root)

    def _by_keys(self, things: Sequence[str]) -> Markup:
        keys = self.documents.keys
        shown = [
            self.documents.shown(thing, self.root, words=keys.get(thing, "")) for thing in things
        ]
        return markup(", ".join(shown))

    def _add_thing(self, iri: str, told: Told) -> None:
        described = self.described
        documents = self.documents
        counted = Counter(statement.graph for statement in told.stated)
        numbers = {graph: self._number(iri, graph) for graph in counted}
        number = 0
        if counted:
            # the graph that says most of it; what others say has a number of its own
            number = numbers[min(counted, key=lambda graph: (-counted[graph], graph))]
        is_retired = iri in described.retired
        inside = documents.own_places[iri].removeprefix(f"{DOCUMENTS}/")
        page = f"{LANGUAGES[0]}/{inside}.html"
        has_page = not is_retired and page in self.pages
        cells = defaultdict(list)
        for head, content in self._cells(iri, told, numbers, number, has_page=has_page):
            cells[head].append(content)
        name = markup(" – ".join(self._shown(end) for end in described.ends(iri)))
        heirs = sorted(described.heirs.get(iri, ()))
        row = ThingRow(
            key=documents.keys[iri],
            name=name or documents.shown(iri, NOWHERE),
            number=number,
            page=f"{self.root}{page}" if has_page else "",
            retired=is_retired,
            heirs=[self._shown(heir) for heir in heirs],
            cells=cells,
        )
        self.rows.append(row)

    def _cells(
        self, iri: str, told: Told, numbers: Mapping[str, int], number: int, *, has_page: bool
    ) -> Iterator[HeadedCell]:
        yield from self._stated_cells(iri, told.stated, numbers, number)
        yield from self._pointing_cells(iri, told.pointing, has_page=has_page)
        if not has_page:
            yield from self._shared_cells(iri)

    def _stated_cells(
        self, iri: str, stated: Sequence[Stated], numbers: Mapping[str, int], number: int
    ) -> Iterator[HeadedCell]:
        """What is said of a thing; with its note where that is not the one ``number`` refers to."""
        described = self.described
        documents = self.documents
        names = (described.name(iri, LANGUAGES[0]), *described.names.get(iri, {}).values())
        already_said = {documents.keys[iri], *_PLAIN_STATUS}
        already_said.update(name.strip("« »") for name in names)
        left_out = _IN_NOTES if self.is_table else _IN_NAMES
        for predicate, term, graph in stated:
            text = value_of(term).text
            if text in already_said or predicate in left_out:
                continue
            if predicate == _EVIDENCE:
                shown = self._quoted(text if term[0] == "<" else "")
            else:
                shown = self._value(term)
                if numbers[graph] != number:
                    shown += markup(" ") + macro("_told.html", "noted")(numbers[graph])
            yield HeadedCell(Head(_SAID, predicate), shown)

    def _value(self, term: str) -> Markup:
        text, language, _ = value_of(term)
        if term[0] != "<":
            return macro("_told.html", "told")(text, unless_first(language), "")
        # terms of a vocabulary are words; what else is spoken of has a place of its own
        entry = self.described.edition.graph.labels.entries.get(self.described.home(text))
        is_word = False
        if entry and not entry.has_page:
            is_word = bool(entry.kind) and entry.type == SKOS + "Concept"
        return self.documents.shown(text, NOWHERE if is_word else self.root)

    def _quoted(self, passage: str) -> Markup:
        """The words of a passage, with the document and the page they stand on."""
        terms = {predicate: term for predicate, term, _ in self.described.of(passage)}
        quote, language, _ = value_of(terms.get(PAN + "quote", '""'))
        if not quote:
            return self._shown(passage)
        document = ""
        if _IN_DOCUMENT in terms:
            document = self._shown(terms[_IN_DOCUMENT][1:-1])
        page = ""
        if _AT_PAGE in terms:
            page = f", {value_of(terms[_AT_PAGE]).text}"
        return macro("_told.html", "quoted")(quote, language, document, page)

    def _pointing_cells(
        self, iri: str, pointing: Sequence[Pointing], *, has_page: bool
    ) -> Iterator[HeadedCell]:
        """What points to a thing: others by what they join; of a crowd how many they are."""
        described = self.described
        crowds = _crowds(pointing)
        crowds_told = set()
        for subject, predicate in pointing:
            joined = described.joined(subject) if predicate in ENDS else {}
            if has_page and joined:
                continue  # its page says so
            head = Head(_POINTING, predicate)
            if predicate in crowds:
                if predicate not in crowds_told:
                    crowds_told.add(predicate)
                    yield HeadedCell(head, markup(str(crowds[predicate])))
            elif not joined:
                yield HeadedCell(head, self._shown(subject))
            else:
                if joined.get(LINK_TYPE):
                    head = Head(_LINKED, joined[LINK_TYPE][0])
                yield HeadedCell(head, self._joining(iri, subject))

    def _joining(self, iri: str, link: str) -> Markup:
        """How a thing is joined by a link or an involvement, and with what else."""
        described = self.described
        documents = self.documents
        joined = described.joined(link)
        ways = [*joined.get(RELATION, ()), *joined.get(ROLE, ())]
        words = ", ".join(described.name(way, LANGUAGES[0]) for way in ways)
        ends = [self._shown(end) for end in described.ends(link) if end != iri]
        joint = documents.shown(link, self.root, words=words or "→")
        return joint + ": " + markup(", ".join(ends))

    def _shared_cells(self, iri: str) -> Iterator[HeadedCell]:
        """What rules joined it by, of each type what is shared most often first."""
        for link_type, shared in sorted(self.described.shared.get(iri, {}).items()):
            ranked = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
            listed = [self._shown(via) + f" ({n})" for via, n in ranked]
            yield HeadedCell(Head(_LINKED, link_type), markup(", ".join(listed)))

    def _in_languages(self, head: Head) -> Texts:
        if head.sign == _LINKED:
            return self._names(head.iri)
        index = self.described.edition.graph.labels
        is_back = head.sign == _POINTING
        texts = []
        for tag in LANGUAGES:
            label = property_names.property_label(index, head.iri, tag, back=is_back)
            texts.append((tag, label.words))
        return texts

    def _names(self, *things: str) -> Texts:
        name = self.described.name
        return [(tag, ", ".join(name(thing, tag) for thing in things)) for tag in LANGUAGES]

    def _kind_in_languages(self) -> Texts:
        if self.kind not in labels.KINDS:
            return [(LANGUAGES[0], self.kind)]
        return [(tag, _PAGE.say(f"kind-{self.kind}", tag)) for tag in LANGUAGES]

    def _notes(self) -> Mapping[str, Mapping[Speaker, list[GroundNote]]]:
        """The notes in order, by certainty and by the file or the rule that says so."""
        notes = defaultdict[str, dict[Speaker, list[GroundNote]]](dict)
        for grounds, number in self.numbers.items():
            rule = rule_of(grounds.graph)
            if rule:
                speaker = Speaker(rule)
                links = list(self._rule_explained(rule))
            else:
                path = path_of(grounds.graph)
                address = f"{self.root}{graph_place(f'{GRAPHS}/{path}')}.ttl.gz"
                speaker = Speaker(f"{path}.ttl", address)
                links = [self._shown(source) for source in grounds.sources]
            by_speaker = notes[grounds.certainty or "none"]
            by_speaker.setdefault(speaker, []).append(GroundNote(number, links))
        return {certainty: dict(sorted(notes[certainty].items())) for certainty in sorted(notes)}

    def _rule_explained(self, rule: str) -> Iterator[Markup]:
        """Where pages say what a rule means, in each language: on that of what figures mean."""
        if rule not in self.described.edition.graph.rules:
            return
        for tag in LANGUAGES:
            page = f"{tag}/meaning.html"
            if page in self.pages:
                address = f"{self.root}{page}#rule-{rule}"
                yield macro("_told.html", "told")(format_of("name", tag), tag, address)


def _order(head: Head) -> tuple[bool, int, Head]:
    # as pages have it; types of links are last
    place = property_names.property_place(head.iri, back=head.sign == _POINTING)
    return head.sign == _LINKED, place.place, head


def _crowds(pointing: Sequence[Pointing]) -> dict[str, int]:
    """How many things point to one by each predicate by which too many do to be listed.

    On what rests on a source its page says how much that is.
    """
    counted = Counter(entry.predicate for entry in pointing)
    return {
        predicate: number
        for predicate, number in counted.items()
        if number > _MOST_LISTED or predicate == statements.SOURCE
    }


def document_files(documents: Documents, pages: Collection[str]) -> Iterator[File]:
    """Every document as Turtle, JSON-LD and HTML, in the order of paths; its page leads to the ``pages`` there are."""
    described = documents.described
    root = described.edition.issue.addresses.root
    ordered = sorted(documents.places.items(), key=lambda pair: (pair[1], pair[0]))
    for place, group in groupby(ordered, key=lambda pair: pair[1]):
        things = {iri: Told(described.of(iri), described.pointing(iri)) for iri, _ in group}
        rows = [*_rows_of(described, things), *_colophon(described, things, root + place)]
        unique = list(dict.fromkeys(rows))
        base = f"{root}id/{place.split('/')[1]}/" if place.count("/") > 1 else root
        writer = CompactWriter(described.edition.prefixes, base)
        yield f"{place}.ttl", writer.turtle(unique)
        yield f"{place}.jsonld", writer.jsonld(unique, {root + place, *things})
        page = DocumentPage(documents, place, pages)
        for iri, told in things.items():
            page.add(iri, told)
        yield f"{place}.html", render("document.html", page.values()).encode()


def _rows_of(described: Described, things: Mapping[str, Told]) -> Iterator[StatementRow]:
    """What is said of the things, and what few others say of them."""
    own = described.own
    for iri, told in things.items():
        for predicate, term, _ in told.stated:
            yield StatementRow(iri, own(predicate), term)
    for iri, told in things.items():
        crowds = _crowds(told.pointing)
        for subject, predicate in told.pointing:
            if predicate not in crowds:
                yield StatementRow(subject, own(predicate), f"<{iri}>")


def _colophon(
    described: Described, things: Collection[str], document: str
) -> Iterator[StatementRow]:
    """What a document says of itself."""
    yield StatementRow(document, TYPE.value, f"<{FOAF}Document>")
    yield StatementRow(document, VOID + "inDataset", f"<{described.edition.issue.dataset}>")
    for licence in described.edition.facts.about("license"):
        yield StatementRow(document, DCTERMS + "license", f"<{licence.value}>")
    # one thing is its topic, several are found by their own statements
    if len(things) == 1:
        (iri,) = things
        yield StatementRow(document, FOAF + "primaryTopic", f"<{iri}>")
