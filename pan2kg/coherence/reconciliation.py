"""Why one count of links is not another: each whole with the parts it is made of, which add up to it.

Five places once gave five counts of « linked ». Here each count is led back to the register: what is left out on the
way from the widest to the one that stands alone, and of what that is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level, counts
from pan2kg.coherence.feasible import Ordered, Verdict, verdict
from pan2kg.coherence.figures import FIGURES, Rows
from pan2kg.coherence.known import Known

_FIGURES = {figure.id: figure for figure in FIGURES}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole: the key of its words, how many, and the figure of the register it is, where it is one."""

    key: str
    number: int
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A whole and its parts, each thing in one part only; their numbers add up to that of the whole."""

    whole: Part
    parts: tuple[Part, ...]


def reconcile(made: Mapping[Level, Known], at: Level = HEADLINE) -> tuple[Account, ...]:
    """The counts of links at a level, led back to one another, from what is known at each of the four.

    Raises:
        KeyError: a level that is missing, or one no figure is taken at.

    >>> from pan2kg.coherence.known import Tables, known
    >>> from pan2kg.coherence.texts import Works
    >>> tables = Tables(Works(("p", "q"), {}))
    >>> found = reconcile({one: known(tables, one) for one in FIGURED})
    >>> all(one.whole.number == sum(part.number for part in one.parts) for one in found)
    True
    """
    known = made[at]
    wholes = [_from_the_widest(made, at), _by_tie(known), _by_verdict(known), _related(known), _sharing(known)]
    focus = [_of_the_focus(known)] if known.tables.focus else []
    return (*wholes, *focus, _actions(known))


def _from_the_widest(made: Mapping[Level, Known], at: Level) -> Account:
    """From all pairs with anything in common to those linked at the level."""
    widest = made[FIGURED[-1]]
    general = _pairs(_rows(widest, "broad-plan-pairs")) - widest.linked
    weaker = [one for one in reversed(FIGURED) if one > at]
    left_out = [
        Part(f"only-{one.key}", len(made[one].linked - made[FIGURED[FIGURED.index(one) - 1]].linked)) for one in weaker
    ]
    linked = Part("linked", len(made[at].linked), "linked-plan-pairs")
    parts = (Part("only-general", len(general)), *left_out, linked)
    return Account(Part("anything", len(widest.linked | general)), parts)


def _by_tie(known: Known) -> Account:
    """Linked pairs by the strongest that links them: a citation, a document, a text."""
    citing = _pairs(_rows(known, "citing-pairs"))
    together = {pair for pair, level in known.chronology.together.items() if counts(level, known.level)}
    found = known.linked
    parts = (
        Part("citing", len(found & citing), "citing-pairs"),
        Part("together", len((found & together) - citing)),
        Part("text-only", len(found - citing - together), "sharing-plan-pairs"),
    )
    return Account(_linked(known, "linked-by-tie"), parts)


def _by_verdict(known: Known) -> Account:
    kinds = _kinds(known, known.linked)
    return Account(_linked(known, "linked-by-kind"), _by_kind(kinds, len(known.linked)))


def _related(known: Known) -> Account:
    """The two ways of linked pairs: where a citation is expected, and why it is not where it is not."""
    number = Counter(one.verdict for one in known.occasions)
    either = {_ordered(x, y) for x, y in known.related}
    named, one_way = 2 * len(known.linked - either), 2 * len(either) - len(known.related)
    parts = [Part("verdict.expected", number[Verdict.EXPECTED], "occasions")]
    parts += [Part(f"verdict.{one}", number[one], "not-expected") for one in Verdict if one is not Verdict.EXPECTED]
    parts += [Part("only-cited", one_way), Part("only-named", named)]
    return Account(Part("both-ways", 2 * len(known.linked)), tuple(parts))


def _sharing(known: Known) -> Account:
    """Pairs that share a text, by whether two of their actions share it."""
    home = known.tables.works.home
    sharing = _pairs(_rows(known, "sharing-plan-pairs"))
    met = {_ordered(home[str(row[0])], home[str(row[1])]) for row in _rows(known, "linked-action-pairs")}
    parts = (Part("by-actions", len(sharing & met), "linked-action-pairs"), Part("as-plans", len(sharing - met)))
    return Account(Part("sharing", len(sharing), "sharing-plan-pairs"), parts)


def _of_the_focus(known: Known) -> Account:
    own = frozenset(pair for pair in known.linked if known.tables.focus in pair)
    parts = _by_kind(_kinds(known, own), len(own), rest="in-index", figure="coherence-index")
    return Account(Part("focus", len(own)), parts)


def _actions(known: Known) -> Account:
    """Actions by whether a link was seen, else whether any text of theirs is known."""
    linked = {str(row[0]) for row in _rows(known, "linked-actions")}
    read = {str(row[0]) for row in _rows(known, "texts-read")} - linked
    whole = len(known.tables.works.actions)
    parts = (
        Part("linked-actions", len(linked), "linked-actions"),
        Part("actions-with-text", len(read)),
        Part("actions-unread", whole - len(linked) - len(read)),
    )
    return Account(Part("all-actions", whole), parts)


def _linked(known: Known, key: str) -> Part:
    return Part(key, len(known.linked), "linked-plan-pairs")


def _kinds(known: Known, pairs: Iterable[Ordered]) -> Counter[Verdict]:
    return Counter(verdict(known.chronology, *pair) for pair in pairs)


def _by_kind(number: Counter[Verdict], whole: int, *, rest: str = "others", figure: str = "") -> tuple[Part, ...]:
    editions, frameworks, abroad = (number[one] for one in (Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD))
    return (
        Part("editions", editions, "linked-editions"),
        Part("frameworks", frameworks, "linked-frameworks"),
        Part("abroad", abroad, "linked-abroad"),
        Part(rest, whole - editions - frameworks - abroad, figure),
    )


def _rows(known: Known, figure: str) -> Rows:
    return _FIGURES[figure].rows(known)


def _pairs(rows: Rows) -> frozenset[Ordered]:
    """The unordered pairs in the first two columns of a list."""
    return frozenset(_ordered(str(row[0]), str(row[1])) for row in rows)


def _ordered(one: str, two: str) -> Ordered:
    return (min(one, two), max(one, two))
