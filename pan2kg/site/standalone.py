"""The documentation as files of their own, for a release and for the addresses w3id.org sends readers to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.charts.svg import write_svg
from pan2kg.project import read_text
from pan2kg.site.diagram import draw_ontology
from pan2kg.site.ontology_ontology import read_ontology
from pan2kg.site.ontology_page import ontology_values
from pan2kg.site.template import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pan2kg.i18n.text import Language
    from pan2kg.project import Project
    from pan2kg.store.store import Store

LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")


def documentation(project: Project, store: Store) -> Mapping[str, bytes]:
    """The files of the documentation by path: a page and a drawing a language, and the style sheet.

    The pages need nothing but the style sheet beside them, and the same graph gives the same bytes.

    >>> from pan2kg.graph.graph import open_graph
    >>> graph = open_graph()
    >>> sorted(documentation(graph.project, graph.store))[:2]
    ['ontology/diagram.en.svg', 'ontology/diagram.fr.svg']
    """
    ontology = read_ontology(project, store)
    style = read_text(Path(__file__).with_name("ontology.css"))
    found = {"ontology/ontology.css": style.encode()}
    for language in LANGUAGES:
        other = next(tag for tag in LANGUAGES if tag != language)
        values = {**ontology_values(ontology, language), "other": other}
        found[f"ontology/index.{language}.html"] = render("ontology-alone.html", values).encode()
        drawing = draw_ontology(ontology, language, address=f"index.{language}.html")
        found[f"ontology/diagram.{language}.svg"] = write_svg(drawing).encode()
    return found
