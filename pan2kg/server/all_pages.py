"""The pages of a running service: those of a site, and one for every other IRI the graph mentions.

It needs all that draws pages, which takes as long to import as the rest of the service: only who draws one imports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

import pyoxigraph as ox

from pan2kg.graph.labels import Entry
from pan2kg.graph.statements import Statement
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.server.documents import find_document, find_thing, knows, space_of
from pan2kg.site.entity import page as page_values
from pan2kg.site.entity import values_of
from pan2kg.site.page import HTML, Page, PageContext, Request, Values, frame
from pan2kg.site.registry import PAGES, Site, canonical
from pan2kg.site.values import Notes
from pan2kg.tables.template import render
from pan2kg.turtle.vocabulary import ROOT, path_of


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
        machine = values["machine"]
        if isinstance(machine, dict) and not machine["turtle"] and context.site_context.mode == "served":
            found = find_document(context.graph.store, iri)
            turtle, json = (context.out(f"{found}.{ending}") for ending in ("ttl", "jsonld"))
            machine = {**machine, "turtle": turtle, "json": json}
        return render("entity.html", {**frame(context, PAGES), **values, "machine": machine}).encode()


def _bare(context: PageContext, iri: str) -> Values:
    """The page of what nothing is said of, such as a graph a rule has made: on what its statements rest."""
    notes = Notes(context)
    if path_of(iri):
        notes.mark(Statement(iri, "", ox.Literal(""), iri))
    return page_values(context, Entry(iri, "", "", "", "", {}), notes)
