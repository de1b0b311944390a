"""A language nobody speaks, made from the English catalogue: what is not in it was written past the catalogues."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Collection, Mapping
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import CATALOGUES, FOLDER_VARIABLE
from pan2kg.i18n.po import TERMS, parse_po

ROOT: Final = Path(__file__).resolve().parents[2]
CHILD: Final = Path(__file__).with_name("speak_another_language.py")
TAG: Final = "qq"
LETTERS: Final = str.maketrans("aeiouyAEIOUYcnsz", "àéîöûýÀÉÎÖÛÝçñšž")
KEPT: Final = re.compile(r"(\{[^}]*\}|%\(\w+\)[sr]|%[sr]|\[[^\]]*\]\([^)]*\)|`[^`]*`|\|)")
PLAIN: Final = ("format", "tongue")
HEADER: Final = (
    f'msgid ""\nmsgstr ""\n"Language: {TAG}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=n != 1;\\n"\n"X-Order: 9\\n"\n\n'
)
# what is called so in every language
NAMES: Final = frozenset(
    ("pan2kg", "JSON", "CSV", "SVG", "SPARQL", "IRI", "true", "false", "XLSX", "N-Quads", "gzip")
)
VOID: Final = frozenset(("area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"))
UNSPOKEN: Final = frozenset(("script", "style", "code", "pre", "textarea"))
PARTS: Final = re.compile(r"[\0,;:()«»…–·↔→↺▸]+|(?<=\d) (?=⟦)")


class Words(HTMLParser):
    """The words of a page that a reader sees or hears, those in the language of the page."""

    def __init__(self, page: str, without: Collection[str] = UNSPOKEN) -> None:
        super().__init__()
        self.without = without
        self.open = list[bool]()
        self.words = list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        is_other = tag in self.without or attributes.get("lang", TAG) != TAG
        if not is_other and not any(self.open):
            spoken = map(attributes.get, ("title", "aria-label", "placeholder", "alt"))
            self.words += [words for words in spoken if words]
        self.open += [is_other] * (tag not in VOID)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words += [data] * (not any(self.open))


def outside(words: str) -> str:
    """What stands outside the brackets of the made language; a nought character takes the place of what is inside."""
    bare = words
    count = 1
    while count:
        bare, count = re.subn(r"⟦[^⟦⟧]*⟧", "\0", bare)
    return " ".join(bare.split())


@pytest.fixture(scope="module")
def spoken(few: Graph, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("language")
    prepared = Catalog(charset="utf-8")
    target = BytesIO()

    def put(words: str) -> str:
        parts = KEPT.split(words)
        return f"⟦{''.join(part if KEPT.fullmatch(part) else part.translate(LETTERS) for part in parts)}⟧"

    for context, key, plural, forms in parse_po(CATALOGUES["en"].read_bytes()):
        if context != TERMS:
            is_plain = context in PLAIN and not key.startswith("month.")
            words = forms if is_plain else tuple(map(put, forms))
            prepared.add(
                (key, plural) if plural else key, words if plural else words[0], context=context
            )
    write_po(target, prepared, omit_header=True)
    (folder / f"{TAG}.po").write_text(HEADER + target.getvalue().decode(), encoding="utf-8")
    env = {**os.environ, FOLDER_VARIABLE: str(folder), "LC_ALL": TAG}
    command = [sys.executable, str(CHILD), str(folder), str(few.project.root)]
    subprocess.run(command, env=env, check=True, timeout=500, cwd=ROOT)
    texts: dict[str, str] = json.loads((folder / "spoken.json").read_text(encoding="utf-8"))
    return texts


@cache
def data() -> tuple[str, frozenset[str], frozenset[str]]:
    """The words of the data, its texts, and the numbers of its actions."""
    files = [
        *ROOT.glob("graph/**/*.ttl"),
        *ROOT.glob("ontology/**/*.ttl"),
        *ROOT.glob("queries/**/*.rq"),
    ]
    words = " ".join(
        " ".join(path.read_text("utf-8") for path in files).replace('\\"', '"').split()
    )
    literals = re.findall(r'"([^"]*)"', words)
    notations = re.findall(r'skos:notation "([^"]*)"', words)
    return words, frozenset(literals), frozenset(notations)


def is_foreign(bare: str) -> bool:
    if not re.search("[A-Za-z]{3}", bare) or bare in NAMES or bare.startswith("pan2kg "):
        return False
    words, literals, notations = data()
    apart = bare.split(" ")
    unnumbered = [
        " ".join(apart[at:])
        for at in range(1, min(4, len(apart)))
        if " ".join(apart[:at]) in notations
    ]
    address = bare.removeprefix("[").removesuffix("]")  # of a document whose title nobody saw
    readings = (bare, address, re.sub(r"^[\w.-]+ ", "", bare), *unnumbered)
    return literals.isdisjoint(readings) and not any(reading in words for reading in readings)


def test_every_kind_of_page_speaks_a_language_for_which_only_a_catalogue_was_made(
    spoken: Mapping[str, str],
) -> None:
    pages = {path: page for path, page in spoken.items() if path.endswith(".html")}
    assert len(pages) > 60
    assert all("⟦" in page for page in pages.values())
    pieces = {
        path: {
            piece.strip(" .%/\u00a0")
            for words in Words(page, without=(*UNSPOKEN, "svg")).words
            for piece in PARTS.split(outside(words))
        }
        for path, page in pages.items()
    }
    unknown = set(filter(is_foreign, set().union(*pieces.values())))
    left = {path: sorted(own & unknown) for path, own in pieces.items() if own & unknown}
    assert not left, f"bring these words into the catalogues: {left}"


def test_no_english_message_is_said_by_a_page_or_command_in_another_language(
    spoken: Mapping[str, str],
) -> None:
    assert {"ask", "coherence", "check", "help", "picture"} <= spoken.keys()
    assert all("⟦" in text for text in spoken.values())
    entries = parse_po(CATALOGUES["en"].read_bytes())
    forms = [
        form for context, _, _, words in entries if context not in (*PLAIN, TERMS) for form in words
    ]
    pieces = {
        " ".join(piece.split()).strip(" .:;,")
        for form in forms
        for piece in re.split(r"\{[^}]*\}|`[^`]*`", form)
    }
    english = [piece for piece in pieces if piece.count(" ") > 1 and piece not in data()[0]]
    for name, text in spoken.items():
        words = outside(" ".join(Words(text).words) if name.endswith(".html") else text)
        assert not [piece for piece in english if piece in words], name
