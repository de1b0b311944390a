"""The files of a release that the catalogue offers for download, with what they are called and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pan2kg.i18n.text import Text
from pan2kg.publish import folder as archive
from pan2kg.publish.catalogue.authority import forms
from pan2kg.publish.catalogue.description import Distribution
from pan2kg.publish.csvw import FOLDER
from pan2kg.publish.dump import DUMP_DERIVED, STATED
from pan2kg.publish.folder import measure
from pan2kg.publish.tables import plans

_ABOUT: Final = {
    STATED: (
        Text("Le graphe", "The graph"),
        Text(
            "Tout ce que des sources énoncent, avec l’ontologie et ses listes ; les liens calculés sont à part.",
            "All that sources state, with the ontology and its schemes; computed links are apart.",
        ),
    ),
    DUMP_DERIVED: (
        Text("Les liens calculés", "The computed links"),
        Text(
            "Ce que des règles déduisent du graphe : liens entre actions et plans, libellés de repli, dates reportées.",
            "What rules derive from the graph: links between actions and plans, fallback labels, dates carried over.",
        ),
    ),
}
_NAMED: Final = Text(" Chaque énoncé garde son graphe nommé.", " Each statement keeps its named graph.")
_PACKED: Final = Text(" (comprimé)", " (compressed)")
_TABLE: Final = Text(
    "Table en CSV (UTF-8), égale au graphe ; une ligne par élément, décrite par {name}.csv-metadata.json (CSVW).",
    "Table in CSV (UTF-8), equal to the graph; a row a thing, described by {name}.csv-metadata.json (CSVW).",
)
_SITE: Final = (
    Text("Le site à consulter sans serveur", "The site, to be read without a server"),
    Text(
        "Toutes les pages, la recherche et les requêtes comprises : à décompresser et à ouvrir dans un navigateur.",
        "All pages with search and queries: unzip it and open it in a browser.",
    ),
)


def distributions(folder: Path, dumps: list[str]) -> Iterator[Distribution]:
    """What the catalogue offers of the data: dumps and tables, each measured.

    Raises:
        OSError: a file cannot be read.
    """
    for path in dumps:
        yield _dump(folder, path)
    for plan in plans():
        path = f"{FOLDER}/{plan.name}.csv"
        about = _TABLE.fill(name=plan.name)
        yield _measured(folder, path, "csv", f"table-{plan.name}", (plan.title, about))


def site_distributions(folder: Path) -> Iterator[Distribution]:
    """The site as the catalogue offers it, where there is one.

    Raises:
        OSError: the file cannot be read.
    """
    if (folder / archive.PATH).is_file():
        yield _measured(folder, archive.PATH, "zip", "site", _SITE)


def _dump(folder: Path, path: str) -> Distribution:
    name, ending, *packed = path.split(".")
    title, about = _ABOUT[name]
    form = forms()[ending]
    after = _PACKED if packed else Text("", "")
    named = _NAMED if ending in ("trig", "nq") else Text("", "")
    key = "-".join([name.rpartition("/")[2].replace("pan2kg", "dump"), ending, *packed])
    called = Text(f"{title.fr} en {form.fr}{after.fr}", f"{title.en} in {form.en}{after.en}")
    return _measured(folder, path, ending, key, (called, Text(about.fr + named.fr, about.en + named.en)))


def _measured(folder: Path, path: str, form: str, key: str, texts: tuple[Text, Text]) -> Distribution:
    found = measure(folder / path)
    return Distribution(key, path, form, found.size, found.sha512, *texts)
