"""The command line speaks the language it is asked for: errors, help, and what argparse says of wrong use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pan2kg.cli.main import main
from pan2kg.i18n import process_language

if TYPE_CHECKING:
    from pathlib import Path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as left:
        raise SystemExit(main(words))
    assert left.value.code == 2
    return capsys.readouterr().err


def test_errors_wrong_use_and_help_are_said_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "C")
    nowhere = str(tmp_path / "none")
    sentences = {"fr": "Ce dossier n’existe pas.", "de": "Diesen Ordner gibt es nicht."}
    for language, sentence in sentences.items():
        assert sentence in said(capsys, "check", "--project", nowhere, "--language", language)
    assert process_language() == "en"
    file = tmp_path / "plan.txt"
    file.write_text("", encoding="utf-8")  # the language of a plan is not that of its reader
    assert "The file holds no text." in said(
        capsys, "draft", str(file), "--plan", "be-bhr-1", "--language", "fr"
    )
    for words, sentence in {
        "check --language fr --format pdf": "choix non valable : 'pdf' (choisissez parmi",
        "report --language de -o x y": "unbekannte Argumente: y",
        "coherence explain --language fr": "les arguments suivants sont requis : PLAN-OR-ACTION",
        "serve --port x": "argument --port: « x » is no whole number from 0 to 65535",
    }.items():
        assert sentence in said(capsys, *words.split()).replace("\N{NO-BREAK SPACE}", " ")
    monkeypatch.setenv("LANG", "fr_LU.UTF-8")
    assert sentences["fr"] in said(capsys, "dump", "-o", "x", "--project", nowhere), (
        "the environment asks too"
    )
    monkeypatch.setenv("LC_ALL", "de_DE")
    with pytest.raises(SystemExit):
        main(["draft", "--help"])
    shown = capsys.readouterr().out
    assert shown.startswith("Verwendung: pan2kg draft")
    assert all(
        words in shown
        for words in ("Einen Plan lesen, wie er veröffentlicht", "diese Hilfe zeigen und beenden")
    )
