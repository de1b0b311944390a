"""The page of what can be taken along, how to cite it, and how to reach it by machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values


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
    }
