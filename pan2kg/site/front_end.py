"""The bundle of the front end: scripts and a style sheet that the build makes of ``web/``.

Pages link its files, services and exports carry them. Pages work without it, only plainer.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import error_message
from pan2kg.project import BUNDLE_RECORD, BUNDLES

HOW_TO_BUILD = error_message("build-front-end")


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """The front end as it was built: its folder, and the names of the files there by those in the sources."""

    folder: Path
    names: Mapping[str, str]

    def name(self, logical: str) -> str:
        """The name of the file that was built of a source, such as ``main.js``.

        Raises:
            ProjectError: none was built of it.
        """
        try:
            return self.names[logical]
        except KeyError:
            raise ProjectError(
                "no-front-end-part",
                place=Place(str(self.folder)),
                remedy=HOW_TO_BUILD,
                logical=logical,
            ) from None

    def files(self) -> Mapping[str, Path]:
        """Where each file is, by its name."""
        return {name: self.folder / name for name in sorted(self.names.values())}


def find_bundle() -> Bundle | None:
    """The bundle that was installed, else the one a clone has built; None where there is none."""
    for folder in BUNDLES:
        bundle = read_bundle(folder)
        if bundle:
            return bundle
    return None


def read_bundle(folder: Path) -> Bundle | None:
    """The bundle in a folder; None where it is not whole.

    >>> read_bundle(Path("nowhere")) is None
    True
    """
    try:
        record = json.loads((folder / BUNDLE_RECORD).read_text(encoding="utf-8"))
        names: dict[str, str] = record["files"]
    except (OSError, ValueError, KeyError):
        return None
    bundle = Bundle(folder, names)
    return bundle if all(path.is_file() for path in bundle.files().values()) else None
