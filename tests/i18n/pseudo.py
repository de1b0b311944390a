"""A language nobody speaks, made from the English catalogue: what is not in it was written past the catalogues."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pan2kg.i18n.catalogue import CATALOGUES
from pan2kg.i18n.compilation import TERMS, read_entries, resolved

if TYPE_CHECKING:
    from pathlib import Path

TAG: Final = "qq"
LETTERS: Final = str.maketrans("aeiouyAEIOUYcnsz", "àéîöûýÀÉÎÖÛÝçñšž")
KEPT: Final = re.compile(r"(\{[^}]*\}|%\(\w+\)[sr]|%[sr]|\[[^\]]*\]\([^)]*\)|`[^`]*`|\|)")
PLAIN: Final = ("format", "tongue")


def put(words: str) -> str:
    """Words of no language: accents on letters, and brackets around; names of values, links and code stay."""
    parts = KEPT.split(words)
    return f"⟦{''.join(part if KEPT.fullmatch(part) else part.translate(LETTERS) for part in parts)}⟧"


def write_catalogue(folder: Path) -> None:
    """The catalogue of that language, as a person would prepare one."""
    lines = ['msgid ""', 'msgstr ""', f'"Language: {TAG}\\n"']
    lines += ['"Content-Type: text/plain; charset=UTF-8\\n"', '"Plural-Forms: nplurals=2; plural=n != 1;\\n"']
    lines += ['"X-Order: 9\\n"', ""]
    for entry in resolved(read_entries(CATALOGUES["en"].read_text(encoding="utf-8"))):
        if not entry.key or entry.context == TERMS:
            continue
        plain = entry.context in PLAIN and not entry.key.startswith("month.")
        forms = [words if plain else put(words) for words in entry.forms]
        lines += [f"msgctxt {_quoted(entry.context)}", f"msgid {_quoted(entry.key)}"]
        if entry.plural:
            lines += [f"msgid_plural {_quoted(entry.plural)}"]
            lines += [f"msgstr[{at}] {_quoted(form)}" for at, form in enumerate(forms)]
        else:
            lines += [f"msgstr {_quoted(forms[0])}"]
        lines += [""]
    folder.mkdir(exist_ok=True)
    (folder / f"{TAG}.po").write_text("\n".join(lines), encoding="utf-8")


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
