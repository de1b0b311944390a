"""The whole dossier of a plan, from its headline figures to how it is cited."""

from __future__ import annotations

from pan2kg.charts.ground import read_ground
from pan2kg.coherence.links import link_rows
from pan2kg.coherence.uses import key
from pan2kg.errors import QueryError
from pan2kg.i18n.text import grouped, in_words, with_mark
from pan2kg.report import part
from pan2kg.report.annex import annex, exhibits_of
from pan2kg.report.blocks import Dossier, Headline, Headlines, Prose, Section
from pan2kg.report.compose import gap_report
from pan2kg.report.evidence import tongues
from pan2kg.report.method import citing, method, used_sources
from pan2kg.report.row import name
from pan2kg.report.sections import address
from pan2kg.report.words import say
from pan2kg.tables import queries as texts
from pan2kg.tables.cells import shown
from pan2kg.tables.citations import STRONG, unacknowledged
from pan2kg.tables.coverage import trust
from pan2kg.tables.material import Choice, Material
from pan2kg.tables.obligations import duties
from pan2kg.tables.plans import three_three


def compose(material: Material, plan: str = "") -> Dossier:
    """The report on a plan, PAN 2 where none is named and the graph has it.

    Raises:
        QueryError: an unknown plan, with the nearest names; or none is named and the graph has no PAN 2.
        ProjectError: the graph holds no action.
    """
    language = material.language
    own = material.plan(plan) if plan else material.own_plan()
    if own is None:
        raise QueryError("No plan was named to report on.", remedy="Name one with --plan.")
    label, when = material.label(own), in_words(material.as_of, language)
    title = say("page", "of", language, title=say("page", "title", language), plan=label)
    before = _before(material, own)
    statements = annex(material, frozenset(filter(None, (own, before))), own)
    sections = _sections(material, own, before, statements)
    exhibits = [exhibit for section in (*sections, statements) for exhibit in exhibits_of(section)]
    rest = (statements, method(language), used_sources(material, exhibits), citing(material, own, title))
    return Dossier(
        title=title,
        lead=say("page", "lead", language, plan=label),
        kicker=say("page", "kicker", language, release=material.release, day=when),
        language=language,
        sections=(_summary(material, own), *sections, *rest),
        tongues=tongues(material),
    )


def _sections(material: Material, own: str, before: str, statements: Section) -> tuple[Section, ...]:
    trusted = part.trusted(material, own)
    known = Dossier("", "", "", material.language, (statements, trusted)).names()
    ground = read_ground(material.store, material.language, as_of=material.as_of, address=address(known))
    case = part.Case(material, ground, own, before)
    return (
        part.plans(case),
        part.owed(case),
        part.index(case),
        part.actions(case),
        part.responsible(case),
        part.due(case),
        part.editions(case),
        gap_report(material, own),
        trusted,
    )


def _before(material: Material, plan: str) -> str:
    """The edition a plan succeeds; empty where the graph knows none."""
    known = {one.iri for one in material.uses.plans if one.is_plan}
    found = (
        earlier
        for later, earlier, kind in material.read(texts.DEPENDENCIES)
        if later == plan and earlier in known and key(kind) == "succession"
    )
    return next(found, "")


def _summary(material: Material, plan: str) -> Section:
    figures = (_trust(material, plan), _debt(material, plan), _index(material, plan), _duties(material))
    words = (Prose(say("prose", f"summary-{one}", material.language)) for one in ("trust", "layers", "nought"))
    return Section("summary", say("section", "summary", material.language), (Headlines(figures), *words))


def _figure(material: Material, called: str, counted: tuple[int, int], leads: str, **values: str | int) -> Headline:
    language, (value, of) = material.language, counted
    if not of:
        return Headline("–", "", say("headline", f"{called}-none", language, **values), leads)
    return Headline(
        grouped(value, language),
        say("headline", "of", language, of=of),
        say("headline", called, language, **values),
        leads,
    )


def _trust(material: Material, plan: str) -> Headline:
    row = trust(material, Choice(plans=(plan,))).rows[0]
    counted = int(str(row["with_instrument"])), int(str(row["in_graph"]))
    basis = material.uses.basis
    return _figure(material, "trust", counted, name("plan", plan), annotated=basis.annotated, n=basis.n)


def _debt(material: Material, plan: str) -> Headline:
    uses, home = material.linking, material.home_of
    planned = {action for at, action in enumerate(uses.actions) if uses.has_plan(at)}
    strong = [
        row
        for row in link_rows(uses, material.links)
        if (row.strength or 0.0) >= STRONG - 1e-12
        and {row.one, row.two} <= planned
        and plan in (home[row.one], home[row.two])
    ]
    silent = len(unacknowledged(material, Choice(plans=(plan,))).rows)
    least = shown(STRONG, material.language).rstrip("0")
    return _figure(material, "debt", (silent, len(strong)), "unacknowledged", least=least)


def _index(material: Material, plan: str) -> Headline:
    rows = three_three(material, Choice(plans=(plan,))).rows
    present = sum(int(str(row["index"])) for row in rows)
    mean = "–" if not rows else with_mark(f"{present / len(rows):.2f}", material.language)
    return _figure(material, "index", (present, 4 * len(rows)), "pairwise", n=len(rows), mean=mean)


def _duties(material: Material) -> Headline:
    standings = [str(row["standing"]) for row in duties(material).rows]
    counts = {one: standings.count(one) for one in ("uncovered", "late", "vague")}
    known = len(standings) - standings.count("not-assessed")
    when = in_words(material.as_of, material.language)
    return _figure(material, "obligations", (sum(counts.values()), known), "duties", day=when, **counts)
