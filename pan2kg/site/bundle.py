"""The front end's bundle: scripts and a style sheet under names with their hashes, made from ``web/`` by the build.

In a wheel it lies beside the package's data, in a clone in ``web/dist``. Pages work without it, only plainer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.message import told
from pan2kg.project import PACKAGE

HOW_TO_BUILD: Final = told("build-front-end")
"""What to tell a user where ``find_bundle`` gives nothing."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the build made: a folder, and the file of each logical name.

    >>> Bundle(Path("dist"), {"main.js": "main-0123456789.js"}).name("main.js")
    'main-0123456789.js'
    """

    folder: Path
    names: Mapping[str, str]

    def name(self, logical: str) -> str:
        """The file name, with its hash, of a part such as ``main.js`` or ``site.css``.

        Raises:
            ProjectError: the bundle has no such part.
        """
        try:
            return self.names[logical]
        except KeyError:
            raise ProjectError(
                "no-front-end-part", place=Place(str(self.folder)), remedy=HOW_TO_BUILD, logical=logical
            ) from None

    def files(self) -> Mapping[str, Path]:
        """Every file of the bundle by its name with the hash, as ``assets/`` holds them.

        >>> {name: path.as_posix() for name, path in Bundle(Path("dist"), {"site.css": "site-ab.css"}).files().items()}
        {'site-ab.css': 'dist/site-ab.css'}
        """
        return {name: self.folder / name for name in sorted(self.names.values())}


def find_bundle() -> Bundle | None:
    """The bundle shipped with the package, or made in the clone it runs from; None where it was not built.

    >>> bundle = find_bundle()
    >>> bundle is None or bundle.name("site.css").endswith(".css")
    True
    """
    for folder in (PACKAGE / "data" / "web", PACKAGE.parent / "web" / "dist"):
        bundle = read_bundle(folder)
        if bundle:
            return bundle
    return None


def read_bundle(folder: Path) -> Bundle | None:
    """The bundle in ``folder``; None where there is none, or only a part of one.

    >>> read_bundle(Path("nowhere")) is None
    True
    """
    try:
        names: dict[str, str] = json.loads((folder / "build.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return None
    bundle = Bundle(folder, names)
    return bundle if all(path.is_file() for path in bundle.files().values()) else None
