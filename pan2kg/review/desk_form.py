"""What the form of a candidate on the page « to review » asks: to accept or reject it, changed or not, or to undo."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.uses import key
from pan2kg.errors import Pan2kgError
from pan2kg.review.desk import Desk, open_desk
from pan2kg.review.entry import Form, Outcome, RefusedError, read_choice, read_text
from pan2kg.review.filing import FILE, plan_file
from pan2kg.review.parts import REJECTED
from pan2kg.review.proposals import WORK, read_material
from pan2kg.review.verdicts import REASONS

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

DECISIONS: Final = ("accept", "reject", "undo")


def decide_candidate(graph: Graph, form: Form, today: date) -> Outcome:
    """Do what a form of the page « to review » asks: accept or reject a candidate, changed before or not, or undo.

    Raises:
        RefusedError: something is missing or cannot be written as it stands; nothing was written.
    """
    project = graph.project
    if project is None:
        raise RefusedError("read-only")
    verdict, reviewer = read_choice(form, "verdict", DECISIONS), read_text(form, "reviewer")
    try:
        desk = open_desk(read_material(graph, project), project, reviewer, today)
        if verdict == "undo":
            file = desk.undone()
            if not file:
                raise RefusedError("nothing-to-undo")
            return Outcome("undone", {"files": file}, (file,))
        return _decided(desk, form, read_choice(form, "rejection", REASONS) if verdict == "reject" else "")
    except Pan2kgError as error:
        raise RefusedError("not-taken", detail=error.say(graph.language)) from None


def _decided(desk: Desk, form: Form, reason: str) -> Outcome:
    """Write the decision on the candidate a form names."""
    wanted = form.get("item", "")
    at = next((number for number, one in enumerate(desk.waiting) if one.key == wanted), None)
    if at is None:
        raise RefusedError("unknown-item")
    desk.at = at
    one = desk.waiting[at]
    desk.show_passage(form.get("passage", ""))
    given = {name: read_text(form, name, needed=False) for name in ("relation", "to", "words")}
    shown = {"relation": one.relation, "to": key(one.target), "words": desk.found().quote}
    for name, value in given.items():
        if value and value != shown[name]:
            try:
                desk.edit(name, value)
            except Pan2kgError as error:
                raise RefusedError("not-taken", field=name, detail=error.say(desk.material.graph.language)) from None
    file = desk.project.name_of(plan_file(desk.material.graph, one.plan, FILE))
    if one.is_part and reason:
        file = f"{WORK}/{key(one.plan)}/{REJECTED}"
    desk.decide(reason)
    return Outcome("rejected" if reason else "accepted", {"files": file}, (file,))
