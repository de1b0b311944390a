"""What keys do in the terminal, and what the form of a candidate on the page « to review » asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from pan2kg.errors import Pan2kgError
from pan2kg.i18n.message import Message, verbatim
from pan2kg.review.desk import Desk, Wanted, open_desk
from pan2kg.review.entry import Form, Outcome, RefusedError, read_choice, read_text
from pan2kg.review.filing import REVIEWED, journal_name, now, plan_file
from pan2kg.review.proposals import BY_HAND, WORK, Material, read_material
from pan2kg.review.proposals import FILE as CANDIDATES
from pan2kg.review.verdicts import REASONS
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph


HAND: Final = ("from", "relation", "to", "words")
"""What is typed of a candidate that is proposed by hand."""
_MOVES: Final[Mapping[str, Callable[[Desk], None]]] = {
    "j": lambda desk: desk.move(1), "k": lambda desk: desk.move(-1), "s": lambda desk: desk.later(),
    "p": lambda desk: desk.turn(),
}  # fmt: skip
"""The keys that show something else and write nothing."""


def press(desk: Desk, typed: str) -> Message:
    """What a key does; what is wrong with it is said and nothing changes.

    ``r`` is followed by a number from 1 to 5, ``e`` by ``relation``, ``to`` or ``quote`` and the new value, ``b`` by
    the numbers of what is decided together with what is shown, ``n`` by what is proposed by hand.
    """
    try:
        return _press(desk, typed.strip())
    except Pan2kgError as error:
        return error.told
    except RefusedError as error:
        return Message("desk", "said.refused", {"why": error.outcome.said.say(desk.material.graph.language)})


def _press(desk: Desk, typed: str) -> Message:
    name, rest = typed[:1], typed[1:].strip()
    if name in _MOVES:
        _MOVES[name](desk)
        return Message("desk", "said.later" if name == "s" else "said.moved")
    if name == "u":
        return desk.undo()
    if name == "a" and not rest:
        return desk.decide()
    if name == "r":
        is_reason = rest in "12345" and len(rest) == 1
        return desk.decide(REASONS[int(rest) - 1]) if is_reason else Message("desk", "said.which-reason")
    if name == "b":
        return _together(desk, rest)
    if name == "w":
        return verbatim(desk.preview())
    if name == "n":
        return _by_hand(desk, rest)
    return _edit(desk, rest) if name == "e" else Message("desk", "help")


def _by_hand(desk: Desk, rest: str) -> Message:
    parts = [part.strip() for part in rest.split("|")]
    if len(parts) != len(HAND) or not all(parts):
        return Message("desk", "said.which-hand")
    desk.propose(dict(zip(HAND, parts, strict=True)))
    return Message("desk", "said.proposed")


def _edit(desk: Desk, rest: str) -> Message:
    what, _, value = rest.partition(" ")
    if what in ("relation", "to", "quote") and value.strip():
        return desk.edit(what, value.strip())
    return Message("desk", "said.which-edit")


def _together(desk: Desk, rest: str) -> Message:
    """Tick what is named by its number, or by ``2-5``; without a number nothing is ticked any longer."""
    alike, chosen = desk.alike(), set[int]()
    for part in re.split(r"[\s,]+", rest) if rest else ():
        found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last <= len(alike):
            return Message("desk", "said.which-together", {"n": len(alike)})
        chosen.update(range(first, last + 1))
    desk.tick({alike[number - 1].key for number in chosen})
    return Message("desk", "said.ticked", {"n": len(desk.ticked)})


DECISIONS: Final = ("accept", "reject", "undo", "preview", "propose")
TOGETHER: Final = "with:"
"""How the fields begin that tick what is decided together with what is shown."""


def read_wanted(form: Form) -> Wanted:
    """What is to be reviewed and how, as the address or a form says it; what is made up counts as not said."""
    order = form.get("order", "")
    return Wanted(
        order="rank" if order == "rank" else "text", control=bool(form.get("control")), second=bool(form.get("second"))
    )


def decide_candidate(graph: Graph, form: Form, today: date) -> Outcome:
    """Do what a form of the page « to review » asks: accept or reject a candidate, changed before or not, or undo.

    What it would write is given back as the value ``preview`` where that is asked for; nothing is written then.

    Raises:
        RefusedError: something is missing or cannot be written as it stands; nothing was written.
    """
    project = graph.project
    if project is None:
        raise RefusedError("read-only")
    verdict = read_choice(form, "verdict", DECISIONS)
    reviewer = read_text(form, "reviewer", needed=verdict != "propose")
    try:
        has_any = any((project.root / WORK).glob(f"*/{CANDIDATES}"))
        material = read_material(graph, project) if has_any else Material(graph)
        desk = open_desk(material, project, reviewer, today, read_wanted(form))
        if verdict == "undo":
            return _undone(desk)
        if verdict == "propose":
            one = desk.propose({name: read_text(form, f"hand_{name}") for name in HAND})
            file = f"{WORK}/{key(one.plan)}/{BY_HAND}"
            return Outcome("proposed", {"files": file, "candidate": one.key}, (file,))
        rejects = verdict == "reject" or (verdict == "preview" and bool(form.get("rejection")))
        reason = read_choice(form, "rejection", REASONS) if rejects else ""
        _prepare(desk, form)
        if verdict == "preview":
            return Outcome("preview", {"preview": desk.preview(reason)})
        return _decided(desk, reason)
    except Pan2kgError as error:
        raise RefusedError("not-taken", detail=error.say(graph.language)) from None


def _undone(desk: Desk) -> Outcome:
    """Take back the last decision; what waits again, where it is a candidate, is to be shown next."""
    waited = {one.key for one in desk.waiting}
    file = desk.undone()
    if not file:
        raise RefusedError("nothing-to-undo")
    again = next((one.key for one in desk.waiting if one.key not in waited), "")
    return Outcome("undone", {"files": file, "candidate": again}, (file,))


def _prepare(desk: Desk, form: Form) -> None:
    """Show the candidate a form names, changed as it says, with what is ticked."""
    wanted = form.get("item", "")
    at = next((number for number, one in enumerate(desk.waiting) if one.key == wanted), None)
    if at is None:
        raise RefusedError("unknown-item")
    desk.at = at
    one = desk.waiting[at]
    desk.show_passage(form.get("passage", ""))
    desk.tick({name.removeprefix(TOGETHER) for name in form if name.startswith(TOGETHER)})
    desk.seconds = _seconds(form.get("since", ""))
    given = {name: read_text(form, name, needed=False) for name in ("relation", "to", "words")}
    given["to"] = given["to"] or read_text(form, "nearer", needed=False)
    shown = {"relation": one.relation, "to": key(one.target), "words": desk.found().quote}
    for name, value in given.items():
        if value and value != shown[name]:
            try:
                desk.edit(name, value)
            except Pan2kgError as error:
                called = "role" if name == "relation" and one.is_part else name
                raise RefusedError("not-taken", field=called, detail=error.say(desk.material.graph.language)) from None


def _seconds(since: str) -> float | None:
    """How long ago the page was shown, by what it says; None where it says nothing that can be."""
    is_time = since.isdecimal() and len(since) < len("10000000000") + 1
    return now() - int(since) if is_time else None


def _decided(desk: Desk, reason: str) -> Outcome:
    """Write the decision on what is shown and ticked."""
    one, number = desk.current, 1 + len(desk.ticked)
    if one is None:
        raise RefusedError("unknown-item")
    desk.decide(reason)
    if one.is_control:
        file = journal_name(one.plan)
        return Outcome("control-noticed" if reason else "control-missed", {"files": file}, (file,))
    if desk.wanted.second:
        file = journal_name(one.plan)
        return Outcome("second-noted", {"files": file}, (file,))
    file = desk.project.name_of(plan_file(desk.material.graph, one.plan, REVIEWED))
    status = "rejected" if reason else "accepted"
    if number > 1:
        return Outcome(f"{status}-many", {"files": file}, (file,))
    return Outcome(status, {"files": file}, (file,))
