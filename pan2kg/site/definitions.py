"""The register of figures as pages, what two plans share in bits, and whether one could cite the other.

The tables of ``figure/`` answer questions with rows of their own; a figure of the register has its
page under ``definition/``, since some of them are called like a table.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from pan2kg.coherence import citations, evidence, figures, known, texts
from pan2kg.i18n import catalogue, message
from pan2kg.site import values
from pan2kg.site.page import CSV, GZIP, File, Markup, PageContext, Values, View, packed
from pan2kg.tables import formats, table
from pan2kg.tables.figure_words import amount, bits_words, named, value_words
from pan2kg.turtle.vocabulary import PAN

TIES: Final = {texts.CARRIES_OUT: "carries-out", texts.SERVES: "serves", texts.MENTIONS: "mentions"}
_FIGURE: Final = catalogue.Messages("figure")
_BY_ID: Final = {figure.id: figure for figure in figures.FIGURES}
_LARGE: Final = ("broad-action-pairs",)  # so long a list that an export has it packed
_THINGS: Final = frozenset({"plan", "other_plan", "action", "other_action"})
_NUMBERS: Final = frozenset({"texts", "measures", "published"})
_SEEN: Final = frozenset({"text", "web", "in_statement", "sharing"})
_TERMS: Final[
    Mapping[str, Callable[[str], evidence.Level | citations.Verdict | citations.State | None]]
] = {
    "level": evidence.level,
    "cites_at": evidence.level,
    "cited_at": evidence.level,
    "verdict": citations.Verdict,
    "verdict_back": citations.Verdict,
    "state": citations.State,
}
_APART: Final = (citations.Verdict.EDITION, citations.Verdict.FRAMEWORK, citations.Verdict.ABROAD)


def citing(
    context: PageContext, knowledge: known.Known, source: str, target: str
) -> dict[str, str]:
    direction = knowledge.way(source, target)
    is_met = direction.state is citations.State.SEEN or (source, target) in knowledge.related
    is_told = is_met and (direction.is_expected or direction.state is citations.State.SEEN)
    key = direction.state.value if is_told else direction.verdict.value
    words = (
        context.t(f"way-{key}")
        if is_told
        else named(direction.verdict).say(context.request.language)
    )
    if direction.is_expected and not is_met:
        key = "unmet"
        words = context.t("way-unmet")
    dates = knowledge.chronology.dates
    editions = [
        day
        for plan in knowledge.chronology.later.get(target, ())
        if plan in dates and (day := dates[plan].issued) is not None
    ]
    # the first edition by its last day
    later = min(editions, key=lambda day: (day.last, day.first), default=None)
    days = [*(dates[plan].issued if plan in dates else None for plan in (source, target)), later]
    at = ("issued", context.request.language)
    once = context.site_context.once
    issued = [once((*at, span), partial(_issued, context, span)) for span in days]
    why = context.t(f"way-why-{key}", source=issued[0], target=issued[1], later=issued[2])
    state = direction.state.value if is_told else ""
    return {"source": source, "target": target, "state": state, "words": words, "why": why}


def _issued(context: PageContext, span: citations.Span | None) -> str:
    if span is None:
        return context.t("issued-unknown")
    language = context.request.language
    begin, end = (message.in_words(day, language) for day in (span.first, span.last))
    year = str(span.first.year)
    month = catalogue.format_of(f"month.{span.first.month}", language)
    exact = (
        begin == end,
        span == citations.years(span.first.year),
        span == citations.span(f"{span.first:%Y-%m}"),
    )
    key = next(
        (key for key, is_so in zip(("on", "year", "month"), exact, strict=True) if is_so), "between"
    )
    return context.t(f"issued-{key}", day=begin, first=begin, last=end, year=year, month=month)


def meeting(
    context: PageContext, knowledge: known.Known, met: figures.PlanMeeting
) -> dict[str, object]:
    low = met.low(knowledge.level)
    ends = (met.plans, met.plans[::-1])
    return {
        "plans": met.plans,
        "mark": context.mark(met.level),
        "address": context.pair(*met.plans),
        "bits": amount(low, figures.Unit.BITS, context.request.language) if low > 0 else "",
        "ways": [citing(context, knowledge, *plans) for plans in ends],
    }


def shared(
    context: PageContext, knowledge: known.Known, plans: tuple[str, str]
) -> list[dict[str, Any]]:
    language = context.request.language
    statements = context.graph.statements
    weights = knowledge.potential.weights
    rows: list[dict[str, Any]] = []
    for contribution in knowledge.weight(*plans).contributions:
        sides = [
            [
                {
                    "work": use.work,
                    "text": use.text,
                    "tie": context.t(f"use-{TIES[use.share]}"),
                    "relation": ", ".join(
                        map(context.name, statements.values(use.link, PAN + "relation"))
                    ),
                    "mark": context.mark(use.level),
                    "quotes": values.quotes(context, statements.values(use.link, values.PASSAGE)),
                    "above": "",
                }
                for use in knowledge.giving(plan, contribution.text)
            ]
            for plan in plans
        ]
        at = weights.texts.index(contribution.text)
        d = int(weights.d[at])
        n = weights.n
        above = int(weights.above[at])
        rows.append(
            {
                "text": contribution.text,
                "is_broad": contribution.is_broad,
                "sides": sides,
                "d": d,
                "n": n,
                "bits": bits_words(contribution.bits, language),
                "gain": bits_words(contribution.gain, language),
                "mark": context.mark(contribution.level),
                "share": catalogue.numeral(f"{(d + 1) / (n + 2):.3f}", language),
                "tie": context.t(f"use-{TIES[min(contribution.one, contribution.two)]}"),
                "ic": bits_words(float(weights.ic[at]), language),
                "above": amount(float(weights.ic[above]), figures.Unit.BITS, language)
                if above >= 0
                else "",
            }
        )
    return rows


def line(context: PageContext, row: figures.Taken) -> Values:
    language = context.request.language
    return {
        "address": context.href(f"definition/{row.figure.id}.html", **context.handed),
        "name": row.figure.name(context.graph.asked_by).say(language),
        "at": evidence.FIGURED.index(row.level),
        "nested": [value_words(value, row, language) for value in row.nested],
        "population": "–" if row.population is None else context.figure(row.population),
    }


def _index(context: PageContext) -> Values:
    return {
        "title": context.t("definitions-title"),
        "caption": context.caption(context.level),
        "lines": [line(context, row) for row in context.graph.figures(context.level)],
        "levels": list(map(context.caption, evidence.FIGURED)),
        "basis": context.basis(context.known),
    }


def _values(context: PageContext) -> Values | None:
    key = context.request.key
    language = context.request.language
    figure = _BY_ID.get(figures.FORMER.get(key, key))
    if figure is None:
        return None
    row = next(row for row in context.graph.figures(context.level) if row.figure is figure)
    knowledge = context.known
    rows = figure.rows(knowledge)
    is_packed = figure.id in _LARGE and context.site_context.mode == "static"
    # only what is one count says what each level adds to the firmer one
    is_count = figure.unit is figures.Unit.COUNT and len(row.value) == 1
    added = [
        amount(part[0], figures.Unit.COUNT, language) if is_count else ""
        for part in row.breakdown()
    ]
    return {
        "title": figure.name(context.graph.asked_by).say(language),
        "meaning": figure.message("meaning").say(language),
        "formula": figure.message("formula").say(language),
        "among": figure.message("among").say(language),
        "population": "–" if row.population is None else context.figure(row.population),
        "value": value_words(row.value, row, language),
        "at_levels": [
            {
                "words": context.caption(at),
                "value": value_words(value, row, language),
                "added": more,
                "is_shown": at is row.level,
            }
            for at, value, more in zip(evidence.FIGURED, row.nested, added, strict=True)
        ],
        "is_interval": figure.unit is not figures.Unit.COUNT,
        "caption": context.caption(row.level),
        "evidence": context.handed.get("evidence", ""),
        "options": context.level_options,
        # as tables call a column, where a figure has no words of its own for it
        "columns": [
            (
                name,
                _FIGURE.say(f"column.{name}", language)
                if _FIGURE.has(f"column.{name}")
                else table.column("", name)[0].heading.say(language),
            )
            for name in figure.columns
        ],
        "shown": [
            [_cell(context, name, value) for name, value in zip(figure.columns, cells, strict=True)]
            for cells in rows[: context.most]
        ],
        "number": len(rows),
        "basis": context.basis(knowledge),
        "downloads": [
            (
                context.href(f"definition/{figure.id}.csv{'.gz' * is_packed}", **context.handed),
                "CSV",
            )
        ],
    }


def _cell(context: PageContext, name: str, value: figures.Scalar) -> Markup | str:
    language = context.request.language
    not_seen = context.t("list-not-seen")
    text = str(value)
    if name in _THINGS:
        return context.link(text)
    if name in _SEEN:
        return context.t("list-seen") if value else not_seen
    if value is None:
        return context.t("unknown")
    if not isinstance(value, str):
        unit = figures.Unit.COUNT if name in _NUMBERS else figures.Unit.BITS
        return amount(value, unit, language)
    if name in _TERMS:
        term = _TERMS[name](text)
        return named(term).say(language) if term else not_seen
    if name == "ways":
        return (
            ", ".join(named(citations.Way(direction)).say(language) for direction in text.split())
            or not_seen
        )
    return _FIGURE.say(f"{name}.{text}", language)


def _csv(context: PageContext) -> str | None:
    figure = _BY_ID.get(figures.FORMER.get(context.request.key, context.request.key))
    if figure is None:
        return None

    # beside each thing stands its name in short, as on pages
    in_short = partial(values.in_short, context)
    head = [
        column
        for name in figure.columns
        for column in ([name, f"{name}_label"] if name in _THINGS else [name])
    ]
    in_short = partial(values.in_short, context)
    rows: list[list[table.Value]] = [
        [
            cell
            for name, value in zip(figure.columns, cells, strict=True)
            for cell in (
                [value, context.kept("outline", str(value), in_short)[0]]
                if name in _THINGS
                else [value]
            )
        ]
        for cells in figure.rows(context.known)
    ]
    return formats.write_csv(formats.Grid(tuple(head), rows))


def _reconciled(context: PageContext) -> Values:
    language = context.request.language

    def worded(part: tuple[str, int, str]) -> Values:
        name, number, figure = part
        at = evidence.level(name.removeprefix("only-")) if name.startswith("only-") else None
        if name.startswith("verdict."):
            words = named(citations.Verdict(name.removeprefix("verdict."))).say(language)
        else:
            words = (
                context.t("part-only-level", level=named(at).say(language))
                if at
                else context.t(f"part-{name}")
            )
        address = context.href(f"definition/{figure}.html", **context.handed) if figure else ""
        return {"words": words, "number": context.figure(number), "address": address}

    accounts = figures.reconcile(
        {level: context.graph.known(level) for level in evidence.FIGURED}, context.level
    )
    return {
        "title": context.t("reconciled-title"),
        "accounts": [
            (f"account-{n}", worded(whole), list(map(worded, parts)))
            for n, (whole, parts) in enumerate(accounts, 1)
        ],
        "caption": context.caption(context.level),
        "evidence": context.handed.get("evidence", ""),
        "options": context.level_options,
        "basis": context.basis(context.known),
    }


def _meaning(context: PageContext) -> Values:
    knowledge = context.known
    language = context.request.language
    pair = example(knowledge)
    followed = None
    if pair:
        weight = knowledge.weight(*pair)
        rows = [row for row in shared(context, knowledge, pair) if not row["is_broad"]]
        followed = {
            "one": pair[0],
            "two": pair[1],
            "first": rows[0],
            "others": rows[1:],
            "is_open": weight.is_open,
            "low": bits_words(weight.low, language),
            "high": bits_words(weight.high, language),
            "ways": [citing(context, knowledge, *ends) for ends in (pair, pair[::-1])],
            "address": context.pair(*pair),
        }
    states = citations.State.SEEN, citations.State.ABSENT, citations.State.OPEN
    means: dict[str, Iterable[evidence.Extent | citations.Verdict | citations.State]] = {
        "extent": evidence.Extent,
        "verdict": citations.Verdict,
        "state": states,
    }
    return {
        "title": context.t("meaning-title"),
        "rules": [
            (name, *values.rule_words(context, name)) for name in sorted(context.graph.rules)
        ],
        "sentences": [_FIGURE.say(key, language) for key in ("weight", "weight-high")],
        "example": followed,
        "levels": [
            (context.mark(level), context.t(f"level-means-{level.key}")) for level in evidence.Level
        ],
        **{
            f"{name}s": [
                (
                    named(term).say(language),
                    context.t(f"way-why-{term}" if term in _APART else f"{name}-means-{term}"),
                )
                for term in terms
            ]
            for name, terms in means.items()
        },
        "caption": context.caption(knowledge.level),
        "basis": context.basis(knowledge),
    }


def example(knowledge: known.Known) -> citations.Ordered | None:
    pairs = [
        (
            not any(knowledge.way(*direction).is_expected for direction in (pair, pair[::-1])),
            -bits,
            pair,
        )
        for pair, bits in knowledge.shared.items()
        if citations.verdict(knowledge.chronology, *pair) not in _APART
    ]
    return min(pairs)[2] if pairs else None


PAGES: Final = (
    View("definitions", _index, section="data"),
    View("reconciled", _reconciled, section="data"),
    View("definition", _values, lambda _: _BY_ID, section="data"),
    View("meaning", _meaning, section="data"),
)
FILES: Final = (
    File("definition", "csv", CSV, _csv, lambda _: sorted(_BY_ID.keys() - {*_LARGE})),
    File(
        "definition",
        "csv.gz",
        GZIP,
        lambda context: packed(str(_csv(context) or "").encode()),
        lambda _: _LARGE,
    ),
)
