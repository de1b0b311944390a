"""The documentation of the ontology as a page of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.site.ontology_ontology import read_ontology
from pan2kg.site.ontology_page import ontology_values

if TYPE_CHECKING:
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values


def values(speaker: Speaker) -> Values:
    """What the page shows: every term with its words, axioms, use, rules and an example."""
    library = speaker.library
    ontology = library.once("ontology", lambda: read_ontology(library.project, library.store))
    return ontology_values(ontology, speaker.request.language)
