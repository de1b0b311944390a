"""The page of what can be taken along, how to cite it, what changed, and how to reach it by machine."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from pan2kg.graph.dataset import DATASET
from pan2kg.i18n.text import in_words
from pan2kg.site.frame import embedded
from pan2kg.turtle.vocabulary import ROOT

if TYPE_CHECKING:
    from pan2kg.graph.dataset import Notice
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values

_LISTED: Final = ("keywords", "license")


def values(speaker: Speaker) -> Values:
    """What the page shows."""
    library, language = speaker.library, speaker.request.language
    uses, notice = library.material(language).uses, library.notice
    changed = date.fromisoformat(notice.modified) if notice.modified else None
    return {
        "title": speaker.t("data-title"),
        "files": [
            (speaker.out("data/pan2kg.nq.gz"), "N-Quads (gzip)", speaker.t("data-graph")),
            (speaker.out("data/ontology.ttl"), "Turtle", speaker.t("data-ontology")),
            (speaker.out("data/shapes.ttl"), "Turtle", speaker.t("data-shapes")),
        ],
        "counts": (len(library.index.of_kind("plan")), len(uses.actions), len(library.index.of_kind("instrument"))),
        "creators": ", ".join(notice.texts("creator", language)),
        "name": next(iter(notice.texts("name", language)), ""),
        "year": (changed or library.as_of).year,
        "iri": DATASET,
        "changed": in_words(changed, language) if changed else "",
        "notes": notice.texts("notes", language),
        "dataset": embedded(_described(speaker, notice)),
    }


def _described(speaker: Speaker, notice: Notice) -> Values:
    """The dataset as schema.org says it, for search engines: what the graph states, in the language of the page."""
    said = {key: notice.texts(key, speaker.request.language) for key in notice.stated if key != "notes"}
    sheet: dict[str, object] = {"@context": "https://schema.org/", "@type": "Dataset", "@id": DATASET}
    sheet |= {"identifier": DATASET, "url": ROOT, "version": speaker.library.release, "isAccessibleForFree": True}
    sheet |= {key: texts if key in _LISTED else texts[0] for key, texts in said.items() if texts}
    if "creator" in said:
        sheet["creator"] = [{"@type": "Organization", "name": name} for name in said["creator"]]
    return sheet
