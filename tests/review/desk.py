"""Candidates to decide on: those of a project's PAN 2 in a text that was read, as ``pan2kg candidates`` leaves them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Final

from pan2kg.extract.document import Document, DocumentBlock, canonical, laid, to_json
from pan2kg.turtle.vocabulary import thing

PLAN: Final = "lu-bhr-2"
BYTES: Final = b"the file that was read"
SHA: Final = sha256(BYTES).hexdigest()
PARAGRAPHS: Final = (
    ("heading", "Catégorie 4 – Démarches législatives"),
    ("paragraph", "4.1. Étude de la législation, dans la ligne du premier Plan d’action national."),
    ("paragraph", "4.2. Suivi des Principes directeurs et de l’Agenda 2030."),
    ("paragraph", "4.3. Mise en œuvre des Principes directeurs, et du Pacte climat avec les communes."),
    ("paragraph", "4.4. Ce point ne nomme que le Pacte climat avec les communes."),
)
PROPOSED: Final = (
    ("4-1", "implements", thing("plan", "lu-bhr-1"), "premier Plan d’action national", ()),
    ("4-2", "implements", thing("instrument", "ungp"), "Principes directeurs", ()),
    ("4-3", "no-such", thing("plan", "lu-climate-pact-2012"), "Pacte climat", ("derived",)),
    ("4-4", "cites", "ilo:C122", "Pacte climat", ()),
)


def document() -> Document:
    """The text that was read."""
    blocks = [
        DocumentBlock(14, "12", kind, canonical(words), level=kind == "heading", language="fr")  # type: ignore[arg-type]
        for kind, words in PARAGRAPHS
    ]
    return Document("pan2.pdf", SHA, "pdf", 20, laid(blocks))


def prepare(root: Path) -> Path:
    """Put the text and its candidates into a project, and say which document it is; gives the folder."""
    text = document()
    work = root / "work" / PLAN
    work.mkdir(parents=True)
    (work / "document.json").write_text(to_json(text), encoding="utf-8")
    lines = []
    for key, relation, target, words, remarks in PROPOSED:
        number = f"{key[0]}.{key[2]}."
        start = text.text.index(words, text.text.index(number))
        passage = {"start": start, "end": start + len(words), "quote": words, "page": 14, "prefix": "", "suffix": ""}
        lines.append(
            {
                "key": f"c{key}", "action_or_plan": thing("action", f"{PLAN}-{key}"), "relation": relation,
                "target": target, "reason": f"The text names it: {words}.", "rule": "names-1", "rank": 0.93,
                "passages": [{**passage, "path": [PARAGRAPHS[0][1]]}], "remarks": list(remarks),
            }
        )  # fmt: skip
    told = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    (work / "candidates.jsonl").write_text(told, encoding="utf-8")
    sources = root / "graph" / "sources" / "luxembourg-government.ttl"
    old = sources.read_text(encoding="utf-8")
    at = old.index('    pan:sha256 "', old.index("document:mae-gouvernement-lu-fr-pan-2 a"))
    end = old.index("\n", at)
    sources.write_text(f'{old[:at]}    pan:sha256 "{SHA}" ;{old[end:]}', encoding="utf-8")
    return root
