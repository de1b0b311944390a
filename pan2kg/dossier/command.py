"""What ``pan2kg report`` calls: a project's graph read, the dossier composed, its files written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.dossier.compose import compose
from pan2kg.dossier.writing import files_of, write_files
from pan2kg.exhibits.material import Material
from pan2kg.rule import derive
from pan2kg.store import open_store

if TYPE_CHECKING:
    from datetime import date

    from pan2kg.project import Project
    from pan2kg.wording import Language


def report(project: Project, folder: Path, *, language: Language, as_of: date, plan: str = "") -> list[Path]:
    """Write the report on a plan into a folder; the files written.

    Raises:
        QueryError: an unknown plan, or none is named and the graph has no PAN 2.
        ProjectError: the graph holds no action; or the folder cannot be written.
    """
    material = Material(open_store(project, derive), language, as_of)
    return write_files(folder, files_of(compose(material, plan)))
