"""A service that answers: what ``pan2kg serve`` puts together over a graph that is held, and runs to its end."""

import argparse
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pan2kg.cli.opening import cache_of, open_endpoint, project_of
from pan2kg.cli.output import Progress, tell_unbuilt
from pan2kg.errors import ProjectError
from pan2kg.i18n.message import say
from pan2kg.project import Project
from pan2kg.server import asking, documents, edge, listening, pages, protocol, releases, sparql, web
from pan2kg.server.keeper import Keeper
from pan2kg.server.kept_pages import HomePages
from pan2kg.server.operations import Operations
from pan2kg.server.reloading import Reloading
from pan2kg.store import Store, project_files
from pan2kg.turtle.writer import read_prefixes

# every so many seconds the files are looked at where changes to them are to be seen
WATCH_SECONDS = 2.0
# where what is listened to everywhere is shown
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104


def answer(
    options: argparse.Namespace,
    settings: edge.Settings,
    bound: socket.socket,
    project: Project,
    keeper: Keeper,
    people: Any,  # noqa: ANN401  # the people of a review, whose module is read where there are some
) -> int:
    folder = cache_of(options)
    seconds = settings.limits.seconds
    release = protocol.ServedRelease(project_files.fingerprint(project)[:12], keeper.state)
    pool = asking.Pool(keeper, seconds)
    store = asking.WorkerStore(keeper, seconds)
    watching = WATCH_SECONDS if options.watch else 0.0
    reloading = Reloading(keeper.reload, lambda: project_files.state_files(project), watching)
    renew = (people, reloading.wanted.set) if not options.release else ()
    operations = _operations(options, lambda: keeper.is_up, *renew)
    operations.measure(pool)
    if options.release:
        routes = _documents(project, store, release, None)
        files = releases.ReleaseFiles(options.release, routes[0].endpoint)
        routes = [web.route("/{path:path}", files.answer, "GET, HEAD")]
        shown = None
    else:
        reviews = people is not None and not project.is_packaged and not project.data
        site = _site(project, store, release, writable=reviews, folder=folder)
        shown = _pages(site, None if people else HomePages(project, folder), keeper)
        routes = _documents(project, store, release, site)
        if reviews:
            from pan2kg.server import review, reviewers

            desk = review.ReviewPages(project, store, site, keeper, reviewers.Sessions(people))
            routes[:0] = [
                web.route(path, desk.answer, "GET, HEAD, POST") for path in review.DESK_PATHS
            ]
        routes.append(web.route("/{path:path}", shown.answer, "GET, HEAD"))
    endpoint = sparql.Endpoint(pool, settings, release, sparql.EDITOR if shown else "")
    application = edge.assemble(settings, operations, endpoint.answer, endpoint.graph, routes)
    return _serve(application, bound, options, shown, keeper, reloading if shown else None)


def relay(options: argparse.Namespace, settings: edge.Settings, bound: socket.socket) -> int:
    # the graph is somewhere else, where it must be there now; queries are handed on to it
    project = project_of(options)
    store = open_endpoint(project, options)
    release = protocol.ServedRelease(options.endpoint, seconds=60)
    site = _site(project, store, release)
    shown = _pages(site)
    routes = [
        *_documents(project, store, release, site),
        web.route("/{path:path}", shown.answer, "GET, HEAD"),
    ]
    handler = sparql.Relay(options.endpoint, settings, sparql.EDITOR).answer
    application = edge.assemble(settings, _operations(options, lambda: True), handler, more=routes)
    return _serve(application, bound, options, shown)


def _operations(
    options: argparse.Namespace,
    is_ready: Callable[[], bool],
    people: Any = None,  # noqa: ANN401
    reload: Callable[[], None] = lambda: None,
) -> Operations:
    operations = Operations(options.access_log or "", is_ready)
    operations.open_log()

    def follow(*_: object) -> None:
        # as services do: the log is opened again, the list of people read and the files are loaded
        # anew; who is no longer on the list is signed out
        with suppress(ProjectError):  # the one that is open stays
            operations.open_log()
        if options.people and people:
            from pan2kg.server import reviewers

            try:
                people.listed = reviewers.read_people(options.people)
            except ProjectError as error:
                sys.stderr.write(f"{error}\n")
        reload()

    if not (sys.stdin and sys.stdin.isatty()):  # at a terminal that signal ends the service
        signal.signal(signal.SIGHUP, follow)
    return operations


# what draws pages takes as long to import as the rest: it is there when it is asked for


def _site(
    project: Project,
    store: Store,
    release: protocol.ServedRelease,
    *,
    writable: bool = False,
    folder: Path | None = None,
) -> pages.RefreshedSite:
    def make() -> Any:  # noqa: ANN401  # see above
        from pan2kg.graph.graph import Graph
        from pan2kg.server import all_pages
        from pan2kg.site import front_end, page

        graph = Graph(project, store, language="fr")
        bundle = front_end.find_bundle()
        return all_pages.AllPages(
            page.SiteContext(
                graph, mode="served", bundle=bundle, writable=writable, reports_folder=folder
            )
        )

    return pages.RefreshedSite(make, release)


def _pages(
    site: pages.RefreshedSite,
    homes: HomePages | None = None,
    keeper: Keeper | None = None,
) -> pages.Pages:
    def assets() -> Mapping[str, Path]:
        from pan2kg.site import front_end

        bundle = front_end.find_bundle()
        return bundle.files() if bundle else {}

    def canonical(path: str, arguments: Mapping[str, str]) -> Mapping[str, str]:
        from pan2kg.site import registry

        return registry.canonical(path, arguments)

    return pages.Pages(site, assets, canonical=canonical, homes=homes, keeper=keeper)


def _documents(
    project: Project,
    store: Store,
    release: protocol.ServedRelease,
    site: pages.RefreshedSite | None,
) -> list[web.Route]:
    def portray(iri: str, path: str, language: str) -> bytes:
        drawing: Any = site.site() if site else None
        return bytes(drawing.portray(iri, path, language))

    source = documents.DataSource(
        project, store, release, read_prefixes(project), portray if site else None
    )
    return documents.routes(source)


def _serve(
    application: edge.Edge,
    bound: socket.socket,
    options: argparse.Namespace,
    shown: pages.Pages | None,
    keeper: Keeper | None = None,
    reloading: Reloading | None = None,
) -> int:
    faults = []

    def begin() -> None:
        # once the graph is there, say where the service is, and show it
        if keeper:
            progress = Progress()
            progress(say("progress", "loading"))
            try:
                keeper.start()
            except ProjectError as error:
                faults.append(error)
                server.should_exit = True
                return
            progress.finish()
        host, port = bound.getsockname()[:2]
        address = f"http://{_ANYWHERE.get(host, f'[{host}]' if ':' in host else host)}:{port}/"
        with suppress(OSError):  # it serves all the same where nobody reads where
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()
            if shown:
                tell_unbuilt()
        if not options.no_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        listening.notify("READY=1")
        if reloading:
            reloading.start()
        if shown:
            shown.warm()

    # home pages that were kept are sent while it is loaded, what needs it waits
    server = listening.Server(application, threading.Thread(target=begin, daemon=True).start)
    if keeper:
        keeper.on_lost.append(lambda: setattr(server, "should_exit", True))
    server.run(sockets=[bound])
    if faults:
        raise faults[0]
    listening.notify("STOPPING=1")
    if keeper and keeper.is_lost:
        sys.stderr.write(f"{protocol.why('lost')}\n")
        return 1
    return 0
