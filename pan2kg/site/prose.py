"""Pages of prose: what this is and who made it, and how accessible it is.

The page of sources: every document something was read in, where it was read, and how much rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN

if TYPE_CHECKING:
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values


def about(speaker: Speaker) -> Values:
    """What the graph is for, what its figures can bear, and whose words it holds."""
    return {"title": speaker.t("about-title")}


def accessibility(speaker: Speaker) -> Values:
    """The accessibility statement: what was tested, and what is not yet as it should be."""
    return {"title": speaker.t("accessibility")}


def missing(speaker: Speaker) -> Values:
    """What is shown where there is no page."""
    return {"title": speaker.t("missing-title")}


MEMORY: Final = f"{ID}sourcekind/memory"
"""The kind of what is no document: somebody knew it and it still has to be verified."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document: publisher, date and kind where known; where it was read; what rests on it."""

    iri: str
    key: str
    publishers: tuple[str, ...]
    day: str
    kind: str
    addresses: tuple[tuple[str, str], ...]
    statements: int
    passages: int


def values(speaker: Speaker) -> Values:
    """All documents, by name; what was written down from memory, with no document, stands apart."""
    documents = speaker.graph.labels.of_kind("document")
    every = [source(speaker, entry.iri, entry.key) for entry in documents]
    found = [one for one in every if one.kind != MEMORY]
    return {
        "title": speaker.t("sources-title"),
        "sources": sorted(found, key=lambda one: (speaker.name(one.iri).casefold(), one.key)),
        "remembered": [one for one in every if one.kind == MEMORY],
        "dated": any(one.day for one in found),
        "published": any(one.publishers for one in found),
    }


def source(speaker: Speaker, iri: str, key: str) -> Source:
    """One document."""
    statements = speaker.graph.statements
    publishers = (*statements.values(iri, PAN + "publisherName"), *statements.values(iri, DCTERMS + "publisher"))
    return Source(
        iri,
        key,
        tuple(speaker.name(one) if one.startswith("http") else one for one in publishers),
        statements.one(iri, DCTERMS + "date"),
        statements.one(iri, PAN + "sourceKind"),
        tuple(_addresses(statements.values(iri, PAN + "readAt"))),
        speaker.graph.resting[iri],
        len(statements.pointing(iri, PAN + "inDocument")),
    )


def _addresses(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Addresses on the web and their hosts; anything else leads nowhere and is shown as it is."""
    for text in texts:
        parts = urlsplit(text) if text.startswith(("http://", "https://")) else None
        yield (text, parts.hostname or text) if parts else ("", text)
