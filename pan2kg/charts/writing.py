"""Writing a picture to a file: SVG, PNG, PDF, or its table as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from pan2kg.charts.frame_frame import Picture
from pan2kg.charts.raster import render
from pan2kg.errors import FormatError, Place
from pan2kg.project import write_atomically
from pan2kg.store.store import Table, plain

SUFFIXES: Final = (".svg", ".png", ".pdf", ".csv")


def write_picture(picture: Picture, path: str | Path) -> None:
    """Write a picture in the format its file's suffix names: .svg, .png, .pdf, or .csv for the table.

    Raises:
        FormatError: another suffix; or PNG or PDF without the extra « figures ».
        ProjectError: the file cannot be written.

    >>> write_picture(None, "matrix.gif")
    Traceback (most recent call last):
    pan2kg.errors.FormatError: matrix.gif: A picture cannot be written as « .gif ». Use .svg, .png, .pdf or .csv.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise FormatError(
            f"A picture cannot be written as « {suffix or target.name} ».",
            place=Place(str(path)),
            remedy="Use .svg, .png, .pdf or .csv.",
        )
    write_atomically(target, picture_bytes(picture, suffix))


def picture_bytes(picture: Picture, suffix: str) -> bytes:
    """The content of the file, for those who send it instead of writing it.

    Raises:
        FormatError: PNG or PDF without the extra « figures ».
    """
    if suffix == ".png":
        return render(picture.drawing, "png")
    if suffix == ".pdf":
        return render(picture.drawing, "pdf")
    return (picture.svg if suffix == ".svg" else write_csv(picture.table)).encode("utf-8", "replace")


def write_csv(table: Table) -> str:
    r"""A table as CSV text with a line of column names, an empty cell where there is no value.

    >>> write_csv(Table(("plan", "linked"), ()))
    'plan,linked\n'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([plain(term) for term in row] for row in table.rows)
    return out.getvalue()
