"""The command ``pan2kg coherence``: how each table of :mod:`pan2kg.tables.registry` is asked for.

Nothing heavy is imported before a table is made. With ``--as-of`` it is made from what was in force on the day, as
:mod:`pan2kg.store.as_of` lays down, and says what was left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import (
    Formatter,
    PlainFormatter,
    SingleValue,
    a_scale,
    a_share,
    add_as_of,
    add_endpoint,
    add_language,
    add_output,
    add_selection,
    an_amount,
    cache_of,
    emit,
    open_endpoint,
    project_of,
    selection_of,
    tell_left_out,
    width_of,
)
from pan2kg.coherence.evidence import FIGURED, HEADLINE, level
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import LANGUAGES, Text
from pan2kg.i18n.message import a_day
from pan2kg.tables.registry import TABLES, Option

if TYPE_CHECKING:
    from datetime import date

    from pan2kg.graph.graph import Graph
    from pan2kg.project import Project
    from pan2kg.store.as_of import DatedGraph
    from pan2kg.tables.registry import TableChoice

FORMS: Final = ("table", "csv", "csv-local", "tsv", "json", "md", "html", "xlsx")


def add_coherence(command: argparse.ArgumentParser) -> None:
    """Add every figure as a command of its own, with the options all share."""
    command.epilog = "coherence.examples"
    command.formatter_class = PlainFormatter
    command.set_defaults(figure=None, help_text=command.format_help)
    command.add_argument("--from", metavar="DIR", dest="columns", type=Path, help="coherence.from")
    _levels(command)
    add_output(command)
    figures = command.add_subparsers(title="title.figures", metavar="FIGURE")
    for name, kind in TABLES.items():
        figure = figures.add_parser(
            name, allow_abbrev=False, help=kind.summary, description=kind.summary, formatter_class=Formatter
        )
        figure.set_defaults(figure=name)
        for option in kind.options:
            OPTIONS[option](figure)
        if kind.part:
            flag, meaning = kind.part
            figure.add_argument(flag, metavar=flag.strip("-").upper(), dest="part", help=meaning)
        _shared(figure)


def _shared(figure: argparse.ArgumentParser) -> None:
    figure.add_argument(
        "--project",
        metavar="DIR",
        action="append",
        default=argparse.SUPPRESS,
        help="project",
    )
    figure.add_argument("--no-cache", action="store_true", default=argparse.SUPPRESS, help="no-cache")
    add_language(figure)
    add_endpoint(figure)
    figure.add_argument("--format", choices=FORMS, default="table", help="coherence.format")
    add_selection(figure)
    add_as_of(figure, "coherence.as-of")
    add_output(figure)


def _plans(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--plan", metavar="PLAN", action="append", dest="plans", help="coherence.plan")


def _all(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--all", action="store_true", dest="everything", help="coherence.all")


def _least(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--least", metavar="BITS", type=an_amount, help="coherence.least")


def _levels(figure: argparse.ArgumentParser) -> None:
    figure.add_argument(
        "--evidence", choices=[one.key for one in FIGURED], default=HEADLINE.key, help="coherence.evidence"
    )


def _evidence(figure: argparse.ArgumentParser) -> None:
    _levels(figure)
    figure.add_argument("--weights", metavar="RELEASE", action=SingleValue, help="coherence.weights")


def _two_works(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("actions", metavar="PLAN-OR-ACTION", nargs=2, help="coherence.two-works")


def _any_action(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("actions", metavar="ACTION", nargs="*", help="coherence.any-action")


def _two_plans(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("plans", metavar="PLAN", nargs=2, help="coherence.two-plans")


def _matrices(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("files", metavar="FILE", nargs="*", help="coherence.matrices")
    figure.add_argument(
        "--assessor",
        metavar="NAME",
        action="append",
        dest="assessors",
        help="coherence.assessor",
    )
    figure.add_argument("--free-labels", action="store_const", const="free", dest="part", help="coherence.free-labels")
    figure.add_argument("--scale", metavar="SCALE", type=a_scale, action=SingleValue, help="coherence.scale")
    figure.add_argument("--self", action="store_true", dest="keep_diagonal", help="coherence.self")


def _write(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--write", metavar="GRAPH.ttl", help="coherence.write")


def _cut(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--cut", metavar="SIZE", type=a_share, action=SingleValue, help="coherence.cut")


def _groups(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--groups", metavar="FILE", action=SingleValue, help="coherence.groups")


def _kind(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("part", metavar="KIND", nargs="?", help="coherence.kind")


def _day(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("day", metavar="DAY", nargs="?", type=a_day, help="coherence.day")


def _country(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--country", metavar="COUNTRY", action=SingleValue, help="coherence.country")


OPTIONS: Final[dict[Option, Callable[[argparse.ArgumentParser], None]]] = {
    "plans": _plans,
    "all": _all,
    "least": _least,
    "evidence": _evidence,
    "two works": _two_works,
    "any action": _any_action,
    "two plans": _two_plans,
    "matrices": _matrices,
    "write": _write,
    "cut": _cut,
    "groups": _groups,
    "kind": _kind,
    "day": _day,
    "country": _country,
}
"""How each thing a table can be told is typed."""


def run_coherence(options: argparse.Namespace) -> int:
    """Give a figure on coherence; without a name, say which there are."""
    if options.columns is not None:
        emit(_from_columns(options), options.output, "csv")
    elif options.figure is None:
        emit(options.help_text())
    else:
        emit(
            inquire(project_of(options), options, width_of(options)), options.output, getattr(options, "format", "text")
        )
    return 0


def _from_columns(options: argparse.Namespace) -> str:
    """The pairs of plans, from columns that were exported, as CSV: figures over all there is need no choice.

    Raises:
        QueryError: a figure is named as well.
        ProjectError: the files are not there, or not what was exported.
        FormatError: the extra « parquet » is not installed.
    """
    from pan2kg.coherence.weight import pairs_of_plans
    from pan2kg.tables.parquet import read_columns

    if options.figure is not None:
        raise QueryError("columns-no-figure", remedy="leave-out-figure", name=options.figure)
    rows = pairs_of_plans(read_columns(options.columns), level(options.evidence) or HEADLINE)
    lines = (
        ",".join([*(f'"{name}"' if "," in name else name for name in (plan, other)), f"{low:.6f},{broad:.6f},{links}"])
        for plan, other, low, broad, links in rows
    )
    return "\n".join(["plan,other_plan,low,broad,linked_actions", *lines, ""])


def inquire(project: Project, options: argparse.Namespace, width: int) -> str | bytes:
    """The figure asked for, as text or as a spreadsheet; and where told to, the scores of matrices stored in a file.

    Raises:
        Pan2kgError: an unknown name, a matrix that cannot be read, a graph without actions, a file not written,
            or a plan or action that was not in force on the day.
    """
    from pan2kg.tables.writers import Style, write

    selection = selection_of(options, options.format)
    choice = _choice(options)
    graph, dated = _graph(project, options)
    if dated:
        dated.refuse((*choice.plans, *choice.actions))
    if getattr(options, "weights", None):
        from pan2kg.publish.tables import read_weights

        graph = graph.weighed_as(read_weights(Path(options.weights)))
    figures = TABLES[options.figure].make(graph, choice)
    if getattr(options, "write", None):
        from pan2kg.tables.scores import write_ledger

        write_ledger(graph, choice, Path(options.write))
    if dated:
        figures = replace(figures, notes=(*figures.notes, *_notes(dated)))
    figures, left_out = selection.of(figures)
    tell_left_out(left_out)
    written = write(figures, options.format, Style(options.language, width=width))
    return selection.written(written) if isinstance(written, str) else written


def _graph(project: Project, options: argparse.Namespace) -> tuple[Graph, DatedGraph | None]:
    """What the figure is made from, and the view of the day where the figure looks at what was in force then."""
    from pan2kg.graph.graph import Graph
    from pan2kg.store.cache import open_kept
    from pan2kg.store.rules import linear_rules
    from pan2kg.store.store import load_project

    given = _one_day(getattr(options, "day", None), options.as_of)
    if options.endpoint is not None:
        if given is not None:
            raise QueryError("remote-as-of", remedy="leave-out-endpoint")
        return Graph(project, open_endpoint(project, options), language=options.language), None
    if given is None or TABLES[options.figure].whole:
        store, asked = open_kept(project, cache_of(options), linear_rules(project)), given is not None
        return Graph(project, store, language=options.language, as_of=given, asked=asked), None
    from pan2kg.store.as_of import as_of, instances
    from pan2kg.turtle.vocabulary import PAN

    dated = as_of(load_project(project), given, project, rules=linear_rules(project))
    if not instances(dated.store, PAN + "Action"):
        raise QueryError("no-action-on-day", remedy="choose-another-day", given=given.isoformat())
    return Graph(project, dated.store, language=options.language, as_of=given), dated


def _one_day(named: date | None, given: date | None) -> date | None:
    """The day a figure is asked for, by name or with ``--as-of``.

    Raises:
        QueryError: both are given and differ.
    """
    if named and given and named != given:
        raise QueryError("two-days", remedy="give-one", named=named.isoformat(), given=given.isoformat())
    return named or given


def _notes(dated: DatedGraph) -> list[Text]:

    said = zip(*(dated.notes(language) for language in LANGUAGES), strict=True)
    return [Text.of(dict(zip(LANGUAGES, words, strict=True))) for words in said]


def _choice(options: argparse.Namespace) -> TableChoice:
    from pan2kg.tables.registry import Scoring, TableChoice

    def given(name: str) -> tuple[str, ...]:
        return tuple(getattr(options, name, None) or ())

    return TableChoice(
        plans=given("plans"),
        actions=given("actions"),
        files=tuple(map(Path, given("files"))),
        assessors=given("assessors"),
        part=getattr(options, "part", None) or "",
        least=getattr(options, "least", None),
        everything=getattr(options, "everything", False),
        evidence=level(getattr(options, "evidence", HEADLINE.key)) or HEADLINE,
        country=getattr(options, "country", None) or "",
        scoring=Scoring(
            scale=getattr(options, "scale", None),
            keep_diagonal=getattr(options, "keep_diagonal", False),
            cut=getattr(options, "cut", None),
            groups=Path(options.groups) if getattr(options, "groups", None) else None,
        ),
    )
