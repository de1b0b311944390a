"""The command ``pan2kg coherence``: how each table of :mod:`pan2kg.tables.registry` is asked for.

Nothing heavy is imported before a table is made. With ``--as-of`` it is made from what was in force on the day, as
:mod:`pan2kg.store.as_of` lays down, and says what was left out.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli import arguments
from pan2kg.coherence.evidence import FIGURED, HEADLINE, level
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import LANGUAGES, Text
from pan2kg.i18n.message import a_day
from pan2kg.tables.table import TABLES, Option

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.project import Project
    from pan2kg.store.as_of import DatedGraph

_LEVEL: Final = {"choices": [level.key for level in FIGURED], "default": HEADLINE.key, "help": "coherence.evidence"}
_WHOLE: Final[arguments.Options] = {
    "--from": {"metavar": "DIR", "dest": "columns", "type": Path}, "--evidence": _LEVEL, **arguments.OUTPUT,
}  # fmt: skip
OPTIONS: Final[dict[Option, arguments.Options]] = {
    "plans": {"--plan": {"metavar": "PLAN", "action": "append", "dest": "plans"}},
    "all": {"--all": {**arguments.FLAG, "dest": "everything"}},
    "least": {"--least": {"metavar": "BITS", "type": arguments.an_amount}},
    "evidence": {"--evidence": _LEVEL, "--weights": {"metavar": "RELEASE", **arguments.ONCE}},
    "two works": {"actions": {"metavar": "PLAN-OR-ACTION", "nargs": 2, "help": "coherence.two-works"}},
    "any action": {"actions": {"metavar": "ACTION", "nargs": "*", "help": "coherence.any-action"}},
    "two plans": {"plans": {"metavar": "PLAN", "nargs": 2, "help": "coherence.two-plans"}},
    "matrices": {
        "files": {**arguments.FILE, "nargs": "*", "help": "coherence.matrices"},
        "--assessor": {"metavar": "NAME", "action": "append", "dest": "assessors"},
        "--free-labels": {"action": "store_const", "const": "free", "dest": "part"},
        "--scale": {"metavar": "SCALE", "type": arguments.a_scale, **arguments.ONCE},
        "--self": {**arguments.FLAG, "dest": "keep_diagonal"},
    },
    "write": {"--write": {"metavar": "GRAPH.ttl"}},
    "cut": {"--cut": {"metavar": "SIZE", "type": arguments.a_share, **arguments.ONCE}},
    "groups": {"--groups": {**arguments.FILE, **arguments.ONCE}},
    "kind": {"part": {"metavar": "KIND", "nargs": "?", "help": "coherence.kind"}},
    "day": {"day": {"metavar": "DAY", "nargs": "?", "type": a_day}},
    "country": {"--country": {"metavar": "COUNTRY", **arguments.ONCE}},
}
"""How each thing a table can be told is typed."""
_SHARED: Final[arguments.Options] = {
    "--project": {**arguments.PROJECT, "default": argparse.SUPPRESS},
    "--no-cache": {**arguments.FLAG, "default": argparse.SUPPRESS, "help": "no-cache"}, **arguments.LANGUAGE,
    **arguments.ENDPOINT,
    "--format": {"choices": ("table", "csv", "csv-local", "tsv", "json", "md", "html", "xlsx"), "default": "table"},
    **arguments.SELECTION, "--as-of": arguments.DAY, **arguments.OUTPUT,
}  # fmt: skip


def add_coherence(command: argparse.ArgumentParser) -> None:
    command.epilog = "coherence.examples"
    command.formatter_class = arguments.PlainFormatter
    command.set_defaults(figure=None, help_text=command.format_help)
    arguments.add_options(command, "coherence", _WHOLE)
    figures = command.add_subparsers(title="title.figures", metavar="FIGURE")
    for name, kind in TABLES.items():
        figure = figures.add_parser(name, **arguments.described(f"question.{name}"))
        figure.set_defaults(figure=name)
        options = dict(chain.from_iterable(OPTIONS[option].items() for option in kind.options))
        if kind.part:
            flag, meaning = kind.part
            options[flag] = {"metavar": flag.strip("-").upper(), "dest": "part", "help": meaning}
        arguments.add_options(figure, "coherence", options | dict(_SHARED))


def run_coherence(options: argparse.Namespace) -> int:
    if options.columns is not None:
        # the pairs of plans, from columns that were exported: figures over all there is need no choice
        from pan2kg.coherence.weight import pairs_of_plans
        from pan2kg.tables.spreadsheet import read_columns

        if options.figure is not None:
            raise QueryError("columns-no-figure", remedy="leave-out-figure", name=options.figure)
        lines = ["plan,other_plan,low,broad,linked_actions"]
        for *plans, low, broad, links in pairs_of_plans(
            read_columns(options.columns), level(options.evidence) or HEADLINE
        ):
            names = [f'"{name}"' if "," in name else name for name in plans]
            lines.append(f"{','.join(names)},{low:.6f},{broad:.6f},{links}")
        arguments.emit("\n".join([*lines, ""]), options.output, "csv")
    elif options.figure is None:
        arguments.emit(options.help_text())
    else:
        answer = inquire(arguments.project_of(options), options, arguments.width_of(options))
        arguments.emit(answer, options.output, getattr(options, "format", "text"))
    return 0


def inquire(project: Project, options: argparse.Namespace, width: int) -> str | bytes:
    from pan2kg.tables.writers import Style, write

    selection = arguments.selection_of(options, options.format)
    from pan2kg.tables.table import Scoring, TableChoice

    def given(name: str) -> tuple[str, ...]:
        return tuple(getattr(options, name, None) or ())

    choice = TableChoice(
        plans=given("plans"), actions=given("actions"), files=tuple(map(Path, given("files"))),
        assessors=given("assessors"), part=getattr(options, "part", None) or "",
        least=getattr(options, "least", None), everything=getattr(options, "everything", False),
        evidence=level(getattr(options, "evidence", HEADLINE.key)) or HEADLINE,
        country=getattr(options, "country", None) or "",
        scoring=Scoring(
            scale=getattr(options, "scale", None), keep_diagonal=getattr(options, "keep_diagonal", False),
            cut=getattr(options, "cut", None),
            groups=Path(options.groups) if getattr(options, "groups", None) else None,
        ),
    )  # fmt: skip
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
        remarks = zip(*(dated.notes(language) for language in LANGUAGES), strict=True)
        notes = [Text.of(dict(zip(LANGUAGES, words, strict=True))) for words in remarks]
        figures = replace(figures, notes=(*figures.notes, *notes))
    figures, left_out = selection.of(figures)
    arguments.tell_left_out(left_out)
    written = write(figures, options.format, Style(options.language, width=width))
    return selection.written(written) if isinstance(written, str) else written


def _graph(project: Project, options: argparse.Namespace) -> tuple[Graph, DatedGraph | None]:
    from pan2kg.graph.graph import Graph
    from pan2kg.store.cache import open_kept
    from pan2kg.store.rules import linear_rules
    from pan2kg.store.store import load_project

    named, given = getattr(options, "day", None), options.as_of
    if named and given and named != given:
        raise QueryError("two-days", remedy="give-one", named=named.isoformat(), given=given.isoformat())
    given = named or given
    if options.endpoint is not None:
        if given is not None:
            raise QueryError("remote-as-of", remedy="leave-out-endpoint")
        return Graph(project, arguments.open_endpoint(project, options), language=options.language), None
    if given is None or TABLES[options.figure].whole:
        store, asked = open_kept(project, arguments.cache_of(options), linear_rules(project)), given is not None
        return Graph(project, store, language=options.language, as_of=given, asked=asked), None
    from pan2kg.store.as_of import as_of, instances
    from pan2kg.turtle.vocabulary import PAN

    dated = as_of(load_project(project), given, project, rules=linear_rules(project))
    if not instances(dated.store, PAN + "Action"):
        raise QueryError("no-action-on-day", remedy="choose-another-day", given=given.isoformat())
    return Graph(project, dated.store, language=options.language, as_of=given), dated
