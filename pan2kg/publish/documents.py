"""Documents on things, as Turtle, JSON-LD and HTML: what any host can give where an address of ours leads.

A document tells the things of one kind, each at its key: ``doc/topic/all#health`` for
``id/topic/health``; of kinds with many things, those whose keys begin alike:
``doc/plan/lu-b#lu-bhr-2``. Patterns say where, so that no server needs a list of things. What is
told is what is said of a thing, and what few others say of it; what rules derived of it, and is the
same of all links they made, stands in the dump alone. A page says it once for all languages, and in
numbered notes on whose word. A thing that has a page leads to it, and leaves its links to it; one
that was retired says so. The named graphs of a folder are one document, in Turtle; those of rules
stand in the dump that names them.
"""

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from pan2kg.graph import labels, statements
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, format_of
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.folder import FOLDERS, OWN, PACKED, QUADS, TURTLE, UNKEPT, VERSIONS, Content
from pan2kg.publish.vocabulary import (
    FOAF,
    OWL,
    TYPE,
    CompactWriter,
    Stated,
    table_of,
    things_in,
    value_of,
)
from pan2kg.site import values
from pan2kg.store.queries import FORMER
from pan2kg.templates import macro, markup, render
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDFS, ROOT, SKOS, path_of, rule_of

DOCUMENTS: Final = "doc"
GRAPHS: Final = "graph"
SPLIT: Final = "action|body|document|instrument|involvement|link|passage|plan"
"""The kinds of which there are hundreds of things: several documents tell them, by how their keys begin."""
SHARED: Final = r"[a-z][a-z]-[^/.-]|(?![a-z][a-z]-[^/.-])[^/.]"
"""How keys of theirs begin that are told in one document: with a country and one sign more, else with one sign.

Apache, nginx and a script in a page read it alike, and it matches a key in one way only. Keys of
links a rule made are
hexadecimal: sixteen documents tell them all.
"""
ALL: Final = "all"
"""What the document is called that tells all things of a kind."""
_WORDS: Final = Messages("publication")
_PAGE: Final = Messages("page")
_DERIVED_FROM: Final = "http://www.w3.org/ns/prov#wasDerivedFrom"
_NAMES: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
_MOST_LISTED: Final = 8
"""So many things that point to a thing by a property are told of it; of more its page says how many there are."""
_PLAIN: Final = re.compile(r"[\w.~-]+(?:/[\w.~-]+)*", re.ASCII)
_PLAIN_ADDRESS: Final = re.compile(r"[\w./:#~-]*\w", re.ASCII)
_ENDS: Final = tuple(PAN + name for name in ("from", "between", "to", "involves", "involvedIn"))
_LINK_TYPE, _LEVEL, _VIA, _RELATION, _ROLE, _EVIDENCE = (
    PAN + name for name in ("linkType", "evidenceLevel", "via", "relation", "role", "evidence")
)
_JOINING: Final = (*_ENDS, _LINK_TYPE, _LEVEL, _VIA, _RELATION, _ROLE)
_IN, _AT, _MADE = (PAN + name for name in ("inDocument", "page", "derivedBy"))
_HEIR = DCTERMS + "isReplacedBy"
_RETIRED = OWL + "deprecated"
_NOTED: Final = frozenset({*_NAMES, _HEIR, _RETIRED, _MADE})
"""What is read of all things before any is told."""
Told = tuple[Sequence[Stated], Sequence[tuple[str, str]]]
"""What is told of a thing, and what points to it by what."""
_IN_NOTES: Final = frozenset({statements.CERTAINTY, statements.SOURCE, statements.TYPE})
_PLAIN_STATUS: Final = frozenset(
    f"{ROOT}id/linkstatus/{status}" for status in ("accepted", "derived")
)
_IN_NAMES: Final = frozenset({*_IN_NOTES, *_ENDS})
_OF_RULES: Final = frozenset({statements.CERTAINTY, PAN + "status"})
"""What is the same of all links that rules made, and stands in the dump."""
_TOLD_AT_LINKS: Final = frozenset({*_ENDS, _VIA, _DERIVED_FROM})
"""What rules say of links, and is told at these."""
_AT_LEVEL: Final = re.compile(
    re.escape(PAN) + r"(?:linkedTo\w*|(?:involvesBody|restsOn|usesInstrument)\w*|mainLabel)"
)
"""What is said again of the links of a thing, at each level of evidence, and of its names."""


def shared_place(place: str) -> str:
    """The path of the document that tells what has this place of its own.

    >>> [shared_place(f"doc/{place}") for place in ("link/6e97963c99814c", "plan/lu-bhr-2", "topic/health", "dataset")]
    ['doc/link/6', 'doc/plan/lu-b', 'doc/topic/all', 'doc/dataset']
    """
    match = re.fullmatch(rf"({DOCUMENTS}/(?:{SPLIT})/(?:{SHARED}))[^/]*", place)
    if match:
        return match[1]
    return re.sub(rf"(?<=^{DOCUMENTS}/)(?!(?:{SPLIT})/)([^/]+)/[^/]+$", rf"\1/{ALL}", place)


def document_of(kind: str, key: str) -> str:
    place = f"{DOCUMENTS}/{kind}/{key}"
    return f"{shared_place(place)}.html" if _PLAIN.fullmatch(place) else ""


def graph_place(place: str) -> str:
    # a named graph is told with its folder
    return "/".join(place.split("/")[:3])


class Described:
    # what a dump says of things, as ``stated`` by predicates as the graph has them, with their
    # ``names`` and what is ``pointing`` to them; ``own_places`` are the paths documents would have
    # if they told one thing, ``places`` those in which they are told, without an ending

    def __init__(self, edition: Edition, lines: Iterable[str]) -> None:
        self.edition = edition
        addresses = edition.issue.addresses
        # there are hundreds of thousands of addresses: where none is moved they are what they are
        self.own: Callable[[str], str] = addresses.own if addresses.root != addresses.home else str
        self.is_rules = cache(lambda graph: bool(rule_of(graph)))
        self.stated = dict(
            things_in(
                lines, lambda iri: "" if _AT_LEVEL.fullmatch(name := self.home(iri)) else name
            )
        )
        self.names = dict[str, dict[str, str]]()
        self.retired = set[str]()
        self.heirs = dict[str, list[str]]()
        # of what rules joined, what it shares, by its type; and in pairs, what points to a thing
        # and by what
        self.shared = dict[str, dict[str, Counter[str]]]()
        self.pointing = defaultdict[str, list[str]](list)
        for iri, stated in self.stated.items():
            noted = defaultdict[str, list[str]](list)
            for predicate, term, graph in stated:
                if term[0] == "<" and not (predicate in _TOLD_AT_LINKS and self.is_rules(graph)):
                    self.pointing[term] += iri, predicate
                if predicate in _NOTED:
                    noted[predicate].append(term)
            terms = (
                term
                for name in reversed(_NAMES)
                for term in sorted(noted.get(name, ()))
                if term[0] != "<"
            )
            if names := {language: text for text, language, _ in map(value_of, terms)}:
                self.names[iri] = names
            if any(term.startswith(('"true"', '"1"')) for term in noted.get(_RETIRED, ())):
                self.retired.add(iri)
            if _HEIR in noted:
                self.heirs[iri] = [term[1:-1] for term in noted[_HEIR]]
            if _MADE in noted:
                joined = self.joined(iri)
                for end in (end for name in _ENDS for end in joined.get(name, ())):
                    by_type = self.shared.setdefault(end, {})
                    by_type.setdefault("".join(joined.get(_LINK_TYPE, [])[:1]), Counter()).update(
                        joined.get(_VIA, ())
                    )
        self.own_places = self._place(self.stated.keys())
        self.places = {iri: shared_place(place) for iri, place in self.own_places.items()}
        self.keys = {iri: place.rpartition("/")[2] for iri, place in self.own_places.items()}
        self._called: dict[tuple[str, Language], str] = {}
        self._written: dict[tuple[str, str, str], Markup] = {}

    def _place(self, subjects: Collection[str]) -> dict[str, str]:
        places = dict[str, str]()
        root = self.edition.issue.addresses.root
        for iri in sorted(subjects):
            start = next((space for space in (root, ROOT) if iri.startswith(space)), "")
            key_part = iri.removeprefix(start)
            is_apart = key_part.startswith((f"{GRAPHS}/", "ontology", "query/"))
            if start and not is_apart and _PLAIN.fullmatch(key_part):
                places[iri] = f"{DOCUMENTS}/{key_part.removeprefix('id/')}"
        for entry in self.edition.graph.labels.entries.values():
            iri = self.own(entry.iri)
            if entry.kind and iri in subjects and iri not in places and _PLAIN.fullmatch(entry.key):
                places[iri] = f"{DOCUMENTS}/{entry.kind}/{entry.key}"
        return places

    def home(self, iri: str) -> str:
        places = self.edition.issue.addresses
        return places.home + iri[len(places.root) :] if iri.startswith(places.root) else iri

    def of(self, iri: str) -> list[Stated]:
        graphs = dict[tuple[str, str], str]()
        for predicate, term, graph in self.stated.get(iri, ()):
            if predicate not in _OF_RULES or not self.is_rules(graph):
                # of what stands in several graphs the first counts that no rule made
                before = graphs.setdefault((predicate, term), graph)
                if graph != before and (self.is_rules(graph), graph) < (
                    self.is_rules(before),
                    before,
                ):
                    graphs[predicate, term] = graph
        return [(*key, graphs[key]) for key in sorted(graphs)]

    def joined(self, iri: str) -> dict[str, list[str]]:
        # what a link or an involvement joins, and how
        ends = dict[str, list[str]]()
        if iri.rpartition("/")[0].endswith(("/id/link", "/id/involvement")):
            for predicate, term, _ in self.stated.get(iri, ()):
                if predicate in _JOINING:
                    ends.setdefault(predicate, []).append(term[1:-1])
        return {
            name: sorted({*ends[name]}) if len(ends[name]) > 1 else ends[name]
            for name in _JOINING
            if name in ends
        }

    def grounds(self, iri: str, graph: str) -> statements.Grounds:
        # as pages of a service say it, but from the dump: what its block says, else what the file
        # says of all
        rests = list[list[str]]()
        if self.is_rules(graph):
            return statements.Grounds(graph, "rule", ())
        for name in (statements.CERTAINTY, statements.SOURCE):
            in_block = {
                term
                for predicate, term, block in self.stated[iri]
                if predicate == name and block == graph
            }
            terms = in_block or {
                term for predicate, term, _ in self.stated.get(graph, ()) if predicate == name
            }
            rests.append(sorted(term[1:-1] for term in terms))
        kind = (
            "unverified"
            if graph.endswith("unverified")
            else "".join(rests[0][:1]).rpartition("/")[2]
        )
        return statements.Grounds(graph, kind, tuple(rests[1]))

    def name(self, iri: str, language: Language) -> str:
        if (name := self._called.get((iri, language))) is None:
            names = self.names.get(iri, {})
            name = next((names[tag] for tag in (language, *LANGUAGES, "") if tag in names), "")
            if not name:
                ends = (
                    end for role, ends in self.joined(iri).items() if role in _ENDS for end in ends
                )
                name = " → ".join(self.name(end, language) for end in ends)
            if not name:
                texts = {predicate: term for predicate, term, _ in self.of(iri)}
                quote, text = (
                    value_of(texts.get(PAN + about, '""'))[0] for about in ("quote", "text")
                )
                name = f"« {quote} »" if quote else text
            name = self._called[iri, language] = (
                name or re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri
            )
        return name

    def own_name(self, iri: str, language: Language) -> str:
        names = self.names.get(iri)
        if not names:
            return self.name(iri, language) if language == LANGUAGES[0] else ""
        return names.get(language, "")

    def shown(self, iri: str, root: str, *, words: str = "") -> Markup:
        # documents show things again and again
        if (text := self._written.get((iri, root, words))) is None:
            place = self.places.get(iri, "")
            names = self.names.get(iri, {})
            leads = (
                f"{root.removesuffix('../')}{place.partition('/')[2]}.html#{self.keys[iri]}"
                if place
                else ""
            )
            leads = leads or (iri if iri.startswith(("http://", "https://")) else "")
            # below no page, "-", a thing leads nowhere and is always told by its name
            is_named = place or names or iri.startswith(PAN) or root == "-"
            language = (
                next((tag for tag in (*LANGUAGES, "") if tag in names), "")
                if is_named and not words
                else ""
            )
            name = words or (self.name(iri, LANGUAGES[0]) if is_named else iri)
            if root != "-" and not words:
                # in full at its own place
                brief = self.edition.graph.labels.brief(self.home(iri), LANGUAGES[0])
                name, language = (
                    (brief.text, "") if brief.whole else (labels.shortened(name), language)
                )
            # without marks where HTML needs none: documents hold a hundred thousand addresses
            address = (
                leads if _PLAIN_ADDRESS.fullmatch(leads) else f'"{escape(leads)}"' if leads else ""
            )
            address = markup(address) if root != "-" else ""
            text = macro("_told.html", "told")(
                name, language if language != LANGUAGES[0] else "", address
            )
            self._written[iri, root, words] = text
        return text


def document_files(described: Described, pages: Collection[str]) -> Iterator[File]:
    issue = described.edition.issue
    prefixes = described.edition.prefixes
    root = issue.addresses.root
    own = described.own
    licences = described.edition.facts.about("license")
    colophon = [
        (TYPE.value, FOAF + "Document"),
        ("http://rdfs.org/ns/void#inDataset", issue.dataset),
        *((DCTERMS + "license", licence.value) for licence in licences),
    ]
    ordered = sorted(described.places.items(), key=lambda pair: (pair[1], pair[0]))
    for place, group in groupby(ordered, key=lambda pair: pair[1]):
        things = dict[str, Told]()
        for iri, _ in group:
            pairs = described.pointing.get(f"<{iri}>", [])
            # of what several graphs say one
            things[iri] = described.of(iri), sorted({*zip(pairs[::2], pairs[1::2], strict=True)})
        rows = [
            (iri, own(predicate), term)
            for iri, (of, _) in things.items()
            for predicate, term, _ in of
        ]
        for iri, (_, pointing) in things.items():
            counted = Counter(predicate for _, predicate in pointing)
            term = f"<{iri}>"
            # on what rests on a source its page says how much that is
            few = {
                name
                for name, number in counted.items()
                if number <= _MOST_LISTED and name != statements.SOURCE
            }
            rows += [
                (subject, own(predicate), term)
                for subject, predicate in pointing
                if predicate in few
            ]
        # one thing is its topic, several are found by their own statements
        topic = [(FOAF + "primaryTopic", iri) for iri in things if len(things) == 1]
        rows = [
            *dict.fromkeys(
                [*rows, *((root + place, name, f"<{iri}>") for name, iri in (*colophon, *topic))]
            )
        ]
        writer = CompactWriter(
            prefixes, f"{root}id/{place.split('/')[1]}/" if place.count("/") > 1 else root
        )
        yield f"{place}.ttl", writer.turtle(rows)
        yield f"{place}.jsonld", writer.jsonld(rows, {root + place, *things})
        yield (
            f"{place}.html",
            render("document.html", _page(described, things, place, pages)).encode(),
        )


def graph_files(edition: Edition, stated: Content) -> Iterator[File]:
    roots = (edition.issue.addresses.root, ROOT)
    prefixes = dict(edition.prefixes)

    @cache
    def place_of(graph: bytes) -> str:
        iri = graph.decode().strip()[1:-3].rstrip("> .")
        path = next((iri.removeprefix(root) for root in roots if iri.startswith(root)), "")
        is_told = (
            path.startswith(f"{GRAPHS}/")
            and not path.startswith(f"{GRAPHS}/derived/")
            and _PLAIN.fullmatch(path)
        )
        return graph_place(path) if is_told else ""

    by_place: dict[str, list[bytes]] = defaultdict(list)
    for line in stated.quads:
        by_place[place_of(line[line.rindex(b" <") :])].append(line)
    for path in sorted(filter(None, by_place)):
        told = things_in(line.decode() for line in by_place.pop(path))
        rows = dict.fromkeys(
            (iri, predicate, term) for iri, stated in told for predicate, term, _ in stated
        )
        yield f"{path}.ttl.gz", gzip.compress(CompactWriter(prefixes).turtle(rows), mtime=0)


def _page(
    described: Described, things: Mapping[str, Told], place: str, pages: Collection[str]
) -> dict[str, object]:
    root = "../" * place.count("/")
    kind = place.split("/")[1]
    index = described.edition.graph.labels
    is_table = kind not in labels.KINDS and not re.fullmatch(SPLIT, kind)
    numbers: dict[statements.Grounds, int] = {}
    rows = []
    cells = dict[str, dict[tuple[str, str], list[Markup]]]()
    by_rule: dict[tuple[str, str, int], list[tuple[Markup, ...]]] = defaultdict(list)
    for iri, (of, pointing) in things.items():
        key = described.keys[iri]
        joined = described.joined(iri)
        ends = [end for name in _ENDS for end in joined.get(name, ())]
        if kind == "link" and of and described.is_rules(of[0][2]):
            # links that rules made are many: what they join is called by its key, by what is shared
            # and one of the two
            number = numbers.setdefault(described.grounds(iri, of[0][2]), len(numbers) + 1)
            via, before, beside = (
                markup(
                    ", ".join(
                        described.shown(end, root, words=described.keys.get(end, ""))
                        for end in listed
                    )
                )
                for listed in (joined.get(_VIA, ()), ends[:1], ends[1:])
            )
            kind_of, level = ("".join(joined.get(name, [])[:1]) for name in (_LINK_TYPE, _LEVEL))
            by_rule[kind_of, level, number].append(
                (via, before, macro("_told.html", "at_key")(key, beside))
            )
            continue
        counted = Counter(graph for _, _, graph in of)
        by_graph = {
            graph: numbers.setdefault(described.grounds(iri, graph), len(numbers) + 1)
            for graph in counted
        }
        number = by_graph[min(counted, key=lambda graph: (-counted[graph], graph))] if of else 0
        cells[iri] = defaultdict(list)
        names = described.name(iri, LANGUAGES[0]), *described.names.get(iri, {}).values()
        told = {key, *_PLAIN_STATUS, *(name.strip("« »") for name in names)}
        for predicate, term, graph in of:
            target = term[1:-1] if term[0] == "<" else ""
            text, language, _ = value_of(term)
            if text not in told and predicate not in (_IN_NOTES if is_table else _IN_NAMES):
                # terms of a vocabulary are words; what else is spoken of has a place of its own
                entry = index.entries.get(described.home(target)) if target else None
                is_term = (
                    entry and entry.kind and entry.type == SKOS + "Concept" and not entry.has_page
                )
                if predicate == _EVIDENCE:
                    shown = _quoted(described, target, root)
                else:
                    shown = macro("_told.html", "told")(
                        text, language if language != LANGUAGES[0] else "", ""
                    )
                    shown = described.shown(target, "-" if is_term else root) if target else shown
                    if (other := by_graph[graph]) != number:
                        shown += markup(f" <a href=#:{other}>{other}</a>")
                cells[iri]["", predicate].append(shown)
        inside = described.own_places[iri].removeprefix(f"{DOCUMENTS}/")
        is_retired = iri in described.retired
        page = f"{LANGUAGES[0]}/{inside}.html" if not is_retired else ""
        _point(described, iri, pointing, root, cells[iri], has_page=page in pages)
        rows.append(
            {
                "key": key,
                "number": number,
                "retired": is_retired,
                "page": f"{root}{page}" if page in pages else "",
                "name": markup(" – ".join(described.shown(end, root) for end in ends))
                or described.shown(iri, "-"),
                "heirs": [
                    described.shown(heir, root) for heir in sorted(described.heirs.get(iri, ()))
                ],
            }
        )

    heads = sorted(
        {head for listed in cells.values() for head in listed},
        key=lambda head: (
            head[0] == "=",
            values.places().get((head[1], head[0] == "←"), values.LAST)[1],
            head,
        ),
    )
    for iri, line in zip(cells, rows, strict=True):
        line |= {
            "cells": [
                (at, cells[iri][head])
                for at, head in enumerate(heads)
                if is_table or head in cells[iri]
            ]
        }

    def in_languages(sign: str, *iris: str) -> list[tuple[Language, str]]:
        return [
            (
                tag,
                ", ".join(
                    described.name(iri, tag)
                    if sign == "="
                    else values.called(index, iri, tag, back=sign == "←")[0]
                    for iri in iris
                ),
            )
            for tag in LANGUAGES
        ]

    notes: dict[str, dict[tuple[str, str], list[tuple[int, list[Markup]]]]] = defaultdict(dict)
    for grounds, number in numbers.items():
        path = path_of(grounds.graph)
        rule = rule_of(grounds.graph)
        address = "" if rule else f"{root}{graph_place(f'{GRAPHS}/{path}')}.ttl.gz"
        # what a rule says stands on the page of what figures mean
        links = (
            [described.shown(source, root) for source in grounds.sources]
            if not rule
            else [
                macro("_told.html", "told")(
                    format_of("name", tag), tag, f"{root}{tag}/meaning.html#rule-{rule}"
                )
                for tag in LANGUAGES
                if f"{tag}/meaning.html" in pages and rule in described.edition.graph.rules
            ]
        )
        # by the file that says so, the sources on which it rests
        notes[grounds.certainty or "none"].setdefault((rule or f"{path}.ttl", address), []).append(
            (number, links)
        )
    kinds = (
        [_PAGE.say(f"kind-{kind}", tag) for tag in LANGUAGES] if kind in labels.KINDS else [kind]
    )
    return {
        "root": root,
        "name": place.rpartition("/")[2],
        "kind": kind,
        "kinds": zip(LANGUAGES, kinds, strict=False),
        "languages": LANGUAGES,
        "rows": rows,
        "is_table": is_table,
        "say": _WORDS.say,
        "notes": [
            (certainty, sorted(listed.items())) for certainty, listed in sorted(notes.items())
        ],
        "heads": [in_languages(*head) for head in heads],
        "page": _PAGE.say,
        "endonym": format_of,
        "by_rule": [
            (in_languages("=", *filter(None, group)), number, sorted(links))
            for (*group, number), links in sorted(by_rule.items())
        ],
    }


def _quoted(described: Described, passage: str, root: str) -> Markup:
    texts = {predicate: term for predicate, term, _ in described.of(passage)}
    quote, language, _ = value_of(texts.get(PAN + "quote", '""'))
    if not quote:
        return described.shown(passage, root)
    place = described.shown(texts[_IN][1:-1], root) if _IN in texts else ""
    page = f", {value_of(texts[_AT])[0]}" if _AT in texts else ""
    return macro("_told.html", "quoted")(quote, language, place, page)


def _point(
    described: Described,
    iri: str,
    pointing: Sequence[tuple[str, str]],
    root: str,
    cells: dict[tuple[str, str], list[Markup]],
    *,
    has_page: bool,
) -> None:
    # what points to a thing is a reference: links of rules by what they share, others by what they
    # join; where it has a page, that says so
    counted = Counter(predicate for _, predicate in pointing)
    for subject, predicate in pointing:
        joined = described.joined(subject) if predicate in _ENDS else {}
        head = ("←", predicate)
        if has_page and joined:
            continue
        if predicate == statements.SOURCE or counted[predicate] > _MOST_LISTED:
            cells[head] = [markup(str(counted[predicate]))]
        elif joined:
            ends = [
                described.shown(end, root)
                for name in _ENDS
                for end in joined.get(name, ())
                if end != iri
            ]
            names = [
                described.name(how, LANGUAGES[0])
                for name in (_RELATION, _ROLE)
                for how in joined.get(name, ())
            ]
            way = described.shown(subject, root, words=", ".join(names) or "→")
            kind = "".join(joined.get(_LINK_TYPE, [])[:1])
            cells[("=", kind) if kind else head].append(way + ": " + markup(", ".join(ends)))
        else:
            cells[head].append(described.shown(subject, root))
    for kind, shared in sorted(described.shared.get(iri, {}).items()) if not has_page else ():
        ranked = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
        cells["=", kind].append(
            markup(", ".join(described.shown(via, root) + f" ({n})" for via, n in ranked))
        )


PLACEHOLDER: Final = "https://host.example/pan2kg/"
MEDIA = table_of("media")["text"]
OTHER_MEDIA = table_of("media")["other"]
"""The media type of each kind of text in a release, by its ending, all in UTF-8; and of other files."""
FORMS: Final = ("ttl", "jsonld")
"""The forms of a document beside its page."""
APART: Final = ("part", "provision", "category", "conflict")
"""The kinds of things that have no pages of their own in a release: their documents tell them."""
GATHERED: Final = {"network": "html", "network-around": "js"}
"""Pages and files a plan that a service makes when they are asked for; a release has the one of all plans."""
_KINDS: Final = "|".join(APART)
_THING: Final = rf"(?:id|{DOCUMENTS})/({SPLIT})/({SHARED})"
_TOGETHER: Final = rf"(?:id|{DOCUMENTS})/(?!(?:{SPLIT})/)([^/.]+)/(?!{ALL}$)([^/.]+)"
_GRAPH: Final = rf"({GRAPHS}/(?!derived/)[^/.]+(?:/[^/.]+)?)(?:/[^.]+)?"
_ABOUT: Final = "(?:dataset|catalogue|contributors|publisher|profile)"
_ONTOLOGY_FORMS: Final = ("jsonld", "rdf", "ttl")
_ENDINGS: Final = "|".join(("html", *FORMS))
_PACKED: Final = [f"{folder}/{name}" for folder, names in PACKED.items() for name in names]


class HostRule(NamedTuple):
    pattern: str
    target: str
    accepts: str = ""
    flags: str = "R=303,L,NE"
    is_last: bool = False  # it leads on from where there is no file any more

    def _wanted(self) -> str:
        return rf"{re.escape(self.accepts)}(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))".replace(" ", r"\s")

    def written(self, host: str = "") -> str:
        condition = f"RewriteCond %{{HTTP_ACCEPT}} {self._wanted()}\n" if self.accepts else ""
        condition += "RewriteCond %{REQUEST_FILENAME} !-f\n" if self.is_last else ""
        is_whole = self.target == "-" or "://" in self.target
        return f"{condition}RewriteRule ^{self.pattern}$ {'' if is_whole else host}{self.target} [{self.flags}]\n"

    def leads(self, path: str, accept: str = "") -> str | None:
        match = re.fullmatch(self.pattern, path)
        if not match or (self.accepts and not re.search(self._wanted(), accept)):
            return None
        return re.sub(r"\$(\d)", lambda number: match[int(number[1])] or "", self.target)


_OF_FORMER: Final = (
    (rf"({'|'.join(LANGUAGES)})/question/{{name}}\.(html|csv)", "$1/figure/{table}.$2"),
    (
        rf"(?:{'|'.join(LANGUAGES)})/question/{{name}}\.json",
        f"{LANGUAGES[0]}/figure/{{table}}.json.gz",
    ),
    (rf"({'|'.join(LANGUAGES)})/question/{{name}}\.ttl", "$1/figure/{table}.html"),
    (r"queries/[^/.]+/{name}\.rq", f"{LANGUAGES[0]}/figure/{{table}}.html"),
)
MOVED: Final = tuple(
    HostRule(pattern, target, flags="R=301,L,NE")
    for pattern, target in (
        (rf"{DOCUMENTS}/link/([0-9a-f])[0-9a-f]\.({_ENDINGS})", f"{DOCUMENTS}/link/$1.$2"),
        (rf"{DOCUMENTS}/({SPLIT})/({SHARED})([^/.]+)\.({_ENDINGS})", f"{DOCUMENTS}/$1/$2.$4#$2$3"),
        (
            rf"{DOCUMENTS}/(?!(?:{SPLIT})/)([^/.]+)/(?!{ALL}\.)([^/.]+)\.({_ENDINGS})",
            f"{DOCUMENTS}/$1/{ALL}.$3#$2",
        ),
        (rf"{_GRAPH}(?:\.ttl)?", "$1.ttl.gz"),
        (rf"{GRAPHS}/derived/[^/]+", QUADS),
        (rf"(?:{'|'.join(LANGUAGES)})/({_KINDS})/([^/.]+)\.html", f"{DOCUMENTS}/$1/{ALL}.html#$2"),
        *(
            (rf"({'|'.join(LANGUAGES)})/{folder}/[^/.]+\.{ending}", f"$1/network.{ending}")
            for folder, ending in GATHERED.items()
        ),
        (rf"({'|'.join(_PACKED)})\.csv", "$1.csv.gz"),
        (r"data/pan2kg\.ttl", TURTLE),
        *(
            (pattern.format(name=name), target.format(table=table))
            for name, (table, _) in FORMER.items()
            for pattern, target in _OF_FORMER
        ),
        (rf"(?:{'|'.join(LANGUAGES)})/(figure/[^/.]+\.json)", f"{LANGUAGES[0]}/$1.gz"),
        (
            rf"({'|'.join(LANGUAGES)})/(question/[^/.]+\.json|definition/broad-action-pairs\.csv)",
            "$1/$2.gz",
        ),
        (rf"(?:{'|'.join(LANGUAGES)})/question/[^/.]+\.ttl", TURTLE),
        (rf"ontology/index\.({'|'.join(LANGUAGES)})\.html", "$1/ontology.html"),
        (rf"ontology/diagram\.({'|'.join(LANGUAGES)})\.svg", "$1/classes.svg"),
    )
)
"""Where files of earlier releases led: a document a thing, and pages of things that are told in documents now."""


GONE: Final = tuple(
    (HostRule(pattern, target, flags="R=301,L,NE", is_last=True), file)
    for pattern, target, file in (
        (rf"({'|'.join(LANGUAGES)})/pair/([^/.]+)\.html", "$1/pairs.html#$2", "$1/pair/$2.html"),
        (
            rf"({'|'.join(LANGUAGES)})/(action)/({SHARED})([^/.]*)\.html",
            f"{DOCUMENTS}/$2/$3.html#$3$4",
            "$1/$2/$3$4.html",
        ),
    )
)
"""Where pages led, with what their files were called: of two plans of other countries, and of actions retired."""


def is_published(path: str) -> bool:
    return path.split("/")[1:2] not in ([folder] for folder in (*APART, *GATHERED))


def w3id_rules(service: str = "") -> list[HostRule]:
    # for the folder of the permanent identifier, the same for every release: without a host that
    # negotiates, who names HTML is led to it, as a browser does, else who names data to those, and
    # all others to HTML
    if service:
        return [HostRule("(.*)", f"{service.rstrip('/')}/$1")]
    return [
        *_forms(f"{_THING}([^/.]*)", f"{DOCUMENTS}/$1/$2", "#$2$3"),
        *_forms(_TOGETHER, f"{DOCUMENTS}/$1/{ALL}", "#$2"),
        *_forms(f"{DOCUMENTS}/([^/.]+(?:/{ALL})?)", f"{DOCUMENTS}/$1"),
        *MOVED[:5],
        *_common(),
        HostRule("(.*)", "$1"),
    ]


def _forms(pattern: str, target: str, at: str = "") -> Iterator[HostRule]:
    yield HostRule(pattern, f"{target}.html{at}", "text/html")
    yield from (HostRule(pattern, f"{target}.{ending}{at}", MEDIA[ending]) for ending in FORMS)
    yield HostRule(pattern, f"{target}.html{at}")


def _common() -> Iterator[HostRule]:
    yield HostRule(r"dataset/([0-9][^/]*)/?", f"{VERSIONS}/$1/")
    yield HostRule(r"ontology/([0-9][^/]*[0-9])", "ontology/$1.ttl")
    yield HostRule("ontology", f"{LANGUAGES[0]}/ontology.html", "text/html")
    yield from (
        HostRule("ontology", f"ontology/pan2kg.{ending}", MEDIA[ending])
        for ending in _ONTOLOGY_FORMS
    )
    yield HostRule("ontology", "ontology/pan2kg.ttl")
    yield HostRule(_ABOUT, "index.html", "text/html")
    yield from (
        HostRule(_ABOUT, f"catalogue.{ending}", MEDIA[ending]) for ending in _ONTOLOGY_FORMS
    )
    yield HostRule(_ABOUT, "index.html")
    yield HostRule(r"(?:prefixes|query(?:/[^/]+)?)", "queries.ttl")


def retired_places(described: Described) -> dict[str, str]:
    places = {}
    for iri in sorted(described.retired & described.places.keys()):
        heirs = [heir for heir in described.heirs.get(iri, ()) if heir not in described.retired]
        place = described.places.get(heirs[0], "") if len(heirs) == 1 else ""
        at_key = f"{place}#{described.keys[heirs[0]]}" if place else ""
        places[described.own_places[iri].removeprefix(f"{DOCUMENTS}/")] = at_key
    return places


def version_rules(version: str, packed: Sequence[str]) -> Iterator[HostRule]:
    """Where the folders of versions lead: the present one to the release, an earlier one to its packed tables."""
    own = "|".join(re.escape(path) for path in sorted(OWN) if "/" in path)
    folders = "|".join(FOLDERS)
    yield HostRule(rf"{VERSIONS}/{re.escape(version)}/(?!(?:{own})$)((?:{folders})/.+)", "$1")
    earlier = rf"{VERSIONS}/({'|'.join(map(re.escape, packed))})"
    if packed:
        yield HostRule(rf"{earlier}/(?!(?:{own})$)([^/]+/[^/]+\.csv)", f"{VERSIONS}/$1/$2.gz")
        yield HostRule(rf"{earlier}/(?:{UNKEPT})", f"{VERSIONS}/$1/")


def host_files(
    edition: Edition,
    retired: Mapping[str, str],
    led_on: Sequence[HostRule],
    *,
    has_base: bool,
    service: str,
) -> Iterator[File]:
    # ``retired`` are the places of what was given up, and of what followed; ``led_on`` the rules
    # for earlier addresses; where the files have no address, the rules for w3id.org name a host to
    # be filled in
    path = urlsplit(edition.issue.addresses.base).path if has_base else "/"
    host = edition.issue.addresses.base if has_base else PLACEHOLDER
    # what was given up is gone; an identifier that one thing of ours took the place of leads on to
    # it
    gone = list[HostRule]()
    moved = list[HostRule]()
    for place, heir in retired.items():
        pattern = rf"(?:id|{DOCUMENTS})/{re.escape(place)}(?:\.(?:{_ENDINGS}))?"
        if heir:
            moved.append(HostRule(pattern, heir, flags="R=301,L,NE"))
        else:
            gone.append(HostRule(pattern, "-", flags="G"))

    def written(name: str, **values: object) -> str:
        return Path(__file__).with_name(name).read_text("utf-8").format(**values)

    remark = "" if has_base else f"# {host} stands for the address of the files\n"
    rules = "".join(rule.written(host) for rule in w3id_rules(service))
    yield (
        "w3id/.htaccess",
        (written("w3id.txt", root=edition.issue.addresses.root) + remark + rules).encode(),
    )
    # a little less than the page, for who asks for nothing in particular; Apache takes it off again
    types = "".join(
        f'AddType "{media}; charset=utf-8{";qs=0.999" if ending in FORMS else ""}" .{ending}\n'
        for ending, media in MEDIA.items()
        if ending != "html"
    )
    types += "".join(f'AddType "{media}" .{ending}\n' for ending, media in OTHER_MEDIA.items())
    # a language in the name of a file is for people: it says nothing of how the file is to be
    # negotiated
    types += f"RemoveLanguage {' '.join(f'.{tag}' for tag in LANGUAGES)}\n"
    led = [
        HostRule(f"{_THING}([^/.]+)", f"{DOCUMENTS}/$1/$2#$2$3"),
        HostRule(_TOGETHER, f"{DOCUMENTS}/$1/{ALL}#$2"),
        HostRule("id/(.+)", f"{DOCUMENTS}/$1"),
    ]
    yield (
        ".htaccess",
        written(
            "apache.txt",
            types=types,
            path=path,
            rules="".join(
                rule.written() for rule in (*gone, *moved, *led_on, *dict(GONE), *led, *_common())
            ),
        ).encode(),
    )
    yield (
        f"{DOCUMENTS}/.htaccess",
        (
            b"# A document comes in the form asked for, by the names of its files.\nOptions +MultiViews\n"
        ),
    )
    more = {
        "css": "text/css",
        "svg": "image/svg+xml",
        "zip": "application/zip",
        "gz": "application/gzip",
    }
    media_types = {**MEDIA, **OTHER_MEDIA, **more}
    at = re.escape(path)
    yield (
        "nginx.conf",
        written(
            "nginx.txt",
            forms="".join(f'    "~*{pattern}" .{ending};\n' for pattern, ending in preferences()),
            gone="".join(f'    "~^{at}{rule.pattern}$" 1;\n' for rule in gone),
            moved="".join(f'    "~^{at}{rule.pattern}$" {path}{rule.target};\n' for rule in moved),
            types="".join(
                f"        {media.partition(';')[0]} {ending};\n"
                for ending, media in media_types.items()
            ),
            places="".join(
                f'    location ~ "^{path}{rule.pattern}$" {{\n'
                f"        return {rule.flags[2:5]} {path}{rule.target};\n    }}\n"
                for rule in led_on
            )
            + "".join(
                f'    location ~ "^{path}{rule.pattern}$" {{\n        alias /srv/pan2kg/{file};\n'
                f"        if (!-f $request_filename) {{\n            return 301 {path}{rule.target};\n        }}\n    }}\n"  # noqa: E501
                for rule, file in GONE
            ),
            path=path,
            documents=DOCUMENTS,
            thing=f"{_THING}([^/.]+)",
            together=_TOGETHER,
            all=ALL,
            versions=VERSIONS,
            about=_ABOUT,
        ).encode(),
    )


def preferences() -> Iterator[tuple[str, str]]:
    """Patterns of Accept headers that want data more than a page, or than the data before them; first match first.

    >>> wanted = [(re.compile(pattern), ending) for pattern, ending in preferences()]
    >>> def choose(accept): return next((ending for one, ending in wanted if one.search(accept)), "html")
    >>> choose("text/turtle"), choose("text/html;q=0.5, text/turtle;q=0.6"), choose("text/turtle;q=0.5, text/html")
    ('ttl', 'ttl', 'html')
    >>> choose("application/ld+json, text/turtle;q=0.9"), choose("text/turtle;q=0, text/html"), choose("*/*")
    ('jsonld', 'html', 'html')
    """

    def at(media: str, tenth: str) -> str:
        # a media type with a quality: 1, which need not be said, or so many tenths
        weight = r"(?:\s*;\s*q=1(?:\.0*)?)?" if tenth == "1" else rf"\s*;\s*q=0?\.{tenth}\d*"
        return rf"{re.escape(media)}{weight}\s*(?:,|$)"

    least = ["1", *(str(tenth) for tenth in range(9, 0, -1))]
    for tenth in least:
        for ending in FORMS:
            page = "".join(
                rf"(?!.*{at(MEDIA['html'], more)})" for more in least[: least.index(tenth) + 1]
            )
            yield rf"^(?=.*{at(MEDIA[ending], tenth)}){page}", ending
