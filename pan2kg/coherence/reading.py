"""The door to the store: the small tables, who rests on what and takes part, obligations and their answers, fields.

Only accepted and derived statements are read; what is unverified, by its certainty or by its named
graph, is left out. A statement has the level of evidence that a rule derived
(``pan:evidenceLevel``); one without a level is outside every figure. An act and its transposition,
a provision and its act, and one act under two IRIs are one instrument here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from pan2kg.coherence import (
    Aspect,
    Extent,
    Level,
    Reading,
    Readings,
    Works,
    bodies,
    counts,
    firmest,
    level,
)
from pan2kg.coherence.citations import Dates, PlanStatement, span
from pan2kg.coherence.known import Tables
from pan2kg.coherence.obligations import Obligation, Response, whole_day, whole_months
from pan2kg.coherence.texts import Use
from pan2kg.errors import ProjectError
from pan2kg.store import Store, is_true, program_query, text_rows
from pan2kg.turtle.vocabulary import key


class Citation(NamedTuple):
    """An action or plan whose own text, annex or web site names another.

    ``seen`` is the day the page or document was read, where that is recorded; ``level`` says on
    whose word it rests.
    """

    link: str
    source: str
    target: str
    channel: str
    document: str = ""
    seen: date | None = None
    level: Level | None = None


def _rows(store: Store, name: str) -> list[list[str]]:
    return text_rows(store, program_query(name))


def read_tables(
    store: Store, release: str = "", as_of: date | None = None, focus: str = ""
) -> Tables:
    """All that figures are made of, read from a store once.

    ``release`` and ``as_of`` are told beside each figure; ``focus`` is the plan they are about,
    left out where the store does not hold it.
    """
    plans = [PlanRow(*row) for row in _rows(store, "coherence/plans")]
    names = {row.plan for row in plans}
    home = {action: plan for action, plan in _rows(store, "coherence/actions") if plan in names}
    works = Works(tuple(sorted(names)), home)
    texts = _TextAddresses(store)
    statements = tuple(_statements(store))
    complete = frozenset(row.plan for row in plans if key(row.extent) == "complete")
    noted = _noted(works, texts.uses, statements, read_profiles(store))
    return Tables(
        works,
        texts.uses,
        texts.steps,
        texts.general,
        statements,
        _dates(store),
        Readings(tuple(_readings(store)), noted, complete),
        {row.plan: int(row.number) for row in plans if row.number},
        {row.plan: key(row.extent) or "unknown" for row in plans},
        release,
        as_of,
        focus if focus in names else "",
    )


class PlanRow(NamedTuple):
    """A plan, how many measures it says it has, and how far its list is known; empty if unsaid."""

    plan: str
    number: str
    extent: str


class _TextAddresses:
    """Uses and the tree of texts, each text under one address.

    That is the first of its addresses that are used, else the first of all.
    """

    def __init__(self, store: Store) -> None:
        rows = _rows(store, "coherence/text-uses")
        used = {text for _, _, text, _, _ in rows}
        self._address = self._addresses(store, used)
        self.uses = tuple(
            Use(work, self.one(text), float(share or 0), level(stored), link)
            for link, work, text, share, stored in rows
        )
        self.steps = tuple(
            (self.one(text), self.one(above), level(stored) if link else Level.PLAN)
            for text, above, link, stored in _rows(store, "coherence/text-steps")
        )
        general = _rows(store, "coherence/general-texts")
        self.general = frozenset(self.one(text) for (text,) in general)

    def one(self, text: str) -> str:
        """The address a text is counted under."""
        return self._address.get(text, text)

    @staticmethod
    def _addresses(store: Store, used: set[str]) -> dict[str, str]:
        group = dict[str, set[str]]()
        for address, alias in _rows(store, "coherence/text-addresses"):
            joined = group.get(address, {address}) | group.get(alias, {alias})
            group |= dict.fromkeys(joined, joined)
        return {address: min(joined & used or joined) for address, joined in group.items()}


def _statements(store: Store) -> Iterator[PlanStatement]:
    # what is stated of two plans, on whose word, and whether the second says it of the first
    for row in _rows(store, "coherence/plan-statements"):
        link, source, target, kind, relation, channel, stored, stated, backward = row
        yield PlanStatement(
            source,
            target,
            key(kind),
            key(relation),
            key(channel),
            level(stored),
            is_true(stated),
            is_true(backward),
            link,
        )


def _dates(store: Store) -> dict[str, Dates]:
    dates = {}
    for row in _rows(store, "coherence/plan-dates"):
        plan, adopted, since, revised, seen_on, framework, agreement, country = row
        dates[plan] = Dates(
            span(adopted),
            int(since[:4]) if since[:4].isdecimal() else None,
            span(revised),
            span(seen_on),
            is_true(framework),
            is_true(agreement),
            country,
        )
    return dates


def _readings(store: Store) -> Iterator[Reading]:
    # of what kind a reading is must be one that figures know
    for row in _rows(store, "coherence/readings"):
        _, work, aspect, extent, document, day, reader = row
        if key(aspect) not in set(Aspect) or key(extent) not in set(Extent):
            continue
        days = span(day)
        first = days.first if days else None
        yield Reading(work, Aspect(key(aspect)), Extent(key(extent)), document, first, reader)


def _noted(
    works: Works,
    uses: Iterable[Use],
    statements: Iterable[PlanStatement],
    profiles: Iterable[bodies.Profile],
) -> frozenset[tuple[str, Aspect]]:
    """Of what anything is recorded: that was read in part at least, whoever says how far."""
    noted = {(plan, Aspect.MEASURES) for plan in works.home.values()}
    noted |= {(use.work, Aspect.TEXTS) for use in uses if use.counts(Level.EDITORS)}
    for statement in statements:
        if statement.is_citation and counts(statement.level, Level.EDITORS):
            is_page = statement.channel == "web"
            noted.add((statement.source, Aspect.WEB_PAGE if is_page else Aspect.REFERENCES))
    noted |= {(profile.work, Aspect.BODIES) for profile in profiles if profile.everybody}
    return frozenset(noted)


def read_uses(store: Store, release: str = "", as_of: date | None = None) -> bodies.Uses:
    """Actions × instruments of a store, with every plan and what it rests on of itself.

    An action without a plan stands alone, as a plan of its own name.
    """
    plan_of = {action: plan or action for action, plan in _rows(store, "coherence/actions")}
    nameless = [
        plan.removeprefix(action) for action, plan in plan_of.items() if action.startswith("_:")
    ]
    if nameless:
        plan = key(nameless[0])
        raise ProjectError(
            "action-no-iri" if plan else "planless-action-no-iri",
            remedy="give-action-iri",
            plan=plan,
        )
    if not plan_of:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    plans = [
        bodies.PlanEntry(iri, int(published) if published else None, key(complete) or "unknown")
        for iri, published, complete in _rows(store, "coherence/plans")
    ]
    root_of = read_roots(store)
    pairs = [(work, root_of.get(text, text)) for work, text in _rows(store, "coherence/rests-on")]
    return bodies.uses_of(pairs, plan_of, plans=plans, release=release, as_of=as_of)


def read_uses_at(store: Store, uses: bodies.Uses, at: Level) -> bodies.Uses:
    root_of = read_roots(store)
    wanted = set[tuple[str, str]]()
    for work, text, stored in _rows(store, "coherence/rests-on-at-level"):
        if level(stored) is at:
            wanted.add((work, root_of.get(text, text)))
    pairs = [pair for pair in uses.stated if pair in wanted]
    return replace(bodies.uses_of(pairs, uses.home, plans=uses.plans), basis=uses.basis)


def read_roots(store: Store) -> dict[str, str]:
    """The instrument each counts as where several IRIs are one: the first by IRI, of those something rests on if any.

    One are acts under two IRIs (owl:sameAs, skos:exactMatch, unless unverified) and an act with
    what it counts as.
    """
    leader: dict[str, str] = {}

    def top(iri: str) -> str:
        while iri in leader:
            iri = leader[iri]
        return iri

    for iri, alias in _rows(store, "coherence/same-things"):
        leading, second = sorted((top(iri), top(alias)))
        leader[second] = leading
    resting = {text for _, text in _rows(store, "coherence/rests-on")}
    groups: dict[str, list[str]] = defaultdict(list)
    for iri in leader.keys() | set(leader.values()):
        groups[top(iri)].append(iri)
    chosen = {
        root: min(resting.intersection(members) or members) for root, members in groups.items()
    }
    return {iri: chosen[root] for root, members in groups.items() for iri in members}


def read_citations(store: Store) -> tuple[Citation, ...]:
    return tuple(
        Citation(
            link, source, target, key(channel), document, whole_day(seen_on[:10]), level(stored)
        )
        for link, source, target, channel, document, seen_on, stored in _rows(
            store, "coherence/citations"
        )
    )


def read_successions(store: Store) -> tuple[bodies.Succession, ...]:
    return tuple(
        bodies.Succession(later, earlier, key(relation) or "continues", level(stored), link)
        for later, earlier, relation, stored, link in _rows(store, "coherence/successions")
    )


def read_profiles(store: Store) -> tuple[bodies.Profile, ...]:
    tags: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for work, kind, tag in _rows(store, "coherence/tags"):
        tags[work][kind].add(tag)
    kinds = ("topic", "group", "lead", "body")
    return tuple(
        bodies.Profile(work, *(frozenset(of[kind]) for kind in kinds))
        for work, of in sorted(tags.items())
    )


def read_involvements(store: Store) -> tuple[bodies.Involvement, ...]:
    roles: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for iri, work, body, role, stored in _rows(store, "coherence/involvements"):
        roles[iri, work, body, stored].add(key(role))
    return tuple(
        bodies.Involvement(iri, work, body, frozenset(keys), level(stored))
        for (iri, work, body, stored), keys in roles.items()
    )


def read_countries(store: Store) -> dict[str, str]:
    return dict(
        reversed([(work, country) for work, country in _rows(store, "coherence/countries")])
    )


def read_obligations(store: Store) -> tuple[Obligation, ...]:
    """Every verified obligation, with the day a treaty it stands under was ratified and how often it recurs.

    By IRI, once for each holder; its holder is the one a country recorded, else a State it binds by
    derivation.
    """
    root_of = read_roots(store)
    duties = dict[tuple[str, str, str], Obligation]()
    for row in _rows(store, "coherence/obligations"):
        iri, instrument, due, holder, treaty, ratified, since, every, national, *terms = row
        kind, force, provision, by_law, country = terms
        duties.setdefault(
            (iri, national, holder),
            Obligation(
                iri,
                root_of.get(instrument, instrument),
                whole_day(due),
                holder,
                is_true(treaty),
                whole_day(ratified),
                whole_day(since),
                whole_months(every),
                key(kind),
                key(force),
                provision,
                national,
                by_law not in ("false", "0"),
                country,
                bool(national),
            ),
        )
    return tuple(duties[place] for place in sorted(duties))


def read_responses(store: Store, uses: bodies.Uses) -> tuple[Response, ...]:
    """What may answer an obligation: national acts by the day they came into force, actions by a dated timeline's end.

    Each action is given once a relation it has to the instrument: to implement it answers, to
    monitor it does not; each with the firmest level it is said at. A bill is no act. A timeline
    that is vague or relative has no date, whatever else it says. What a review reports, outside any
    plan, answers nothing.
    """
    root_of = read_roots(store)
    country = read_countries(store)
    dated: dict[tuple[str, ...], Level | None] = {}
    for *act, stored in _rows(store, "coherence/acts"):
        dated[(*act,)] = firmest((dated.get((*act,)), level(stored)))
    acts = [
        Response(
            act,
            root_of.get(instrument, instrument),
            whole_day(in_force) or whole_day(signed),
            is_act=True,
            signed=whole_day(signed),
            level=at,
            country=country.get(act, ""),
        )
        for (act, instrument, signed, in_force), at in dated.items()
    ]
    ends: dict[str, str] = {}
    for action, end in _rows(store, "coherence/ends"):
        ends[action] = max(ends.get(action, ""), end)
    relations: dict[tuple[str, str], dict[str, Level | None]] = defaultdict(dict)
    for work, text, relation, stored in _rows(store, "coherence/relations"):
        levels = relations[work, root_of.get(text, text)]
        levels[key(relation)] = firmest((levels.get(key(relation)), level(stored)))
    plans = {plan.iri for plan in uses.plans if plan.is_plan}
    places = zip(uses.table.rows.tolist(), uses.table.columns.tolist(), strict=True)
    planned = [
        (uses.actions[row], uses.instruments[at])
        for row, at in places
        if uses.home[uses.actions[row]] in plans
    ]
    answers = [
        Response(
            work,
            text,
            whole_day(ends.get(work, "")),
            is_act=False,
            relation=relation,
            level=at,
            country=country.get(work, ""),
        )
        for work, text in planned
        for relation, at in sorted((relations.get((work, text)) or {"": None}).items())
    ]
    return (*acts, *answers)


def read_fields(store: Store) -> tuple[bodies.ActionField, ...]:
    """What was recorded of the five fields of actions; a node without a presence counts as vague.

    A dated or relative timeline is present, one « as soon as possible » vague.
    """
    of_timeline = dict.fromkeys(("dated", "relative"), bodies.Presence.PRESENT) | {
        "vague": bodies.Presence.VAGUE
    }

    fields = []
    for action, name, iri in _rows(store, "coherence/fields"):
        word = key(iri)
        presence = bodies.Presence(word) if word in set(bodies.Presence) else bodies.Presence.VAGUE
        if name == "timeline":
            presence = of_timeline.get(word, bodies.Presence.ABSENT)
        fields.append((action, name, presence))
    return tuple(fields)
