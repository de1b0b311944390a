"""The small tables of what is known, as the store holds them: uses, texts, statements, dates and readings.

Nothing is decided here but which addresses are one text. A statement has the level of evidence that a rule derived
(``pan:evidenceLevel``); one without a level is outside every figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from pan2kg.coherence.evidence import Level, counts, level
from pan2kg.coherence.feasible import Dates, Statement, span
from pan2kg.coherence.known import Tables
from pan2kg.coherence.reading import read_profiles, rows
from pan2kg.coherence.reading_state import Aspect, Extent, Reading, Readings
from pan2kg.coherence.texts import Step, Use, Works
from pan2kg.coherence.uses import key
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, is_true

LevelOf = Callable[[str, str], Level | None]
"""The level of a link, from its IRI and the level the store gives it, empty where it gives none."""


def read_tables(
    store: Store, *, release: str = "", as_of: date | None = None, focus: str = "", level_of: LevelOf | None = None
) -> Tables:
    """The small tables of a store; ``level_of`` decides levels where those of the store are not wanted.

    >>> from pan2kg.store.store import LocalStore
    >>> import pyoxigraph
    >>> read_tables(LocalStore(pyoxigraph.Store())).works
    Works(plans=(), home={})
    """
    level_of = level_of or (lambda _, stored: level(stored))
    known = rows(store, program_query("coherence/plans"))
    works = _works(store, [plan for plan, _, _ in known])
    uses, steps, general = _texts(store, level_of)
    statements = _statements(store, level_of)
    complete = frozenset(plan for plan, _, how in known if key(how) == "complete")
    return Tables(
        works, uses, steps, general, statements, _dates(store),
        Readings(_readings(store), _noted(store, works, uses, statements), complete),
        {plan: int(published) for plan, published, _ in known if published},
        {plan: key(how) or "unknown" for plan, _, how in known},
        release, as_of, focus,
    )  # fmt: skip


def _works(store: Store, plans: list[str]) -> Works:
    own = set(plans)
    pairs = rows(store, program_query("coherence/actions"))
    return Works(tuple(sorted(own)), {action: plan for action, plan in pairs if plan in own})


def _texts(store: Store, level_of: LevelOf) -> tuple[tuple[Use, ...], tuple[Step, ...], frozenset[str]]:
    """Uses, steps and general texts, each text under one address."""
    found = rows(store, program_query("coherence/text-uses"))
    same = _one_address(rows(store, program_query("coherence/text-addresses")), {row[2] for row in found})
    uses = tuple(
        Use(work, same.get(text, text), float(share or 0), level_of(link, said), link)
        for link, work, text, share, said in found
    )
    steps = tuple(
        Step(same.get(text, text), same.get(above, above), level_of(link, said) if link else Level.PLAN)
        for text, above, link, said in rows(store, program_query("coherence/text-steps"))
    )
    general = frozenset(same.get(text, text) for (text,) in rows(store, program_query("coherence/general-texts")))
    return uses, steps, general


def _one_address(pairs: Iterable[list[str]], used: set[str]) -> dict[str, str]:
    """The address each text counts under: the first of those that are used, else the first."""
    group: dict[str, set[str]] = {}
    for one, other in pairs:
        joined = group.get(one, {one}) | group.get(other, {other})
        group |= dict.fromkeys(joined, joined)
    return {address: min(joined & used or joined) for address, joined in group.items()}


def _statements(store: Store, level_of: LevelOf) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            source, target, key(kind), key(relation), key(channel), level_of(link, said), is_true(stated),
            is_true(backward), link,
        )
        for link, source, target, kind, relation, channel, said, stated, backward
        in rows(store, program_query("coherence/plan-statements"))
    )  # fmt: skip


def _dates(store: Store) -> Mapping[str, Dates]:
    return {
        plan: Dates(
            span(adopted), int(since[:4]) if since[:4].isdecimal() else None, span(revised), span(seen),
            is_true(framework), is_true(agreement), country,
        )
        for plan, adopted, since, revised, seen, framework, agreement, country
        in rows(store, program_query("coherence/plan-dates"))
    }  # fmt: skip


def _readings(store: Store) -> tuple[Reading, ...]:
    return tuple(
        Reading(work, Aspect(key(aspect)), Extent(key(extent)), document, found.first if found else None, reader)
        for _, work, aspect, extent, document, day, reader in rows(store, program_query("coherence/readings"))
        if key(aspect) in set(Aspect) and key(extent) in set(Extent)
        for found in [span(day)]
    )


def _noted(
    store: Store, works: Works, uses: Iterable[Use], statements: Iterable[Statement]
) -> frozenset[tuple[str, Aspect]]:
    """The works of which anything is recorded, by aspect: then they were read in part at least."""
    noted = {(plan, Aspect.MEASURES) for plan in works.home.values()}
    noted |= {(use.work, Aspect.TEXTS) for use in uses if use.share > 0 and counts(use.level, Level.EDITORS)}
    noted |= {
        (one.source, Aspect.WEB_PAGE if one.channel == "web" else Aspect.REFERENCES)
        for one in statements if one.is_citation and counts(one.level, Level.EDITORS)
    }  # fmt: skip
    noted |= {(profile.work, Aspect.BODIES) for profile in read_profiles(store) if profile.bodies | profile.leads}
    return frozenset(noted)
