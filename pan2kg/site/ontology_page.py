"""The documentation of the ontology: as a page of the site, and as files of their own.

The files go into a release and are what w3id.org sends readers of an ontology IRI to; they need nothing but the style
sheet beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.i18n.catalogue import Language, Messages, format_of, grouped
from pan2kg.project import Project, read_text
from pan2kg.site.ontology import (
    ANY,
    Ontology,
    Tally,
    Term,
    TermKind,
    Texts,
    anchor,
    pick,
    read_ontology,
    relations,
    top_classes,
)
from pan2kg.site.ontology_diagram import draw_ontology
from pan2kg.site.page import File, PageContext, Values, View, piece
from pan2kg.tables.template import escape, markup, render
from pan2kg.turtle.vocabulary import PAN
from pan2kg.turtle.writer import iri as short

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.store.store import Store

_ONTOLOGY: Final = Messages("ontology")


@dataclass(frozen=True, slots=True)
class OntologyWords:
    language: Language
    prefixes: Mapping[str, str]
    anchors: frozenset[str] = frozenset()
    written: dict[str, Markup] = field(default_factory=dict, repr=False, compare=False)
    """The links that were written: a page has each term some ten times."""

    def w(self, group: str, key: str, **values: object) -> str:
        """Words of the interface.

        >>> OntologyWords("en", {}).w("label", "domains")
        'Domain'
        """
        return _ONTOLOGY.say(f"{group}.{key}", self.language, **values)

    def text(self, texts: Texts) -> Markup:
        """A text in the language of the page, else in another, marked as such.

        >>> str(OntologyWords("de", {}).text({"en": "a <b>"}))
        '<span lang="en">a &lt;b&gt;</span>'
        """
        spoken = pick(texts, self.language)
        return piece("spoken")(spoken.words, "" if spoken.language == self.language else spoken.language)

    def short(self, iri: str) -> str:
        return short(iri, self.prefixes)

    def link(self, iri: str) -> Markup:
        if iri == ANY:
            return markup(escape(self.w("diagram", "any")))
        if iri not in self.written:
            outside = iri if iri.startswith(("http://", "https://")) else ""
            self.written[iri] = piece("term")(f"#{anchor(iri)}" if iri in self.anchors else outside, self.short(iri))
        return self.written[iri]

    def links(self, iris: Iterable[str]) -> Markup:
        return markup(", ".join(str(self.link(iri)) for iri in iris))

    def tallies(self, tallies: Iterable[Tally]) -> Markup:
        return markup(
            ", ".join(f"{self.link(tally.iri)} ({grouped(tally.number, self.language)})" for tally in tallies)
        )


def ontology_values(ontology: Ontology, language: Language) -> dict[str, object]:
    """What the templates of the documentation need, in one language.

    >>> from pan2kg.graph.graph import open_graph
    >>> from pan2kg.site.ontology import read_ontology
    >>> graph = open_graph()
    >>> ontology_values(read_ontology(graph.project, graph.store), "fr")["title"]
    'Documentation de l’ontologie'
    """
    wording = OntologyWords(language, ontology.prefixes, _anchored(ontology))
    terms = ontology.by_iri()
    return {
        "title": _ONTOLOGY.say("page.ontology", language),
        "language": language,
        "wording": wording,
        "w": wording.w,
        "ontology": ontology,
        "anchor": anchor,
        "heading_keys": [key for key in _ONTOLOGY.keys("heading.") if key in ontology.heading.values],
        "sections": [(kind, ontology.of_kind(kind)) for kind in TermKind],
        "below": {iri: _below(ontology, iri) for iri in terms},
        "diagram": markup(draw_ontology(ontology, language).svg()),
        "relations": relations(ontology),
        "said": [rule for rule in ontology.constraints if rule.messages],
        "silent": [rule for rule in ontology.constraints if not rule.messages],
        "ours": PAN,
    }


def _anchored(ontology: Ontology) -> frozenset[str]:
    concepts = (concept.iri for scheme in ontology.schemes for concept in scheme.concepts)
    schemes = (scheme.iri for scheme in ontology.schemes)
    return frozenset([*ontology.by_iri(), *(rule.iri for rule in ontology.constraints), *schemes, *concepts])


def _below(ontology: Ontology, iri: str) -> int:
    terms: Mapping[str, Term] = ontology.by_iri()
    tops = top_classes(ontology)
    return sum(terms[below].use.number for below, top in tops.items() if top == iri != below)


DOCUMENTED: Final = tuple(Messages("release").known("ontology").by_language())
"""The languages of the documentation in a release: those in which a release speaks of itself."""


def documentation(project: Project, store: Store) -> Mapping[str, bytes]:
    """The files of the documentation by path: a page and a drawing a language, and the style sheet.

    The pages need nothing but the style sheet beside them, and the same graph gives the same bytes.

    >>> from pan2kg.graph.graph import open_graph
    >>> graph = open_graph()
    >>> sorted(documentation(graph.project, graph.store))[:2]
    ['ontology/diagram.de.svg', 'ontology/diagram.en.svg']
    """
    ontology = read_ontology(project, store)
    style = read_text(Path(__file__).with_name("ontology.css"))
    files = {"ontology/ontology.css": style.encode()}
    for language in DOCUMENTED:
        other_languages = [(tag, format_of("name", tag)) for tag in DOCUMENTED if tag != language]
        values = {**ontology_values(ontology, language), "others": other_languages}
        files[f"ontology/index.{language}.html"] = render("ontology-alone.html", values).encode()
        drawing = draw_ontology(ontology, language, address=f"index.{language}.html")
        files[f"ontology/diagram.{language}.svg"] = drawing.svg().encode()
    return files


def values(context: PageContext) -> Values:
    return ontology_values(_ontology(context), context.request.language)


def _ontology(context: PageContext) -> Ontology:
    graph = context.graph
    return context.site_context.once("ontology", lambda: read_ontology(graph.project, graph.store, graph.links))


def _picture(context: PageContext) -> str:
    return draw_ontology(_ontology(context), context.request.language, address="ontology.html").svg()


PAGES: Final = (View("ontology", values, section="data", below=1),)
FILES: Final = (File("classes", "svg", "image/svg+xml", _picture),)
