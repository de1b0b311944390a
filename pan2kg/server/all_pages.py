"""The pages of a running service: those of a site, and one for every other IRI the graph mentions.

It needs all that draws pages, which takes as long to import as the rest of the service: only who
draws one imports it.
"""

from collections.abc import Mapping

import pyoxigraph as ox

from pan2kg.graph import labels, statements
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.server.document_paths import find_document, find_ours, find_thing
from pan2kg.site import entity, registry
from pan2kg.site.frame import frame_values
from pan2kg.site.notes import Notes
from pan2kg.site.page import HTML, PageContext, Request, SiteFile, Values
from pan2kg.templates import render
from pan2kg.turtle.vocabulary import path_of


class AllPages(registry.Site):
    """The site, with a page too for passages, documents, links, concepts and named graphs."""

    def page(self, path: str, arguments: Mapping[str, str] | None = None) -> SiteFile | None:
        """The page at a path of the site, else that of the thing the path names; None without."""
        page = super().page(path, arguments)
        language, _, name = path.removesuffix(".html").partition("/")
        if page or language not in LANGUAGES or not path.endswith(".html"):
            return page
        find = find_ours if name.startswith("graph/") else find_thing
        iri = find(self.site_context.graph.store, name)
        return SiteFile(path, HTML, self.portray(iri, path, language, arguments)) if iri else None

    def portray(
        self, iri: str, path: str, language: Language, arguments: Mapping[str, str] | None = None
    ) -> bytes:
        """The page of a thing as HTML; where nothing is said of it, on what its statements rest."""
        request = Request(path, language, "", registry.canonical_arguments(path, arguments or {}))
        context = PageContext(self.site_context, request)
        values = dict(entity.find_entity_values(context, iri) or _values_of_silence(context, iri))
        machine = values["machine"]
        is_served = context.site_context.mode == "served"
        if isinstance(machine, dict) and not machine["turtle"] and is_served:
            document = find_document(context.graph.store, iri)
            values["machine"] = {
                **machine,
                "turtle": context.site_href(f"{document}.ttl"),
                "json": context.site_href(f"{document}.jsonld"),
            }
        chrome = frame_values(context, registry.PAGES, str(values.get("section", "")))
        return render("entity.html", {**chrome, **values}).encode()


def _values_of_silence(context: PageContext, iri: str) -> Values:
    """The values of what nothing is said of, such as a graph a rule has made: on what its statements rest."""
    notes = Notes(context)
    if path_of(iri):
        statement = statements.Statement(iri, "", ox.Literal(""), iri)
        notes.number([statements.grounds_of(context.graph.statements, statement)])
    return entity.entity_values(context, labels.Entry(iri, "", "", "", "", {}), notes)
