"""Which document describes a thing, which thing a document describes, and pages for things an export has none for.

A thing at ``/id/plan/lu-bhr-2`` is described at ``/doc/plan/lu-bhr-2``. An instrument or body whose IRI is somebody
else's is described under its key (``/doc/instrument/reg-2017-821``); a thing without a key under its IRI in base64
(``/doc/iri/…``), since an IRI has characters a path segment cannot hold. A named graph is its own document, and so is
the ontology, whose terms are fragments of it. :class:`AllPages` adds to the pages of a site those a running service can
give for every other IRI the graph mentions.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

import pyoxigraph as ox

from pan2kg.graph.labels import INSTRUMENTS, Entry
from pan2kg.graph.statements import Statement
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.server.protocol import is_absolute
from pan2kg.site.basis import Notes
from pan2kg.site.entity import Machine, values_of
from pan2kg.site.entity import page as page_values
from pan2kg.site.page import HTML, Page, frame
from pan2kg.site.page_context import PageContext, Request
from pan2kg.site.registry import PAGES, canonical
from pan2kg.store.profile import own_profile, read_profiles
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, plain, select
from pan2kg.tables.template import render
from pan2kg.turtle.vocabulary import PAN, ROOT, is_ours, path_of

if TYPE_CHECKING:
    from pan2kg.site.page import Values
    from pan2kg.site.registry import Site


ONTOLOGY: Final = PAN.removesuffix("#")
OTHERS: Final = "doc/iri/"
OFFICIAL: Final[Mapping[str, frozenset[str]]] = {
    "instrument": INSTRUMENTS,
    "provision": frozenset({PAN + "Provision"}),
    "body": frozenset({PAN + "PublicBody", PAN + "Organisation"}),
}
"""The kinds of things that may have their IRI from others, with their classes."""


def space_of(store: Store) -> str:
    """What the IRIs of the project a store holds begin with; of several, those of the first.

    Raises:
        Pan2kgError: the store does not answer.
    """
    return own_profile(read_profiles(store), None).space


def document_of(iri: str, space: str = ROOT) -> str:
    """The path of the document about an IRI, from the IRI alone; the project's own IRIs begin with ``space``.

    >>> document_of(ROOT + "id/plan/lu-bhr-2"), document_of(ROOT + "graph/conflicts"), document_of(PAN + "Plan")
    ('doc/plan/lu-bhr-2', 'graph/conflicts', 'ontology')
    >>> document_of(ROOT + "dataset"), document_of("http://e/x")
    ('doc/dataset', 'doc/iri/aHR0cDovL2UveA')
    """
    if iri == ONTOLOGY or iri.startswith((PAN, f"{ONTOLOGY}/")):
        return "ontology"
    for start in (space, ROOT):
        if iri.startswith(start):
            rest = iri.removeprefix(start)
            return rest if rest.startswith("graph/") else f"doc/{rest.removeprefix('id/')}"
    return _encoded(iri)


def _encoded(iri: str) -> str:
    return OTHERS + urlsafe_b64encode(iri.encode()).decode().rstrip("=")


def find_document(store: Store, iri: str) -> str | None:
    """The path of the document about an IRI the graph knows; None where it does not know it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    if not knows(store, iri):
        return None
    space = space_of(store)
    if iri.startswith((space, ROOT)):
        return _told_apart(store, iri, space)
    rows = select(store, program_query("things/keys-of", thing=iri)).rows
    keyed = ((plain(key), _kind(plain(kind))) for key, kind in rows)
    return next((f"doc/{kind}/{key}" for key, kind in keyed if kind), document_of(iri, space))


def _told_apart(store: Store, iri: str, space: str) -> str:
    """The document of an IRI of ours; by its whole where a thing of the project has the path of one of pan2kg."""
    found = document_of(iri, space)
    same = space + iri.removeprefix(ROOT)
    if not iri.startswith(space) and iri.startswith(ROOT) and found != "ontology" and knows(store, same):
        return _encoded(iri)
    return found


def _kind(class_: str) -> str:
    return next((kind for kind, classes in OFFICIAL.items() if class_ in classes), "")


def find_thing(store: Store, rest: str) -> str | None:
    """The IRI a document is about, from its path below ``doc/``; None where the graph knows no such thing.

    Raises:
        Pan2kgError: the store does not answer.

    >>> from pan2kg.graph.graph import open_graph
    >>> store = open_graph().store
    >>> find_thing(store, "instrument/reg-2017-821"), find_thing(store, "plan/nowhere")
    ('http://data.europa.eu/eli/reg/2017/821/oj', None)
    """
    named = _decoded(rest) if rest.startswith("iri/") else ""
    space = space_of(store)
    starts = dict.fromkeys((space, ROOT))
    for iri in (named,) if named else [start + path for start in starts for path in (f"id/{rest}", rest)]:
        if is_absolute(iri) and knows(store, iri) and _told_apart(store, iri, space) == f"doc/{rest}":
            return iri
    kind, _, key = rest.partition("/")
    if kind not in OFFICIAL or not key:
        return None
    rows = select(store, program_query("things/with-key", key=key)).rows
    found = {plain(thing) for thing, class_ in rows if plain(class_) in OFFICIAL[kind]}
    return min((iri for iri in found if is_absolute(iri) and not is_ours(iri)), default=None)


def _decoded(rest: str) -> str:
    token = rest.removeprefix("iri/")
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeError):
        return ""


def knows(store: Store, iri: str) -> bool:
    """Whether an IRI is spoken of in the graph, or names a part of it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    if not is_absolute(iri):
        return False
    try:
        ox.NamedNode(iri)
    except ValueError:  # as of a stray percent sign
        return False
    return bool(store.query(program_query("things/is-known", thing=iri)))


def canonical_query(path: str, query: bytes) -> bytes:
    """The query of an address without what no page reads, such as the name of a campaign; as it is where it is faulty.

    >>> canonical_query("fr/plans.html", b"utm_source=letter&year=2021"), canonical_query("fr/plans.html", b"%ff=1")
    (b'year=2021', b'%ff=1')
    """
    try:
        given = dict(parse_qsl(query.decode("utf-8"), keep_blank_values=True, errors="strict"))
    except ValueError:
        return query
    return urlencode(canonical(path, given)).encode() if given else query


_TAGS: Final[Mapping[str, Language]] = {tag: tag for tag in LANGUAGES}
_HTML: Final = ".html"


@dataclass(frozen=True, slots=True)
class AllPages:
    """The pages of a site, and those it would not export: passages, documents, links, concepts, named graphs.

    >>> from pan2kg.graph.graph import open_graph
    >>> from pan2kg.site.site_context import SiteContext
    >>> from pan2kg.site.registry import Site
    >>> graph = open_graph()
    >>> pages = AllPages(Site(SiteContext(graph, mode="served")))
    >>> pages.page("fr/linktype/builds-on.html", {}) is None, pages.page("fr/linktype/nothing.html", {}) is None
    (False, True)
    """

    site: Site

    def page(self, path: str, arguments: Mapping[str, str], /) -> Page | None:
        """The page or file at a path below the root, None where there is none.

        Raises:
            Pan2kgError: the store does not answer, or parameters mean nothing.
        """
        made = self.site.page(path, arguments)
        tag, _, rest = path.partition("/")
        if made or tag not in _TAGS or not rest.endswith(_HTML):
            return made
        iri = self._find(rest.removesuffix(_HTML))
        request = Request(path, _TAGS[tag], "", canonical(path, arguments))
        return Page(path, HTML, self._drawn(iri, request)) if iri else None

    def missing(self, path: str, /) -> Page:
        """The page that says there is none at a path."""
        return self.site.missing(path)

    def _find(self, rest: str) -> str | None:
        store = self.site.site_context.graph.store
        if rest.startswith("graph/"):
            return next((one for one in (space_of(store) + rest, ROOT + rest) if knows(store, one)), None)
        return find_thing(store, rest)

    def portray(self, iri: str, path: str, language: str) -> bytes:
        """The page of a thing for another place than its own, such as that of a thing that is gone.

        Raises:
            Pan2kgError: the store does not answer.
        """
        return self._drawn(iri, Request(path, _TAGS[language]))

    def _drawn(self, iri: str, request: Request) -> bytes:
        context = PageContext(self.site.site_context, request)
        values = values_of(context, iri) or _bare(context, iri)
        machine = values.get("machine")
        if isinstance(machine, Machine) and not machine.turtle and context.site_context.mode == "served":
            found = find_document(context.graph.store, iri)
            turtle, json = (context.out(f"{found}.{ending}") for ending in ("ttl", "jsonld"))
            machine = replace(machine, turtle=turtle, json=json)
        return render("entity.html", {**frame(context, PAGES), **values, "machine": machine}).encode()


def _bare(context: PageContext, iri: str) -> Values:
    """The page of what nothing is said of, such as a graph a rule has made: on what its statements rest."""
    notes = Notes(context)
    if path_of(iri):
        notes.mark(Statement(iri, "", ox.Literal(""), iri))
    return page_values(context, Entry(iri, "", "", "", "", {}), notes)
