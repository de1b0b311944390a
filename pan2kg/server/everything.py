"""A site in which everything the graph speaks of has a page, also what an export shows on the pages of other things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.graph.labels import Entry
from pan2kg.graph.statements import Statement
from pan2kg.i18n.text import LANGUAGES, Language
from pan2kg.server.addresses import document_of, find_thing, knows
from pan2kg.site.basis import Notes
from pan2kg.site.entity import Machine
from pan2kg.site.entity_entity import page as page_values
from pan2kg.site.entity_entity import values_of
from pan2kg.site.frame import frame
from pan2kg.site.page import HTML, Page, Request
from pan2kg.site.speaker import Speaker
from pan2kg.site.template import render
from pan2kg.turtle.vocabulary import GRAPH, ROOT

if TYPE_CHECKING:
    from pan2kg.site.site import Site
    from pan2kg.site.view import Values

_TAGS: Final[Mapping[str, Language]] = {tag: tag for tag in LANGUAGES}
_HTML: Final = ".html"


@dataclass(frozen=True, slots=True)
class Everything:
    """The pages of a site, and those it would not export: passages, documents, links, concepts, named graphs.

    >>> from datetime import date
    >>> from pan2kg.graph.graph import open_graph
    >>> from pan2kg.site.library_library import Library
    >>> from pan2kg.site.site import Site
    >>> graph = open_graph()
    >>> pages = Everything(Site(Library(graph.project, graph.store, date(2026, 1, 1), mode="served")))
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
        return Page(path, HTML, self._drawn(iri, Request(path, _TAGS[tag], "", arguments))) if iri else None

    def missing(self, path: str, /) -> Page:
        """The page that says there is none at a path."""
        return self.site.missing(path)

    def _find(self, rest: str) -> str | None:
        store = self.site.library.store
        if rest.startswith("graph/"):
            return ROOT + rest if knows(store, ROOT + rest) else None
        return find_thing(store, rest)

    def portray(self, iri: str, path: str, language: str) -> bytes:
        """The page of a thing for another place than its own, such as that of a thing that is gone.

        Raises:
            Pan2kgError: the store does not answer.
        """
        return self._drawn(iri, Request(path, _TAGS[language]))

    def _drawn(self, iri: str, request: Request) -> bytes:
        speaker = Speaker(self.site.library, request)
        values = values_of(speaker, iri) or _bare(speaker, iri)
        machine = values.get("machine")
        if isinstance(machine, Machine) and not machine.turtle and speaker.library.mode == "served":
            turtle, json = (speaker.out(f"{document_of(iri)}.{ending}") for ending in ("ttl", "jsonld"))
            machine = replace(machine, turtle=turtle, json=json)
        return render("entity.html", {**frame(speaker), **values, "machine": machine}).encode()


def _bare(speaker: Speaker, iri: str) -> Values:
    """The page of what nothing is said of, such as a graph a rule has made: on what its statements rest."""
    notes = Notes(speaker)
    if iri.startswith(GRAPH):
        notes.mark(Statement(iri, "", ox.Literal(""), iri))
    return page_values(speaker, Entry(iri, "", "", "", "", {}), notes)
