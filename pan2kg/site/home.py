"""The home page: where do our plans meet, and where not? Four numbers, the matrix, the lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.graph.graph import HOME
from pan2kg.site.choice import ASKED, Choice
from pan2kg.site.filtering import chosen, shown_plans
from pan2kg.site.lanes import lanes
from pan2kg.site.matrix import FIRST, matrix

if TYPE_CHECKING:
    from pan2kg.site.library import Library
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values


@dataclass(frozen=True, slots=True)
class Numbers:
    """The four numbers: pairs linked, pairs without a link, actions without a link, divergences; and of how many.

    ``divergences`` is None where nobody has scored an interaction yet.
    """

    linked: int
    pairs: int
    unlinked_actions: int
    actions: int
    divergences: int | None


def values(speaker: Speaker) -> Values:
    """What the home page shows."""
    choice = chosen(speaker)
    return {
        "title": speaker.t("home-title"),
        **matrix(speaker, limit=FIRST),
        "numbers": numbers(speaker.library, choice, shown_plans(speaker.library, choice)),
        "handed": speaker.chosen(*ASKED),
        "lanes": lanes(speaker, HOME),
    }


def whole(speaker: Speaker) -> Values:
    """The page with the matrix of all plans that have a link."""
    return {"title": speaker.t("matrix-title"), **matrix(speaker, limit=None)}


def numbers(library: Library, choice: Choice, plans: Sequence[str]) -> Numbers:
    """The four numbers for the plans shown."""
    shown = set(plans)
    counts = [pair for pair in library.graph.ties.counts(choice.kinds) if set(pair) <= shown]
    linked = library.graph.ties.linked(choice.kinds)
    graph = library.graph.spoken("fr")
    actions = [action for action, plan in graph.home_of.items() if plan in shown]
    return Numbers(
        linked=len(counts),
        pairs=len(plans) * (len(plans) - 1) // 2,
        unlinked_actions=sum(action not in linked for action in actions),
        actions=len(actions),
        divergences=library.divergences if graph.scores else None,
    )
