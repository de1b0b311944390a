"""The page of what can be taken along, how to cite it, and how to reach it by machine."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.site.frame import embedded
from pan2kg.store import select
from pan2kg.vocabulary import DCTERMS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values
    from pan2kg.wording import Language

_DATASET: Final = f"{ROOT}dataset"
_SAID: Final = f"""
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <{DCTERMS}>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
SELECT ?key ?value WHERE {{
    VALUES (?property ?key) {{
        (dcterms:title "name") (dcterms:description "description") (dcat:keyword "keywords")
        (dcterms:license "license") (dcterms:issued "datePublished") (dcterms:modified "dateModified")
        (dcterms:creator "creator")
    }}
    <{_DATASET}> ?property ?stated
    OPTIONAL {{ ?stated foaf:name ?called }}
    BIND(COALESCE(?called, ?stated) AS ?value)
}} ORDER BY ?key ?value
"""
_LISTED: Final = ("keywords", "license")


def values(speaker: Speaker) -> Values:
    """What the page shows."""
    library = speaker.library
    uses = library.material(speaker.request.language).uses
    return {
        "title": speaker.t("data-title"),
        "files": [
            (speaker.out("data/pan2kg.nq.gz"), "N-Quads (gzip)", speaker.t("data-graph")),
            (speaker.out("data/ontology.ttl"), "Turtle", speaker.t("data-ontology")),
            (speaker.out("data/shapes.ttl"), "Turtle", speaker.t("data-shapes")),
        ],
        "counts": (len(library.index.of_kind("plan")), len(uses.actions), len(library.index.of_kind("instrument"))),
        "year": library.as_of.year,
        "dataset": embedded(_described(speaker)),
    }


def _described(speaker: Speaker) -> Values:
    """The dataset as schema.org says it, for search engines: what the graph states, in the language of the page."""
    found: dict[str, list[ox.Literal | ox.NamedNode]] = defaultdict(list)
    for key, value in select(speaker.library.store, _SAID).rows:
        if isinstance(key, ox.Literal) and isinstance(value, ox.Literal | ox.NamedNode):
            found[key.value].append(value)
    said = {key: _in(found[key], speaker.request.language) for key in found}
    sheet: dict[str, object] = {"@context": "https://schema.org/", "@type": "Dataset", "@id": _DATASET}
    sheet |= {"identifier": _DATASET, "url": ROOT, "version": speaker.library.release, "isAccessibleForFree": True}
    sheet |= {key: texts if key in _LISTED else texts[0] for key, texts in said.items() if texts}
    if "creator" in said:
        sheet["creator"] = [{"@type": "Organization", "name": name} for name in said["creator"]]
    return sheet


def _in(terms: Iterable[ox.Literal | ox.NamedNode], language: Language) -> list[str]:
    """The texts in a language, in English where there is none in it, and what has no language."""
    by_tag: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        by_tag[(term.language or "") if isinstance(term, ox.Literal) else ""].append(term.value)
    return by_tag[language] or by_tag["en"] or by_tag[""]
