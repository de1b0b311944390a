"""What ``pan2kg serve`` answers with: from a project, a release or an endpoint, until it is stopped.

:mod:`pan2kg.cli.serve` reads the options, listens and has the graph loaded; meanwhile it imports
this module. What draws pages takes as long to import as the rest: it is there when one is asked for.
"""

import argparse
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pan2kg.cli.opening import cache_of, open_endpoint, project_of
from pan2kg.cli.output import Progress, tell_unbuilt
from pan2kg.errors import ProjectError
from pan2kg.i18n import say
from pan2kg.project import Project
from pan2kg.server import asking, documents, edge, listening, pages, protocol, releases, sparql, web
from pan2kg.server.keeper import Keeper
from pan2kg.server.kept_pages import HomePages
from pan2kg.server.operations import Operations
from pan2kg.server.reloading import Reloading
from pan2kg.store import Store, project_files
from pan2kg.turtle.writer import read_prefixes

if TYPE_CHECKING:
    from pan2kg.server.all_pages import AllPages
    from pan2kg.server.reviewers import People

WATCH_SECONDS = 2.0
"""How often the files are looked at, where changes to them are to be seen."""
_ENDPOINT_SECONDS = 60
"""How long the data of an endpoint, which says of no change, are taken to be the same."""
# the address to open for one that stands for all addresses of the machine
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104


class _HeldGraph:
    """A graph that is held in processes of its own: how queries and pages ask it, and what state it is in."""

    def __init__(self, project: Project, keeper: Keeper, seconds: float) -> None:
        self.release = protocol.ServedRelease(project_files.fingerprint(project)[:12], keeper.state)
        self.pool = asking.Pool(keeper, seconds)
        self.store = asking.WorkerStore(keeper, seconds)


def answer_release(
    options: argparse.Namespace,
    settings: edge.Settings,
    bound: socket.socket,
    project: Project,
    keeper: Keeper,
) -> int:
    """Send the files of a release as they are; what no file tells is answered from its graph."""
    graph = _HeldGraph(project, keeper, settings.limits.seconds)
    operations = _operations(options, lambda: keeper.is_up)
    operations.measure(graph.pool)
    source = documents.DataSource(project, graph.store, graph.release, read_prefixes(project))
    files = releases.ReleaseFiles(options.release, documents.routes(source)[0].endpoint)
    routes = [web.route("/{path:path}", files.answer, "GET, HEAD")]
    endpoint = sparql.Endpoint(graph.pool, settings, graph.release, "")
    application = edge.assemble(settings, operations, endpoint.answer, endpoint.graph, routes)
    return _Service(application, bound, opens_browser=not options.no_browser, keeper=keeper).run()


def answer_project(
    options: argparse.Namespace,
    settings: edge.Settings,
    bound: socket.socket,
    project: Project,
    keeper: Keeper,
    people: "People | None",
) -> int:
    """Show the pages of a project and answer from its graph; ``people`` may decide on candidates."""
    graph = _HeldGraph(project, keeper, settings.limits.seconds)
    watching = WATCH_SECONDS if options.watch else 0.0
    reloading = Reloading(keeper.reload, partial(project_files.state_files, project), watching)
    renew = partial(_renew, options, people, reloading)
    operations = _operations(options, lambda: keeper.is_up, renew)
    operations.measure(graph.pool)
    folder = cache_of(options)
    # a decision is written into files, of a project of one's own
    deciding = None if project.is_packaged or project.data else people
    site = _site(project, graph.store, graph.release, is_reviewed=bool(deciding), folder=folder)
    # what a home page says of a review changes with each decision: it is not kept
    homes = None if people else HomePages(project, folder)
    shown = _pages(site, homes, keeper)
    routes = _page_routes(project, graph.store, graph.release, site, shown)
    if deciding:
        from pan2kg.server import review, reviewers

        sessions = reviewers.Sessions(deciding)
        desk = review.ReviewPages(project, graph.store, site, keeper, sessions)
        desk_routes = [
            web.route(path, desk.answer, "GET, HEAD, POST") for path in review.DESK_PATHS
        ]
        routes = [*desk_routes, *routes]
    endpoint = sparql.Endpoint(graph.pool, settings, graph.release, sparql.EDITOR)
    application = edge.assemble(settings, operations, endpoint.answer, endpoint.graph, routes)
    service = _Service(
        application,
        bound,
        opens_browser=not options.no_browser,
        shown=shown,
        keeper=keeper,
        reloading=reloading,
    )
    return service.run()


def relay(options: argparse.Namespace, settings: edge.Settings, bound: socket.socket) -> int:
    """Show the pages of a graph that is at an endpoint, and hand queries on to it.

    Raises:
        EndpointError: it does not answer now.
    """
    project = project_of(options)
    store = open_endpoint(project, options)
    release = protocol.ServedRelease(options.endpoint, seconds=_ENDPOINT_SECONDS)
    site = _site(project, store, release)
    shown = _pages(site)
    routes = _page_routes(project, store, release, site, shown)
    handler = sparql.Relay(options.endpoint, settings, sparql.EDITOR).answer
    application = edge.assemble(settings, _operations(options, lambda: True), handler, more=routes)
    return _Service(application, bound, opens_browser=not options.no_browser, shown=shown).run()


def _operations(
    options: argparse.Namespace,
    is_ready: Callable[[], bool],
    renew: Callable[[], None] = lambda: None,
) -> Operations:
    """What notes requests, with its log open; a hangup opens the log again and lets the service ``renew`` the rest."""
    operations = Operations(options.access_log or "", is_ready)
    operations.open_log()

    def follow(*_: object) -> None:
        with suppress(ProjectError):  # the one that is open stays
            operations.open_log()
        renew()

    if not (sys.stdin and sys.stdin.isatty()):  # at a terminal that signal ends the service
        signal.signal(signal.SIGHUP, follow)
    return operations


def _renew(options: argparse.Namespace, people: "People | None", reloading: Reloading) -> None:
    """Read the list of people anew, so that who is no longer on it is signed out, and load the files anew."""
    if options.people and people:
        from pan2kg.server import reviewers

        try:
            people.listed = reviewers.read_people(options.people)
        except ProjectError as error:
            sys.stderr.write(f"{error}\n")
    reloading.wanted.set()


def _site(
    project: Project,
    store: Store,
    release: protocol.ServedRelease,
    *,
    is_reviewed: bool = False,
    folder: Path | None = None,
) -> pages.RefreshedSite:
    """The site over a graph, made anew with each state of it; ``folder`` is where reports of checks are kept."""

    def make() -> "AllPages":
        from pan2kg.graph.graph import Graph
        from pan2kg.server import all_pages
        from pan2kg.site import front_end, page

        graph = Graph(project, store, language="fr")
        context = page.SiteContext(
            graph,
            mode="served",
            bundle=front_end.find_bundle(),
            is_writable=is_reviewed,
            reports_folder=folder,
        )
        return all_pages.AllPages(context)

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

        return registry.canonical_arguments(path, arguments)

    return pages.Pages(site, assets, canonical=canonical, homes=homes, keeper=keeper)


def _page_routes(
    project: Project,
    store: Store,
    release: protocol.ServedRelease,
    site: pages.RefreshedSite,
    shown: pages.Pages,
) -> list[web.Route]:
    """The addresses of things and graphs, for which data or a page can be asked, and all others, which are pages."""

    def portray(iri: str, path: str, language: str) -> bytes:
        drawing: Any = site.site()
        return bytes(drawing.portray(iri, path, language))

    source = documents.DataSource(project, store, release, read_prefixes(project), portray)
    return [*documents.routes(source), web.route("/{path:path}", shown.answer, "GET, HEAD")]


class _Service:
    """A service from its start to its end: it listens at once, and says where it is when its graph is loaded.

    Home pages that were kept are sent meanwhile; what needs the graph waits. Without ``shown`` it
    has no pages of its own, without a ``keeper`` there is nothing to load.
    """

    def __init__(
        self,
        application: edge.Edge,
        bound: socket.socket,
        *,
        opens_browser: bool,
        shown: pages.Pages | None = None,
        keeper: Keeper | None = None,
        reloading: Reloading | None = None,
    ) -> None:
        self.bound = bound
        self.opens_browser = opens_browser
        self.shown = shown
        self.keeper = keeper
        self.reloading = reloading
        self.server = listening.Server(
            application, threading.Thread(target=self._begin, daemon=True).start
        )
        # why the graph could not be loaded
        self.fault: ProjectError | None = None

    def run(self) -> int:
        """Answer until the service is stopped; 1 where no process holds its graph any more.

        Raises:
            ProjectError: the graph could not be loaded.
        """
        if self.keeper:
            self.keeper.on_lost.append(self._stop)
        self.server.run(sockets=[self.bound])
        if self.fault:
            raise self.fault
        listening.notify("STOPPING=1")
        if self.keeper and self.keeper.is_lost:
            sys.stderr.write(f"{protocol.why('lost')}\n")
            return 1
        return 0

    def _stop(self) -> None:
        self.server.should_exit = True

    def _begin(self) -> None:
        """Once the graph is there, say where the service is, show it, and see to what changes."""
        if self.keeper:
            progress = Progress()
            progress(say("progress", "loading"))
            try:
                self.keeper.start()
            except ProjectError as error:
                self.fault = error
                self._stop()
                return
            progress.finish()
        address = self._address()
        with suppress(OSError):  # it serves all the same where nobody reads where
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()
            if self.shown:
                tell_unbuilt()
        if self.opens_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        listening.notify("READY=1")
        if self.reloading:
            self.reloading.start()
        if self.shown:
            self.shown.warm()

    def _address(self) -> str:
        """Where a browser of this machine finds it; an address of IPv6 stands in brackets there."""
        host, port = self.bound.getsockname()[:2]
        if host in _ANYWHERE:
            host = _ANYWHERE[host]
        elif ":" in host:
            host = f"[{host}]"
        return f"http://{host}:{port}/"
