"""Search: its page, what it proposes while one types, and the names of all things for scripts that have no server.

The registry of the site takes the page and both files from here. All three answer in the order in
which the index of the graph ranks things.
"""

from collections.abc import Iterable, Mapping

from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import Entry
from pan2kg.site.page import (
    JAVASCRIPT,
    JSON,
    CommonFile,
    PageContext,
    SiteContext,
    Values,
    View,
    embedded,
)

_LISTED_KINDS = ("plan", "body", "instrument")
"""The kinds that are listed whole where nothing is asked for yet."""
_MOST_PROPOSED = 12
"""How many things are proposed while one types."""
_ROW_TO_OBJECT = (
    "([type,key,labels,full,also,notation,iri])=>({type,labels,full,notation,iri,"
    'href:type==="document"?`sources.html#${key}`:`${type}/${key}.html`,'
    "also:[key,...Object.values(full||{}),...(also||[])]})"
)
"""How the script makes of a row of :func:`_label_rows`, which is short, a thing as :func:`_script_object` writes it."""


def _search_values(context: PageContext) -> Values:
    asked = context.arguments.get("q", "")
    graph = context.graph
    results = _entries(graph, graph.search.find(asked))
    groups = {}
    if not asked:
        for kind in _LISTED_KINDS:
            iris = context.sorted_by_name(entry.iri for entry in graph.labels.of_kind(kind))
            groups[kind] = _entries(graph, iris)
    for result in results:
        groups.setdefault(result.kind, []).append(result)
    return {
        "asked": asked,
        "groups": groups,
        "count": len(results),
    }


def _entries(graph: Graph, iris: Iterable[str]) -> list[Entry]:
    """What the index has of things, in their order."""
    return [entry for entry in map(graph.labels.entry, iris) if entry]


def _proposals(site_context: SiteContext, arguments: Mapping[str, str]) -> bytes:
    graph = site_context.graph
    iris = graph.search.find(arguments.get("q", ""), limit=_MOST_PROPOSED)
    return str(embedded([_script_object(entry) for entry in _entries(graph, iris)])).encode()


def _labels_script(site_context: SiteContext, _: Mapping[str, str]) -> bytes:
    rows = embedded(_label_rows(site_context))
    return f"pan2kgLabels({rows}.map({_ROW_TO_OBJECT}));\n".encode()


def _label_rows(site_context: SiteContext) -> list[list[object]]:
    """Kind, key and labels of each thing, then full names, further names, number and IRI, as far as there are any.

    By these the script calls things otherwise in another language: what has a short name has its
    own too. Documents stand among them only where their names differ, and without what they are
    found by: search finds none.
    """
    graph = site_context.graph
    rows: list[list[object]] = []
    for document in graph.labels.of_kind("document"):
        if len(document.texts) > 1:
            rows.append(["document", document.key, document.texts])
    for indexed in graph.search.things:
        entry = graph.labels.entry(indexed.iri)
        if entry is not None:
            rows.append(_label_row(entry, indexed.names))
    return rows


def _label_row(entry: Entry, names: Iterable[str]) -> list[object]:
    full = entry.texts if entry.brief else {}
    key = entry.address.removeprefix(f"{entry.kind}/").removesuffix(".html")
    further = [name for name in dict.fromkeys(names) if name not in (key, *full.values())]
    thing = _script_object(entry, further)
    optional: list[object] = [full]
    optional += [thing.get(name, "") for name in ("also", "notation", "iri")]
    # what is empty at the end of a row need not stand there
    while optional and not optional[-1]:
        optional.pop()
    return [entry.kind, key, thing["labels"], *optional]


def _script_object(entry: Entry, names: Iterable[str] = ()) -> dict[str, object]:
    """A thing as scripts know it: its address from the folder of its language, its kind, and its short names.

    It has an ``iri`` where this does not follow from kind and key, a number where it bears one, and
    ``also`` those of the further ``names`` that say anything else.
    """
    labels = {**entry.texts, **entry.brief}
    thing: dict[str, object] = {"href": entry.address, "type": entry.kind, "labels": labels}
    if not entry.iri.endswith(f"/id/{entry.kind}/{entry.key}"):
        thing["iri"] = entry.iri
    if entry.notation:
        thing["notation"] = entry.notation
    also = [name for name in names if name not in (*labels.values(), entry.notation)]
    if also:
        thing["also"] = also
    return thing


PAGES = (View("search", _search_values, title="search-title"),)
FILES = (
    CommonFile("search.json", JSON, _proposals, exported=False),
    CommonFile("data/labels.js", JAVASCRIPT, _labels_script),
)
