"""The catalogue of a release, ``catalogue.ttl`` in its folder, as it is read for a portal.

Properties are asked for by their prefixed names, as ``dcterms:title``; of a text in several
languages the first is that of our first language it is in.
"""

from pathlib import Path

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, TurtleError
from pan2kg.i18n import LANGUAGES
from pan2kg.project import reason
from pan2kg.publish.vocabulary import DCAT, OWL, SPDX
from pan2kg.turtle.vocabulary import DCTERMS, RDF, RDFS, SKOS

CATALOGUE = "catalogue.ttl"
_PREFIXES = {
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "locn": "http://www.w3.org/ns/locn#",
    "owl": OWL,
    "rdfs": RDFS,
    "skos": SKOS,
    "spdx": SPDX,
}


class PortalCatalogue:
    """What the catalogue of a release says of each subject, and its datasets.

    Raises:
        ProjectError: the folder is no release, or its catalogue cannot be read.
        TurtleError: the catalogue is not Turtle.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / CATALOGUE
        if not path.is_file():
            key = "no-release" if folder.is_dir() else "no-such-folder"
            place = Place(str(folder))
            raise ProjectError(key, place=place, remedy="make-release", catalogue=CATALOGUE)
        self.place = Place(str(path))
        self.datasets = list[str]()
        self._terms = dict[tuple[str, str], list[object]]()
        try:
            for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
                subject = str(quad.subject).strip("<>")
                predicate = quad.predicate.value
                if predicate == RDF + "type" and quad.object == ox.NamedNode(f"{DCAT}Dataset"):
                    self.datasets.append(subject)
                self._terms.setdefault((subject, predicate), []).append(quad.object)
        except SyntaxError as error:
            place = Place(str(path), error.lineno, error.offset)
            raise TurtleError("catalogue-no-turtle", place=place, remedy="publish-again") from None
        except OSError as error:
            raise self.fault("cannot-read-file", reason=reason(error)) from None

    def fault(
        self, key: str, /, *, remedy: str = "publish-again", **values: object
    ) -> ProjectError:
        """What is wrong with the catalogue, to be raised."""
        return ProjectError(key, place=self.place, remedy=remedy, **values)

    def all(self, subject: str, *names: str) -> list[str]:
        """What is said of a subject by these properties, one after the other, each text once."""
        texts = list[str]()
        for name in names:
            prefix, _, local = name.partition(":")
            terms = self._terms.get((subject, _PREFIXES[prefix] + local), ())
            texts += map(_text_of, sorted(terms, key=_language_rank))
        return list(dict.fromkeys(texts))

    def first(self, subject: str, *names: str) -> str:
        """The first text that is not empty; empty without."""
        return next(filter(None, self.all(subject, *names)), "")

    def needed(self, subject: str, name: str) -> str:
        """The first text, which a portal cannot do without; ProjectError where there is none."""
        text = self.first(subject, name)
        if not text:
            raise self.fault("unstated", property=name, subject=subject)
        return text


def _text_of(term: object) -> str:
    return term.value.strip() if isinstance(term, ox.Literal) else str(term).strip("<>")


def _language_rank(term: object) -> int:
    """The place of the language of a text among ours; behind them what has none, and last all other languages."""
    tags = (*LANGUAGES, "")
    tag = ""
    if isinstance(term, ox.Literal) and term.language:
        tag = term.language.partition("-")[0].lower()
    return tags.index(tag) if tag in tags else len(tags)
