"""Starting a project of one's own: the same ontology, shapes and questions, and an empty graph."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, copies, reason, write_atomically

README = """\
# A graph of national plans

Made with pan2kg. `ontology/` says what the words mean, `queries/` what can be asked, `graph/` what is
known. You edit `graph/`; the rest is the copy this project started from, and yours to change.

1. Save the list of actions of a published plan as text and draft it:
   `pan2kg draft plan.txt --plan be-bhr-1 -o graph/plans/be-bhr-1.ttl`
   (the key is country, subject and number of the edition; the file lands in `graph/plans/`).
2. Complete the draft: bodies, instruments, dates, each with its source.
3. `pan2kg check` says what is missing or contradictory, with file and line.
4. `pan2kg ask --list` shows what the graph can answer.
"""


def start(folder: Path) -> Iterator[str]:
    """Write an empty project into ``folder`` and yield what to do next, line by line.

    Raises:
        ProjectError: the folder holds something already, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(
            "Something is there already.", place=Place(str(folder)), remedy="Name a new or an empty folder."
        )
    shipped = Project.packaged()
    work = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".pan2kg-"))
        _fill(work, shipped)
        work.chmod(0o755)
        work.replace(folder)
    except OSError as error:
        raise ProjectError(f"Cannot write there ({reason(error)}).", place=Place(str(folder))) from None
    finally:
        if work:
            shutil.rmtree(work, ignore_errors=True)
    yield f"An empty project stands in {folder}."
    yield f"Next: pan2kg draft plan.txt --plan be-bhr-1 -o {folder}/graph/plans/be-bhr-1.ttl"


def _fill(folder: Path, shipped: Project) -> None:
    (folder / "graph" / "plans").mkdir(parents=True)
    for name in ("ontology", "queries"):
        for source, target in copies(shipped.root / name, folder / name):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, source.read_bytes())
    write_atomically(folder / "README.md", README)
