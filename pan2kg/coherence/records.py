"""The door to the store, second leaf: obligations and what answers them, fields of actions, scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.coherence import questions
from pan2kg.coherence.completeness import Field, Presence, of_timeline
from pan2kg.coherence.obligations import Obligation, Response, planned, whole_day
from pan2kg.coherence.reading import read_roots, rows
from pan2kg.coherence.scores import HIGHEST, LOWEST, Scores, scores_of
from pan2kg.coherence.uses import key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pan2kg.coherence.uses import Uses
    from pan2kg.store.store import Store


def read_obligations(store: Store) -> tuple[Obligation, ...]:
    """Every verified obligation, with the day a treaty it stands under was ratified; each once, by IRI.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_obligations(LocalStore(pyoxigraph.Store()))
    ()
    """
    same, found = read_roots(store), dict[str, Obligation]()
    for iri, instrument, due, holder, treaty, ratified in rows(store, questions.OBLIGATIONS):
        days = whole_day(due), whole_day(ratified)
        one = Obligation(iri, same.get(instrument, instrument), days[0], holder, treaty == "true", days[1])
        found.setdefault(iri, one)
    return tuple(found[iri] for iri in sorted(found))


def read_responses(store: Store, uses: Uses) -> tuple[Response, ...]:
    """What may answer an obligation: national acts by their date, actions by the end of a dated timeline.

    Each action is given once a relation it has to the instrument: to implement it answers, to monitor it does not. A
    bill is no act. A timeline that is vague or relative has no date, whatever else it says.

    >>> from pan2kg.coherence.uses import uses_of
    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_responses(LocalStore(pyoxigraph.Store()), uses_of([("a", "K")], {"a": "p"}))
    (Response(work='a', instrument='K', day=None, is_act=False, relation=''),)
    """
    same = read_roots(store)
    acts = [
        Response(act, same.get(instrument, instrument), whole_day(day), is_act=True)
        for act, instrument, day in rows(store, questions.ACTS)
    ]
    ends: dict[str, str] = {}
    for action, end in rows(store, questions.ENDS):
        ends[action] = max(ends.get(action, ""), end)
    said: dict[tuple[str, str], set[str]] = {}
    for work, one, relation in rows(store, questions.RELATIONS):
        said.setdefault((work, same.get(one, one)), set()).add(key(relation))
    answers = [
        Response(work, one, whole_day(ends.get(work, "")), is_act=False, relation=relation)
        for work, one in planned(uses)
        for relation in sorted(said.get((work, one), {""}))
    ]
    return (*acts, *answers)


def read_duties(store: Store) -> Mapping[str, str]:
    """The instrument each verified obligation stands under.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_duties(LocalStore(pyoxigraph.Store()))
    {}
    """
    return {one.iri: one.instrument for one in read_obligations(store)}


def read_fields(store: Store) -> tuple[Field, ...]:
    """What was recorded of the five fields of actions; a node without a presence counts as vague.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_fields(LocalStore(pyoxigraph.Store()))
    ()
    """
    return tuple(
        Field(action, name, _presence(name, key(value))) for action, name, value in rows(store, questions.FIELDS)
    )


def _presence(name: str, value: str) -> Presence:
    if name == "timeline":
        return of_timeline(value)
    return Presence(value) if value in set(Presence) else Presence.VAGUE


def read_matrices(store: Store) -> tuple[Scores, ...]:
    """The accepted interaction scores, one matrix an assessor and scale, by scale and assessor.

    What is outside the scale, or of something on itself, is left out; the shapes report it.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_matrices(LocalStore(pyoxigraph.Store()))
    ()
    """
    found: dict[tuple[str, str], dict[tuple[str, str], tuple[int, str]]] = {}
    for _, one, two, score, scale, assessor, reason in rows(store, questions.SCORES):
        if one != two and _is_score(score):
            found.setdefault((scale, assessor), {}).setdefault((one, two), (int(score), reason))
    return tuple(_matrix(scale, assessor, cells) for (scale, assessor), cells in sorted(found.items()))


def _is_score(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and LOWEST <= int(text) <= HIGHEST


def _matrix(scale: str, assessor: str, cells: Mapping[tuple[str, str], tuple[int, str]]) -> Scores:
    made = scores_of({pair: score for pair, (score, _) in cells.items()}, assessor=assessor, scale=scale)
    reasons = {pair: reason for pair, (_, reason) in cells.items() if reason}
    return Scores(made.labels, made.values, assessor, scale, reasons)
