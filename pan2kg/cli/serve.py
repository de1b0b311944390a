"""The command ``pan2kg serve``: the graph and its pages over HTTP, from this machine; and ``pan2kg journal``.

A service took changes to the graph up to release 0.1 and kept them in a journal; ``journal`` writes them out for a
store that takes updates.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from pan2kg.cli import arguments
from pan2kg.cli.arguments import cache_of, project_of
from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.message import say
from pan2kg.project import Project, reason, write_atomically

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    import pyoxigraph as ox
    from starlette.routing import Route

    from pan2kg.server.all_pages import AllPages
    from pan2kg.server.engine import Evaluator
    from pan2kg.server.pages import HomePages, Pages, RefreshedSite
    from pan2kg.server.protocol import ServedRelease
    from pan2kg.server.review import People
    from pan2kg.server.web import Edge, Operations, Settings
    from pan2kg.server.workers import Keeper
    from pan2kg.store.store import Store

WATCH_SECONDS: Final = 2.0
"""Every so many seconds the files are looked at where changes to them are to be seen."""
TOKEN: Final = "PAN2KG_TOKEN"  # noqa: S105  # the name of a variable, not a secret
MEGABYTE: Final = 2**20

_POSITIVE: Final = arguments.number(r"(?=.*[1-9])(\d{1,12}(\.\d+)?|\.\d+)", "no-seconds")
_NUMBER: Final = {"metavar": "N", "type": arguments.whole(1)}
SERVE: Final[arguments.Options] = {
    "--host": {"default": "127.0.0.1"}, "--port": {"type": arguments.whole(0, 65_535), "default": 8000},
    "--allow-host": {"metavar": "NAME", **arguments.SEVERAL},
    "--base": {"metavar": "URL", "type": arguments.an_address},
    "--proxy": {"metavar": "ADDRESS", **arguments.SEVERAL}, "--no-browser": arguments.FLAG,
    "--endpoint": {"metavar": "URL", "help": "endpoint"}, "--release": {"metavar": "DIR", "type": Path},
    "--writable": arguments.FLAG, "--token-file": arguments.FILE, "--people": {**arguments.FILE, "type": Path},
    "--person-header": {"metavar": "NAME", "default": ""}, "--public": arguments.FLAG, "--access-log": arguments.FILE,
    "--watch": {**arguments.FLAG, "help": "serve.watch"}, "--journal": {**arguments.FILE, "type": Path},
    "--timeout": {"metavar": "S", "type": _POSITIVE, "default": 30.0},
    "--max-rows": {**_NUMBER, "default": 1_000_000}, "--max-bytes": {**_NUMBER, "default": 256 * MEGABYTE},
    "--memory": {**_NUMBER, "metavar": "MB", "default": 1024},
    "--total-memory": {**_NUMBER, "metavar": "MB", "default": 0}, "--connections": {**_NUMBER, "default": 1024},
    "--workers": {**_NUMBER, "default": 8}, "--allow-service": {"metavar": "IRI", **arguments.SEVERAL},
    "--default-graph": {"choices": ("union", "own"), "default": "union"},
}  # fmt: skip


def add_serve(command: argparse.ArgumentParser) -> None:
    arguments.add_options(command, "serve", SERVE)


def run_serve(options: argparse.Namespace) -> int:
    if not hasattr(os, "fork"):
        raise ProjectError("needs-posix", remedy="use-site")
    from pan2kg.server.web import listen

    if options.release and (options.writable or options.endpoint or options.watch or options.project):
        raise ProjectError("release-alone", remedy="release-or-project")
    if options.journal:
        # changes lie in a file that nobody would make again
        place = Place(str(options.journal))
        try:
            is_empty = not options.journal.exists() or not options.journal.read_bytes().strip()
        except OSError as error:
            raise ProjectError("cannot-read-file", place=place, reason=reason(error)) from None
        if not is_empty:
            raise ProjectError("journal-holds-changes", place=place, remedy="write-journal-out")
    settings, token = _settings(options), _token(options)
    with listen(options.host, options.port) as bound:
        if options.endpoint is not None:
            return _remote(options, settings, bound)
        return _local(options, settings, bound, token)


def _settings(options: argparse.Namespace) -> Settings:
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    from pan2kg.server.engine import Limits
    from pan2kg.server.web import Settings, read_network

    names = [options.host, *options.allow_host, *([urlsplit(options.base).hostname or ""] if options.base else [])]
    by_number = False  # whether any number will do, as it listens to all
    with suppress(ValueError):
        by_number = ip_address(options.host).is_unspecified
    return Settings(
        limits=Limits(
            options.timeout, options.max_rows, options.max_bytes, options.memory * MEGABYTE,
            options.total_memory * MEGABYTE
        ),
        hosts=frozenset(map(str.lower, names)), by_number=by_number, base=options.base or "",
        proxies=tuple(map(read_network, options.proxy)), connections=options.connections, is_public=options.public,
        union=options.default_graph == "union", graphs=f"{project_of(options).space}graph/",
        services=frozenset(options.allow_service),
    )  # fmt: skip


def _token(options: argparse.Namespace) -> str:
    if options.person_header and not options.proxy:
        raise ProjectError("header-of-nobody", remedy="name-proxy")
    if not options.writable:
        return ""
    if options.endpoint is not None:
        raise ProjectError("endpoint-not-written", remedy="leave-out-writable")
    token = os.environ.get(TOKEN, "")
    if options.token_file:
        try:
            token = Path(options.token_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ProjectError("token-unreadable", place=Place(options.token_file)) from None
    if not token.strip() and not options.people and not options.person_header:
        raise ProjectError("needs-token", remedy="give-token", token=TOKEN)
    return token.strip()


def _local(options: argparse.Namespace, settings: Settings, bound: socket.socket, token: str) -> int:
    """Serve a project's own graph, held in processes that are forked before anything else runs; or that of a release.

    Of a release the files are served as they are, what no file tells is answered from the graph.
    """
    from pan2kg.server.workers import Keeper

    project = Project.at(options.release) if options.release else project_of(options)
    folder = cache_of(options)

    def load() -> Evaluator:
        from pan2kg.server.engine import Evaluator
        from pan2kg.store.cache import open_kept
        from pan2kg.turtle.writer import read_prefixes

        store = open_kept(project, folder).inner
        return Evaluator(store, settings.limits, read_prefixes(project), settings.services)

    keeper = Keeper(load, workers=options.workers, connects=bool(settings.services), close=[bound])
    try:
        people = None
        if options.writable:
            from pan2kg.server.review import People, read_people

            listed = read_people(options.people) if options.people else ()
            people = People(token, listed, options.person_header)
        progress = arguments.Progress()
        progress(say("progress", "loading"))
        keeper.start(_import_service)
        progress.finish()
        return _answer(options, settings, bound, project, keeper, people)
    finally:
        keeper.close()


def _import_service() -> None:
    import pan2kg.server.documents
    import pan2kg.server.pages
    import pan2kg.server.sparql  # noqa: F401  # read here, used where it is named


def _answer(
    options: argparse.Namespace, settings: Settings, bound: socket.socket, project: Project, keeper: Keeper,
    people: People | None,
) -> int:  # fmt: skip
    from pan2kg.server import sparql, web
    from pan2kg.server.pages import HomePages, ReleaseFiles
    from pan2kg.server.protocol import ServedRelease
    from pan2kg.server.workers import Pool, WorkerStore
    from pan2kg.store.store import fingerprint, state_files

    folder, seconds = cache_of(options), settings.limits.seconds
    homes = None if people or options.release else HomePages(project, folder)
    release = ServedRelease(fingerprint(project)[:12], keeper.state)
    pool, store = Pool(keeper, seconds), WorkerStore(keeper, seconds)
    reloading = web.Reloading(keeper.reload, lambda: state_files(project), WATCH_SECONDS if options.watch else 0.0)
    renew = (people, reloading.wanted.set) if not options.release else ()
    operations = _operations(options, lambda: keeper.is_up, *renew)
    operations.measure(pool)
    reviews = people is not None and not project.is_packaged and not project.data
    site = None if options.release else _site(project, store, release, writable=reviews, folder=folder)
    pages = _pages(site, homes, keeper) if site else None
    routes = _documents(project, store, release, site, is_elsewhere=bool(options.base))
    if options.release:
        answer = ReleaseFiles(options.release, routes[0].endpoint).answer
        routes = [web.route("/{path:path}", answer, "GET, HEAD")]
    if site and people and reviews:
        from pan2kg.server import review

        desk = review.ReviewPages(project, store, site, keeper, review.Sessions(people))
        routes[:0] = [web.route(path, desk.answer, "GET, HEAD, POST") for path in review.DESK_PATHS]
    if pages:
        routes.append(web.route("/{path:path}", pages.answer, "GET, HEAD"))
    endpoint = sparql.Endpoint(pool, settings, release, sparql.EDITOR if pages else "")
    edge = web.assemble(settings, operations, endpoint.answer, endpoint.graph, routes)
    if not options.release:
        reloading.start()
    return _serve(edge, bound, options, pages=pages, keeper=keeper)


def _remote(options: argparse.Namespace, settings: Settings, bound: socket.socket) -> int:
    from pan2kg.server import sparql, web
    from pan2kg.server.protocol import ServedRelease

    project = project_of(options)
    store, release = arguments.open_endpoint(project, options), ServedRelease(options.endpoint, seconds=60)
    site = _site(project, store, release, writable=False)
    pages = _pages(site)
    routes = _documents(project, store, release, site, is_elsewhere=bool(options.base))
    routes.append(web.route("/{path:path}", pages.answer, "GET, HEAD"))
    relay = sparql.Relay(options.endpoint, settings, sparql.EDITOR)
    edge = web.assemble(settings, _operations(options, lambda: True), relay.answer, more=routes)
    return _serve(edge, bound, options, pages=pages)


def _operations(
    options: argparse.Namespace, is_ready: Callable[[], bool], people: People | None = None,
    reload: Callable[[], None] = lambda: None,
) -> Operations:  # fmt: skip
    """What is seen of the service by who runs it.

    On SIGHUP, as services do, it opens its log again, reads the list of people and loads the files anew; who is no
    longer on the list is signed out. At a terminal that signal ends the service.
    """
    import signal

    from pan2kg.server.web import Operations

    operations = Operations(options.access_log or "", is_ready)
    operations.open_log()

    def follow(*_: object) -> None:
        with suppress(ProjectError):  # the one that is open stays
            operations.open_log()
        if options.people and people:
            from pan2kg.server.review import read_people

            try:
                people.listed = read_people(options.people)
            except ProjectError as error:
                sys.stderr.write(f"{error}\n")
        reload()

    if not (sys.stdin and sys.stdin.isatty()):
        signal.signal(signal.SIGHUP, follow)
    return operations


def _site(
    project: Project, store: Store, release: ServedRelease, *, writable: bool, folder: Path | None = None
) -> RefreshedSite:
    from pan2kg.server.pages import RefreshedSite

    def make() -> AllPages:
        from pan2kg.graph.graph import Graph
        from pan2kg.server.all_pages import AllPages
        from pan2kg.site.page import SiteContext, find_bundle
        from pan2kg.site.registry import Site

        graph = Graph(project, store, language="fr")
        return AllPages(Site(SiteContext(graph, mode="served", bundle=find_bundle(), writable=writable, kept=folder)))

    return RefreshedSite(make, release)


def _pages(site: RefreshedSite, homes: HomePages | None = None, keeper: Keeper | None = None) -> Pages:
    from pan2kg.server.pages import Pages

    # what draws pages takes as long to import as the rest: it is there when it is asked for
    def assets() -> Mapping[str, Path]:
        from pan2kg.site.page import find_bundle

        bundle = find_bundle()
        return bundle.files() if bundle else {}

    def canonical(path: str, query: bytes) -> bytes:
        from pan2kg.server.all_pages import canonical_query

        return canonical_query(path, query)

    return Pages(site, assets, canonical=canonical, homes=homes, keeper=keeper)


def _documents(
    project: Project, store: Store, release: ServedRelease, site: RefreshedSite | None, *, is_elsewhere: bool
) -> list[Route]:
    from pan2kg.server import documents
    from pan2kg.turtle.writer import read_prefixes

    def portray(iri: str, path: str, language: str) -> bytes:
        return cast("AllPages", site.site()).portray(iri, path, language) if site else b""

    source = documents.DataSource(project, store, release, read_prefixes(project), portray if site else None)
    return documents.routes(source, is_elsewhere=is_elsewhere)


def _serve(
    edge: Edge, bound: socket.socket, options: argparse.Namespace, *, pages: Pages | None = None,
    keeper: Keeper | None = None,
) -> int:  # fmt: skip
    from pan2kg.server.protocol import why
    from pan2kg.server.web import Server, notify

    def leave() -> None:
        server.should_exit = True

    def ready() -> None:
        # say where the service is, and show it
        host, port = bound.getsockname()[:2]
        anywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
        address = f"http://{anywhere.get(host, f'[{host}]' if ':' in host else host)}:{port}/"
        with suppress(OSError):  # it serves all the same where nobody reads where
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()
        if not options.no_browser:
            import threading
            import webbrowser

            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        notify("READY=1")
        if pages:
            pages.threads.submit(pages.warm)

    server = Server(edge, ready)
    if pages:
        pages.is_leaving = lambda: server.should_exit
    if keeper:
        keeper.on_lost.append(leave)
    server.run(sockets=[bound])
    notify("STOPPING=1")
    if keeper and keeper.is_lost:
        sys.stderr.write(f"{why('lost')}\n")
        return 1
    return 0


JOURNAL: Final[arguments.Options] = {
    "journal": {**arguments.FILE, "type": Path, "help": "serve.journal"},
    "-o --output": {**arguments.FILE, "type": Path, "required": True},
}


def run_journal(options: argparse.Namespace) -> int:
    from pan2kg.store.cache import open_kept

    store = open_kept(project_of(options), cache_of(options)).inner
    before = set(store)
    try:
        lines = options.journal.read_bytes().splitlines()
    except OSError as error:
        raise ProjectError("cannot-read-file", place=Place(str(options.journal)), reason=reason(error)) from None
    for number, line in enumerate(lines, 1):
        try:
            _apply(store, *json.loads(line))
        except (KeyError, OSError, SyntaxError, TypeError, ValueError):
            raise ProjectError("journal-unreadable", place=Place(str(options.journal), number)) from None
    after = set(store)
    blocks = []
    for verb, quads in (("DELETE DATA", before - after), ("INSERT DATA", after - before)):
        if quads:
            statements = "".join(f"  GRAPH {quad.graph_name} {{ {quad.triple} }}\n" for quad in sorted(quads, key=str))
            blocks.append(f"{verb} {{\n{statements}}}")
    write_atomically(options.output, " ;\n".join(blocks) + "\n")
    return 0


def _apply(
    store: ox.Store,
    kind: str,
    text: str,
    base: str,
    graph: str,
    graphs: list[tuple[str, str]],
    default: tuple[str, ...] = (),
    named: tuple[str, ...] = (),
    exists: bool | None = None,  # noqa: ARG001, FBT001  # it was found to hold when the change was taken
) -> None:
    import pyoxigraph as ox

    from pan2kg.server.engine import GRAPH_FORMATS

    if default or named:  # no update has graphs of its request: its text would have to be another
        raise ValueError
    name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    if kind == "update":
        store.update(text, base_iri=base or None)
    elif kind == "patch":  # it sees the graph alone, as its default graph
        alone = ox.Store()
        alone.extend(
            ox.Quad(quad.subject, quad.predicate, quad.object)
            for quad in store.quads_for_pattern(None, None, None, name)
        )
        alone.update(text, base_iri=base or None)
        store.clear_graph(name)
        store.extend(ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in alone)
    elif kind in ("put", "post", "delete"):
        if kind != "post":
            store.remove_graph(name)
        for form, content in graphs:
            store.load(content, format=GRAPH_FORMATS[form], base_iri=base or None, to_graph=name)
    else:
        raise ValueError
