"""The command ``pan2kg coherence``: which figures it gives, what each can be told, and how it is run.

The figures are those of ``pan2kg.tables.registry``; here is only what is typed. Nothing heavy is imported before
a figure is asked for. With ``--as-of`` a figure is made from what was in force on the day, as ``pan2kg.moment``
lays down, and says what was left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import (
    CSV_NOTE,
    a_share,
    add_as_of,
    add_language,
    add_output,
    emit,
    project_of,
    width_of,
)
from pan2kg.errors import QueryError
from pan2kg.i18n.days import a_day, today

if TYPE_CHECKING:
    from datetime import date

    from pan2kg.i18n.text import Text
    from pan2kg.project import Project
    from pan2kg.store.as_of import Moment
    from pan2kg.tables.material import Choice, Material

FORMS: Final = ("table", "csv", "tsv", "json", "md", "html")

Fill = Callable[[argparse.ArgumentParser], None]

EXAMPLES: Final = """\
examples:
  pan2kg coherence matrix --plan lu-bhr-2            where PAN 2 meets other plans
  pan2kg coherence debt                              linked plans that do not cite each other
  pan2kg coherence explain lu-bhr-2-4-3 lu-bhr-1-m5  why two actions are linked
  pan2kg coherence gaps                              what is missing, and what cannot be told
  pan2kg coherence interaction scores.csv            experts' scores, rows act on columns
"""


def add_coherence(command: argparse.ArgumentParser) -> None:
    """Add every figure as a command of its own, with the options all share."""
    command.epilog = EXAMPLES
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.set_defaults(figure=None, help_text=command.format_help)
    figures = command.add_subparsers(title="figures", metavar="FIGURE")
    for name, (summary, fills) in FIGURES.items():
        figure = figures.add_parser(
            name, allow_abbrev=False, help=summary, description=summary[0].upper() + summary[1:] + "."
        )
        figure.set_defaults(figure=name)
        for one in fills:
            one(figure)
        _shared(figure)


def _shared(figure: argparse.ArgumentParser) -> None:
    figure.add_argument(
        "--project",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="the project (default: the nearest, else the shipped one)",
    )
    add_language(figure)
    figure.add_argument("--format", choices=FORMS, default="table", help=f"default: table; {CSV_NOTE}")
    add_as_of(figure, "only what was in force on this day (default: all, as of today)")
    add_output(figure)


def _plans(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--plan", metavar="PLAN", action="append", dest="plans", help="only this plan; may be repeated")


def _all(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--all", action="store_true", dest="everything", help="rows that say nothing, too")


def _least(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--least", metavar="STRENGTH", type=a_share, help="the least strength, 0 to 1 (default: 0.25)")


def _two_actions(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("actions", metavar="ACTION", nargs=2, help="two actions, by key or IRI")


def _any_action(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("actions", metavar="ACTION", nargs="*", help="an action, by key or IRI (default: all)")


def _two_plans(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("plans", metavar="PLAN", nargs=2, help="two editions, the earlier first")


def _files(figure: argparse.ArgumentParser) -> None:
    figure.add_argument(
        "files", metavar="FILE", nargs="*", help="matrices as CSV, one an assessor (default: the graph's)"
    )
    figure.add_argument(
        "--assessor",
        metavar="NAME",
        action="append",
        dest="assessors",
        help="who filled in a matrix (default: the file's name)",
    )
    figure.add_argument(
        "--free-labels", action="store_const", const="free", dest="part", help="labels need not be actions of the graph"
    )


def _write(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("--write", metavar="GRAPH.ttl", help="store the scores of the matrices as links in this file")


def _part(flag: str, meaning: str) -> Fill:
    def add(figure: argparse.ArgumentParser) -> None:
        figure.add_argument(flag, metavar=flag.strip("-").upper(), dest="part", help=meaning)

    return add


def _kind(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("part", metavar="KIND", nargs="?", help="list the gaps of one kind")


def _day(figure: argparse.ArgumentParser) -> None:
    figure.add_argument("day", metavar="DAY", nargs="?", type=a_day, help="the day (default: today)")


FIGURES: Final[dict[str, tuple[str, tuple[Fill, ...]]]] = {
    "matrix": ("where plans meet: a vector for each pair of plans", (_plans, _all)),
    "debt": ("what plans owe each other in citations", (_plans,)),
    "unacknowledged": ("strongly linked actions that do not cite each other", (_plans, _least)),
    "gaps": ("what is missing, one list a kind, and what cannot be told", (_kind, _plans)),
    "index": ("action 3.3, pair by pair", (_plans, _all)),
    "explain": ("why two actions are linked, with the words", (_two_actions,)),
    "bodies": ("who should coordinate and who should talk", (_part("--finding", "only this kind of finding"),)),
    "obligations": ("due dates, what answers them and how late", (_plans, _part("--standing", "only this standing"))),
    "compare": ("one edition and the next", (_two_plans, _part("--part", "only plan, link or action"))),
    "interaction": ("experts' scores: sums, second order, ranks, agreement", (_files, _write)),
    "participation": ("which actions bridge plans", (_plans,)),
    "loss": ("what would be lost without an action", (_any_action, _plans)),
    "completeness": ("the five fields of each action: present, vague or absent", (_plans, _all)),
    "target-groups": ("which target groups are forgotten, or aimed at by several plans", (_plans,)),
    "dependencies": ("whether deadlines keep the order of dependencies", (_plans,)),
    "recommendations": ("which recommendations have no answer", (_plans,)),
    "ripple": ("which action has most knock-on effect", (_files,)),
    "chance": ("whether two plans share more than chance would have it", (_plans, _all)),
    "trust": ("how far the figures can be trusted", (_plans,)),
    "as-of": ("what can be said of one day", (_day, _plans)),
    "other-countries": ("what other countries cover and we do not", (_part("--country", "our country, as in LUX"),)),
    "disagreement": ("whether assessors agree, and how much was assessed", (_files,)),
    "opposed": ("which actions are opposed, and who says so", (_files,)),
}
"""Each figure's summary, and what adds its own arguments."""


WHOLE: Final = frozenset({"as-of", "compare", "interaction", "ripple", "disagreement"})
"""Figures made from the whole graph whatever the day.

The first tells of each plan whether it runs, the second sets an edition beside the next, which never run on one
day, and the last are experts' scores of actions, which hold whether or not a plan is still running.
"""


def run_coherence(options: argparse.Namespace) -> int:
    """Give a figure on coherence; without a name, say which there are."""
    if options.figure is None:
        emit(options.help_text())
    else:
        emit(inquire(project_of(options), options, width_of(options)), options.output)
    return 0


def inquire(project: Project, options: argparse.Namespace, width: int) -> str:
    """The figure asked for, as text; and where told to, the scores of matrices stored in a file.

    Raises:
        Pan2kgError: an unknown name, a matrix that cannot be read, a graph without actions, a file not written,
            or a plan or action that was not in force on the day.
    """
    from pan2kg.tables.registry import EXHIBITS
    from pan2kg.tables.writers import write_exhibit

    choice = _choice(options)
    material, moment = _material(project, options)
    if moment:
        moment.refuse((*choice.plans, *choice.actions))
    exhibit = EXHIBITS[options.figure](material, choice)
    if getattr(options, "write", None):
        from pan2kg.tables.scores_turtle import write_ledger

        write_ledger(material, choice, Path(options.write))
    if moment:
        exhibit = replace(exhibit, notes=(*exhibit.notes, *_notes(moment)))
    return write_exhibit(exhibit, options.format, language=options.language, width=width)


def _material(project: Project, options: argparse.Namespace) -> tuple[Material, Moment | None]:
    """What the figure is made from, and the view of the day where the figure looks at what was in force then."""
    from pan2kg.store.rules import derive
    from pan2kg.store.store import load_project, open_store
    from pan2kg.tables.material import Material

    given = _one_day(getattr(options, "day", None), options.as_of)
    if given is None or options.figure in WHOLE:
        store = open_store(project, derive)
        return Material(store, options.language, given or today(), asked=given is not None, project=project), None
    from pan2kg.store.as_of import as_of
    from pan2kg.store.dates import instances
    from pan2kg.turtle.vocabulary import PAN

    moment = as_of(load_project(project), given, project)
    if not instances(moment.store, PAN + "Action"):
        raise QueryError(f"No action was in force on {given.isoformat()}.", remedy="Choose another day.")
    return Material(moment.store, options.language, given, project=project), moment


def _one_day(named: date | None, given: date | None) -> date | None:
    """The day a figure is asked for, by name or with ``--as-of``.

    Raises:
        QueryError: both are given and differ.
    """
    if named and given and named != given:
        raise QueryError(
            f"Two days are given, {named.isoformat()} and --as-of {given.isoformat()}.", remedy="Give one."
        )
    return named or given


def _notes(moment: Moment) -> list[Text]:
    from pan2kg.i18n.text import LANGUAGES, Text

    said = zip(*(moment.notes(language) for language in LANGUAGES), strict=True)
    return [Text.of(dict(zip(LANGUAGES, words, strict=True))) for words in said]


def _choice(options: argparse.Namespace) -> Choice:
    from pan2kg.tables.material import Choice

    def given(name: str) -> tuple[str, ...]:
        return tuple(getattr(options, name, None) or ())

    return Choice(
        plans=given("plans"),
        actions=given("actions"),
        files=tuple(map(Path, given("files"))),
        assessors=given("assessors"),
        part=getattr(options, "part", None) or "",
        least=getattr(options, "least", None),
        everything=getattr(options, "everything", False),
    )
