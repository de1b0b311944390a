"""The door to the store: each function reads from it one thing that figures, tables and pages are made of.

Only accepted and derived statements are read; what is unverified, by its certainty or by its named
graph, is left out. A statement has the level of evidence that a rule derived
(``pan:evidenceLevel``); one without a level is outside every figure. An act and its transposition,
a provision and its act, and one act under two IRIs are one instrument here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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
    action_measures,
    bodies,
    counts,
    firmest,
    level,
    succession,
    use_matrix,
)
from pan2kg.coherence.citations import Dates, PlanStatement, span
from pan2kg.coherence.known import Tables
from pan2kg.coherence.obligations import Obligation, Response, whole_day, whole_months
from pan2kg.coherence.standing import Standing
from pan2kg.coherence.texts import TextStep, Use
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
    plans = _plans(store)
    names = {plan.iri for plan in plans}
    home = {action: plan for action, plan in _rows(store, "coherence/actions") if plan in names}
    works = Works(tuple(sorted(names)), home)
    texts = _texts(store)
    statements = tuple(_statements(store))
    complete = frozenset(plan.iri for plan in plans if plan.completeness == "complete")
    noted = _noted(works, texts.uses, statements, read_profiles(store))
    return Tables(
        works,
        uses=texts.uses,
        steps=texts.steps,
        general=texts.general,
        statements=statements,
        dates=_dates(store),
        readings=Readings(tuple(_readings(store)), noted, complete),
        published={plan.iri: plan.published for plan in plans if plan.published is not None},
        lists={plan.iri: plan.completeness for plan in plans},
        release=release,
        as_of=as_of,
        focus=focus if focus in names else "",
    )


def _plans(store: Store) -> list[use_matrix.PlanEntry]:
    """The plans, how many measures each says it has, and how far its list is known."""
    plans = []
    for plan, number, extent in _rows(store, "coherence/plans"):
        published = int(number) if number else None
        plans.append(use_matrix.PlanEntry(plan, published, key(extent) or "unknown"))
    return plans


class _Texts(NamedTuple):
    """Uses and the tree of texts, each text under one address, and which of them are general."""

    uses: tuple[Use, ...]
    steps: tuple[TextStep, ...]
    general: frozenset[str]


def _texts(store: Store) -> _Texts:
    rows = _rows(store, "coherence/text-uses")
    counted = _counted_addresses(store, {text for _, _, text, _, _ in rows})
    uses = []
    for link, work, text, share, stored in rows:
        uses.append(Use(work, counted.get(text, text), float(share or 0), level(stored), link))
    steps = []
    for text, above, link, stored in _rows(store, "coherence/text-steps"):
        # a step without a link is what the texts themselves are
        at = level(stored) if link else Level.PLAN
        steps.append(TextStep(counted.get(text, text), counted.get(above, above), at))
    general = {counted.get(text, text) for (text,) in _rows(store, "coherence/general-texts")}
    return _Texts(tuple(uses), tuple(steps), frozenset(general))


def _counted_addresses(store: Store, used: set[str]) -> dict[str, str]:
    """The address a text of several is counted under: the first of those that are used, else the first of all."""
    group = dict[str, set[str]]()
    for address, alias in _rows(store, "coherence/text-addresses"):
        joined = group.get(address, {address}) | group.get(alias, {alias})
        group |= dict.fromkeys(joined, joined)
    return {address: min(joined & used or joined) for address, joined in group.items()}


def _statements(store: Store) -> Iterator[PlanStatement]:
    """What is stated of two plans, on whose word, and whether the second says it of the first."""
    for row in _rows(store, "coherence/plan-statements"):
        link, source, target, kind, relation, channel, stored, stated, backward = row
        yield PlanStatement(
            source,
            target,
            key(kind),
            relation=key(relation),
            channel=key(channel),
            level=level(stored),
            is_stated=is_true(stated),
            is_backward=is_true(backward),
            link=link,
        )


def _dates(store: Store) -> dict[str, Dates]:
    dates = {}
    for row in _rows(store, "coherence/plan-dates"):
        plan, adopted, since, revised, seen_on, framework, agreement, country = row
        year = since[:4]
        dates[plan] = Dates(
            adopted=span(adopted),
            starts=int(year) if year.isdecimal() else None,
            revised=span(revised),
            page=span(seen_on),
            is_framework=is_true(framework),
            is_agreement=is_true(agreement),
            country=country,
        )
    return dates


def _readings(store: Store) -> Iterator[Reading]:
    """What is asserted to have been read; left out is a reading of a kind that figures do not know."""
    aspects = set(Aspect)
    extents = set(Extent)
    for row in _rows(store, "coherence/readings"):
        _, work, aspect, extent, document, day, reader = row
        if key(aspect) not in aspects or key(extent) not in extents:
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
    """The works and aspects of which anything is recorded: they were read in part, whoever says how far."""
    noted = {(plan, Aspect.MEASURES) for plan in works.home.values()}
    noted |= {(use.work, Aspect.TEXTS) for use in uses if use.counts(Level.EDITORS)}
    for statement in statements:
        if statement.is_citation and counts(statement.level, Level.EDITORS):
            is_page = statement.channel == "web"
            noted.add((statement.source, Aspect.WEB_PAGE if is_page else Aspect.REFERENCES))
    noted |= {(profile.work, Aspect.BODIES) for profile in profiles if profile.everybody}
    return frozenset(noted)


def read_uses(store: Store, release: str = "", as_of: date | None = None) -> use_matrix.Uses:
    """Actions × instruments of a store, with every plan and what it rests on of itself.

    An action without a plan stands alone, as a plan of its own name.

    Raises:
        ProjectError: an action has no IRI, or there is no action.
    """
    plan_of = {action: plan or action for action, plan in _rows(store, "coherence/actions")}
    _refuse_nameless(plan_of)
    if not plan_of:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    root_of = read_roots(store)
    pairs = [(work, root_of.get(text, text)) for work, text in _rows(store, "coherence/rests-on")]
    return use_matrix.uses_of(pairs, plan_of, plans=_plans(store), release=release, as_of=as_of)


def _refuse_nameless(plan_of: Mapping[str, str]) -> None:
    for action, plan in plan_of.items():
        if not action.startswith("_:"):
            continue
        # one that stands alone is its own plan
        name = key(plan.removeprefix(action))
        raise ProjectError(
            "action-no-iri" if name else "planless-action-no-iri",
            remedy="give-action-iri",
            plan=name,
        )


def read_uses_at(store: Store, uses: use_matrix.Uses, at: Level) -> use_matrix.Uses:
    """Of these uses those that are said at the level itself, on the basis of all."""
    root_of = read_roots(store)
    wanted = set()
    for work, text, stored in _rows(store, "coherence/rests-on-at-level"):
        if level(stored) is at:
            wanted.add((work, root_of.get(text, text)))
    pairs = [pair for pair in uses.stated if pair in wanted]
    return replace(use_matrix.uses_of(pairs, uses.home, plans=uses.plans), basis=uses.basis)


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
    groups: dict[str, list[str]] = defaultdict(list)
    for iri in leader.keys() | set(leader.values()):
        groups[top(iri)].append(iri)
    resting = {text for _, text in _rows(store, "coherence/rests-on")}
    root_of = {}
    for members in groups.values():
        root = min(resting.intersection(members) or members)
        root_of.update(dict.fromkeys(members, root))
    return root_of


def read_citations(store: Store) -> tuple[Citation, ...]:
    """The links by which an action or a plan cites another, in the order of the query."""
    citations = []
    for row in _rows(store, "coherence/citations"):
        link, source, target, channel, document, seen_on, stored = row
        seen = whole_day(seen_on[:10])
        citations.append(
            Citation(link, source, target, key(channel), document, seen, level(stored))
        )
    return tuple(citations)


def read_successions(store: Store) -> tuple[succession.Succession, ...]:
    """The links by which an action takes up another, or an earlier plan as a whole."""
    successions = []
    for later, earlier, relation, stored, link in _rows(store, "coherence/successions"):
        way = key(relation) or "continues"
        successions.append(succession.Succession(later, earlier, way, level(stored), link))
    return tuple(successions)


def read_profiles(store: Store) -> tuple[bodies.Profile, ...]:
    """What each work is tagged with, by IRI of the work; one without a tag is left out."""
    tags: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for work, kind, tag in _rows(store, "coherence/tags"):
        tags[work][kind].add(tag)
    profiles = []
    for work, by_kind in sorted(tags.items()):
        profile = bodies.Profile(
            work,
            topics=frozenset(by_kind["topic"]),
            groups=frozenset(by_kind["group"]),
            leads=frozenset(by_kind["lead"]),
            bodies=frozenset(by_kind["body"]),
        )
        profiles.append(profile)
    return tuple(profiles)


def read_involvements(store: Store) -> tuple[bodies.Involvement, ...]:
    """The parts bodies take in works, each once a level with all its roles."""
    involvements: dict[tuple[str, ...], bodies.Involvement] = {}
    for iri, work, body, role, stored in _rows(store, "coherence/involvements"):
        place = (iri, work, body, stored)
        roles = involvements[place].roles if place in involvements else frozenset()
        involvements[place] = bodies.Involvement(
            iri, work, body, roles | {key(role)}, level(stored)
        )
    return tuple(involvements.values())


def read_countries(store: Store) -> dict[str, str]:
    """The country of each work, the first of several."""
    pairs = [(work, country) for work, country in _rows(store, "coherence/countries")]
    return dict(reversed(pairs))  # the first of several is set last, and stays


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
        duty = Obligation(
            iri,
            root_of.get(instrument, instrument),
            whole_day(due),
            holder=holder,
            needs_ratification=is_true(treaty),
            ratified=whole_day(ratified),
            since=whole_day(since),
            every=whole_months(every),
            kind=key(kind),
            force=key(force),
            provision=provision,
            national=national,
            by_law=by_law not in ("false", "0"),
            country=country,
            is_recorded=bool(national),
        )
        duties.setdefault((iri, national, holder), duty)
    return tuple(duties[place] for place in sorted(duties))


def read_responses(store: Store, uses: use_matrix.Uses) -> tuple[Response, ...]:
    """What may answer an obligation: national acts by the day they came into force, actions by a dated timeline's end.

    Each action is given once a relation it has to the instrument: to implement it answers, to
    monitor it does not; each with the firmest level it is said at. A bill is no act. A timeline
    that is vague or relative has no date, whatever else it says. What a review reports, outside any
    plan, answers nothing.
    """
    root_of = read_roots(store)
    country = read_countries(store)
    acts = _acts(store, root_of, country)
    return (*acts, *_planned(store, uses, root_of, country))


class _DatedAct(NamedTuple):
    """A national act, the instrument it carries out, and the days it was signed and came into force, if known."""

    iri: str
    instrument: str
    signed: str
    in_force: str


def _acts(
    store: Store, root_of: Mapping[str, str], country: Mapping[str, str]
) -> Iterator[Response]:
    """The national acts that carry out an instrument, each once with the firmest level that is said at."""
    firm: dict[_DatedAct, Level | None] = {}
    for *dated, stored in _rows(store, "coherence/acts"):
        act = _DatedAct(*dated)
        firm[act] = firmest((firm.get(act), level(stored)))
    for act, at in firm.items():
        signed_on = whole_day(act.signed)
        yield Response(
            act.iri,
            root_of.get(act.instrument, act.instrument),
            whole_day(act.in_force) or signed_on,
            is_act=True,
            signed=signed_on,
            level=at,
            country=country.get(act.iri, ""),
        )


def _planned(
    store: Store, uses: use_matrix.Uses, root_of: Mapping[str, str], country: Mapping[str, str]
) -> Iterator[Response]:
    """The actions of plans that rest on an instrument, each once a relation it has to it."""
    ends: dict[str, str] = {}
    for action, end in _rows(store, "coherence/ends"):
        ends[action] = max(ends.get(action, ""), end)
    relations: dict[tuple[str, str], dict[str, Level | None]] = defaultdict(dict)
    for work, text, relation, stored in _rows(store, "coherence/relations"):
        levels = relations[work, root_of.get(text, text)]
        levels[key(relation)] = firmest((levels.get(key(relation)), level(stored)))
    plans = {plan.iri for plan in uses.plans if plan.is_plan}
    for row, column in zip(uses.table.rows.tolist(), uses.table.columns.tolist(), strict=True):
        work = uses.actions[row]
        text = uses.instruments[column]
        if uses.home[work] not in plans:
            continue
        # a use without a recorded relation is given once, without one
        levels = relations.get((work, text)) or {"": None}
        for relation, at in sorted(levels.items()):
            yield Response(
                work,
                text,
                whole_day(ends.get(work, "")),
                is_act=False,
                relation=relation,
                level=at,
                country=country.get(work, ""),
            )


def read_fields(store: Store) -> tuple[action_measures.ActionField, ...]:
    """What was recorded of the five fields of actions; a node without a presence counts as vague.

    A dated or relative timeline is present, one « as soon as possible » vague.
    """
    fields = []
    for action, name, iri in _rows(store, "coherence/fields"):
        presence = _timeline_presence(key(iri)) if name == "timeline" else _presence(key(iri))
        fields.append(action_measures.ActionField(action, name, presence))
    return tuple(fields)


def _presence(word: str) -> Standing:
    return Standing.of_code(word, "field") or Standing.VAGUE


def _timeline_presence(kind: str) -> Standing:
    if kind in ("dated", "relative"):
        return Standing.STATED
    return Standing.VAGUE if kind == "vague" else Standing.ABSENT
