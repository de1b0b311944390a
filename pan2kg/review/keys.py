"""What a key does in the terminal: the letter, what is typed behind it, and what is said of it."""

import re
from collections.abc import Callable, Mapping

from pan2kg.errors import Pan2kgError
from pan2kg.i18n import Message, verbatim
from pan2kg.review import decision, suggestions
from pan2kg.review.desk import Desk
from pan2kg.review.hand import HAND
from pan2kg.review.outcomes import Outcome

TYPED = ("type", "direction", "channel", "document", "page", "quote")
"""What is typed to accept a suggestion, in this order, with ``|`` between; the page may be empty."""
_EDITED = ("relation", "to", "quote")
_NUMBERS = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


def press(desk: Desk, typed: str) -> Message:
    """What a key does; what is wrong with it is said and nothing changes.

    ``r`` is followed by a number from 1 to 5, ``e`` by ``relation``, ``to`` or ``quote`` and the
    new value, ``b`` by the numbers of what is decided together with what is shown, ``n`` by what is
    proposed by hand. What the graph suggests, which ``g`` asks for, is accepted with its parts
    behind ``a`` and rejected with a reason behind ``r``.
    """
    line = typed.strip()
    name = line[:1]
    argument = line[1:].strip()
    try:
        if name in _ANYWHERE:
            return _ANYWHERE[name](desk, argument)
        if desk.is_graph_shown:
            return _ON_SUGGESTIONS.get(name, _help_on_suggestions)(desk, argument)
        if desk.current is None and name in _ON_CURRENT:
            return Message("desk", "all-decided")
        return _ON_CANDIDATES.get(name, _help)(desk, argument)
    except Pan2kgError as error:
        return error.told


def _told(outcome: Outcome) -> Message:
    return Message("review", f"outcome.{outcome.code}", outcome.values)


def _next(desk: Desk, _: str) -> Message:
    desk.move(1)
    return Message("desk", "said.moved")


def _previous(desk: Desk, _: str) -> Message:
    desk.move(-1)
    return Message("desk", "said.moved")


def _next_passage(desk: Desk, _: str) -> Message:
    desk.show_passage(str(desk.passage + 1))
    return Message("desk", "said.moved")


def _later(desk: Desk, _: str) -> Message:
    desk.put_off([desk.current.key] if desk.current else [])
    return Message("desk", "said.later")


def _undo(desk: Desk, _: str) -> Message:
    if desk.undo():
        return Message("desk", "said.undone")
    return Message("review", "outcome.nothing-to-undo")


def _suggest(desk: Desk, _: str) -> Message:
    """Show the first of what the graph suggests."""
    desk.suggest()
    places = []
    for place, candidate in enumerate(desk.waiting):
        if candidate.origin is decision.Origin.GRAPH:
            places.append(place)
    if places:
        desk.move(places[0] - desk.at)
    return Message("desk", "said.suggested", {"n": len(places)})


def _propose(desk: Desk, argument: str) -> Message:
    parts = [word.strip() for word in argument.split("|")]
    if len(parts) != len(HAND) or not all(parts):
        return Message("desk", "hand-which")
    return _told(desk.propose(dict(zip(HAND, parts, strict=True))))


def _accept(desk: Desk, argument: str) -> Message:
    if argument:
        return _help(desk, argument)
    return _decide(desk, "", "said.accepted")


def _reject(desk: Desk, argument: str) -> Message:
    reasons = {str(number): code for number, code in enumerate(decision.REASONS, start=1)}
    if argument not in reasons:
        return Message("desk", "said.which-reason")
    return _decide(desk, reasons[argument], "said.rejected")


def _decide(desk: Desk, rejection: str, said: str) -> Message:
    is_control = desk.current is not None and desk.current.is_control
    outcome = desk.decide(rejection)
    if is_control:
        return _told(outcome)
    return Message("desk", said, {"n": outcome.values["n"]})


def _edit(desk: Desk, argument: str) -> Message:
    aspect, _, value = argument.partition(" ")
    if aspect not in _EDITED or not value.strip():
        return Message("desk", "edit-what")
    desk.edit(aspect, value.strip())
    return Message("desk", "said.edited")


def _preview(desk: Desk, _: str) -> Message:
    return verbatim(desk.preview())


def _tick(desk: Desk, argument: str) -> Message:
    """Tick what is named by its number, or by 2-5; without a number nothing is ticked any longer."""
    alike = desk.alike()
    numbers = set[int]()
    for word in re.split(r"[\s,]+", argument) if argument else ():
        span = _NUMBERS.fullmatch(word)
        low = int(span[1]) if span else 0
        high = int(span[2] or span[1]) if span else 0
        if not 1 <= low <= high <= len(alike):
            return Message("desk", "said.which-together", {"n": len(alike)})
        numbers.update(range(low, high + 1))
    desk.tick({alike[number - 1].key for number in numbers})
    return Message("desk", "said.ticked", {"n": len(desk.ticked)})


def _help(_desk: Desk, _: str) -> Message:
    return Message("desk", "help")


def _accept_suggestion(desk: Desk, argument: str) -> Message:
    form = {}
    # a candidate link may have its words already; all else has to be typed
    if argument or not suggestions.passage_document(desk.graph, desk.current):
        parts = [word.strip() for word in argument.split("|", len(TYPED) - 1)]
        if len(parts) != len(TYPED):
            return Message("desk", "suggested-which", {"types": ", ".join(decision.TYPES)})
        form = dict(zip(TYPED, parts, strict=True))
    desk.decide_suggested({"verdict": "accept", **form})
    return Message("desk", "said.accepted", {"n": 1})


def _reject_suggestion(desk: Desk, argument: str) -> Message:
    if not argument:
        return Message("desk", "why")
    desk.decide_suggested({"verdict": "reject", "reason": argument})
    return Message("desk", "said.rejected", {"n": 1})


def _help_on_suggestions(_desk: Desk, _: str) -> Message:
    return Message("desk", "help-suggested")


_Keys = Mapping[str, Callable[[Desk, str], Message]]
_ANYWHERE: _Keys = {
    "j": _next,
    "k": _previous,
    "p": _next_passage,
    "s": _later,
    "u": _undo,
    "g": _suggest,
    "n": _propose,
}
"""What a key does whatever is shown."""
_ON_CANDIDATES: _Keys = {
    "a": _accept,
    "r": _reject,
    "e": _edit,
    "w": _preview,
    "b": _tick,
}
"""What a key does on a candidate of a document; any other shows help."""
_ON_CURRENT = ("a", "r", "e")
"""The keys that need a candidate, which there is none of once all is decided."""
_ON_SUGGESTIONS: _Keys = {"a": _accept_suggestion, "r": _reject_suggestion}
"""What a key does on what the graph suggests; any other shows help."""
