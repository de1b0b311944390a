"""Pages of prose: what this is and who made it, and how accessible it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values


def about(speaker: Speaker) -> Values:
    """What the graph is for, what its figures can bear, and whose words it holds."""
    return {"title": speaker.t("about-title")}


def accessibility(speaker: Speaker) -> Values:
    """The accessibility statement: what was tested, and what is not yet as it should be."""
    return {"title": speaker.t("accessibility")}


def missing(speaker: Speaker) -> Values:
    """What is shown where there is no page."""
    return {"title": speaker.t("missing-title")}
