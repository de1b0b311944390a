"""The documentation of the ontology: as a page of the site, and as files that stand alone.

The registry of the site takes the page and the diagram from here, a release without pages the files
of :func:`documentation`. Both fill in ``_ontology.html`` with the same values.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pan2kg.i18n import Language, Messages, format_number, format_of
from pan2kg.project import Project, read_text
from pan2kg.site.class_diagram import draw_ontology
from pan2kg.site.ontology import ANY, TERM_KINDS, Ontology, Tally, anchor, read_ontology
from pan2kg.site.page import SVG, File, Markup, PageContext, Values, View, piece
from pan2kg.site.turtle_statements import Texts, pick_text
from pan2kg.store.store import Store
from pan2kg.templates import escape, markup, render
from pan2kg.turtle import writer

PAGE = "ontology.html"
DOCUMENTED = tuple(Messages("release").text("ontology").by_language())
"""The languages in which a release documents the ontology."""
_ONTOLOGY = Messages("ontology")


class OntologyWords:
    """How a page of the ontology says things in its language, and links its terms.

    A term in ``anchored`` stands on the page itself, any other is linked where it is published.
    """

    def __init__(
        self, language: Language, prefixes: Mapping[str, str], anchored: Iterable[str] = ()
    ) -> None:
        self.language = language
        self.prefixes = prefixes
        self.anchored = frozenset(anchored)

    def w(self, group: str, key: str, **values: object) -> str:
        """A message about the ontology: ``w("label", "domains")``."""
        return _ONTOLOGY.say(f"{group}.{key}", self.language, **values)

    def text(self, texts: Texts) -> Markup:
        """A text of the ontology, marked with its language where that is not the page's."""
        words, language = pick_text(texts, self.language)
        return piece("spoken")(words, "" if language == self.language else language)

    def short(self, iri: str) -> str:
        """An IRI with its prefix."""
        return writer.iri(iri, self.prefixes)

    def link(self, iri: str) -> Markup:
        """The short name of a term, linked."""
        if iri == ANY:
            return markup(escape(self.w("diagram", "any")))
        if iri in self.anchored:
            address = f"#{anchor(iri)}"
        elif iri.startswith(("http://", "https://")):
            address = iri
        else:
            address = ""
        return piece("term")(address, self.short(iri))

    def links(self, iris: Iterable[str]) -> Markup:
        """Several terms, linked."""
        return markup(", ".join(str(self.link(iri)) for iri in iris))

    def tallies(self, tallies: Iterable[Tally]) -> Markup:
        """Several terms, linked, each with how often it is used."""
        counted = []
        for tally in tallies:
            number = format_number(tally.number, self.language)
            counted.append(f"{self.link(tally.iri)} ({number})")
        return markup(", ".join(counted))


def ontology_values(ontology: Ontology, language: Language) -> dict[str, object]:
    """What the template of the ontology needs, inside a page or alone."""
    anchored = [term.iri for term in ontology.terms]
    anchored += [rule.iri for rule in ontology.constraints]
    for scheme in ontology.schemes:
        anchored += [scheme.iri, *(concept.iri for concept in scheme.concepts)]
    wording = OntologyWords(language, ontology.prefixes, anchored)
    facts = ontology.heading.facts
    return {
        "title": _ONTOLOGY.say("page.ontology", language),
        "language": language,
        "wording": wording,
        "w": wording.w,
        "ontology": ontology,
        "anchor": anchor,
        "heading_keys": [key for key in _ONTOLOGY.keys("heading.") if key in facts],
        "sections": {kind: ontology.of_kind(kind) for kind in TERM_KINDS},
        "below": _instances_below(ontology),
        "diagram": markup(draw_ontology(ontology, language).svg()),
        "relations": ontology.relations(),
        "said": [rule for rule in ontology.constraints if rule.messages],
        "silent": [rule for rule in ontology.constraints if not rule.messages],
    }


def _instances_below(ontology: Ontology) -> Mapping[str, int]:
    """How many instances the classes below each topmost class have; of other classes it is none."""
    numbers = {term.iri: term.number for term in ontology.terms}
    below = dict.fromkeys(numbers, 0)
    for iri, top in ontology.tops().items():
        if iri != top:
            below[top] += numbers[iri]
    return below


def documentation(project: Project, store: Store) -> Mapping[str, bytes]:
    """The files of the ontology's documentation by path, for a release without pages.

    They stand where its pages would tell the ontology: ``fr/ontology.html``.
    """
    ontology = read_ontology(project, store)
    files = {"ontology/ontology.css": read_text(Path(__file__).with_name("ontology.css")).encode()}
    for language in DOCUMENTED:
        languages = {tag: format_of("name", tag) for tag in DOCUMENTED if tag != language}
        values = {**ontology_values(ontology, language), "others": languages}
        files[f"{language}/{PAGE}"] = render("ontology-alone.html", values).encode()
        files[f"{language}/classes.svg"] = draw_ontology(ontology, language, PAGE).svg().encode()
    return files


def _ontology(context: PageContext) -> Ontology:
    graph = context.graph
    return context.site_context.cached(
        "ontology", lambda: read_ontology(graph.project, graph.store)
    )


def _page_values(context: PageContext) -> Values:
    return ontology_values(_ontology(context), context.request.language)


def _diagram_svg(context: PageContext) -> str:
    return draw_ontology(_ontology(context), context.request.language, PAGE).svg()


PAGES = (View("ontology", _page_values, section="data", below=1),)
FILES = (File("classes", "svg", SVG, _diagram_svg),)
