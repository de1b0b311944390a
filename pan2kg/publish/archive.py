"""The static site as one file, to be unzipped and opened without a server."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Final

from pan2kg.publish.folder import walk

SITE: Final = "site"
PATH: Final = "site.zip"
_LEVEL: Final = 4
"""How hard to compress: 6 takes half as long again for 4 % less."""


def pack(folder: Path, day: date) -> bool:
    """Pack the site of a release; every entry has the release's day, so that the bytes depend on the content alone.

    Returns:
        Whether there is a site.

    Raises:
        OSError: it cannot be read or written.
    """
    if not (folder / SITE).is_dir():
        return False
    with zipfile.ZipFile(folder / PATH, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in walk(folder / SITE):
            entry = zipfile.ZipInfo(path, (day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, (folder / SITE / path).read_bytes(), compresslevel=_LEVEL)
    return True
