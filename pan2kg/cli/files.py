"""The commands that write the graph as files – pictures, network, dump, reports, pages – or to an endpoint."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.arguments import (
    Progress,
    add_as_of,
    add_endpoint,
    add_language,
    add_output,
    cache_of,
    emit,
    open_endpoint,
    project_of,
    read_parameters,
    tell_links,
    told_links,
)
from pan2kg.cli.values import a_link
from pan2kg.errors import FormatError, ProjectError, QueryError
from pan2kg.i18n.message import say
from pan2kg.project import read_text, write_atomically

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.i18n.catalogue import Language
    from pan2kg.store.store import Store


def add_picture(command: argparse.ArgumentParser) -> None:
    """What ``pan2kg picture`` can be told."""
    from pan2kg.charts.registry import PICTURES

    command.usage = "picture.usage"
    command.epilog = "picture.parameters"
    command.add_argument("name", metavar="NAME", choices=PICTURES, help=", ".join(PICTURES))
    add_output(command, "picture.output", required=True)
    command.add_argument("--slide", action="store_true", help="picture.slide")
    add_as_of(command, "picture.as-of")
    _add_evidence(command)
    add_endpoint(command)
    add_language(command)


def run_picture(options: argparse.Namespace) -> int:
    """Draw a picture into a file.

    Raises:
        QueryError: an unknown parameter, plan or action, with the nearest names.
        FormatError: an unknown ending, or PNG or PDF without the extra « figures ».
    """
    from pan2kg.charts.frame import on_slide
    from pan2kg.charts.raster import write_picture
    from pan2kg.charts.registry import draw

    parameters = read_parameters(options.parameters)
    graph = _open(options)
    given: dict[str, object] = {key: value.split(",") if key == "plans" else value for key, value in parameters.items()}
    picture = draw(options.name, graph, evidence=options.evidence, **given)  # type: ignore[arg-type]
    if options.slide:
        picture = replace(picture, drawing=on_slide(picture.drawing))
    write_picture(picture, Path(options.output))
    return 0


def add_export(command: argparse.ArgumentParser) -> None:
    """What ``pan2kg export`` can be told."""
    from pan2kg.network.exports import FORMS

    command.add_argument("form", metavar="FORM", choices=(*FORMS, "parquet"), help=", ".join((*FORMS, "parquet")))
    add_output(command, "export.output", required=True)
    command.add_argument(
        "--plan",
        metavar="KEY",
        action="append",
        default=[],
        help="export.plan",
    )
    command.add_argument("--type", metavar="KEY", action="append", default=[], help="export.type")
    _add_evidence(command)
    add_endpoint(command)
    add_language(command)


def run_export(options: argparse.Namespace) -> int:
    """Write the network, or the part of it that was asked for.

    Raises:
        QueryError: an unknown plan or type of link, with the nearest names.
        FormatError: the selection is too large for the format, or the file’s ending promises another one.
    """
    from pan2kg.network.exports import export_network, select_network

    target = Path(options.output)
    if options.form == "parquet":
        return _export_columns(options, target)
    if options.form == "csv" and target.suffix.lower() not in ("", ".zip"):
        raise FormatError("csv-is-zip", remedy="name-zip-file", name=target.name)
    graph = _open(options)
    chosen = select_network(graph.network(options.language, options.evidence), plans=options.plan, types=options.type)
    if not chosen:
        raise ProjectError("nothing-to-export", remedy="add-plan")
    write_atomically(target, export_network(chosen, options.form, released=_day(graph.notice.modified)))
    return 0


def _export_columns(options: argparse.Namespace, folder: Path) -> int:
    """The columns of the whole graph, a file each, into a folder.

    Raises:
        QueryError: a part of the graph is asked for.
        FormatError: the extra « parquet » is not installed.
    """
    from pan2kg.tables.parquet import columns_of, write_columns

    if options.plan or options.type:
        raise QueryError("columns-are-whole", remedy="leave-out-selection")
    emit("".join(f"{path}\n" for path in write_columns(columns_of(_open(options)), folder)))
    return 0


def _add_evidence(command: argparse.ArgumentParser) -> None:
    """On whose word a link must rest to be shown."""
    from pan2kg.coherence.evidence import FIGURED, HEADLINE

    keys = [level.key for level in FIGURED]
    command.add_argument("--evidence", metavar="LEVEL", choices=keys, default=HEADLINE.key, help="files.evidence")


def _day(stated: str) -> date | None:
    """The day of the data, None where the graph states no whole day."""
    try:
        return date.fromisoformat(stated)
    except ValueError:
        return None


def add_dump(command: argparse.ArgumentParser) -> None:
    """The file, and its format."""
    command.add_argument("--format", choices=("nquads", "trig"), help="dump.format")
    add_output(command, "file", required=True)


def run_dump(options: argparse.Namespace) -> int:
    """Write the graph as one file, as a remote store would load it."""
    from pan2kg.store.store import dump
    from pan2kg.turtle.writer import read_prefixes

    graph = _open(options)
    target = Path(options.output)
    form = options.format or ("trig" if target.suffix == ".trig" else "nquads")
    missing = told_links(graph.held)
    note = f"# {missing}\n".encode() if missing else b""
    write_atomically(target, note + dump(graph.held, form, read_prefixes(graph.project)))
    return 0


def add_report(command: argparse.ArgumentParser) -> None:
    """The folder, the plan, and the day it is reported on."""
    command.add_argument("-o", "--output", metavar="DIR", required=True, help="report.folder")
    command.add_argument("--plan", metavar="KEY", default="", help="report.plan")
    _add_evidence(command)
    add_endpoint(command)
    add_as_of(command, "figures.as-of")
    add_language(command)


def run_report(options: argparse.Namespace) -> int:
    """Write the coherence and gap report of a plan; say which files.

    Raises:
        QueryError: an unknown plan, or none is named and the profile names none.
        ProjectError: the graph holds no action; or the folder cannot be written.
    """
    from pan2kg.coherence.evidence import HEADLINE, level
    from pan2kg.errors import ProjectError, QueryError
    from pan2kg.report.writing import write_files
    from pan2kg.site.bundle import find_bundle
    from pan2kg.site.page_context import PageContext, Request
    from pan2kg.site.plan import report_of
    from pan2kg.site.site_context import SiteContext

    graph = _open(options)
    if not graph.has_actions:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    plan = graph.plan(options.plan) if options.plan else graph.own_plan()
    if plan is None:
        raise QueryError("no-plan-named", remedy="name-plan-option")
    key, language = plan.rpartition("/")[2], graph.language
    context = PageContext(
        SiteContext(graph, bundle=find_bundle()), Request(f"{language}/plan/{key}.html", language, key)
    )
    files = report_of(context, level(options.evidence) or HEADLINE)
    emit("".join(f"{path}\n" for path in write_files(Path(options.output), files)))
    return 0


def add_brief(command: argparse.ArgumentParser) -> None:
    """The file, the plan, an earlier brief, and the day."""
    add_output(command, "brief.output", required=True)
    command.add_argument("--plan", metavar="KEY", default="", help="report.plan")
    command.add_argument("--before", metavar="FILE", help="brief.before")
    _add_evidence(command)
    add_as_of(command, "figures.as-of")
    add_language(command)


def run_brief(options: argparse.Namespace) -> int:
    """Write the brief of a plan.

    Raises:
        QueryError: an unknown plan, or none is named and the profile names none.
        FormatError: an unknown ending, a Word document without the extra « docx », an earlier brief that is none.
        ProjectError: the graph holds no action; a file cannot be read or written.
    """
    from pan2kg.coherence.evidence import HEADLINE, level
    from pan2kg.report.brief import write_brief
    from pan2kg.report.writing import brief_bytes

    target = Path(options.output)
    graph = _open(options)
    made = write_brief(graph, options.plan, level(options.evidence) or HEADLINE)
    if options.before:
        made = made.followed(read_text(Path(options.before)), options.before)
    write_atomically(target, brief_bytes(made, target.suffix, graph.as_of))
    return 0


def add_site(command: argparse.ArgumentParser) -> None:
    """What can be typed after ``pan2kg site``."""
    command.add_argument("-o", "--output", metavar="DIR", required=True, help="site.folder")
    command.add_argument("--zip", metavar="FILE", help="site.zip")
    add_as_of(command, "figures.as-of")


def run_site(options: argparse.Namespace) -> int:
    """Write the site.

    Raises:
        ProjectError: the folder or the zip cannot be written.
    """
    from pan2kg.site.bundle import find_bundle
    from pan2kg.site.registry import Site, write_site, write_zip
    from pan2kg.site.site_context import SiteContext

    site = Site(SiteContext(_open(options), bundle=find_bundle(), kept=cache_of(options)))
    folder = Path(options.output)
    progress = Progress()
    number = write_site(site, folder, progress=lambda number: progress(say("progress", "files", number=str(number))))
    progress.finish()
    sys.stdout.write(
        f"{say('progress', 'site-written', folder=folder, number=str(number), index=folder / 'index.html')}\n"
    )
    if options.zip:
        write_zip(folder, Path(options.zip))
        sys.stdout.write(f"{options.zip}\n")
    return 0


def _open(options: argparse.Namespace) -> Graph:
    """The graph of the project, in the language and from the day that were typed, as far as the command takes them."""
    from pan2kg.graph.graph import Graph
    from pan2kg.store.cache import open_kept

    project, endpoint = project_of(options), getattr(options, "endpoint", None)
    language: Language = getattr(options, "language", "fr")
    folder = cache_of(options)
    if endpoint is not None:
        store: Store = open_endpoint(project, options)
    else:
        store = kept = open_kept(project, folder)
        tell_links(kept)
    return Graph(project, store, language=language, as_of=getattr(options, "as_of", None))


def add_load(command: argparse.ArgumentParser) -> None:
    """Where to, and what may be done there."""
    add_endpoint(command, required=True)
    command.add_argument("--store", metavar="URL", type=a_link, help="load.store")
    command.add_argument("--update", metavar="URL", type=a_link, help="load.update")
    command.add_argument("--replace", action="store_true", help="load.replace")
    command.add_argument("--beside", action="store_true", help="load.beside")


def run_load(options: argparse.Namespace) -> int:
    """Bring the graph there, and look whether questions will be answered.

    Raises:
        EndpointError: it takes no graphs, holds some that are not to be touched, breaks off, or could not answer.
    """
    from pan2kg.store.cache import open_kept
    from pan2kg.store.loading import Target, load_graph
    from pan2kg.store.remote import open_remote

    project, progress = project_of(options), Progress()
    target = Target(
        options.endpoint, options.store or "", options.update or "", options.replace, options.beside, options.timeout
    )  # fmt: skip
    progress(say("progress", "loading"))
    try:
        loaded = load_graph(
            open_kept(project, cache_of(options)), target, f"{project.space}graph/",
            lambda done, whole: progress(say("progress", "graphs-put", done=str(done), whole=str(whole))),
        )  # fmt: skip
    finally:
        progress.finish()
    told = {"graphs": loaded.graphs, "statements": loaded.statements, "dropped": loaded.dropped, "way": loaded.way}
    sys.stderr.write(f"{say('progress', 'graph-loaded', **{key: str(value) for key, value in told.items()})}\n")
    open_remote(options.endpoint, timeout=options.timeout)
    return 0
