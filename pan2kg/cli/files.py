"""The commands that write the graph as files – pictures, network, dump, reports, pages – or to an endpoint."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pan2kg.cli import arguments
from pan2kg.cli.arguments import emit, project_of
from pan2kg.errors import FormatError, ProjectError, QueryError
from pan2kg.i18n.message import say
from pan2kg.project import read_text, write_atomically

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.store.store import Store


def _pictures() -> dict[str, Any]:
    from pan2kg.charts.registry import PICTURES

    return {"metavar": "NAME", "choices": PICTURES, "help": ", ".join(PICTURES)}


def _forms() -> dict[str, Any]:
    from pan2kg.network.exports import FORMS

    forms = (*FORMS, "parquet")
    return {"metavar": "FORM", "choices": forms, "help": ", ".join(forms)}


def _levels() -> dict[str, Any]:
    from pan2kg.coherence.evidence import FIGURED, HEADLINE

    keys = [level.key for level in FIGURED]
    return {"metavar": "LEVEL", "choices": keys, "default": HEADLINE.key, "help": "files.evidence"}


_FILE: Final = {**arguments.FILE, "required": True}
_FOLDER: Final = {"metavar": "DIR", "required": True}
_KEYS: Final = {"metavar": "KEY", **arguments.SEVERAL}
_PLAN: Final = {"metavar": "KEY", "default": "", "help": "report.plan"}
_DAY: Final = {**arguments.DAY, "help": "figures.as-of"}
PICTURE: Final = {
    "usage": "picture.usage", "epilog": "picture.parameters", "name": _pictures, "-o --output": _FILE,
    "--slide": arguments.FLAG, "--as-of": arguments.DAY, "--evidence": _levels, **arguments.ENDPOINT,
    **arguments.LANGUAGE,
}  # fmt: skip
EXPORT: Final = {
    "form": _forms, "-o --output": _FILE, "--plan": _KEYS, "--type": _KEYS, "--evidence": _levels,
    **arguments.ENDPOINT, **arguments.LANGUAGE,
}  # fmt: skip
DUMP: Final = {"--format": {"choices": ("nquads", "trig")}, "-o --output": {**_FILE, "help": "file"}}
REPORT: Final = {
    "-o --output": {**_FOLDER, "help": "report.folder"}, "--plan": _PLAN, "--evidence": _levels, **arguments.ENDPOINT,
    "--as-of": _DAY, **arguments.LANGUAGE,
}  # fmt: skip
BRIEF: Final = {
    "-o --output": _FILE, "--plan": _PLAN, "--before": arguments.FILE, "--evidence": _levels, "--as-of": _DAY,
    **arguments.LANGUAGE,
}  # fmt: skip
SITE: Final = {"-o --output": {**_FOLDER, "help": "site.folder"}, "--zip": arguments.FILE, "--as-of": _DAY}
_ADDRESS: Final = {"metavar": "URL", "type": arguments.a_link}
LOAD: Final = {
    "--endpoint": {"metavar": "URL", "required": True, "help": "endpoint"}, "--timeout": arguments.TIMEOUT,
    "--store": _ADDRESS, "--update": _ADDRESS, "--replace": arguments.FLAG, "--beside": arguments.FLAG,
}  # fmt: skip


def _open(options: argparse.Namespace) -> Graph:
    from pan2kg.graph.graph import Graph
    from pan2kg.store.cache import open_kept

    project, folder = project_of(options), arguments.cache_of(options)
    if getattr(options, "endpoint", None) is not None:
        store: Store = arguments.open_endpoint(project, options)
    else:
        store = local = open_kept(project, folder)
        arguments.tell_links(local)
    language = getattr(options, "language", "fr")
    return Graph(project, store, language=language, as_of=getattr(options, "as_of", None))


def run_picture(options: argparse.Namespace) -> int:
    from pan2kg.charts.frame import on_slide
    from pan2kg.charts.registry import draw, write_picture

    parameters: dict[str, Any] = dict(arguments.read_parameters(options.parameters))
    if "plans" in parameters:
        parameters["plans"] = parameters["plans"].split(",")
    picture = draw(options.name, _open(options), evidence=options.evidence, **parameters)
    if options.slide:
        picture = on_slide(picture)
    write_picture(picture, Path(options.output))
    return 0


def run_export(options: argparse.Namespace) -> int:
    target = Path(options.output)
    if options.form == "parquet":
        from pan2kg.tables.spreadsheet import columns_of, write_columns

        if options.plan or options.type:
            raise QueryError("columns-are-whole", remedy="leave-out-selection")
        emit("".join(f"{path}\n" for path in write_columns(columns_of(_open(options)), target)))
        return 0
    from pan2kg.network.exports import export_network, select_network

    if options.form == "csv" and target.suffix.lower() not in ("", ".zip"):
        raise FormatError("csv-is-zip", remedy="name-zip-file", name=target.name)
    graph = _open(options)
    network = select_network(graph.network(options.language, options.evidence), plans=options.plan, types=options.type)
    if not network:
        raise ProjectError("nothing-to-export", remedy="add-plan")
    try:
        released = date.fromisoformat(graph.notice.modified)
    except ValueError:  # the graph states no whole day
        released = None
    write_atomically(target, export_network(network, options.form, released=released))
    return 0


def run_dump(options: argparse.Namespace) -> int:
    from pan2kg.store.store import dump
    from pan2kg.turtle.writer import read_prefixes

    graph, target = _open(options), Path(options.output)
    form = options.format or ("trig" if target.suffix == ".trig" else "nquads")
    missing = arguments.links_told(graph.held)
    note = f"# {missing}\n".encode() if missing else b""
    write_atomically(target, note + dump(graph.held, form, read_prefixes(graph.project)))
    return 0


def run_report(options: argparse.Namespace) -> int:
    from pan2kg.coherence.evidence import HEADLINE, level
    from pan2kg.report.writing import write_files
    from pan2kg.site.page import PageContext, Request, SiteContext, find_bundle
    from pan2kg.site.plan import report_of

    graph = _open(options)
    if not graph.has_actions:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    plan = graph.plan(options.plan) if options.plan else graph.own_plan()
    if plan is None:
        raise QueryError("no-plan-named", remedy="name-plan-option")
    key, language = plan.rpartition("/")[2], graph.language
    request = Request(f"{language}/plan/{key}.html", language, key)
    context = PageContext(SiteContext(graph, bundle=find_bundle()), request)
    files = report_of(context, level(options.evidence) or HEADLINE)
    emit("".join(f"{path}\n" for path in write_files(Path(options.output), files)))
    return 0


def run_brief(options: argparse.Namespace) -> int:
    from pan2kg.coherence.evidence import HEADLINE, level
    from pan2kg.report.brief import write_brief
    from pan2kg.report.writing import brief_bytes

    graph, target = _open(options), Path(options.output)
    brief = write_brief(graph, options.plan, level(options.evidence) or HEADLINE)
    if options.before:
        brief = brief.followed(read_text(Path(options.before)), options.before)
    write_atomically(target, brief_bytes(brief, target.suffix, graph.as_of))
    return 0


def run_site(options: argparse.Namespace) -> int:
    from pan2kg.site.page import SiteContext, find_bundle
    from pan2kg.site.registry import Site, write_site, write_zip

    site = Site(SiteContext(_open(options), bundle=find_bundle(), kept=arguments.cache_of(options)))
    folder, progress = Path(options.output), arguments.Progress()
    number = write_site(site, folder, progress=lambda number: progress(say("progress", "files", number=str(number))))
    progress.finish()
    emit(f"{say('progress', 'site-written', folder=folder, number=str(number), index=folder / 'index.html')}\n")
    if options.zip:
        write_zip(folder, Path(options.zip))
        emit(f"{options.zip}\n")
    return 0


def run_load(options: argparse.Namespace) -> int:
    from pan2kg.store.cache import open_kept
    from pan2kg.store.remote import Target, load_graph, open_remote

    project, progress = project_of(options), arguments.Progress()
    target = Target(
        options.endpoint, options.store or "", options.update or "", options.replace, options.beside, options.timeout
    )  # fmt: skip
    progress(say("progress", "loading"))
    try:
        loaded = load_graph(
            open_kept(project, arguments.cache_of(options)), target, f"{project.space}graph/",
            lambda done, whole: progress(say("progress", "graphs-put", done=str(done), whole=str(whole))),
        )  # fmt: skip
    finally:
        progress.finish()
    arguments.tell(say("progress", "graph-loaded", **loaded))
    open_remote(options.endpoint, timeout=options.timeout)
    return 0
