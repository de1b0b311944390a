"""Bad input at the command line: each one sentence with its remedy, exit code 2, and nothing written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.extract.test_damage import SECOND, spoilt
from tests.extract.test_pdf import LOCKED, PICTURE, RIGHT_TO_LEFT, WORDS, column, pdf


def packed(content: bytes) -> bytes:
    """A Word file that holds this."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", content)
    return target.getvalue()


MIXED = """<html><p>Le Gouvernement prendra les mesures suivantes pour la mise en œuvre du plan et de son suivi.</p>
<p>Die Regierung wird dem Parlament im Laufe des Jahres über den Fortschritt dieser Maßnahmen berichten.</p>
<p>The Government will report on the progress of these measures to the Parliament in the year.</p></html>"""
TURNED = "BT /F 10 Tf 0 1 -1 0 30 100 Tm (turned) Tj ET"
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "locked.pdf": (LOCKED.read_bytes, "locked with a password. Write it into a file and name that: --password-file F."),
    "scanned.pdf": (lambda: pdf(PICTURE), "The pages are pictures without text. Recognise the text first"),
    "damaged.pdf": (lambda: spoilt(SECOND), "2 of its 3 pages could be read (1, 3), the others not. Open it"),
    "many.pdf": (lambda: pdf(*["BT ET"] * 2001), "2,001 pages; at most 2,000 are read at once. Name those of the plan"),
    "bomb.docx": (lambda: packed(bytes(210 << 20)), "unpacks to 220 MB; at most 200 MB are read. Give the part"),
    "entities.docx": (lambda: packed(b'<!DOCTYPE x [<!ENTITY a "a">]><x/>'), "has a document type (DTD), which is not"),
    "old.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Save it as docx, odt or xlsx."),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_nothing_is_written(cli: Cli, tmp_path: Path, name: str) -> None:
    make, said = BAD[name]
    (tmp_path / name).write_bytes(make())
    done = cli("read", str(tmp_path / name), "-o", str(tmp_path / "out.json"), "--language", "en")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert said in done.stderr
    assert not (tmp_path / "out.json").exists()


def test_a_text_without_actions_is_not_drafted(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text("Un texte qui court sans aucune liste. " * 20, encoding="utf-8")
    draft = tmp_path / "plan.ttl"
    done = cli("draft", str(tmp_path / "plan.txt"), "--plan", "lu-energie-1", "-o", str(draft), "--language", "en")
    assert (done.returncode, len(done.stderr.splitlines()), draft.exists()) == (2, 1, False)
    assert "no numbered items were found. Give the list of actions" in done.stderr


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("plan.pdf", lambda: pdf(f"{column(50, 700, [WORDS])}\n{TURNED}"), "turned or runs downwards"),
        ("plan.html", lambda: MIXED.encode(), "several languages (de, fr, en); the language stands with each block"),
        ("plan.pdf", RIGHT_TO_LEFT.read_bytes, "runs from right to left; look at the order of the words"),
    ],
    ids=["turned", "languages", "right-to-left"],
)
def test_what_is_read_with_a_doubt_is_said(
    cli: Cli, tmp_path: Path, name: str, data: Callable[[], bytes], said: str
) -> None:
    (tmp_path / name).write_bytes(data())
    done = cli("read", str(tmp_path / name), "--language", "en")
    assert done.returncode == 0
    assert said in done.stdout
