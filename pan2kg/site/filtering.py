"""What is chosen on one page: the choice in its address, and the plans it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pan2kg.site.choice import Choice, read_choice
from pan2kg.turtle.vocabulary import ID, PAN

if TYPE_CHECKING:
    from pan2kg.site.library_library import Library
    from pan2kg.site.speaker import Speaker

_COMPLETE: Final = f"{ID}completeness/complete"


def chosen(speaker: Speaker) -> Choice:
    """The choice in the address of a page."""
    index = speaker.library.index
    keys = {kind: {entry.key: entry.iri for entry in index.of_kind(kind)} for kind in ("topic", "body")}
    return read_choice(speaker.request.arguments, topics=keys["topic"], bodies=keys["body"])


def every_plan(library: Library) -> list[str]:
    """All plans, in the order of the graph; reviews and the like are none."""
    return [plan.iri for plan in library.material("fr").uses.plans if plan.is_plan]


def known(library: Library, kind: Literal["topic", "body"]) -> list[str]:
    """The topics or bodies of ours that some plan can be chosen by, in a stable order."""
    facts = (library.facts[plan] for plan in every_plan(library))
    found = {iri for one in facts for iri in (one.topics if kind == "topic" else one.bodies)}
    return [entry.iri for entry in library.index.of_kind(kind) if entry.iri in found]


def shown_plans(library: Library, choice: Choice) -> list[str]:
    """The plans a choice leaves."""
    return [plan for plan in every_plan(library) if choice.admits(library.facts[plan])]


def is_whole(library: Library, plan: str) -> bool:
    """Whether the list of actions of a plan was read to its end."""
    return library.statements.one(plan, f"{PAN}listCompleteness") == _COMPLETE
