"""The page on which interaction scores are entered: choose actions, then fill in the matrix of what acts on what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.scores import SCALE
from pan2kg.coherence.uses import key
from pan2kg.review.scores import MOST, SCORES, bodies, cell_name, known_scores
from pan2kg.site.review import desk

if TYPE_CHECKING:
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values

CHOSEN: Final = "on:"
"""How the fields begin by which actions are chosen."""


def values(speaker: Speaker) -> Values:
    """The forms to choose plans, an assessor and actions, and the matrix where from 2 to 15 actions are chosen."""
    given, library = speaker.request.arguments, speaker.library
    shared = desk(speaker, "scores.html")
    is_open = shared["state"] == "open"
    offered = _offered(speaker) if is_open else []
    chosen = [action for action in offered if given.get(CHOSEN + key(action)) or _is_typed(speaker, action)]
    if not chosen and len(offered) <= MOST:
        chosen = offered
    known = bodies(library.material(speaker.request.language)) if is_open else []
    assessors = sorted(((key(body), speaker.name(body)) for body in known), key=lambda one: one[1].casefold())
    ready = 2 <= len(chosen) <= MOST and given.get("assessor", "") in dict(assessors)
    return {
        "title": speaker.t("scores-title"),
        **shared,
        "plans": _plans(speaker) if is_open else [],
        "assessors": assessors,
        "offered": [(CHOSEN + key(action), action, action in chosen) for action in offered],
        "most": MOST,
        "too_many": len(chosen) > MOST,
        "matrix": _matrix(speaker, chosen) if ready else [],
        "columns": chosen if ready else [],
        "typed": given,
        "steps": [("", speaker.t("scores-none")), *((str(score), speaker.t(f"scores-{score}")) for score in SCORES)],
        "scale": given.get("scale", "") or SCALE,
        "known": len(library.material(speaker.request.language).matrices),
    }


def _plans(speaker: Speaker) -> list[tuple[str, str]]:
    """The plans that have actions, by name."""
    material = speaker.library.material(speaker.request.language)
    found = {plan for plan in material.home_of.values() if material.plan_of(plan)}
    return sorted(((key(plan), speaker.name(plan)) for plan in found), key=lambda one: one[1].casefold())


def _offered(speaker: Speaker) -> list[str]:
    """The actions of the one or two plans in the address, in their order."""
    given, material = speaker.request.arguments, speaker.library.material(speaker.request.language)
    wanted = list(dict.fromkeys(filter(None, (given.get("plan"), given.get("other")))))
    homes = {key(plan): plan for plan in material.home_of.values() if material.plan_of(plan)}
    return [
        action
        for name in wanted
        for action in sorted(a for a, plan in material.home_of.items() if plan == homes.get(name))
    ]


def _is_typed(speaker: Speaker, action: str) -> bool:
    """Whether a matrix that came back with a fault has a field for an action."""
    start = f"score:{key(action)}:"
    return any(name.startswith(start) for name in speaker.request.arguments)


def _matrix(speaker: Speaker, chosen: Sequence[str]) -> list[tuple[str, list[tuple[str, str, str] | None]]]:
    """The rows: an action, and for each column the field's name, its value and its label, None on the diagonal."""
    given, material = speaker.request.arguments, speaker.library.material(speaker.request.language)
    assessors = {key(body): body for body in bodies(material)}
    scores = known_scores(material, assessors[given["assessor"]], given.get("scale", "") or SCALE)

    def cell(one: str, two: str) -> tuple[str, str, str] | None:
        if one == two:
            return None
        name, before = cell_name(one, two), scores.get((one, two))
        value = given.get(name, "" if before is None else str(before))
        return name, value, speaker.t("scores-cell", one=speaker.name(one), two=speaker.name(two))

    return [(one, [cell(one, two) for two in chosen]) for one in chosen]
