"""A report in a folder: built beside it first, then put in place file by file; nothing is left half-written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.message import told
from pan2kg.project import reason
from pan2kg.report.blocks import PlanReport
from pan2kg.report.html import write_page
from pan2kg.report.markdown import picture_file, write_text


def files_of(report: PlanReport) -> dict[str, str]:
    """What a report consists of, by the name of the file: the page, the text, the pictures beside the text."""
    pictures = {picture_file(report, drawn): drawn.plain for drawn in report.pictures()}
    return {
        f"report.{report.language}.html": write_page(report),
        f"report.{report.language}.md": write_text(report),
    } | pictures


def write_files(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files into a folder, which is made where it is missing: all of them are written before one is put in place.

    Raises:
        ProjectError: the folder cannot be made or written, a file is in the way, or the disk is full.
    """
    missing = next((one for one in (folder, *folder.parents) if one.parent.is_dir()), folder)
    new = not missing.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _put(folder, files)
    except FileExistsError as error:
        raise ProjectError(
            "report-file-in-way", place=Place(str(error.filename or folder)), remedy="name-a-folder"
        ) from None
    except OSError as error:
        if new:
            shutil.rmtree(missing, ignore_errors=True)
        raise ProjectError(
            "cannot-write-report",
            place=Place(str(error.filename2 or error.filename or folder)),
            remedy="make-room",
            reason=reason(error),
        ) from None


def _put(folder: Path, files: Mapping[str, str]) -> list[Path]:
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(21, str(told("folder-in-way")), str(folder / name))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".pan2kg-") as made:
        work = Path(made)
        for name, text in files.items():
            with (work / name).open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for name in files:
            (work / name).replace(folder / name)
    return [folder / name for name in files]
