"""The commands that write the graph as files – pictures, network, dump, reports, pages – or to an endpoint."""

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from pan2kg.cli import arguments
from pan2kg.cli.arguments import DAY, ENDPOINT, FILE, FLAG, LANGUAGE, SEVERAL, TIMEOUT, a_link
from pan2kg.cli.opening import cache_of, note_on_links, open_graph, open_kept, project_of
from pan2kg.cli.output import Progress, emit, emit_lines, tell, tell_unbuilt
from pan2kg.coherence import evidence
from pan2kg.errors import FormatError, ProjectError, QueryError
from pan2kg.i18n import say
from pan2kg.project import read_text, write_atomically


def _names(room: str, table: str, metavar: str) -> Callable[[], Mapping[str, Any]]:
    def make() -> Mapping[str, Any]:
        names = (*getattr(import_module(room), table), *(["parquet"] if table == "FORMS" else []))
        return {"metavar": metavar, "choices": names, "help": ", ".join(names)}

    return make


_LEVELS = {
    "metavar": "LEVEL",
    "choices": [level.key for level in evidence.FIGURED],
    "default": evidence.HEADLINE.key,
    "help": "files.evidence",
}
_FILE = {**FILE, "required": True}
_FOLDER = {"metavar": "DIR", "required": True}
_KEYS = {"metavar": "KEY", **SEVERAL}
_PLAN = {"metavar": "KEY", "default": "", "help": "report.plan"}
_DAY = {**DAY, "help": "figures.as-of"}
PICTURE = {
    "usage": "picture.usage",
    "epilog": "picture.parameters",
    "name": _names("pan2kg.charts.registry", "PICTURES", "NAME"),
    "-o --output": _FILE,
    "--slide": FLAG,
    "--as-of": DAY,
    "--evidence": _LEVELS,
    **ENDPOINT,
    **LANGUAGE,
}
EXPORT = {
    "form": _names("pan2kg.tables.network_files", "FORMS", "FORM"),
    "-o --output": _FILE,
    "--plan": _KEYS,
    "--type": _KEYS,
    "--evidence": _LEVELS,
    **ENDPOINT,
    **LANGUAGE,
}
DUMP = {
    "--format": {"choices": ("nquads", "trig")},
    "-o --output": {**_FILE, "help": "file"},
}
REPORT = {
    "-o --output": {**_FOLDER, "help": "report.folder"},
    "--plan": _PLAN,
    "--evidence": _LEVELS,
    **ENDPOINT,
    "--as-of": _DAY,
    **LANGUAGE,
}
BRIEF = {
    "-o --output": _FILE,
    "--plan": _PLAN,
    "--before": FILE,
    "--evidence": _LEVELS,
    "--as-of": _DAY,
    **LANGUAGE,
}
SITE = {
    "-o --output": {**_FOLDER, "help": "site.folder"},
    "--zip": FILE,
    "--as-of": _DAY,
}
_ADDRESS = {"metavar": "URL", "type": a_link}
LOAD = {
    "--endpoint": {"metavar": "URL", "required": True, "help": "endpoint"},
    "--timeout": TIMEOUT,
    "--store": _ADDRESS,
    "--update": _ADDRESS,
    "--replace": FLAG,
    "--beside": FLAG,
}


def run_picture(options: argparse.Namespace) -> int:
    from pan2kg.charts import frame, registry

    parameters: dict[str, Any] = dict(arguments.read_parameters(options.parameters))
    if "plans" in parameters:
        parameters["plans"] = parameters["plans"].split(",")
    picture = registry.draw(
        options.name, open_graph(options), evidence=options.evidence, **parameters
    )
    if options.slide:
        picture = frame.on_slide(picture)
    registry.write_picture(picture, Path(options.output))
    return 0


def run_export(options: argparse.Namespace) -> int:
    target = Path(options.output)
    if options.form == "parquet":
        from pan2kg.tables import parquet

        if options.plan or options.type:
            raise QueryError("columns-are-whole")
        paths = parquet.write_columns(parquet.columns_of(open_graph(options)), target)
        emit_lines(paths)
        return 0
    from pan2kg.tables.network import select_network
    from pan2kg.tables.network_files import export_network

    if options.form == "csv" and target.suffix.lower() not in ("", ".zip"):
        raise FormatError("csv-is-zip", name=target.name)
    graph = open_graph(options)
    whole = graph.network(options.language, options.evidence)
    network = select_network(whole, plans=options.plan, types=options.type)
    if not network:
        raise ProjectError("nothing-to-export", remedy="add-plan")
    try:
        released = date.fromisoformat(graph.notice.modified)
    except ValueError:  # the graph states no whole day
        released = None
    write_atomically(target, export_network(network, options.form, released=released))
    return 0


def run_dump(options: argparse.Namespace) -> int:
    from pan2kg.store import exports
    from pan2kg.turtle import writer

    graph = open_graph(options)
    target = Path(options.output)
    form = options.format or ("trig" if target.suffix == ".trig" else "nquads")
    missing = note_on_links(graph.held)
    note = f"# {missing}\n".encode() if missing else b""
    write_atomically(
        target, note + exports.dump(graph.held, form, writer.read_prefixes(graph.project))
    )
    return 0


def run_report(options: argparse.Namespace) -> int:
    from pan2kg.site import front_end, page, plan_brief, printing

    graph = open_graph(options)
    if not graph.has_actions:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    plan = graph.plan(options.plan) if options.plan else graph.own_plan()
    if plan is None:
        raise QueryError("no-plan-named", remedy="name-plan-option")
    key = plan.rpartition("/")[2]
    language = graph.language
    request = page.Request(f"{language}/plan/{key}.html", language, key)
    context = page.PageContext(page.SiteContext(graph, bundle=front_end.find_bundle()), request)
    files = plan_brief.report_of(context, evidence.level(options.evidence) or evidence.HEADLINE)
    emit_lines(printing.write_report(Path(options.output), files))
    return 0


def run_brief(options: argparse.Namespace) -> int:
    from pan2kg.findings import brief as briefs
    from pan2kg.site import brief_files

    graph = open_graph(options)
    target = Path(options.output)
    brief = briefs.write_brief(
        graph, options.plan, evidence.level(options.evidence) or evidence.HEADLINE
    )
    if options.before:
        brief = brief.followed(read_text(Path(options.before)), options.before)
    write_atomically(target, brief_files.brief_bytes(brief, target.suffix, graph.as_of))
    return 0


def run_site(options: argparse.Namespace) -> int:
    from pan2kg.site import front_end, page, registry

    graph = open_graph(options)
    reports_folder = cache_of(options)
    bundle = front_end.find_bundle()
    context = page.SiteContext(graph, bundle=bundle, reports_folder=reports_folder)
    tell_unbuilt()
    folder = Path(options.output)
    progress = Progress()
    number = registry.write_site(
        registry.Site(context),
        folder,
        progress=lambda number: progress(say("progress", "files", number=str(number))),
    )
    progress.finish()
    message = say(
        "progress", "site-written", folder=folder, number=str(number), index=folder / "index.html"
    )
    emit(f"{message}\n")
    if options.zip:
        registry.write_zip(folder, Path(options.zip))
        emit(f"{options.zip}\n")
    return 0


def run_load(options: argparse.Namespace) -> int:
    from pan2kg.store import loading, queries, remote
    from pan2kg.store.destination import Target

    project = project_of(options)
    progress = Progress()
    target = Target(
        options.endpoint,
        options.store or "",
        options.update or "",
        options.replace,
        options.beside,
        options.timeout,
    )
    progress(say("progress", "loading"))
    try:
        loaded = loading.load_graph(
            open_kept(options, project),
            target,
            f"{project.space}graph/",
            lambda done, whole: progress(
                say("progress", "graphs-put", done=str(done), whole=str(whole))
            ),
            project,
        )
    finally:
        progress.finish()
    whole = len(queries.read_queries(project))
    wrong = loaded.wrong
    tell(
        say(
            "progress",
            "graph-loaded",
            graphs=str(loaded.graphs),
            statements=str(loaded.statements),
            dropped=str(loaded.dropped),
            way=loaded.way,
        ),
        say("progress", "engine-examined", right=str(whole - len(wrong)), whole=str(whole)),
        wrong and say("error", "engine-errs", names=", ".join(wrong)),
    )
    remote.open_remote(options.endpoint, timeout=options.timeout)
    return 0
