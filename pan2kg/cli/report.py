"""What ``pan2kg report`` calls: a project's graph read, the dossier composed, its files written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.report.compose import compose
from pan2kg.report.writing import files_of, write_files
from pan2kg.store.rules import derive
from pan2kg.store.store import open_store
from pan2kg.tables.material import Material

if TYPE_CHECKING:
    from datetime import date

    from pan2kg.i18n.text import Language
    from pan2kg.project import Project


def report(project: Project, folder: Path, *, language: Language, as_of: date, plan: str = "") -> list[Path]:
    """Write the report on a plan into a folder; the files written.

    Raises:
        QueryError: an unknown plan, or none is named and the graph has no PAN 2.
        ProjectError: the graph holds no action; or the folder cannot be written.
    """
    material = Material(open_store(project, derive), language, as_of)
    return write_files(folder, files_of(compose(material, plan)))
