"""The files of a release that the catalogue offers for download, with what they are called and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pan2kg.i18n.catalogue import Text
from pan2kg.publish import folder as archive
from pan2kg.publish.catalogue.authority import forms
from pan2kg.publish.catalogue.description import Distribution
from pan2kg.publish.catalogue.terms import RELEASE
from pan2kg.publish.csvw import FOLDER
from pan2kg.publish.dump import DUMP_DERIVED, STATED
from pan2kg.publish.folder import measure
from pan2kg.publish.tables import plans

_NAMES: Final = {STATED: "graph", DUMP_DERIVED: "derived"}


def distributions(folder: Path, dumps: list[str]) -> Iterator[Distribution]:
    """What the catalogue offers of the data: dumps and tables, each measured.

    Raises:
        OSError: a file cannot be read.
    """
    for path in dumps:
        yield _dump(folder, path)
    for plan in plans():
        path = f"{FOLDER}/{plan.name}.csv"
        about = RELEASE.known("offer.table", name=plan.name)
        yield _measured(folder, path, "csv", f"table-{plan.name}", (plan.title, about))


def site_distributions(folder: Path) -> Iterator[Distribution]:
    """The site as the catalogue offers it, where there is one.

    Raises:
        OSError: the file cannot be read.
    """
    if (folder / archive.PATH).is_file():
        texts = RELEASE.known("offer.site"), RELEASE.known("offer.site-about")
        yield _measured(folder, archive.PATH, "zip", "site", texts)


def _dump(folder: Path, path: str) -> Distribution:
    name, ending, *packed = path.split(".")
    called, form = f"offer.{_NAMES[name]}", forms()[ending].name
    title = RELEASE.known("offer.packed" if packed else "offer.plain", title=RELEASE.known(called), form=form)
    about = RELEASE.known(f"{called}-about")
    if ending in ("trig", "nq"):
        about = RELEASE.known("offer.named", about=about)
    key = "-".join([name.rpartition("/")[2].replace("pan2kg", "dump"), ending, *packed])
    return _measured(folder, path, ending, key, (title, about))


def _measured(folder: Path, path: str, form: str, key: str, texts: tuple[Text, Text]) -> Distribution:
    found = measure(folder / path)
    return Distribution(key, path, form, found.size, found.sha512, *texts)
