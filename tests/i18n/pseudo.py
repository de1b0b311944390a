"""A language nobody speaks, made from the English catalogue: what is not in it was written past the catalogues."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from pan2kg.i18n.catalogue import CATALOGUES, TERMS, read_entries

TAG: Final = "qq"
LETTERS: Final = str.maketrans("aeiouyAEIOUYcnsz", "àéîöûýÀÉÎÖÛÝçñšž")
KEPT: Final = re.compile(r"(\{[^}]*\}|%\(\w+\)[sr]|%[sr]|\[[^\]]*\]\([^)]*\)|`[^`]*`|\|)")
PLAIN: Final = ("format", "tongue")
HEADER: Final = (
    f'msgid ""\nmsgstr ""\n"Language: {TAG}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=n != 1;\\n"\n"X-Order: 9\\n"\n\n'
)


def put(words: str) -> str:
    parts = KEPT.split(words)
    return f"⟦{''.join(part if KEPT.fullmatch(part) else part.translate(LETTERS) for part in parts)}⟧"


def write_catalogue(folder: Path) -> None:
    prepared, target = Catalog(charset="utf-8"), BytesIO()
    for context, key, plural, forms in read_entries(CATALOGUES["en"].read_bytes()):
        if context != TERMS:
            plain = context in PLAIN and not key.startswith("month.")
            said = forms if plain else tuple(map(put, forms))
            prepared.add((key, plural) if plural else key, said if plural else said[0], context=context)
    write_po(target, prepared, omit_header=True)
    folder.mkdir(exist_ok=True)
    (folder / f"{TAG}.po").write_text(HEADER + target.getvalue().decode(), encoding="utf-8")
