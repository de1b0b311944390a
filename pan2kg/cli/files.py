"""The commands that hand over files: ``pan2kg picture`` and ``pan2kg export``; nothing heavy is imported at start."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli.options import Once, add_language
from pan2kg.i18n.days import a_day, today

if TYPE_CHECKING:
    from pan2kg.project import Project
    from pan2kg.store.store import Store

PICTURES: Final = ("plan-matrix", "action-matrix", "lanes", "timeline", "upset", "ministries", "ego")
FORMS: Final = ("graphml", "gexf", "cytoscape", "dot", "mermaid", "csv", "nodes", "edges")


def add_picture(command: argparse.ArgumentParser) -> None:
    """What ``pan2kg picture`` can be told."""
    command.usage = "pan2kg picture NAME -o FILE.svg|.png|.pdf|.csv [--PARAMETER VALUE ...] [other options]"
    command.epilog = (
        "parameters: --plan, --other, --plans KEY,KEY, --action, --top and the like, as the picture takes them"
    )
    command.add_argument("name", metavar="NAME", choices=PICTURES, help=", ".join(PICTURES))
    command.add_argument("-o", "--output", metavar="FILE", required=True, help="the file; its ending says the format")
    command.add_argument(
        "--as-of", metavar="DAY", type=a_day, action=Once, help="the day the picture looks back from (default: today)"
    )
    add_language(command)


def add_export(command: argparse.ArgumentParser) -> None:
    """What ``pan2kg export`` can be told."""
    command.add_argument("form", metavar="FORM", choices=FORMS, help=", ".join(FORMS))
    command.add_argument("-o", "--output", metavar="FILE", required=True, help="the file to write")
    command.add_argument(
        "--plan",
        metavar="KEY",
        action="append",
        default=[],
        help="only this plan; twice or more: only links among them",
    )
    command.add_argument(
        "--type", metavar="KEY", action="append", default=[], help="only links of this type, as in shared-instrument"
    )
    add_language(command)


def write_picture_file(project: Project, options: argparse.Namespace, parameters: Mapping[str, str]) -> None:
    """Draw the picture and write it.

    Raises:
        QueryError: an unknown parameter, plan or action, with the nearest names.
        FormatError: an unknown ending, or PNG or PDF without the extra « figures ».
    """
    from pan2kg.charts.raster import write_picture
    from pan2kg.charts.registry import draw
    from pan2kg.tables.material import Material

    store = _open(project)
    day = options.as_of or today()
    release = Material(store, options.language, day).release
    given: dict[str, object] = {key: value.split(",") if key == "plans" else value for key, value in parameters.items()}
    picture = draw(options.name, store, language=options.language, release=release, as_of=day, **given)  # type: ignore[arg-type]
    write_picture(picture, Path(options.output))


def write_network_file(project: Project, options: argparse.Namespace) -> None:
    """Write the network, or the part of it that was asked for.

    Raises:
        QueryError: an unknown plan or type of link, with the nearest names.
        FormatError: the selection is too large for the format, or the file’s ending promises another one.
    """
    from pan2kg.errors import FormatError, ProjectError
    from pan2kg.graph.network import build_network
    from pan2kg.network.exports import export_network, select_network
    from pan2kg.project import write_atomically
    from pan2kg.tables.material import Material

    target = Path(options.output)
    if options.form == "csv" and target.suffix.lower() not in ("", ".zip"):
        raise FormatError(
            f"The form csv is a zip of three tables, and « {target.name} » does not end in .zip.",
            remedy="Name a file that ends in .zip, or ask for nodes or edges alone.",
        )
    store = _open(project)
    release = Material(store, options.language, today()).release
    network = build_network(store, language=options.language, release=release)
    chosen = select_network(network, plans=options.plan, types=options.type)
    if not chosen:
        raise ProjectError("The graph holds nothing to export.", remedy="Add a plan with its actions first.")
    write_atomically(target, export_network(chosen, options.form, released=_released(store)))


def _open(project: Project) -> Store:
    from pan2kg.store.rules import derive
    from pan2kg.store.store import open_store

    return open_store(project, derive)


def _released(store: Store) -> date | None:
    """The day of the data: that of the ontology they are written in, where it gives one."""
    from pan2kg.store.store import select
    from pan2kg.turtle.vocabulary import DCTERMS, PAN

    query = f"SELECT (MAX(?day) AS ?last) WHERE {{ <{PAN[:-1]}> <{DCTERMS}created> ?day }}"
    found = select(store, query).values("last")
    return date.fromisoformat(found[0]) if found and found[0] else None
