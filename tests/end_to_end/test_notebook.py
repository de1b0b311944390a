"""The notebook of the documentation, executed as a reader would: each cell in a kernel of its own."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "docs" / "three-questions.ipynb"


def shown(notebook: nbformat.NotebookNode) -> list[list[str]]:
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [
        sorted(form for one in cell.outputs for form in one.get("data", {"stream": ""}))
        for cell in cells
    ]


def test_each_cell_runs_and_shows_what_it_showed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    before = shown(notebook)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    assert shown(notebook) == before
    assert [forms for forms in before if "image/svg+xml" in forms] == [
        ["image/svg+xml", "text/plain"]
    ] * 2
