"""The pages of a running service: those of a site, and one for every other IRI the graph mentions.

It needs all that draws pages, which takes as long to import as the rest of the service: only who draws one imports it.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import pyoxigraph as ox

from pan2kg.graph import labels, statements
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.server import documents
from pan2kg.site import entity, registry
from pan2kg.site.page import HTML, PageContext, Request, SiteFile, frame
from pan2kg.site.values import Notes
from pan2kg.tables.template import render
from pan2kg.turtle.vocabulary import ROOT, path_of


def canonical_query(path: str, query: bytes) -> bytes:
    """The query of an address without what no page reads, such as the name of a campaign; as it is where it is faulty.

    >>> canonical_query("fr/plans.html", b"utm_source=letter&year=2021"), canonical_query("fr/plans.html", b"%ff=1")
    (b'year=2021', b'%ff=1')
    """
    try:
        arguments = dict(parse_qsl(query.decode("utf-8"), keep_blank_values=True, errors="strict"))
    except ValueError:
        return query
    return urlencode(registry.canonical(path, arguments)).encode() if arguments else query


class AllPages:
    # passages, documents, links, concepts, named graphs have pages too
    def __init__(self, site: registry.Site) -> None:
        self.site, self.missing = site, site.missing

    def page(self, path: str, arguments: Mapping[str, str], /) -> SiteFile | None:
        page, name = self.site.page(path, arguments), path.partition("/")[2].removesuffix(".html")
        language = next((tag for tag in LANGUAGES if path == f"{tag}/{name}.html"), None)
        if page or not language:
            return page
        store = self.site.site_context.graph.store
        if name.startswith("graph/"):
            graphs = (documents.space_of(store) + name, ROOT + name)
            iri = next((graph for graph in graphs if documents.knows(store, graph)), None)
        else:
            iri = documents.find_thing(store, name)
        return SiteFile(path, HTML, self.portray(iri, path, language, arguments)) if iri else None

    def portray(self, iri: str, path: str, language: str, arguments: Mapping[str, str] | None = None) -> bytes:
        tag = next(tag for tag in LANGUAGES if tag == language)
        request = (
            Request(path, tag, "", registry.canonical(path, arguments)) if arguments is not None else Request(path, tag)
        )
        context = PageContext(self.site.site_context, request)
        values = entity.values_of(context, iri)
        if not values:
            # of what nothing is said, such as a graph a rule has made: on what its statements rest
            notes = Notes(context)
            if path_of(iri):
                notes.mark(statements.Statement(iri, "", ox.Literal(""), iri))
            values = entity.page(context, labels.Entry(iri, "", "", "", "", {}), notes)
        machine = values["machine"]
        if isinstance(machine, dict) and not machine["turtle"] and context.site_context.mode == "served":
            document = documents.find_document(context.graph.store, iri)
            turtle, json = (context.out(f"{document}.{ending}") for ending in ("ttl", "jsonld"))
            machine = {**machine, "turtle": turtle, "json": json}
        return render(
            "entity.html",
            {**frame(context, registry.PAGES, str(values.get("section", ""))), **values, "machine": machine},
        ).encode()
