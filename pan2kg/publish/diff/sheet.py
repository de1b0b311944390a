"""A change for other programs: a row a value as CSV, and all of it as JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.text import Language
from pan2kg.publish.diff.telling import Story, kind_name
from pan2kg.publish.diff.thing import Altered, Edit
from pan2kg.publish.diff.things import Value

COLUMNS: Final = (
    "status",
    "kind",
    "kind_label",
    "thing",
    "thing_label",
    "part_of",
    "root",
    "property",
    "property_label",
    "language",
    "old",
    "new",
)


def write_csv(story: Story, language: Language) -> str:
    """A row for each value that came or went (RFC 4180, with a header)."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for thing in story.things:
        about = _about(thing, story, language)
        writer.writerows(
            [*about, edit.property, story.names.property(edit.property, language), edit.language, *_ends(edit)]
            for edit in thing.edits
        )
    return file.getvalue()


def write_json(story: Story, language: Language) -> str:
    """All of a change: counts, moves, what was derived, and each thing with its values as N-Triples terms."""
    change = story.change
    content = {
        "old": change.old.name,
        "new": change.new.name,
        "statements_added": len(change.added),
        "statements_removed": len(change.removed),
        "moved": [{"old": one.old, "new": one.new} for one in change.moves],
        "shifted": [{"old": one.old, "new": one.new, "count": one.count} for one in change.shifts],
        "derived": [{"rule": one.rule, "added": one.added, "removed": one.removed} for one in change.derivations],
        "things": [_thing(thing, story, language) for thing in story.things],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _about(thing: Altered, story: Story, language: Language) -> list[str]:
    label = story.names.of(thing.iri, language)
    return [thing.status, thing.kind, kind_name(thing, story.names, language), thing.iri, label,
            thing.part_of, thing.root]  # fmt: skip


def _ends(edit: Edit) -> list[str]:
    return ["" if term is None else term.value if not isinstance(term, ox.Triple) else str(term)
            for term in (edit.old, edit.new)]  # fmt: skip


def _thing(thing: Altered, story: Story, language: Language) -> dict[str, object]:
    named = dict(zip(COLUMNS, _about(thing, story, language), strict=False))
    edits = [
        {
            "property": edit.property,
            "property_label": story.names.property(edit.property, language),
            "old": _term(edit.old),
            "new": _term(edit.new),
        }
        for edit in thing.edits
    ]
    return {**named, "edits": edits}


def _term(term: Value | None) -> str | None:
    return None if term is None else str(term)
