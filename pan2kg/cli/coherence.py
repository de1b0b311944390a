"""The command ``pan2kg coherence``: how each table of :mod:`pan2kg.tables.registry` is asked for.

Nothing heavy is imported before a table is made. With ``--as-of`` it is made from what was in force
on the day, as :mod:`pan2kg.store.as_of` lays down, and says what was left out.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pan2kg.cli import arguments, parser
from pan2kg.cli.arguments import (
    DAY,
    ENDPOINT,
    FILE,
    FLAG,
    LANGUAGE,
    ONCE,
    OUTPUT,
    PROJECT,
    SELECTION,
    Options,
)
from pan2kg.cli.opening import open_endpoint, open_kept, project_of
from pan2kg.cli.output import emit, tell, width_of
from pan2kg.coherence import evidence
from pan2kg.errors import QueryError
from pan2kg.i18n import LANGUAGES, Text, parse_day, say
from pan2kg.project import Project
from pan2kg.tables import kinds

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

_LEVEL = {
    "choices": [level.key for level in evidence.FIGURED],
    "default": evidence.HEADLINE.key,
    "help": "coherence.evidence",
}
_WHOLE: Options = {
    "--from": {"metavar": "DIR", "dest": "columns", "type": Path},
    "--evidence": _LEVEL,
    **OUTPUT,
}
# how each thing a table can be told is typed
OPTIONS: dict[kinds.Option, Options] = {
    "plans": {"--plan": {"metavar": "PLAN", "action": "append", "dest": "plans"}},
    "all": {"--all": {**FLAG, "dest": "everything"}},
    "least": {"--least": {"metavar": "BITS", "type": arguments.an_amount}},
    "evidence": {"--evidence": _LEVEL, "--weights": {"metavar": "RELEASE", **ONCE}},
    "two works": {
        "actions": {"metavar": "PLAN-OR-ACTION", "nargs": 2, "help": "coherence.two-works"}
    },
    "any action": {"actions": {"metavar": "ACTION", "nargs": "*", "help": "coherence.any-action"}},
    "two plans": {"plans": {"metavar": "PLAN", "nargs": 2, "help": "coherence.two-plans"}},
    "matrices": {
        "files": {**FILE, "nargs": "*", "help": "coherence.matrices"},
        "--assessor": {"metavar": "NAME", "action": "append", "dest": "assessors"},
        "--free-labels": {"action": "store_const", "const": "free", "dest": "part"},
        "--scale": {"metavar": "SCALE", "type": arguments.a_scale, **ONCE},
        "--self": {**FLAG, "dest": "keep_diagonal"},
    },
    "write": {"--write": {"metavar": "GRAPH.ttl"}},
    "cut": {"--cut": {"metavar": "SIZE", "type": arguments.a_share, **ONCE}},
    "groups": {"--groups": {**FILE, **ONCE}},
    "kind": {"part": {"metavar": "KIND", "nargs": "?", "help": "coherence.kind"}},
    "day": {"day": {"metavar": "DAY", "nargs": "?", "type": parse_day}},
    "country": {"--country": {"metavar": "COUNTRY", **ONCE}},
}
_SHARED: Options = {
    "--project": {**PROJECT, "default": argparse.SUPPRESS},
    "--no-cache": {**FLAG, "default": argparse.SUPPRESS, "help": "no-cache"}, **LANGUAGE,
    **ENDPOINT,
    "--format": {"choices": ("table", "csv", "csv-local", "tsv", "json", "md", "html", "xlsx"), "default": "table"},
    **SELECTION, "--as-of": DAY, **OUTPUT,
}  # fmt: skip


def add_coherence(command: argparse.ArgumentParser) -> None:
    command.epilog = "coherence.examples"
    command.formatter_class = parser.PlainFormatter
    command.set_defaults(figure=None, help_text=command.format_help)
    arguments.add_options(command, "coherence", _WHOLE)
    figures = command.add_subparsers(title="title.figures", metavar="FIGURE")
    for name, kind in kinds.table_kinds().items():
        figure = figures.add_parser(name, **parser.described(f"question.{name}"))
        figure.set_defaults(figure=name)
        options = dict(chain.from_iterable(OPTIONS[option].items() for option in kind.options))
        if kind.part:
            flag, meaning = kind.part
            options[flag] = {"metavar": flag.strip("-").upper(), "dest": "part", "help": meaning}
        arguments.add_options(figure, "coherence", options | dict(_SHARED))


def run_coherence(options: argparse.Namespace) -> int:
    """Make the table that is named, or from columns that were exported that of all pairs of plans.

    Raises:
        QueryError: a figure is named beside columns; and what :func:`inquire` refuses.
    """
    if options.columns is not None:
        if options.figure is not None:
            raise QueryError("columns-no-figure", name=options.figure)
        emit(_pairs_of_columns(options), options.output, "csv")
    elif options.figure is None:
        emit(options.help_text())
    else:
        answer = inquire(project_of(options), options, width_of(options))
        emit(answer, options.output, options.format)
    return 0


def _pairs_of_columns(options: argparse.Namespace) -> str:
    """What plans share two by two, as CSV: figures over all there is need no choice."""
    from pan2kg.coherence import weight
    from pan2kg.tables import parquet

    columns = parquet.read_columns(options.columns)
    level = evidence.level(options.evidence) or evidence.HEADLINE
    lines = ["plan,other_plan,low,broad,linked_actions"]
    for plan, other_plan, low, broad, links in weight.pairs_of_plans(columns, level):
        lines.append(f"{_quoted(plan)},{_quoted(other_plan)},{low:.6f},{broad:.6f},{links}")
    return "\n".join([*lines, ""])


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name else name


def inquire(project: Project, options: argparse.Namespace, width: int) -> str | bytes:
    """The table that was asked for, written in the format that was.

    Raises:
        QueryError: two days are given, a day at an endpoint or one before all actions; and what
            the table itself refuses.
    """
    from pan2kg.tables import writers

    selection = arguments.selection_of(options, options.format)
    typed = {name: value for name, value in vars(options).items() if value is not None}
    choice = _choice(typed)
    kind = kinds.table_kinds()[options.figure]
    graph, remarks = _graph_of(project, options, kind, choice)
    if "link" in typed:
        from pan2kg.site import permalink

        tell(permalink.release_notice(options.link.release, graph.release, options.language))
    if typed.get("weights"):
        from pan2kg.publish import weights as published

        graph = graph.weighed_as(published.read_weights(Path(options.weights)))
    figures = kind.make(graph, choice)
    if typed.get("write"):
        from pan2kg.scores import ledger

        ledger.write_ledger(graph, choice, Path(options.write))
    figures = replace(figures, notes=(*figures.notes, *remarks))
    figures, left_out = selection.of(figures)
    tell(left_out and say("progress", "rows-left-out", n=left_out))
    written = writers.write(figures, options.format, writers.Style(options.language, width=width))
    return selection.written(written) if isinstance(written, str) else written


def _choice(typed: Mapping[str, Any]) -> kinds.TableChoice:
    # what a table is told, of what was typed
    scoring = kinds.Scoring(
        scale=typed.get("scale"),
        keep_diagonal=typed.get("keep_diagonal", False),
        cut=typed.get("cut"),
        groups=Path(typed["groups"]) if typed.get("groups") else None,
    )
    return kinds.TableChoice(
        plans=tuple(typed.get("plans", ())),
        actions=tuple(typed.get("actions", ())),
        files=tuple(map(Path, typed.get("files", ()))),
        assessors=tuple(typed.get("assessors", ())),
        part=typed.get("part", ""),
        least=typed.get("least"),
        everything=typed.get("everything", False),
        evidence=evidence.level(typed.get("evidence", "")) or evidence.HEADLINE,
        country=typed.get("country", ""),
        scoring=scoring,
    )


def _day_of(options: argparse.Namespace) -> date | None:
    # a table of a day takes it as its value, others after --as-of
    named: date | None = getattr(options, "day", None)
    as_of: date | None = options.as_of
    if named and as_of not in (None, named):
        given = as_of.isoformat() if as_of else ""
        raise QueryError("two-days", remedy="give-one", named=named.isoformat(), given=given)
    return named or as_of


def _graph_of(
    project: Project,
    options: argparse.Namespace,
    kind: kinds.TableKind,
    choice: kinds.TableChoice,
) -> tuple["Graph", list[Text]]:
    """The graph a table is made of, and what is to be said of its day."""
    from pan2kg.graph.graph import Graph
    from pan2kg.store import as_of, intervals, project_files
    from pan2kg.turtle.vocabulary import PAN

    language = options.language
    day = _day_of(options)
    if options.endpoint is not None:
        if day is not None:
            raise QueryError("remote-as-of", remedy="leave-out-endpoint")
        return Graph(project, open_endpoint(project, options), language=language), []
    if day is None or kind.whole:
        data = open_kept(options, project, links=False)
        return Graph(project, data, language=language, as_of=day, asked=day is not None), []
    today = project_files.load_project(project)
    actions = len(intervals.instances(today, PAN + "Action"))
    dated = as_of.as_of(today, day, project, links=False)
    if not intervals.instances(dated.store, PAN + "Action"):
        given = day.isoformat()
        raise QueryError("no-action-on-day", remedy="choose-another-day", of=actions, given=given)
    dated.refuse((*choice.plans, *choice.actions))
    words = zip(*(dated.notes(tag) for tag in LANGUAGES), strict=True)
    remarks = [Text.of(dict(zip(LANGUAGES, spoken, strict=True))) for spoken in words]
    return Graph(project, dated.store, language=language, as_of=day), remarks
