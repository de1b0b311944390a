"""The folder ``work/`` of a project: what was read of each plan's document and what it suggests, not for others.

Full texts and suggestions are no part of the graph: git and ``publish`` leave them out, and they are made anew from the
document, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pan2kg.errors import ProjectError
from pan2kg.extract.document import Document, load_document, to_json
from pan2kg.extract.names import Mention
from pan2kg.i18n.message import pack
from pan2kg.project import PACKAGE, Project, write_atomically
from pan2kg.review.candidates import Candidate
from pan2kg.review.proposals import FILE, WORK

DOCUMENT: Final = "document.json"
MENTIONS: Final = "mentions.jsonl"


def work_folder(project: Project, plan: str) -> Path:
    """The folder of what was read of a plan, given by key.

    Raises:
        ProjectError: there are no files to write to: the project is a release or comes with the program.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    return project.root / WORK / plan


def read_kept(project: Project, plan: str) -> Document:
    """The document of a plan as it was read.

    Raises:
        ProjectError: none was read yet.
        OutlineError: it was read by other readers.
    """
    path = project.root / WORK / plan / DOCUMENT
    if not path.is_file():
        raise ProjectError("no-document-of-plan", remedy="propose-from-file", plan=plan)
    return load_document(path)


def keep(
    project: Project, plan: str, document: Document, mentions: Sequence[Mention], candidates: Sequence[Candidate]
) -> Path:
    """Write what was read, found and proposed into the folder of a plan; that folder.

    Raises:
        ProjectError: there are no files to write to, or they cannot be written.
    """
    folder = work_folder(project, plan)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / DOCUMENT, to_json(document))
    write_atomically(folder / MENTIONS, "".join(f"{line_of(one)}\n" for one in mentions))
    write_atomically(folder / FILE, "".join(f"{_line(one)}\n" for one in candidates))
    return folder


def line_of(mention: Mention) -> str:
    """A mention as a line of JSON."""
    return json.dumps(asdict(mention), ensure_ascii=False)


def _line(candidate: Candidate) -> str:
    written = asdict(candidate) | {
        "reason": pack(candidate.reason),
        "remarks": [pack(one) for one in candidate.remarks],
    }
    return json.dumps(written, ensure_ascii=False)
