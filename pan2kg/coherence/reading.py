"""The door to the store: who rests on what, cites whom and takes part, obligations and their answers, fields, scores.

Only accepted and derived statements are read; what is unverified, by its certainty or by its named graph, is left
out. An act and its transposition, a provision and its act, and one act under two IRIs are one instrument here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pan2kg.coherence.bodies import Involvement, Profile
from pan2kg.coherence.editions import Succession
from pan2kg.coherence.evidence import Level, firmest, level
from pan2kg.coherence.obligations import Obligation, Response, Terms, planned, whole_day, whole_months
from pan2kg.coherence.participation import Field, Presence, of_timeline
from pan2kg.coherence.scale import Scale
from pan2kg.coherence.scores import Scores, scores_of
from pan2kg.coherence.uses import Plan, Uses, key, uses_of
from pan2kg.errors import ProjectError
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, is_true, text_rows


@dataclass(frozen=True, slots=True)
class Citation:
    """An action or plan whose own text, annex or web site names another.

    ``seen`` is the day the page or document was read, where that is recorded; ``level`` says on whose word it rests.
    """

    link: str
    source: str
    target: str
    channel: str
    document: str = ""
    seen: date | None = None
    level: Level | None = None


def homes(uses: Uses) -> dict[str, str]:
    """The plan of each action, and of each plan itself: what an action's text says, its plan says.

    Actions without a plan are not among them.

    >>> from pan2kg.coherence.uses import uses_of
    >>> homes(uses_of([], {"a": "p"}))
    {'p': 'p', 'a': 'p'}
    """
    own = {plan.iri: plan.iri for plan in uses.plans if plan.is_plan}
    pairs = ((action, uses.plans[at]) for action, at in zip(uses.actions, uses.plan_of, strict=True))
    return own | {action: plan.iri for action, plan in pairs if plan.is_plan}


_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")


def rows(store: Store, question: str) -> list[list[str]]:
    """The rows of an answer as plain text, empty where there is no value."""
    return text_rows(store, question)


def read_uses(store: Store, *, release: str = "", as_of: date | None = None) -> Uses:
    """Actions × instruments of a store, with every plan and what it rests on of itself.

    An action without a plan stands alone, as a plan of its own name.

    Raises:
        ProjectError: the store holds no action, or one without an IRI.

    >>> from pan2kg.graph.graph import open_graph
    >>> uses = open_graph().uses
    >>> uses.basis.n >= 20, uses.plans[uses.find_plan("lu-bhr-2")].completeness
    (True, 'complete')
    """
    plan_of = {action: plan or action for action, plan in rows(store, program_query("coherence/actions"))}
    nameless = [plan.removeprefix(action) for action, plan in plan_of.items() if action.startswith("_:")]
    if nameless:
        plan = key(nameless[0])
        raise ProjectError("action-no-iri" if plan else "planless-action-no-iri", remedy="give-action-iri", plan=plan)
    if not plan_of:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    plans = [
        Plan(iri, int(published) if published else None, key(complete) or "unknown")
        for iri, published, complete in rows(store, program_query("coherence/plans"))
    ]
    same = read_roots(store)
    pairs = [(work, same.get(one, one)) for work, one in rows(store, program_query("coherence/rests-on"))]
    return uses_of(pairs, plan_of, plans=plans, release=release, as_of=as_of)


def read_resting(store: Store, at: Level) -> set[tuple[str, str]]:
    """Which work rests on which instrument at a level of evidence, instruments as in :func:`read_uses`.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_resting(LocalStore(pyoxigraph.Store()), Level.PLAN)
    set()
    """
    same, found = read_roots(store), rows(store, program_query("coherence/rests-on-at-level"))
    return {(work, same.get(one, one)) for work, one, said in found if level(said) is at}


def read_roots(store: Store) -> dict[str, str]:
    """The instrument each counts as where several IRIs are one: the first by IRI, of those something rests on if any.

    One are acts under two IRIs (owl:sameAs, skos:exactMatch, unless unverified) and an act with what it counts as.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_roots(LocalStore(pyoxigraph.Store()))
    {}
    """
    leader: dict[str, str] = {}
    for one, other in rows(store, program_query("coherence/same-things")):
        first, second = sorted((_top(leader, one), _top(leader, other)))
        leader[second] = first
    resting = {one for _, one in rows(store, program_query("coherence/rests-on"))}
    groups: dict[str, list[str]] = {}
    for iri in leader.keys() | set(leader.values()):
        groups.setdefault(_top(leader, iri), []).append(iri)
    chosen = {top: min(resting.intersection(members) or members) for top, members in groups.items()}
    return {iri: chosen[top] for top, members in groups.items() for iri in members}


def _top(leader: Mapping[str, str], iri: str) -> str:
    while iri in leader:
        iri = leader[iri]
    return iri


def read_citations(store: Store) -> tuple[Citation, ...]:
    """Every accepted citation with a channel, by link; statements by third parties are none.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_citations(LocalStore(pyoxigraph.Store()))
    ()
    """
    return tuple(
        Citation(link, source, target, key(channel), document, whole_day(seen[:10]), level(said))
        for link, source, target, channel, document, seen, said in rows(store, program_query("coherence/citations"))
    )


def read_successions(store: Store) -> tuple[Succession, ...]:
    """The accepted successions between actions, with the key of their relation and on whose word.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_successions(LocalStore(pyoxigraph.Store()))
    ()
    """
    found = rows(store, program_query("coherence/successions"))
    return tuple(
        Succession(later, earlier, key(relation) or "continues", level(said))
        for later, earlier, relation, said in found
    )


def read_profiles(store: Store) -> tuple[Profile, ...]:
    """Topics, target groups, leads and bodies of every work that has any, by IRI.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_profiles(LocalStore(pyoxigraph.Store()))
    ()
    """
    found: dict[str, dict[str, set[str]]] = {}
    for work, kind, tag in rows(store, program_query("coherence/tags")):
        found.setdefault(work, {}).setdefault(kind, set()).add(tag)
    return tuple(
        Profile(work, *(frozenset(tags.get(kind, ())) for kind in ("topic", "group", "lead", "body")))
        for work, tags in sorted(found.items())
    )


def read_involvements(store: Store) -> tuple[Involvement, ...]:
    """The parts that bodies have in works, verified or not, by IRI.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_involvements(LocalStore(pyoxigraph.Store()))
    ()
    """
    found: dict[tuple[str, str, str, str], set[str]] = {}
    for iri, work, body, role, said in rows(store, program_query("coherence/involvements")):
        found.setdefault((iri, work, body, said), set()).add(key(role))
    return tuple(
        Involvement(iri, work, body, frozenset(roles), level(said)) for (iri, work, body, said), roles in found.items()
    )


def read_ministries(store: Store) -> tuple[str, ...]:
    """The bodies that are ministries.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_ministries(LocalStore(pyoxigraph.Store()))
    ()
    """
    return tuple(body for (body,) in rows(store, program_query("coherence/ministries")))


def read_earlier_bodies(store: Store) -> tuple[tuple[str, str], ...]:
    """Each body with every body whose name or remit it took over, over any number of changes, by IRI.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_earlier_bodies(LocalStore(pyoxigraph.Store()))
    ()
    """
    return tuple((body, earlier) for body, earlier in rows(store, program_query("coherence/earlier-bodies")))


def read_countries(store: Store) -> dict[str, str]:
    """Of which country each plan, action of a plan and national act is: the first by IRI.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_countries(LocalStore(pyoxigraph.Store()))
    {}
    """
    return dict(reversed([(work, country) for work, country in rows(store, program_query("coherence/countries"))]))


def read_obligations(store: Store) -> tuple[Obligation, ...]:
    """Every verified obligation, with the day a treaty it stands under was ratified and how often it recurs.

    By IRI, once for each holder; its holder is the one a country recorded, else a State it binds by derivation.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_obligations(LocalStore(pyoxigraph.Store()))
    ()
    """
    same, found = read_roots(store), dict[tuple[str, str, str], Obligation]()
    for row in rows(store, program_query("coherence/obligations")):
        iri, instrument, due, holder, treaty, ratified, since, every, national, *terms = row
        kind, force, provision, by_law, country = terms
        found.setdefault(
            (iri, national, holder),
            Obligation(
                iri, same.get(instrument, instrument), whole_day(due), holder, is_true(treaty), whole_day(ratified),
                whole_day(since), whole_months(every),
                Terms(key(kind), key(force), provision, national, by_law not in ("false", "0"), country),
                bool(national),
            ),
        )  # fmt: skip
    return tuple(found[one] for one in sorted(found))


def read_responses(store: Store, uses: Uses) -> tuple[Response, ...]:
    """What may answer an obligation: national acts by the day they came into force, actions by a dated timeline's end.

    Each action is given once a relation it has to the instrument: to implement it answers, to monitor it does not; each
    with the firmest level it is said at. A bill is no act. A timeline that is vague or relative has no date, whatever
    else it says.

    >>> from pan2kg.coherence.uses import uses_of
    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_responses(LocalStore(pyoxigraph.Store()), uses_of([("a", "K")], {"a": "p"}))
    (Response(work='a', instrument='K', day=None, is_act=False, relation='', signed=None, level=None, country=''),)
    """
    same = read_roots(store)
    country = read_countries(store)
    dated: dict[tuple[str, ...], Level | None] = {}
    for *act, level_said in rows(store, program_query("coherence/acts")):
        dated[(*act,)] = firmest((dated.get((*act,)), level(level_said)))
    acts = [
        Response(
            act, same.get(instrument, instrument), whole_day(in_force) or whole_day(signed), is_act=True,
            signed=whole_day(signed), level=at, country=country.get(act, ""),
        )
        for (act, instrument, signed, in_force), at in dated.items()
    ]  # fmt: skip
    ends: dict[str, str] = {}
    for action, end in rows(store, program_query("coherence/ends")):
        ends[action] = max(ends.get(action, ""), end)
    said: dict[tuple[str, str], dict[str, Level | None]] = {}
    for work, one, relation, level_said in rows(store, program_query("coherence/relations")):
        found = said.setdefault((work, same.get(one, one)), {})
        found[key(relation)] = firmest((found.get(key(relation)), level(level_said)))
    answers = [
        Response(
            work, one, whole_day(ends.get(work, "")), is_act=False, relation=relation, level=at,
            country=country.get(work, ""),
        )
        for work, one in planned(uses)
        for relation, at in sorted(said.get((work, one), {"": None}).items())
    ]  # fmt: skip
    return (*acts, *answers)


def read_fields(store: Store) -> tuple[Field, ...]:
    """What was recorded of the five fields of actions; a node without a presence counts as vague.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_fields(LocalStore(pyoxigraph.Store()))
    ()
    """
    return tuple(
        Field(action, name, _presence(name, key(value)))
        for action, name, value in rows(store, program_query("coherence/fields"))
    )


def _presence(name: str, value: str) -> Presence:
    if name == "timeline":
        return of_timeline(value)
    return Presence(value) if value in set(Presence) else Presence.VAGUE


def read_scales(store: Store) -> dict[str, Scale]:
    """The scales the graph declares, by IRI.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_scales(LocalStore(pyoxigraph.Store()))
    {}
    """
    found: dict[str, Scale] = {}
    for iri, *numbers in rows(store, program_query("coherence/scales")):
        lowest, highest, step = map(_number, numbers)
        found.setdefault(iri, Scale(lowest, highest, step, key(iri)))
    return found


def read_matrices(store: Store) -> tuple[Scores, ...]:
    """The accepted interaction scores, one matrix an assessor and scale, by scale and assessor.

    A scale that is only named is that of the first version, whole numbers from −3 to +3. What is outside
    the scale, or of something on itself, is left out; the check of the graph reports it.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_matrices(LocalStore(pyoxigraph.Store()))
    ()
    """
    scales = read_scales(store)
    found: dict[tuple[str, str], dict[tuple[str, str], tuple[float, str]]] = {}
    for _, one, two, written, name, assessor, reason in rows(store, program_query("coherence/scores")):
        scale, score = scales.setdefault(name, Scale(name=name)), _number(written)
        if one != two and score is not None and scale.holds(score) and scale.has_step(score):
            found.setdefault((name, assessor), {}).setdefault((one, two), (score, reason))
    return tuple(_matrix(scales[name], assessor, cells) for (name, assessor), cells in sorted(found.items()))


def _number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) else None


def _matrix(scale: Scale, assessor: str, cells: Mapping[tuple[str, str], tuple[float, str]]) -> Scores:
    made = scores_of({pair: score for pair, (score, _) in cells.items()}, assessor=assessor, scale=scale)
    reasons = {pair: reason for pair, (_, reason) in cells.items() if reason}
    return Scores(made.labels, made.values, assessor, scale, reasons)
