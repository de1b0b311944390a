"""What another validator of CSV on the Web says of the tables of a release, fetched as a client fetches them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

import csvw
import pytest

LARGE = 130_000
"""Bytes."""
HEAD = '"@language": "fr"'


class Quiet(SimpleHTTPRequestHandler):
    """Answers, and tells nobody."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """The address of a folder; the server ends with the context."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def complaints(address: str) -> list[str]:
    """What the validator says against metadata and the tables they describe; a refusal to read them included."""
    try:
        read = csvw.CSVW(address, validate=True)
        return [] if read.is_valid else [str(one.message) for one in read.warnings]
    except ValueError as error:
        return [str(error)]


def test_tables_of_a_release_are_valid_with_what_they_refer_to(folder: Path, tmp_path: Path) -> None:
    """The tables this slow validator reads in a moment, as one group; each file of metadata has its own test."""
    group = json.loads((folder / "tables" / "csv-metadata.json").read_text(encoding="utf-8"))
    group["tables"] = [table for table in group["tables"] if (folder / "tables" / table["url"]).stat().st_size < LARGE]
    names = {table["url"] for table in group["tables"]}
    assert len(names) > 10
    for table in group["tables"]:
        (tmp_path / table["url"]).write_bytes((folder / "tables" / table["url"]).read_bytes())
        keys = table["tableSchema"].get("foreignKeys", [])
        table["tableSchema"]["foreignKeys"] = [key for key in keys if key["reference"]["resource"] in names]
    assert any(table["tableSchema"]["foreignKeys"] for table in group["tables"])
    (tmp_path / "csv-metadata.json").write_text(json.dumps(group), encoding="utf-8")
    with served(tmp_path) as address:
        assert complaints(address + "csv-metadata.json") == []


def test_each_file_of_metadata_is_valid_by_itself(folder: Path, tmp_path: Path) -> None:
    """With the first rows of its table."""
    names = sorted(path.name for path in (folder / "tables").glob("*.csv-metadata.json"))
    assert len(names) > 20
    for name in names:
        table = name.removesuffix("-metadata.json")
        (tmp_path / name).write_bytes((folder / "tables" / name).read_bytes())
        with (folder / "tables" / table).open("rb") as rows:
            (tmp_path / table).write_bytes(b"".join(islice(rows, 20)))
    with served(tmp_path) as address:
        assert {name: found for name in names if (found := complaints(address + name))} == {}


@pytest.mark.parametrize("fault", ["language", "key"])
def test_the_validator_sees_what_is_wrong(folder: Path, tmp_path: Path, fault: str) -> None:
    rows, described = ((folder / "tables" / f"reviews.csv{end}").read_text("utf-8") for end in ("", "-metadata.json"))
    if fault == "language":
        assert HEAD in described
        described = described.replace(HEAD, HEAD.replace("@", ""))
    else:
        rows += rows.splitlines(keepends=True)[-1]
    (tmp_path / "reviews.csv").write_text(rows, encoding="utf-8", newline="")
    (tmp_path / "reviews.csv-metadata.json").write_text(described, encoding="utf-8")
    with served(tmp_path) as address:
        assert complaints(address + "reviews.csv-metadata.json")
