"""The pages of a running service: those of a site, and one for every other IRI the graph mentions.

It needs all that draws pages, which takes as long to import as the rest of the service: only who
draws one imports it.
"""

from collections.abc import Mapping

import pyoxigraph as ox

from pan2kg.graph import labels, statements
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.server import documents
from pan2kg.site import entity, registry
from pan2kg.site.frame import frame
from pan2kg.site.page import HTML, PageContext, Request, SiteFile
from pan2kg.site.values import Notes
from pan2kg.templates import render
from pan2kg.turtle.vocabulary import path_of


class AllPages(registry.Site):
    """The site, with a page too for passages, documents, links, concepts and named graphs."""

    def page(self, path: str, arguments: Mapping[str, str] | None = None) -> SiteFile | None:
        """The page at a path of the site, else that of the thing the path names; None without."""
        page = super().page(path, arguments)
        name = path.partition("/")[2].removesuffix(".html")
        language = next((tag for tag in LANGUAGES if path == f"{tag}/{name}.html"), None)
        if page or not language:
            return page
        find = documents.find_ours if name.startswith("graph/") else documents.find_thing
        iri = find(self.site_context.graph.store, name)
        return SiteFile(path, HTML, self.portray(iri, path, language, arguments)) if iri else None

    def portray(
        self, iri: str, path: str, language: str, arguments: Mapping[str, str] | None = None
    ) -> bytes:
        """The page of a thing as HTML; where nothing is said of it, on what its statements rest."""
        tag = next(tag for tag in LANGUAGES if tag == language)
        request = Request(path, tag, "", registry.canonical(path, arguments or {}))
        context = PageContext(self.site_context, request)
        values = entity.values_of(context, iri)
        if not values:
            # of what nothing is said, such as a graph a rule has made: on what its statements rest
            notes = Notes(context)
            if path_of(iri):
                notes.mark(statements.Statement(iri, "", ox.Literal(""), iri))
            values = entity.page(context, labels.Entry(iri, "", "", "", "", {}), notes)
        machine = values["machine"]
        if (
            isinstance(machine, dict)
            and not machine["turtle"]
            and context.site_context.mode == "served"
        ):
            document = documents.find_document(context.graph.store, iri)
            turtle, json = (context.out(f"{document}.{ending}") for ending in ("ttl", "jsonld"))
            machine = {**machine, "turtle": turtle, "json": json}
        return render(
            "entity.html",
            {
                **frame(context, registry.PAGES, str(values.get("section", ""))),
                **values,
                "machine": machine,
            },
        ).encode()
