"""The command ``pan2kg serve``: the graph and its pages over HTTP, from this machine; and ``pan2kg journal``.

A service took changes to the graph up to release 0.1 and kept them in a journal; ``journal`` writes
them out for a store that takes updates. What answers is put together in :mod:`pan2kg.cli.service`,
imported while the graph is loaded.
"""

import argparse
import json
import os
from contextlib import suppress
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pan2kg.cli import arguments
from pan2kg.cli.arguments import FILE, FLAG, SEVERAL, Options, an_address
from pan2kg.cli.opening import cache_of, project_of
from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, reason, write_atomically

TOKEN = "PAN2KG_TOKEN"  # noqa: S105  # the name of a variable, not a secret
MEGABYTE = 2**20

_POSITIVE = arguments.number(r"(?=.*[1-9])(\d{1,12}(\.\d+)?|\.\d+)", "no-seconds")
_NUMBER = {"metavar": "N", "type": arguments.whole(1)}
SERVE: Options = {
    "--host": {"default": "127.0.0.1"},
    "--port": {"type": arguments.whole(0, 65_535), "default": 8000},
    "--allow-host": {"metavar": "NAME", **SEVERAL},
    "--base": {"metavar": "URL", "type": an_address},
    "--proxy": {"metavar": "ADDRESS", **SEVERAL},
    "--no-browser": FLAG,
    "--endpoint": {"metavar": "URL", "help": "endpoint"},
    "--release": {"metavar": "DIR", "type": Path},
    "--writable": FLAG,
    "--token-file": FILE,
    "--people": {**FILE, "type": Path},
    "--person-header": {"metavar": "NAME", "default": ""},
    "--public": FLAG,
    "--access-log": FILE,
    "--watch": {**FLAG, "help": "serve.watch"},
    "--journal": {**FILE, "type": Path},
    "--timeout": {"metavar": "S", "type": _POSITIVE, "default": 30.0},
    "--max-rows": {**_NUMBER, "default": 1_000_000},
    "--max-bytes": {**_NUMBER, "default": 256 * MEGABYTE},
    "--memory": {**_NUMBER, "metavar": "MB", "default": 1024},
    "--total-memory": {**_NUMBER, "metavar": "MB", "default": 0},
    "--connections": {**_NUMBER, "default": 1024},
    "--workers": {**_NUMBER, "default": 8},
    "--allow-service": {"metavar": "IRI", **SEVERAL},
    "--default-graph": {"choices": ("union", "own"), "default": "union"},
}


def run_serve(options: argparse.Namespace) -> int:
    if not hasattr(os, "fork"):
        raise ProjectError("needs-posix")
    from pan2kg.server import edge, listening
    from pan2kg.server.answering import Evaluator, Limits
    from pan2kg.server.keeper import Keeper

    if options.release and (
        options.writable or options.endpoint or options.watch or options.project
    ):
        raise ProjectError("release-alone")
    # changes lie in a journal that nobody would make again
    if options.journal and options.journal.exists() and _read(options.journal).strip():
        raise ProjectError("journal-holds-changes", place=Place(str(options.journal)))
    names = [
        options.host,
        *options.allow_host,
        *([urlsplit(options.base).hostname or ""] if options.base else []),
    ]
    by_number = False  # whether any number will do, as it listens to all
    with suppress(ValueError):
        by_number = ip_address(options.host).is_unspecified
    memory = options.memory * MEGABYTE, options.total_memory * MEGABYTE
    limits = Limits(options.timeout, options.max_rows, options.max_bytes, *memory)
    settings = edge.Settings(
        limits=limits,
        hosts=frozenset(map(str.lower, names)),
        by_number=by_number,
        base=options.base or "",
        proxies=tuple(map(edge.read_network, options.proxy)),
        connections=options.connections,
        is_public=options.public,
        union=options.default_graph == "union",
        graphs=f"{project_of(options).space}graph/",
        services=frozenset(options.allow_service),
    )
    token = _token(options)
    with listening.listen(options.host, options.port) as bound:
        if options.endpoint is not None:
            return int(import_module("pan2kg.cli.service").relay(options, settings, bound))
        # a project's own graph is held in processes that are forked before anything else runs; or
        # that of a release, whose files are served as they are: what no file tells is answered from
        # the graph
        project = Project.at(options.release) if options.release else project_of(options)
        folder = cache_of(options)

        def load() -> Evaluator:
            from pan2kg.store import cache
            from pan2kg.turtle.writer import read_prefixes

            store = cache.open_kept(project, folder).inner
            return Evaluator(store, limits, read_prefixes(project), settings.services)

        keeper = Keeper(
            load, workers=options.workers, connects=bool(settings.services), close=[bound]
        )
        try:
            people = None
            if options.writable:
                from pan2kg.server import reviewers

                listed = reviewers.read_people(options.people) if options.people else ()
                people = reviewers.People(token, listed, options.person_header)
            return int(
                import_module("pan2kg.cli.service").answer(
                    options, settings, bound, project, keeper, people
                )
            )
        finally:
            keeper.close()


def _token(options: argparse.Namespace) -> str:
    # that of whoever runs the service; empty where only those listed review, or nobody does
    if options.person_header and not options.proxy:
        raise ProjectError("header-of-nobody")
    if not options.writable:
        return ""
    if options.endpoint is not None:
        raise ProjectError("endpoint-not-written")
    token = os.environ.get(TOKEN, "")
    if options.token_file:
        try:
            token = Path(options.token_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ProjectError("token-unreadable", place=Place(options.token_file)) from None
    if not token.strip() and not options.people and not options.person_header:
        raise ProjectError("needs-token", remedy="give-token", token=TOKEN)
    return token.strip()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProjectError(
            "cannot-read-file", place=Place(str(path)), reason=reason(error)
        ) from None


JOURNAL: Options = {
    "journal": {**FILE, "type": Path, "help": "serve.journal"},
    "-o --output": {**FILE, "type": Path, "required": True},
}


def run_journal(options: argparse.Namespace) -> int:
    """Write the changes of a journal as one SPARQL Update: what they remove from the project's graph, what they add."""
    import pyoxigraph as ox

    from pan2kg.server import protocol
    from pan2kg.store import cache

    def apply(
        kind: str,
        text: str,
        base: str,
        graph: str,
        graphs: list[tuple[str, str]],
        default: tuple[str, ...] = (),
        named: tuple[str, ...] = (),
        *_: object,
    ) -> None:
        # as the service made it: an update, or a graph that is put, posted to, patched or deleted
        if (
            default or named
        ):  # no update has graphs of its request: its text would have to be another
            raise ValueError
        name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        if kind == "update":
            store.update(text, base_iri=base or None)
        elif kind == "patch":  # it sees the graph alone, as its default graph
            alone = ox.Store()
            quads = store.quads_for_pattern(None, None, None, name)
            alone.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
            alone.update(text, base_iri=base or None)
            store.clear_graph(name)
            store.extend(ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in alone)
        elif kind in ("put", "post", "delete"):
            if kind != "post":
                store.remove_graph(name)
            for form, content in graphs:
                store.load(
                    content, format=protocol.FORMATS[form], base_iri=base or None, to_graph=name
                )
        else:
            raise ValueError

    store = cache.open_kept(project_of(options), cache_of(options)).inner
    before = set(store)
    for number, line in enumerate(_read(options.journal).splitlines(), 1):
        try:
            apply(*json.loads(line))
        except (KeyError, OSError, SyntaxError, TypeError, ValueError):
            raise ProjectError(
                "journal-unreadable", place=Place(str(options.journal), number)
            ) from None
    after = set(store)
    blocks = []
    for verb, quads in (("DELETE DATA", before - after), ("INSERT DATA", after - before)):
        if quads:
            statements = "".join(
                f"  GRAPH {quad.graph_name} {{ {quad.triple} }}\n"
                for quad in sorted(quads, key=str)
            )
            blocks.append(f"{verb} {{\n{statements}}}")
    write_atomically(options.output, " ;\n".join(blocks) + "\n")
    return 0
