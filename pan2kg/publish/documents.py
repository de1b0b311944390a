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
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from pan2kg.graph import labels, statements
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.folder import FOLDERS, OWN, PACKED, QUADS, TURTLE, UNKEPT, VERSIONS, Content
from pan2kg.publish.vocabulary import (
    FOAF,
    OWL,
    CompactWriter,
    Stated,
    table_of,
    things_in,
    value_of,
)
from pan2kg.store.queries import FORMER
from pan2kg.templates import macro, markup
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDFS, ROOT, SKOS, rule_of

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
_DERIVED_FROM: Final = "http://www.w3.org/ns/prov#wasDerivedFrom"
_NAMES: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
MOST_LISTED: Final = 8
"""So many things that point to a thing by a property are told of it; of more its page says how many there are."""
_PLAIN: Final = re.compile(r"[\w.~-]+(?:/[\w.~-]+)*", re.ASCII)
_PLAIN_ADDRESS: Final = re.compile(r"[\w./:#~-]*\w", re.ASCII)
ENDS: Final = tuple(PAN + name for name in ("from", "between", "to", "involves", "involvedIn"))
"""By what links and involvements join things."""
LINK_TYPE: Final = PAN + "linkType"
LEVEL: Final = PAN + "evidenceLevel"
VIA: Final = PAN + "via"
RELATION: Final = PAN + "relation"
ROLE: Final = PAN + "role"
_JOINING: Final = (*ENDS, LINK_TYPE, LEVEL, VIA, RELATION, ROLE)
_MADE: Final = PAN + "derivedBy"
_HEIR: Final = DCTERMS + "isReplacedBy"
_RETIRED: Final = OWL + "deprecated"
_NOTED: Final = frozenset({*_NAMES, _HEIR, _RETIRED, _MADE})
"""What is read of all things before any is told."""
Told = tuple[Sequence[Stated], Sequence[tuple[str, str]]]
"""What is told of a thing, and what points to it by what."""
_OF_RULES: Final = frozenset({statements.CERTAINTY, PAN + "status"})
"""What is the same of all links that rules made, and stands in the dump."""
_TOLD_AT_LINKS: Final = frozenset({*ENDS, VIA, _DERIVED_FROM})
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
    """The page of the document that tells a thing; none where its key is no plain path.

    >>> document_of("plan", "lu-bhr-2"), document_of("topic", "a b")
    ('doc/plan/lu-b.html', '')
    """
    place = f"{DOCUMENTS}/{kind}/{key}"
    return f"{shared_place(place)}.html" if _PLAIN.fullmatch(place) else ""


def graph_place(place: str) -> str:
    """The document that tells a named graph: the graphs of a folder are told together.

    >>> graph_place("graph/plans/lu-bhr-2/actions")
    'graph/plans/lu-bhr-2'
    """
    return "/".join(place.split("/")[:3])


class Described:
    """What a dump says of things, and where documents tell it.

    ``stated`` has the statements on each thing by predicates as the graph has them, ``names`` its
    names by language, ``pointing`` what points to it and by what, in pairs that follow each other.
    ``own_places`` are the paths documents would have if they told one thing, ``places`` those in
    which they are told, both without an ending; ``keys`` are the anchors there. ``shared`` counts
    what things share that rules joined, by the type of the link.
    """

    def __init__(self, edition: Edition, lines: Iterable[str]) -> None:
        self.edition = edition
        addresses = edition.issue.addresses
        # there are hundreds of thousands of addresses: where none is moved they are what they are
        self.own: Callable[[str], str] = addresses.own if addresses.root != addresses.home else str
        self.is_rules = cache(lambda graph: bool(rule_of(graph)))
        self.stated = dict(things_in(lines, self._predicate))
        self.names = dict[str, dict[str, str]]()
        self.retired = set[str]()
        self.heirs = dict[str, list[str]]()
        self.shared = dict[str, dict[str, Counter[str]]]()
        # one list of both, since there are hundreds of thousands of pairs
        self.pointing = defaultdict[str, list[str]](list)
        for iri, stated in self.stated.items():
            self._read(iri, stated)
        self.own_places = self._place(self.stated.keys())
        self.places = {iri: shared_place(place) for iri, place in self.own_places.items()}
        self.keys = {iri: place.rpartition("/")[2] for iri, place in self.own_places.items()}
        self._called: dict[tuple[str, Language], str] = {}
        self._written: dict[tuple[str, str, str], Markup] = {}

    def _predicate(self, iri: str) -> str:
        """A predicate as the graph has it; none where it says again what links say, at a level."""
        name = self.home(iri)
        return "" if _AT_LEVEL.fullmatch(name) else name

    def _read(self, iri: str, stated: Sequence[Stated]) -> None:
        noted = defaultdict[str, list[str]](list)
        for predicate, term, graph in stated:
            if term[0] == "<" and not (predicate in _TOLD_AT_LINKS and self.is_rules(graph)):
                self.pointing[term] += iri, predicate
            if predicate in _NOTED:
                noted[predicate].append(term)
        if not noted:
            return
        names = dict[str, str]()
        # of two kinds of names the one that stands first counts
        for kind in reversed(_NAMES):
            for term in sorted(noted.get(kind, ())):
                if term[0] != "<":
                    text, language, _ = value_of(term)
                    names[language] = text
        if names:
            self.names[iri] = names
        if any(term.startswith(('"true"', '"1"')) for term in noted.get(_RETIRED, ())):
            self.retired.add(iri)
        if _HEIR in noted:
            self.heirs[iri] = [term[1:-1] for term in noted[_HEIR]]
        if _MADE in noted:
            self._read_shared(iri)

    def _read_shared(self, link: str) -> None:
        joined = self.joined(link)
        link_type = "".join(joined.get(LINK_TYPE, [])[:1])
        for predicate in ENDS:
            for end in joined.get(predicate, ()):
                by_type = self.shared.setdefault(end, {})
                by_type.setdefault(link_type, Counter()).update(joined.get(VIA, ()))

    def _place(self, subjects: Collection[str]) -> dict[str, str]:
        places = dict[str, str]()
        root = self.edition.issue.addresses.root
        for iri in sorted(subjects):
            start = next((space for space in (root, ROOT) if iri.startswith(space)), "")
            path = iri.removeprefix(start)
            is_apart = path.startswith((f"{GRAPHS}/", "ontology", "query/"))
            if start and not is_apart and _PLAIN.fullmatch(path):
                places[iri] = f"{DOCUMENTS}/{path.removeprefix('id/')}"
        for entry in self.edition.graph.labels.entries.values():
            iri = self.own(entry.iri)
            if entry.kind and iri in subjects and iri not in places and _PLAIN.fullmatch(entry.key):
                places[iri] = f"{DOCUMENTS}/{entry.kind}/{entry.key}"
        return places

    def home(self, iri: str) -> str:
        """The IRI the graph has for one of the release."""
        places = self.edition.issue.addresses
        return places.home + iri[len(places.root) :] if iri.startswith(places.root) else iri

    def of(self, iri: str) -> list[Stated]:
        """What is said of a thing, in order and each once; of several graphs that say it the first no rule made."""
        graphs = dict[tuple[str, str], str]()
        for predicate, term, graph in self.stated.get(iri, ()):
            if predicate in _OF_RULES and self.is_rules(graph):
                continue
            before = graphs.setdefault((predicate, term), graph)
            if graph != before:
                # where none is a rule's, the first by its name
                candidates = [(self.is_rules(name), name) for name in (graph, before)]
                graphs[predicate, term] = min(candidates)[1]
        return [(predicate, term, graphs[predicate, term]) for predicate, term in sorted(graphs)]

    def joined(self, iri: str) -> dict[str, list[str]]:
        """What a link or an involvement joins, and how, by predicate; of other things nothing."""
        ends = dict[str, list[str]]()
        if not iri.rpartition("/")[0].endswith(("/id/link", "/id/involvement")):
            return ends
        for predicate, term, _ in self.stated.get(iri, ()):
            if predicate in _JOINING:
                ends.setdefault(predicate, []).append(term[1:-1])
        joined = dict[str, list[str]]()
        for predicate in _JOINING:
            if predicate in ends:
                things = ends[predicate]
                joined[predicate] = sorted({*things}) if len(things) > 1 else things
        return joined

    def grounds(self, iri: str, graph: str) -> statements.Grounds:
        """On what it rests that a graph speaks of a thing: what its block says, else what the file says of all.

        As pages of a service say it, but from the dump.
        """
        if self.is_rules(graph):
            return statements.Grounds(graph, "rule", ())
        certainties = self._said_in(graph, iri, statements.CERTAINTY)
        sources = self._said_in(graph, iri, statements.SOURCE)
        if graph.endswith("unverified"):
            certainty = "unverified"
        else:
            certainty = "".join(certainties[:1]).rpartition("/")[2]
        return statements.Grounds(graph, certainty, tuple(sources))

    def _said_in(self, graph: str, iri: str, name: str) -> list[str]:
        terms = set[str]()
        for predicate, term, block in self.stated[iri]:
            if predicate == name and block == graph:
                terms.add(term)
        if not terms:
            terms.update(
                term for predicate, term, _ in self.stated.get(graph, ()) if predicate == name
            )
        return sorted(term[1:-1] for term in terms)

    def name(self, iri: str, language: Language) -> str:
        """What a thing is called: its name in a language or another, what it joins or quotes, or the end of its IRI."""
        name = self._called.get((iri, language))
        if name is None:
            name = self._name(iri, language)
            self._called[iri, language] = name
        return name

    def _name(self, iri: str, language: Language) -> str:
        names = self.names.get(iri, {})
        for tag in (language, *LANGUAGES, ""):
            if names.get(tag):
                return names[tag]
        joined = self.joined(iri)
        ends = [end for predicate in ENDS for end in joined.get(predicate, ())]
        if ends:
            return " → ".join(self.name(end, language) for end in ends)
        terms = {predicate: term for predicate, term, _ in self.of(iri)}
        quote, _, _ = value_of(terms.get(PAN + "quote", '""'))
        if quote:
            return f"« {quote} »"
        text, _, _ = value_of(terms.get(PAN + "text", '""'))
        return text or re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri

    def own_name(self, iri: str, language: Language) -> str:
        """The name in that language alone; of a thing without a name, what it is called in the first."""
        names = self.names.get(iri)
        if not names:
            return self.name(iri, language) if language == LANGUAGES[0] else ""
        return names.get(language, "")

    def shown(self, iri: str, root: str, *, words: str = "") -> Markup:
        """A thing by its name, or by these words, leading to where it is told below ``root``.

        Below no page, "-", it leads nowhere and is always told by its name in full.
        """
        # documents show things again and again
        text = self._written.get((iri, root, words))
        if text is None:
            text = self._show(iri, root, words)
            self._written[iri, root, words] = text
        return text

    def _show(self, iri: str, root: str, words: str) -> Markup:
        is_whole = root == "-"
        names = self.names.get(iri, {})
        is_named = bool(iri in self.places or names or iri.startswith(PAN) or is_whole)
        name = words
        language = ""
        if not words:
            name = self.name(iri, LANGUAGES[0]) if is_named else iri
            if is_named:
                language = next((tag for tag in (*LANGUAGES, "") if tag in names), "")
            if not is_whole:
                # in full at its own place
                brief = self.edition.graph.labels.brief(self.home(iri), LANGUAGES[0])
                if brief.whole:
                    name = brief.text
                    language = ""
                else:
                    name = labels.shortened(name)
        if language == LANGUAGES[0]:
            language = ""
        address = markup("" if is_whole else _attribute(self._leads(iri, root)))
        return macro("_told.html", "told")(name, language, address)

    def _leads(self, iri: str, root: str) -> str:
        if place := self.places.get(iri):
            path = place.partition("/")[2]
            return f"{root.removesuffix('../')}{path}.html#{self.keys[iri]}"
        return iri if iri.startswith(("http://", "https://")) else ""


def _attribute(address: str) -> str:
    """An address without marks where HTML needs none: documents hold a hundred thousand of them."""
    if not address or _PLAIN_ADDRESS.fullmatch(address):
        return address
    return f'"{escape(address)}"'


def graph_files(edition: Edition, stated: Content) -> Iterator[File]:
    """The named graphs of sources as packed Turtle, those of a folder as one file."""
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
    """A rule of a host: which paths it takes, for whom, and where it leads (as Apache's RewriteRule).

    One that ``is_last`` leads on from where there is no file any more.
    """

    pattern: str
    target: str
    accepts: str = ""
    flags: str = "R=303,L,NE"
    is_last: bool = False  # it leads on from where there is no file any more

    def _wanted(self) -> str:
        return rf"{re.escape(self.accepts)}(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))".replace(" ", r"\s")

    def written(self, host: str = "") -> str:
        """The rule as Apache reads it, leading to a host where the target is a path."""
        condition = f"RewriteCond %{{HTTP_ACCEPT}} {self._wanted()}\n" if self.accepts else ""
        condition += "RewriteCond %{REQUEST_FILENAME} !-f\n" if self.is_last else ""
        is_whole = self.target == "-" or "://" in self.target
        return f"{condition}RewriteRule ^{self.pattern}$ {'' if is_whole else host}{self.target} [{self.flags}]\n"

    def leads(self, path: str, accept: str = "") -> str | None:
        """Where a path leads, for who accepts this; None where the rule does not take it."""
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
        # four rules that are one now
        (r"queries/rules/4[0-3]-shared-[^/.]+\.rq", "queries/rules/40-shared.rq"),
        *(
            (pattern.format(name=name), target.format(table=table))
            for name, (table, _) in FORMER.items()
            for pattern, target in _OF_FORMER
        ),
        # what two plans share against chance is told no more; what they share is
        (rf"({'|'.join(LANGUAGES)})/figure/chance\.[a-z.]+", "$1/figure/matrix.html"),
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
    """Whether a release has a page at a path: none of things that documents tell, nor of what a service makes."""
    return path.split("/")[1:2] not in ([folder] for folder in (*APART, *GATHERED))


def w3id_rules(service: str = "") -> list[HostRule]:
    """The rules for the folder of the permanent identifier, the same for every release.

    Without a host that negotiates, who names HTML is led to it, as a browser does, else who names data
    to those, and all others to HTML.
    """
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
    """The places of what was given up, each with that of the one thing which took its place, or empty."""
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
    """What hosts are told: rules for w3id.org and Apache, and a configuration of nginx.

    ``retired`` are the places of what was given up, and of what followed; ``led_on`` the rules for
    earlier addresses. Where the files have no address, the rules for w3id.org name a host to be filled
    in.
    """
    path = urlsplit(edition.issue.addresses.base).path if has_base else "/"
    host = edition.issue.addresses.base if has_base else PLACEHOLDER
    moved, gone = _retired_rules(retired)
    remark = "" if has_base else f"# {host} stands for the address of the files\n"
    rules = "".join(rule.written(host) for rule in w3id_rules(service))
    head = _written("w3id.txt", root=edition.issue.addresses.root)
    yield "w3id/.htaccess", (head + remark + rules).encode()
    led = [
        HostRule(f"{_THING}([^/.]+)", f"{DOCUMENTS}/$1/$2#$2$3"),
        HostRule(_TOGETHER, f"{DOCUMENTS}/$1/{ALL}#$2"),
        HostRule("id/(.+)", f"{DOCUMENTS}/$1"),
    ]
    in_order = (*gone, *moved, *led_on, *dict(GONE), *led, *_common())
    rules = "".join(rule.written() for rule in in_order)
    apache = _written("apache.txt", types=_apache_types(), path=path, rules=rules)
    yield ".htaccess", apache.encode()
    yield (
        f"{DOCUMENTS}/.htaccess",
        b"# A document comes in the form asked for, by the names of its files.\nOptions +MultiViews\n",
    )
    yield "nginx.conf", _nginx(path, moved, gone, led_on).encode()


def _written(name: str, **values: object) -> str:
    return Path(__file__).with_name(name).read_text("utf-8").format(**values)


def _retired_rules(retired: Mapping[str, str]) -> tuple[list[HostRule], list[HostRule]]:
    """The rules for what one thing of ours took the place of, which lead on to it; and for what is gone."""
    moved = list[HostRule]()
    gone = list[HostRule]()
    for place, heir in retired.items():
        pattern = rf"(?:id|{DOCUMENTS})/{re.escape(place)}(?:\.(?:{_ENDINGS}))?"
        if heir:
            moved.append(HostRule(pattern, heir, flags="R=301,L,NE"))
        else:
            gone.append(HostRule(pattern, "-", flags="G"))
    return moved, gone


def _apache_types() -> str:
    lines = list[str]()
    for ending, media in MEDIA.items():
        if ending == "html":
            continue
        # a little less than the page, for who asks for nothing in particular; Apache takes it off
        # again
        quality = ";qs=0.999" if ending in FORMS else ""
        lines.append(f'AddType "{media}; charset=utf-8{quality}" .{ending}\n')
    for ending, media in OTHER_MEDIA.items():
        lines.append(f'AddType "{media}" .{ending}\n')
    # a language in the name of a file is for people: it says nothing of how the file is to be
    # negotiated
    lines.append(f"RemoveLanguage {' '.join(f'.{tag}' for tag in LANGUAGES)}\n")
    return "".join(lines)


_UNTOLD_MEDIA: Final = {
    "css": "text/css",
    "svg": "image/svg+xml",
    "zip": "application/zip",
    "gz": "application/gzip",
}
"""The media types nginx has to be told too."""


def _nginx(
    path: str, moved: Sequence[HostRule], gone: Sequence[HostRule], led_on: Sequence[HostRule]
) -> str:
    """A configuration of nginx for files that stand at a path of their host."""
    at = re.escape(path)
    forms = [f'    "~*{pattern}" .{ending};\n' for pattern, ending in preferences()]
    ends = [f'    "~^{at}{rule.pattern}$" 1;\n' for rule in gone]
    moves = [f'    "~^{at}{rule.pattern}$" {path}{rule.target};\n' for rule in moved]
    types = [
        f"        {media.partition(';')[0]} {ending};\n"
        for ending, media in {**MEDIA, **OTHER_MEDIA, **_UNTOLD_MEDIA}.items()
    ]
    places = list[str]()
    for rule in led_on:
        status = rule.flags[2:5]
        places.append(
            f'    location ~ "^{path}{rule.pattern}$" {{\n'
            f"        return {status} {path}{rule.target};\n    }}\n"
        )
    for rule, file in GONE:
        places.append(
            f'    location ~ "^{path}{rule.pattern}$" {{\n'
            f"        alias /srv/pan2kg/{file};\n"
            f"        if (!-f $request_filename) {{\n"
            f"            return 301 {path}{rule.target};\n        }}\n    }}\n"
        )
    return _written(
        "nginx.txt",
        forms="".join(forms),
        gone="".join(ends),
        moved="".join(moves),
        types="".join(types),
        places="".join(places),
        path=path,
        documents=DOCUMENTS,
        thing=f"{_THING}([^/.]+)",
        together=_TOGETHER,
        all=ALL,
        versions=VERSIONS,
        about=_ABOUT,
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
