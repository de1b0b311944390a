"""Suggestions of the graph and candidate links in it, as a page shows them: what they rest on, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.coherence.evidence import level
from pan2kg.coherence.feasible import Verdict
from pan2kg.i18n.catalogue import with_mark
from pan2kg.review.decisions import Item, passage_document
from pan2kg.site.levels import mark
from pan2kg.site.page_context import NOTHING
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import ID

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.page_context import PageContext


@dataclass(frozen=True, slots=True)
class QueueCard:
    """An item as it is shown; ``typed`` is what was typed into its form before.

    ``expected`` is said of a citation from the first plan to the second and back; empty where nothing can be said.
    """

    item: Item
    ends: tuple[tuple[Markup, Markup], ...]
    short: tuple[str, str]
    brief: tuple[str, str]
    via: Markup
    type: Markup | str
    strength: str
    mark: Markup
    expected: tuple[str, ...]
    has_passage: bool
    typed: Mapping[str, str]


def queue_card(context: PageContext, item: Item, *, is_open: bool) -> QueueCard:
    """What is shown of an item, with what was typed into its form, where there is one."""
    given = context.request.arguments
    language, strength = context.request.language, ""
    if item.number is not None:
        strength = with_mark(f"{item.number:.2f}", language) if item.is_candidate else bits_words(item.number, language)
    graph = context.graph.spoken(context.request.language)
    return QueueCard(
        item,
        tuple(
            (context.link(end), context.link(plan) if plan and plan != end else context.links(()))
            for end, plan in zip(item.ends, item.plans, strict=True)
        ),
        (_short(context, item.ends[0]), _short(context, item.ends[1])),
        (_short(context, item.ends[0], 28), _short(context, item.ends[1], 28)),
        context.links(item.via),
        context.label(f"{ID}linktype/{item.type}") if item.type else "",
        strength,
        mark(context, level(item.level)),
        _expected(context, item),
        is_open and bool(passage_document(graph, item)),
        given if given.get("item") == item.key else NOTHING,
    )


def _expected(context: PageContext, item: Item) -> tuple[str, ...]:
    """What can be said of a citation from the first plan of a suggestion to the second and back, in words."""
    if not all(item.expected):
        return ()
    return tuple(named(Verdict(said)).say(context.request.language) for said in item.expected)


def _short(context: PageContext, iri: str, most: int = 60) -> str:
    """The beginning of a name, long enough to tell two apart in a list, or in a line that has both."""
    name = context.name(iri)
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
