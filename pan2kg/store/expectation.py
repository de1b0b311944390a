"""What kind of thing a parameter of a question names, so that a plan given for an action is refused, not unanswered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pan2kg.errors import QueryError
from pan2kg.store.store import Store, select
from pan2kg.turtle.vocabulary import ID, PAN

KINDS: Final[Mapping[str, frozenset[str]]] = {
    "plan": frozenset({"Plan"}),
    "action": frozenset({"Action"}),
    "instrument": frozenset(
        {"Instrument", "LegalAct", "Treaty", "SoftLaw", "Commitment", "Bill", "OtherInstrument", "Provision"}
    ),
    "body": frozenset({"Organisation", "PublicBody", "UnnamedGroup"}),
}
"""The kinds of things questions are asked of, each with its classes; a provision stands for its instrument."""

_NAMED: Final = "SELECT DISTINCT ?class ?plan WHERE {{ <{iri}> a ?class . OPTIONAL {{ <{iri}> <{pan}inPlan> ?plan }} }}"


def expected(name: str, meaning: str, default: str) -> frozenset[str]:
    """The kinds a parameter may name: by its name, else by what it means, else by its default; none where neither says.

    >>> sorted(expected("of", "an action, plan or instrument", "action:lu-bhr-2-4-3"))
    ['action', 'instrument', 'plan']
    >>> expected("only_plan", "only instruments this plan rests on", "pan:any")
    frozenset({'plan'})
    >>> expected("start", "where to start", "body:maee"), expected("topic", "the topic", "topic:trade")
    (frozenset({'body'}), frozenset())
    """
    for words in (name.split("_"), re.findall(r"\w+", meaning), [default.partition(":")[0]]):
        found = KINDS.keys() & set(words)
        if found:
            return frozenset(found)
    return frozenset()


def refuse_other_kind(iri: str, kinds: frozenset[str], *, option: str, store: Store) -> None:
    """Refuse a thing of which the graph says that it is of another kind than those a parameter names.

    Raises:
        QueryError: it is of another kind, or of none the graph knows; with the remedy.
    """
    if not kinds or iri == f"{PAN}any":
        return
    table = select(store, _NAMED.format(iri=iri, pan=PAN))
    classes = {name.removeprefix(PAN) for name in table.values("class")}
    if any(classes & KINDS[kind] for kind in kinds):
        return
    wanted = " or ".join(_article(kind) for kind in sorted(kinds))
    if not classes:
        raise QueryError(f"The graph knows nothing called « {iri} ».", remedy=f"Name {wanted} by its key or its IRI.")
    is_a = next((kind for kind, names in KINDS.items() if classes & names), "")
    plans = [plan for plan in table.values("plan") if plan]
    raise QueryError(
        f"« {iri.removeprefix(ID)} » is {_article(is_a) if is_a else f'of the kind {min(classes)}'}, and --{option} "
        f"takes {wanted}.",
        remedy=_remedy(iri, is_a, kinds, plans),
    )


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aio' else 'a'} {kind}"


def _remedy(iri: str, is_a: str, kinds: frozenset[str], plans: list[str]) -> str:
    if is_a == "action" and "plan" in kinds and plans:
        return f"Its plan is {plans[0].rpartition('/')[2]}."
    if is_a == "plan" and "action" in kinds:
        return f"Its actions are shown by `pan2kg ask actions-of-plan --plan {iri.rpartition('/')[2]}`."
    return f"Name {' or '.join(_article(kind) for kind in sorted(kinds))} by its key or its IRI."
