"""Pages made for the tests, each with one element, as a site that is served and as a folder opened from disk."""

from __future__ import annotations

import base64
import gzip
import html
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from pan2kg.site.page import HOW_TO_BUILD, Bundle, find_bundle, page_words
from tests.browser.chromium import Handler, serve
from tests.conftest import lack

SCRIPTS: Final = ("sparql", "network", "picture")
"""The groups of words a page hands over besides those every page has."""
PAN: Final = "https://w3id.org/pan2kg/"
QUADS: Final = f"""\
<{PAN}id/plan/one> <http://www.w3.org/2004/02/skos/core#prefLabel> "Plan un"@fr <{PAN}graph/a> .
<{PAN}id/plan/one> <http://www.w3.org/2004/02/skos/core#prefLabel> "Plan one"@en <{PAN}graph/a> .
<{PAN}id/plan/one> <http://purl.org/dc/terms/identifier> "one" <{PAN}graph/a> .
<{PAN}id/plan/two> <http://www.w3.org/2004/02/skos/core#prefLabel> "Plan deux"@fr <{PAN}graph/b> .
<{PAN}id/plan/two> <http://purl.org/dc/terms/identifier> "two" <{PAN}graph/b> .
<{PAN}id/plan/one> <{PAN}ontology#cites> <{PAN}id/plan/two> <{PAN}graph/b> .
<{PAN}id/plan/one> <{PAN}ontology#weight> "3"^^<http://www.w3.org/2001/XMLSchema#integer> <{PAN}graph/a> .
<{PAN}id/plan/two> <{PAN}ontology#weight> "5"^^<http://www.w3.org/2001/XMLSchema#integer> <{PAN}graph/b> .
"""
LABELS: Final = [
    {"href": "body/etat.html", "type": "body", "labels": {"fr": "Ministère de l’État", "en": "Ministry of State"}},
    {"href": "plan/one.html", "type": "plan", "labels": {"en": "Plan one"}},
    {"href": "action/a.html", "type": "action", "notation": "4.3", "labels": {"en": "Élan for minerals"}},
]


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """The bundle the build made."""
    found = find_bundle()
    if not found:
        lack(str(HOW_TO_BUILD))
    return found


class Site:
    """A folder with the bundle's files and the pages a test writes; the address of a page, served or on disk."""

    def __init__(self, folder: Path, served: str, bundle: Bundle) -> None:
        self.folder, self.served, self.bundle = folder, served, bundle

    def page(self, name: str, body: str, *, mode: str = "static", language: str = "en", words: str = "") -> str:
        """Write a page and give its address on the server; it hands over the words of the catalogue, or these."""
        path = self.folder / language / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        root = "../" * (1 + name.count("/"))
        said = words or page_words(language, SCRIPTS)
        path.write_text(
            f'<!DOCTYPE html>\n<html lang="{language}" data-root="{root}" data-mode="{mode}">'
            f'<head><meta charset="utf-8">'
            f'<title>{name}</title><meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{root}assets/{self.bundle.name("site.css")}">'
            f'<script defer src="{root}assets/{self.bundle.name("main.js")}"></script></head>'
            f'<body><script type="application/json" id="page-words">{said}</script>'
            f'<main id="main"><h1>{name}</h1>{body}</main></body></html>\n',
            encoding="utf-8",
        )
        return f"{self.served}{language}/{name}.html"

    def on_disk(self, address: str) -> str:
        """The same page as it is opened from disk."""
        return (self.folder / address.removeprefix(self.served)).as_uri()


def embedded(kind: str, value: object) -> str:
    """A value in a script element, as the pages have it."""
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" class="{kind}">{text}</script>'


def attribute(text: str) -> str:
    """Text as it stands in an attribute."""
    return html.escape(text, quote=True)


class _Answering(Handler):
    """Files, and an endpoint that answers one row, breaks off or refuses, as the query asks."""

    def do_POST(self) -> None:  # noqa: N802
        query = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        status, media, text = _answer(query, self.headers["Accept-Language"])
        data = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:  # noqa: N802
        if self.path.startswith("/search.json"):
            found = [{"href": "plan/one.html", "label": "Plan un", "lang": "fr", "typeLabel": "plan"}]
            data = json.dumps(found).encode("utf-8")
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        else:
            super().do_GET()


def _answer(query: str, language: str) -> tuple[int, str, str]:
    if "broken" in query:
        problem = {
            "title": "Bad Request",
            "status": 400,
            "detail": f"The query is not SPARQL at line 1, column 8: expected a variable. ({language})",
            "line": 1,
            "column": 8,
        }
        return 400, "application/problem+json", json.dumps(problem)
    results = '{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "served"}}'
    return 200, "application/sparql-results+json", results + ("" if "cut" in query else "]}}")


@pytest.fixture(scope="session")
def site(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site all tests write their pages into."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "assets").mkdir()
    (folder / "data").mkdir()
    for name, path in bundle.files().items():
        shutil.copy(path, folder / "assets" / name)
    packed = base64.b64encode(gzip.compress(QUADS.encode("utf-8"), mtime=0)).decode("ascii")
    (folder / "data" / "graph.js").write_text(f'pan2kgGraph("{packed}");\n', encoding="utf-8")
    (folder / "data" / "labels.js").write_text(f"pan2kgLabels({json.dumps(LABELS)});\n", encoding="utf-8")
    with serve(folder, _Answering) as address:
        yield Site(folder, address, bundle)
