"""The page of what was found, the suggestions while one types, and all names for pages without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pan2kg.site.frame import embedded

if TYPE_CHECKING:
    from pan2kg.graph.labels import Entry
    from pan2kg.site.library import Library
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values

_ALWAYS: Final = ("plan", "body", "instrument")
"""What is listed where nothing was asked for."""


def values(speaker: Speaker) -> Values:
    """The page of what was found; without words, everything there is by kind."""
    asked = speaker.request.arguments.get("q", "")
    index = speaker.graph.labels
    found = [entry for iri in speaker.library.finder.find(asked) if (entry := index.entry(iri))]
    groups: dict[str, list[Entry]] = {kind: _by_name(speaker, kind) for kind in _ALWAYS} if not asked else {}
    for entry in found:
        groups.setdefault(entry.kind, []).append(entry)
    return {"title": speaker.t("search-title"), "asked": asked, "groups": groups, "count": len(found)}


def _by_name(speaker: Speaker, kind: str) -> list[Entry]:
    return sorted(speaker.graph.labels.of_kind(kind), key=lambda entry: speaker.name(entry.iri).casefold())


def suggestions(library: Library, words: str) -> str:
    """Up to twelve things as JSON, for the field that suggests while one types."""
    entries = [library.graph.labels.entry(iri) for iri in library.finder.find(words, limit=12)]
    return str(embedded([_row(entry) for entry in entries if entry]))


def labels(library: Library) -> str:
    """Every name as a script, for pages with no server behind them."""
    rows = [_row(entry) for kind in sorted({e.kind for e in library.graph.labels.entries.values() if e.has_page})
            for entry in library.graph.labels.of_kind(kind)]  # fmt: skip
    return f"pan2kgLabels({embedded(rows)});\n"


def _row(entry: Entry) -> dict[str, object]:
    found: dict[str, object] = {"href": entry.address, "type": entry.kind, "labels": dict(entry.texts)}
    return {**found, "notation": entry.notation} if entry.notation else found
