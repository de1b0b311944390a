"""The page of what waits for a review: each item as a card, with a form where somebody may decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.i18n.text import with_mark
from pan2kg.review.decision import CHANNELS, documents, passage_document
from pan2kg.review.decisions import REVIEWED, Item, read_queue
from pan2kg.site.page import NOTHING
from pan2kg.site.review import desk
from pan2kg.turtle.vocabulary import ID

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values

MOST = 100
"""How many items a page lists."""


@dataclass(frozen=True, slots=True)
class Card:
    """An item as it is shown; ``typed`` is what was typed into its form before."""

    item: Item
    ends: tuple[tuple[Markup, Markup], ...]
    short: tuple[str, str]
    via: Markup
    type: Markup | str
    strength: str
    has_passage: bool
    typed: Mapping[str, str]


def values(speaker: Speaker) -> Values:
    """What waits, and the forms."""
    material = speaker.library.material(speaker.request.language)
    queue = read_queue(material)
    shared = desk(speaker, "review.html")
    is_open = shared["state"] == "open"
    listed = documents(material) if is_open else []
    return {
        "title": speaker.t("reviewing-title"),
        **shared,
        "cards": [_card(speaker, item, is_open=is_open) for item in queue[:MOST]],
        "number": len(queue),
        "more": max(0, len(queue) - MOST),
        "types": [(name, speaker.name(f"{ID}linktype/{name}")) for name in REVIEWED],
        "channels": [(name, speaker.name(f"{ID}channel/{name}")) for name in CHANNELS],
        "documents": [(iri.rpartition("/")[2], speaker.name(iri)) for iri in listed],
    }


def _card(speaker: Speaker, item: Item, *, is_open: bool) -> Card:
    given = speaker.request.arguments
    strength = "" if item.strength is None else with_mark(f"{item.strength:.2f}", speaker.request.language)
    material = speaker.library.material(speaker.request.language)
    return Card(
        item,
        tuple(
            (speaker.link(end), speaker.link(plan) if plan and plan != end else speaker.links(()))
            for end, plan in zip(item.ends, item.plans, strict=True)
        ),
        (_short(speaker, item.ends[0]), _short(speaker, item.ends[1])),
        speaker.links(item.via),
        speaker.label(f"{ID}linktype/{item.type}") if item.type else "",
        strength,
        is_open and bool(passage_document(material, item)),
        given if given.get("item") == item.key else NOTHING,
    )


def _short(speaker: Speaker, iri: str) -> str:
    """The beginning of a name, long enough to tell two apart in a list."""
    name = speaker.name(iri)
    return name if len(name) <= 60 else f"{name[:59].rstrip()}…"
