"""The page of a document: what is told of each thing, once for all languages, and in numbered notes on whose word.

Things of kinds with few facts stand in one table, a column a property; others have a section each.
Links that rules made are many, and are listed by their type and what their ends share.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from markupsafe import Markup

from pan2kg.graph import labels, statements
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, format_of
from pan2kg.publish.documents import (
    DOCUMENTS,
    ENDS,
    GRAPHS,
    LEVEL,
    LINK_TYPE,
    MOST_LISTED,
    RELATION,
    ROLE,
    SPLIT,
    VIA,
    Described,
    Told,
    graph_place,
)
from pan2kg.publish.edition import File
from pan2kg.publish.vocabulary import (
    FOAF,
    TYPE,
    VOID,
    CompactWriter,
    Stated,
    StatementRow,
    value_of,
)
from pan2kg.site import property_names
from pan2kg.templates import macro, markup, render
from pan2kg.turtle.vocabulary import DCTERMS, PAN, ROOT, SKOS, path_of, rule_of

_WORDS: Final = Messages("publication")
_PAGE: Final = Messages("page")
_EVIDENCE: Final = PAN + "evidence"
_IN_DOCUMENT: Final = PAN + "inDocument"
_AT_PAGE: Final = PAN + "page"
_IN_NOTES: Final = frozenset({statements.CERTAINTY, statements.SOURCE, statements.TYPE})
"""What a table leaves out, since its notes or its title say so."""
_IN_NAMES: Final = frozenset({*_IN_NOTES, *ENDS})
"""What a section leaves out: that, and what its name says."""
_PLAIN_STATUS: Final = frozenset(
    f"{ROOT}id/linkstatus/{status}" for status in ("accepted", "derived")
)
"""What a link is unless it is said otherwise."""
_LINKED: Final = "="
_POINTING: Final = "←"
_NOWHERE: Final = "-"
"""The root of what is shown as words alone."""


class Head(NamedTuple):
    """A row of a section or a column of a table: a sign, and the property or the type of link it is about.

    The sign is empty for what is said by a property, "←" for what points to the thing by it, "="
    for what links of a type join.
    """

    sign: str
    iri: str


Cells = dict[Head, list[Markup]]


@dataclass(frozen=True, slots=True)
class _LinkGroup:
    """Links that rules made, of one type and level, on one ground."""

    link_type: str
    level: str
    number: int


class DocumentPage:
    """Gathers what a document tells, a thing after the other; ``pages`` are the paths of pages the release has."""

    def __init__(self, described: Described, place: str, pages: Collection[str]) -> None:
        self.described = described
        self.place = place
        self.pages = pages
        self.root = "../" * place.count("/")
        self.kind = place.split("/")[1]
        self.is_table = self.kind not in labels.KINDS and not re.fullmatch(SPLIT, self.kind)
        self.numbers = dict[statements.Grounds, int]()
        self.rows = dict[str, dict[str, object]]()
        self.cells = dict[str, Cells]()
        self.by_rule = defaultdict[_LinkGroup, list[tuple[Markup, ...]]](list)

    def add(self, iri: str, told: Told) -> None:
        """Tell of one more thing what is said of it, and what points to it."""
        stated, _ = told
        if self.kind == "link" and stated:
            _, _, graph = stated[0]
            if self.described.is_rules(graph):
                self._add_link_of_rule(iri, graph)
                return
        self._add_thing(iri, *told)

    def values(self) -> dict[str, object]:
        """What the template of a document is filled in with."""
        heads = sorted({head for cells in self.cells.values() for head in cells}, key=_order)
        for iri, row in self.rows.items():
            cells = self.cells[iri]
            row["cells"] = [
                (column, cells[head])
                for column, head in enumerate(heads)
                if self.is_table or head in cells
            ]
        return {
            "root": self.root,
            "name": self.place.rpartition("/")[2],
            "kind": self.kind,
            "kinds": self._kind_in_languages(),
            "languages": LANGUAGES,
            "rows": list(self.rows.values()),
            "is_table": self.is_table,
            "say": _WORDS.say,
            "notes": self._notes(),
            "heads": [self._in_languages(head) for head in heads],
            "page": _PAGE.say,
            "endonym": format_of,
            "by_rule": list(self._links_by_rule()),
        }

    def _number(self, iri: str, graph: str) -> int:
        """The note on what a graph says of a thing rests on; the first note is 1."""
        return self.numbers.setdefault(self.described.grounds(iri, graph), len(self.numbers) + 1)

    def _add_link_of_rule(self, iri: str, graph: str) -> None:
        """What it joins is called by its key, by what is shared and one of the two."""
        described = self.described
        key = described.keys[iri]
        joined = described.joined(iri)
        ends = [end for name in ENDS for end in joined.get(name, ())]
        group = _LinkGroup(
            "".join(joined.get(LINK_TYPE, [])[:1]),
            "".join(joined.get(LEVEL, [])[:1]),
            self._number(iri, graph),
        )
        shared = self._by_keys(joined.get(VIA, ()))
        beside = macro("_told.html", "at_key")(key, self._by_keys(ends[1:]))
        self.by_rule[group].append((shared, self._by_keys(ends[:1]), beside))

    def _by_keys(self, things: Sequence[str]) -> Markup:
        keys = self.described.keys
        shown = [
            self.described.shown(thing, self.root, words=keys.get(thing, "")) for thing in things
        ]
        return markup(", ".join(shown))

    def _add_thing(
        self, iri: str, stated: Sequence[Stated], pointing: Sequence[tuple[str, str]]
    ) -> None:
        described = self.described
        counted = Counter(graph for _, _, graph in stated)
        numbers = {graph: self._number(iri, graph) for graph in counted}
        number = 0
        if counted:
            # the graph that says most of it; what others say has a number of its own
            number = numbers[min(counted, key=lambda graph: (-counted[graph], graph))]
        cells: Cells = defaultdict(list)
        self._tell_statements(iri, stated, cells, numbers, number)
        inside = described.own_places[iri].removeprefix(f"{DOCUMENTS}/")
        is_retired = iri in described.retired
        page = f"{LANGUAGES[0]}/{inside}.html"
        has_page = not is_retired and page in self.pages
        self._tell_pointing(iri, pointing, cells, has_page=has_page)
        if not has_page:
            self._tell_shared(iri, cells)
        self.cells[iri] = cells
        heirs = sorted(described.heirs.get(iri, ()))
        ends = [end for ends in self._ends(iri).values() for end in ends]
        name = markup(" – ".join(described.shown(end, self.root) for end in ends))
        self.rows[iri] = {
            "key": described.keys[iri],
            "number": number,
            "retired": is_retired,
            "page": f"{self.root}{page}" if has_page else "",
            "name": name or described.shown(iri, _NOWHERE),
            "heirs": [described.shown(heir, self.root) for heir in heirs],
        }

    def _ends(self, iri: str) -> dict[str, list[str]]:
        joined = self.described.joined(iri)
        return {name: joined[name] for name in ENDS if name in joined}

    def _tell_statements(
        self,
        iri: str,
        stated: Sequence[Stated],
        cells: Cells,
        numbers: Mapping[str, int],
        number: int,
    ) -> None:
        described = self.described
        names = (described.name(iri, LANGUAGES[0]), *described.names.get(iri, {}).values())
        already_said = {described.keys[iri], *_PLAIN_STATUS}
        already_said.update(name.strip("« »") for name in names)
        left_out = _IN_NOTES if self.is_table else _IN_NAMES
        for predicate, term, graph in stated:
            text, _, _ = value_of(term)
            if text in already_said or predicate in left_out:
                continue
            if predicate == _EVIDENCE:
                shown = self._quoted(text if term[0] == "<" else "")
            else:
                shown = self._value(term)
                if numbers[graph] != number:
                    shown += markup(" ") + macro("_told.html", "noted")(numbers[graph])
            cells[Head("", predicate)].append(shown)

    def _value(self, term: str) -> Markup:
        text, language, _ = value_of(term)
        if term[0] != "<":
            return macro("_told.html", "told")(text, _unless_first(language), "")
        # terms of a vocabulary are words; what else is spoken of has a place of its own
        entry = self.described.edition.graph.labels.entries.get(self.described.home(text))
        is_concept = bool(entry and entry.kind and entry.type == SKOS + "Concept")
        is_word = is_concept and not (entry and entry.has_page)
        return self.described.shown(text, _NOWHERE if is_word else self.root)

    def _quoted(self, passage: str) -> Markup:
        """The words of a passage, with the document and the page they stand on."""
        terms = {predicate: term for predicate, term, _ in self.described.of(passage)}
        quote, language, _ = value_of(terms.get(PAN + "quote", '""'))
        if not quote:
            return self.described.shown(passage, self.root)
        document = ""
        if _IN_DOCUMENT in terms:
            document = self.described.shown(terms[_IN_DOCUMENT][1:-1], self.root)
        page = ""
        if _AT_PAGE in terms:
            page = f", {value_of(terms[_AT_PAGE])[0]}"
        return macro("_told.html", "quoted")(quote, language, document, page)

    def _tell_pointing(
        self, iri: str, pointing: Sequence[tuple[str, str]], cells: Cells, *, has_page: bool
    ) -> None:
        """What points to a thing: others by what they join; links that rules made are told with what they share."""
        described = self.described
        counted = Counter(predicate for _, predicate in pointing)
        for subject, predicate in pointing:
            joined = described.joined(subject) if predicate in ENDS else {}
            if has_page and joined:
                continue  # its page says so
            head = Head(_POINTING, predicate)
            if predicate == statements.SOURCE or counted[predicate] > MOST_LISTED:
                cells[head] = [markup(str(counted[predicate]))]
            elif not joined:
                cells[head].append(described.shown(subject, self.root))
            else:
                if joined.get(LINK_TYPE):
                    head = Head(_LINKED, joined[LINK_TYPE][0])
                cells[head].append(self._joining(iri, subject, joined))

    def _joining(self, iri: str, subject: str, joined: Mapping[str, list[str]]) -> Markup:
        """How a thing is joined, and with what else."""
        described = self.described
        names = list[str]()
        for predicate in (RELATION, ROLE):
            names += (described.name(how, LANGUAGES[0]) for how in joined.get(predicate, ()))
        ends = list[Markup]()
        for predicate in ENDS:
            for end in joined.get(predicate, ()):
                if end != iri:
                    ends.append(described.shown(end, self.root))
        joint = described.shown(subject, self.root, words=", ".join(names) or "→")
        return joint + ": " + markup(", ".join(ends))

    def _tell_shared(self, iri: str, cells: Cells) -> None:
        """What rules joined it by, of each type what is shared most often first."""
        for link_type, shared in sorted(self.described.shared.get(iri, {}).items()):
            ranked = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
            listed = [self.described.shown(via, self.root) + f" ({n})" for via, n in ranked]
            cells[Head(_LINKED, link_type)].append(markup(", ".join(listed)))

    def _in_languages(self, head: Head) -> list[tuple[Language, str]]:
        if head.sign == _LINKED:
            return self._names(head.iri)
        index = self.described.edition.graph.labels
        is_back = head.sign == _POINTING
        return [
            (tag, property_names.called(index, head.iri, tag, back=is_back)[0]) for tag in LANGUAGES
        ]

    def _names(self, *things: str) -> list[tuple[Language, str]]:
        name = self.described.name
        return [(tag, ", ".join(name(thing, tag) for thing in things)) for tag in LANGUAGES]

    def _kind_in_languages(self) -> list[tuple[Language, str]]:
        if self.kind not in labels.KINDS:
            return [(LANGUAGES[0], self.kind)]
        return [(tag, _PAGE.say(f"kind-{self.kind}", tag)) for tag in LANGUAGES]

    def _links_by_rule(
        self,
    ) -> Iterator[tuple[list[tuple[Language, str]], int, list[tuple[Markup, ...]]]]:
        groups = sorted(
            self.by_rule, key=lambda group: (group.link_type, group.level, group.number)
        )
        for group in groups:
            things = filter(None, (group.link_type, group.level))
            yield self._names(*things), group.number, sorted(self.by_rule[group])

    def _notes(
        self,
    ) -> list[tuple[str, list[tuple[tuple[str, str], list[tuple[int, list[Markup]]]]]]]:
        """By certainty and by the file or the rule that says so, the notes with the sources on which it rests."""
        notes = defaultdict[str, dict[tuple[str, str], list[tuple[int, list[Markup]]]]](dict)
        for grounds, number in self.numbers.items():
            rule = rule_of(grounds.graph)
            if rule:
                speaker = (rule, "")
                links = list(self._rule_explained(rule))
            else:
                path = path_of(grounds.graph)
                speaker = (
                    f"{path}.ttl",
                    f"{self.root}{graph_place(f'{GRAPHS}/{path}')}.ttl.gz",
                )
                links = [self.described.shown(source, self.root) for source in grounds.sources]
            by_speaker = notes[grounds.certainty or "none"]
            by_speaker.setdefault(speaker, []).append((number, links))
        return [(certainty, sorted(listed.items())) for certainty, listed in sorted(notes.items())]

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
    """The place of a property as pages have it; types of links are last."""
    place = property_names.place_of(head.iri, back=head.sign == _POINTING)
    return head.sign == _LINKED, place.place, head


def _unless_first(language: str) -> str:
    return "" if language == LANGUAGES[0] else language


def document_files(described: Described, pages: Collection[str]) -> Iterator[File]:
    """Every document as Turtle, JSON-LD and HTML, in the order of paths; its page leads to the ``pages`` there are."""
    root = described.edition.issue.addresses.root
    ordered = sorted(described.places.items(), key=lambda pair: (pair[1], pair[0]))
    for place, group in groupby(ordered, key=lambda pair: pair[1]):
        things = {iri: _told_of(described, iri) for iri, _ in group}
        rows = [*_rows_of(described, things), *_colophon(described, things, root + place)]
        unique = list(dict.fromkeys(rows))
        base = f"{root}id/{place.split('/')[1]}/" if place.count("/") > 1 else root
        writer = CompactWriter(described.edition.prefixes, base)
        yield f"{place}.ttl", writer.turtle(unique)
        yield f"{place}.jsonld", writer.jsonld(unique, {root + place, *things})
        page = DocumentPage(described, place, pages)
        for iri, told in things.items():
            page.add(iri, told)
        yield f"{place}.html", render("document.html", page.values()).encode()


def _told_of(described: Described, iri: str) -> Told:
    pairs = described.pointing.get(f"<{iri}>", [])
    # of what several graphs say one
    return described.of(iri), sorted({*zip(pairs[::2], pairs[1::2], strict=True)})


def _rows_of(described: Described, things: Mapping[str, Told]) -> Iterator[StatementRow]:
    """What is said of the things, and what few others say of them."""
    own = described.own
    for iri, (stated, _) in things.items():
        for predicate, term, _ in stated:
            yield iri, own(predicate), term
    for iri, (_, pointing) in things.items():
        counted = Counter(predicate for _, predicate in pointing)
        for subject, predicate in pointing:
            # on what rests on a source its page says how much that is
            if counted[predicate] <= MOST_LISTED and predicate != statements.SOURCE:
                yield subject, own(predicate), f"<{iri}>"


def _colophon(
    described: Described, things: Collection[str], document: str
) -> Iterator[StatementRow]:
    """What a document says of itself."""
    yield document, TYPE.value, f"<{FOAF}Document>"
    yield document, VOID + "inDataset", f"<{described.edition.issue.dataset}>"
    for licence in described.edition.facts.about("license"):
        yield document, DCTERMS + "license", f"<{licence.value}>"
    # one thing is its topic, several are found by their own statements
    if len(things) == 1:
        (iri,) = things
        yield document, FOAF + "primaryTopic", f"<{iri}>"
