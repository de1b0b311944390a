"""Pages made for the tests, each with one element, as a site that is served and as a folder opened from disk."""

import base64
import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from pan2kg.site.front_end import Bundle
from pan2kg.site.script_words import page_words
from tests.browser.chromium import Handler, serve

PAN: Final = "https://w3id.org/pan2kg/"
LABEL: Final = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
IDENTIFIER: Final = "<http://purl.org/dc/terms/identifier>"
QUADS: Final = f"""\
<{PAN}id/plan/one> {LABEL} "Plan un"@fr <{PAN}graph/a> .
<{PAN}id/plan/one> {LABEL} "Plan one"@en <{PAN}graph/a> .
<{PAN}id/plan/one> {IDENTIFIER} "one" <{PAN}graph/a> .
<{PAN}id/plan/two> {LABEL} "Plan deux"@fr <{PAN}graph/b> .
<{PAN}id/plan/two> {IDENTIFIER} "two" <{PAN}graph/b> .
<{PAN}id/plan/one> <{PAN}ontology#cites> <{PAN}id/plan/two> <{PAN}graph/b> .
<{PAN}id/plan/one> <{PAN}ontology#weight> "3"^^<http://www.w3.org/2001/XMLSchema#integer> <{PAN}graph/a> .
<{PAN}id/plan/two> <{PAN}ontology#weight> "5"^^<http://www.w3.org/2001/XMLSchema#integer> <{PAN}graph/b> .
"""
LABELS: Final = [
    {
        "href": "body/etat.html",
        "type": "body",
        "labels": {"fr": "Ministère de l’État", "en": "Ministry of State"},
    },
    {"href": "plan/one.html", "type": "plan", "labels": {"en": "Plan one"}},
    {
        "href": "action/a.html",
        "type": "action",
        "notation": "4.3",
        "labels": {"en": "Élan for minerals"},
    },
]


class Site:
    def __init__(self, folder: Path, served: str, bundle: Bundle) -> None:
        self.folder = folder
        self.served = served
        self.bundle = bundle

    def page(
        self, name: str, body: str, *, mode: str = "static", language: str = "en", words: str = ""
    ) -> str:
        path = self.folder / language / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        root = "../" * (1 + name.count("/"))
        said = f"window.pan2kgWords={words}".encode() if words else page_words(language)
        path.with_name(f"words-{path.stem}.js").write_bytes(said)
        path.write_text(
            f'<!DOCTYPE html>\n<html lang="{language}" data-root="{root}" data-mode="{mode}">'
            f'<head><meta charset="utf-8">'
            f'<title>{name}</title><meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{root}assets/{self.bundle.name("site.css")}">'
            f'<script defer src="words-{path.stem}.js"></script>'
            f'<script defer src="{root}assets/{self.bundle.name("main.js")}"></script></head>'
            f"<body>"
            f'<main id="main"><h1>{name}</h1>{body}</main></body></html>\n',
            encoding="utf-8",
        )
        return f"{self.served}{language}/{name}.html"

    def at(self, place: str, address: str) -> str:
        return (
            address
            if place == "served"
            else (self.folder / address.removeprefix(self.served)).as_uri()
        )


def embedded(kind: str, value: object) -> str:
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" class="{kind}">{text}</script>'


class _Answering(Handler):
    def do_POST(self) -> None:  # noqa: N802
        query = self.rfile.read(int(self.headers["Content-Length"]))
        rows = b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "served"}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.end_headers()
        self.wfile.write(rows + (b"" if b"cut" in query else b"]}}"))


@pytest.fixture(scope="session")
def site(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    for name in ("assets", "data"):
        (folder / name).mkdir()
    for name, path in bundle.files().items():
        shutil.copy(path, folder / "assets" / name)
    graph = ox.serialize(ox.parse(QUADS, format=ox.RdfFormat.N_QUADS), format=ox.RdfFormat.TRIG)
    packed = base64.b64encode(gzip.compress(graph or b"", mtime=0)).decode("ascii")
    (folder / "data" / "graph.js").write_text(f'pan2kgGraph("{packed}");\n', encoding="utf-8")
    (folder / "data" / "labels.js").write_text(
        f"pan2kgLabels({json.dumps(LABELS)});\n", encoding="utf-8"
    )
    with serve(folder, _Answering) as address:
        yield Site(folder, address, bundle)
