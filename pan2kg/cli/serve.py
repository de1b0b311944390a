"""The command ``pan2kg serve``: the graph and its pages over HTTP, from this machine."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli import arguments
from pan2kg.cli.arguments import project_of
from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.message import say
from pan2kg.project import Project

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from pan2kg.server.all_pages import AllPages
    from pan2kg.server.application import Application
    from pan2kg.server.evaluation import Evaluator, Journal
    from pan2kg.server.operations import Operations
    from pan2kg.server.pages import Pages, RefreshedSite
    from pan2kg.server.people import People
    from pan2kg.server.request import Handler
    from pan2kg.server.settings import Release, Settings
    from pan2kg.server.workers import ForkServer
    from pan2kg.store.store import Store

WATCH_SECONDS: Final = 2.0
"""Every so many seconds the files are looked at where changes to them are to be seen."""
TOKEN: Final = "PAN2KG_TOKEN"  # noqa: S105  # the name of a variable, not a secret
_POSITIVE: Final = arguments.number(r"(?=.*[1-9])(\d{1,12}(\.\d+)?|\.\d+)", "no-seconds")
_NUMBER: Final = {"metavar": "N", "type": arguments.whole(1)}
SERVE: Final[arguments.Options] = {
    "--host": {"default": "127.0.0.1"},
    "--port": {"type": arguments.whole(0, 65_535), "default": 8000},
    "--allow-host": {"metavar": "NAME", **arguments.SEVERAL},
    "--base": {"metavar": "URL", "type": arguments.an_address},
    "--proxy": {"metavar": "ADDRESS", **arguments.SEVERAL},
    "--no-browser": arguments.FLAG,
    "--endpoint": {"metavar": "URL", "help": "endpoint"},
    "--release": {"metavar": "DIR", "type": Path},
    "--writable": arguments.FLAG,
    "--token-file": arguments.FILE,
    "--people": {**arguments.FILE, "type": Path},
    "--person-header": {"metavar": "NAME", "default": ""},
    "--public": arguments.FLAG,
    "--access-log": arguments.FILE,
    "--watch": arguments.FLAG,
    "--journal": {**arguments.FILE, "type": Path},
    "--timeout": {"metavar": "S", "type": _POSITIVE, "default": 30.0},
    "--max-rows": {**_NUMBER, "default": 1_000_000},
    "--max-bytes": {**_NUMBER, "default": 256 * 2**20},
    "--memory": {**_NUMBER, "metavar": "MB", "default": 1024},
    "--total-memory": {**_NUMBER, "metavar": "MB", "default": 4096},
    "--connections": {**_NUMBER, "default": 128},
    "--workers": {**_NUMBER, "default": 8},
    "--allow-service": {"metavar": "IRI", **arguments.SEVERAL},
    "--default-graph": {"choices": ("union", "own"), "default": "union"},
}


def add_serve(command: argparse.ArgumentParser) -> None:
    arguments.add_options(command, "serve", SERVE)


def run_serve(options: argparse.Namespace) -> int:
    """Serve until told to stop; 0 then, 1 where the process that holds the graph was lost."""
    if not hasattr(os, "fork"):
        raise ProjectError("needs-posix", remedy="use-site")
    from pan2kg.server.public_address import listen

    if options.release and (options.writable or options.endpoint or options.watch or options.project):
        raise ProjectError("release-alone", remedy="release-or-project")
    settings = _settings(options)
    with listen(options.host, options.port) as bound:
        if options.endpoint is not None:
            return _remote(options, settings, bound)
        return _released(options, settings, bound) if options.release else _local(options, settings, bound)


def _settings(options: argparse.Namespace) -> Settings:
    from urllib.parse import urlsplit

    from pan2kg.server.channel import MEGABYTE, Limits, PoolLimits
    from pan2kg.server.public_address import PublicAddress, hosts_of, read_network
    from pan2kg.server.settings import Settings

    named = [urlsplit(options.base).hostname or ""] if options.base else []
    hosts = hosts_of(options.host, (*options.allow_host, *named))
    return Settings(
        limits=Limits(options.timeout, options.max_rows, options.max_bytes, options.memory * MEGABYTE),
        pool_limits=PoolLimits(workers=options.workers, memory=options.total_memory * MEGABYTE),
        connections=options.connections,
        address=PublicAddress(hosts, options.base or "", tuple(map(read_network, options.proxy))),
        people=_people(options),
        is_public=options.public,
        union=options.default_graph == "union",
        graphs=f"{project_of(options).space}graph/",
        services=frozenset(options.allow_service),
    )


def _people(options: argparse.Namespace) -> People:
    """Who may write: whoever has the token, and those on the list."""
    from pan2kg.server.people import People, read_people

    if options.person_header and not options.proxy:
        raise ProjectError("header-of-nobody", remedy="name-proxy")
    if not options.writable:
        return People("", (), "")
    listed = read_people(options.people) if options.people else ()
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
    return People(token.strip(), listed, options.person_header)


def _loader(
    project: Project, options: argparse.Namespace, settings: Settings, journal: Journal | None = None
) -> Callable[[], Evaluator]:
    """What loads the graph in the process that holds it."""
    folder = arguments.cache_of(options)

    def load() -> Evaluator:
        from pan2kg.server.evaluation import Evaluator
        from pan2kg.store.cache import open_kept
        from pan2kg.turtle.writer import read_prefixes

        store = open_kept(project, folder).inner
        evaluator = Evaluator(store, settings.limits, read_prefixes(project), settings.services)
        if journal:
            journal.replay(evaluator.store)
        return evaluator

    return load


def _local(options: argparse.Namespace, settings: Settings, bound: socket.socket) -> int:
    """Serve the project's own graph, held in a process of its own that is forked before anything else runs."""
    from pan2kg.server.evaluation import Journal
    from pan2kg.server.first_pages import FirstPages
    from pan2kg.server.workers import start_fork_server

    project, folder = project_of(options), arguments.cache_of(options)
    journal = Journal.open(options.journal) if options.journal else None
    first = FirstPages.of(project, None if options.writable else folder)
    progress = arguments.Progress()
    progress(say("progress", "loading"))
    fork_server = start_fork_server(
        _loader(project, options, settings, journal),
        settings.limits.seconds,
        close=[bound],
        connects=bool(settings.services),
        journal=journal,
        meanwhile=partial(_import_service, draws=not first.read()),
    )
    progress.finish()

    from pan2kg.server.assembly import assemble
    from pan2kg.server.operations import Reloading
    from pan2kg.server.people import read_people
    from pan2kg.server.pool import Pool
    from pan2kg.server.settings import Release
    from pan2kg.server.sparql import PoolStore
    from pan2kg.store.store import fingerprint, state_files

    reloading = Reloading(fork_server.reload, lambda: state_files(project), WATCH_SECONDS if options.watch else 0.0)

    def renew() -> None:
        # who is no longer on the list of people is signed out
        if options.people and options.writable:
            try:
                settings.people.listed = read_people(options.people)
            except ProjectError as error:
                sys.stderr.write(f"{error}\n")
        reloading.ask()

    pool = Pool(fork_server, settings.pool_limits)
    release = Release(fingerprint(project)[:12], fork_server)
    store = PoolStore(fork_server)
    reviewed = options.writable and not project.is_packaged and not project.data
    site = _site(project, store, release, writable=reviewed, kept=folder)
    pages = _pages(site, release)
    first.hand_to(pages)
    more = _documents(project, store, release, pages, is_elsewhere=bool(options.base))
    if reviewed:
        from pan2kg.server.review import ReviewPages, Sessions, addresses, reloader

        desk = ReviewPages(project, store, site, reloader(project, store, fork_server), Sessions(settings.people))
        more = (*addresses(desk), *more)
    try:
        operations = _operations(options, lambda: not fork_server.line.is_lost, renew)
        application = assemble(settings, pool, release, pages=pages, more=more, operations=operations)
        reloading.start()
        return _serve(application, bound, options, pages=pages, fork_server=fork_server)
    finally:
        fork_server.close()


def _import_service(*, draws: bool) -> None:
    """Import what answers, while another process loads the graph: it takes as long.

    What draws pages is imported where the first reader will wait for it; else once the service answers.
    """
    import pan2kg.server.application
    import pan2kg.server.assembly
    import pan2kg.server.linked_data

    if draws:
        import pan2kg.server.all_pages  # noqa: F401  # read here, used where it is named


def _released(options: argparse.Namespace, settings: Settings, bound: socket.socket) -> int:
    """Serve a release: its files as they are, its graph at ``/sparql``, and what no file tells from the graph."""
    from pan2kg.server.assembly import assemble
    from pan2kg.server.pool import Pool
    from pan2kg.server.released import open_release
    from pan2kg.server.settings import Release
    from pan2kg.server.sparql import PoolStore
    from pan2kg.server.workers import start_fork_server
    from pan2kg.store.store import fingerprint

    open_release(options.release)
    project = Project.at(options.release)
    load = _loader(project, options, settings)
    fork_server = start_fork_server(load, settings.limits.seconds, close=[bound], connects=bool(settings.services))
    release = Release(fingerprint(project)[:12], fork_server)
    documents = dict(_documents(project, PoolStore(fork_server), release, None, is_elsewhere=bool(options.base)))
    files = open_release(options.release, documents["/doc"])
    pool = Pool(fork_server, settings.pool_limits)
    try:
        operations = _operations(options, lambda: not fork_server.line.is_lost)
        application = assemble(settings, pool, release, operations=operations, otherwise=files.answer)
        return _serve(application, bound, options, fork_server=fork_server)
    finally:
        fork_server.close()


def _remote(options: argparse.Namespace, settings: Settings, bound: socket.socket) -> int:
    """Serve pages over a graph somewhere else, which must be there now, and hand queries on to it."""
    from pan2kg.server.assembly import assemble_relay
    from pan2kg.server.settings import Release

    project = project_of(options)
    store, release = arguments.open_endpoint(project, options), Release(options.endpoint, seconds=60)
    pages = _pages(_site(project, store, release, writable=False), release)
    more = _documents(project, store, release, pages, is_elsewhere=bool(options.base))
    operations = _operations(options, lambda: True)
    application = assemble_relay(settings, options.endpoint, pages=pages, more=more, operations=operations)
    return _serve(application, bound, options, pages=pages)


def _operations(
    options: argparse.Namespace, is_ready: Callable[[], bool], renew: Callable[[], None] = lambda: None
) -> Operations:
    """What is seen of the service by who runs it; on SIGHUP, as services do, it opens its log and loads files anew."""
    import signal

    from pan2kg.server.operations import AccessLog, Operations

    log = AccessLog(options.access_log) if options.access_log else None
    if log:
        log.reopen()

    def follow(*_: object) -> None:
        if log:
            with suppress(ProjectError):  # the one that is open stays
                log.reopen()
        renew()

    if not (sys.stdin and sys.stdin.isatty()):  # at a terminal it ends the service
        signal.signal(signal.SIGHUP, follow)
    return Operations(log, is_ready)


def _site(
    project: Project, store: Store, release: Release, *, writable: bool, kept: Path | None = None
) -> RefreshedSite:
    """The pages over the data as they are at any time; reports of checks are kept in a folder, if one is given."""
    from pan2kg.server.pages import RefreshedSite
    from pan2kg.site.bundle import find_bundle

    bundle = find_bundle()

    def make() -> AllPages:
        from pan2kg.graph.graph import Graph
        from pan2kg.server.all_pages import AllPages
        from pan2kg.site.page import SiteContext
        from pan2kg.site.registry import Site

        graph = Graph(project, store, language="fr")
        return AllPages(Site(SiteContext(graph, mode="served", bundle=bundle, writable=writable, kept=kept)))

    return RefreshedSite(make, release)


def _pages(site: RefreshedSite, release: Release) -> Pages:
    from pan2kg.server.pages import Pages
    from pan2kg.site.bundle import find_bundle

    def canonical(path: str, query: bytes) -> bytes:
        from pan2kg.server.all_pages import canonical_query

        return canonical_query(path, query)

    bundle = find_bundle()
    return Pages(site.site, release, bundle.files() if bundle else {}, canonical=canonical)


def _documents(
    project: Project, store: Store, release: Release, pages: Pages | None, *, is_elsewhere: bool
) -> tuple[tuple[str, Handler], ...]:
    """What answers for things and documents."""
    from pan2kg.server.dereference import DataSource
    from pan2kg.server.linked_data import handlers, portrait
    from pan2kg.turtle.writer import read_prefixes

    portray = portrait(pages) if pages else None
    return handlers(project, DataSource(store, release, read_prefixes(project), portray), is_elsewhere=is_elsewhere)


def _serve(
    application: Application,
    bound: socket.socket,
    options: argparse.Namespace,
    *,
    pages: Pages | None = None,
    fork_server: ForkServer | None = None,
) -> int:
    from pan2kg.server.application import new_server
    from pan2kg.server.refusal import why

    lost: list[str] = []

    def leave() -> None:
        lost.append(str(why("lost")))
        server.should_exit = True

    def ready() -> None:
        journal = fork_server.journal if fork_server else None
        if journal:
            sys.stderr.write(f"{why('kept-in-journal', file=str(journal.path), number=str(journal.lines))}\n")
        elif options.writable:
            sys.stderr.write(f"{why('kept-in-memory')}\n")
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
        if pages:
            pages.warm()

    server = new_server(application, ready)
    if pages:
        pages.leaving = lambda: server.should_exit
    if fork_server:
        fork_server.on_lost.append(leave)
    server.run(sockets=[bound])
    sys.stderr.write("".join(f"{sentence}\n" for sentence in lost))
    return 1 if lost else 0
