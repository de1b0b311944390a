"""A writable service over a project, started by the tests as a program of its own.

    python serving.py FOLDER TOKEN

It prints its port once it listens.
"""

from __future__ import annotations

import sys

from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.server import sparql, web
from pan2kg.server.engine import Evaluator
from pan2kg.server.pages import Pages, RefreshedSite
from pan2kg.server.protocol import ServedRelease
from pan2kg.server.review import DESK_PATHS, People, ReviewPages, Sessions
from pan2kg.server.workers import Keeper, Pool, WorkerStore
from pan2kg.site.page import SiteContext, find_bundle
from pan2kg.site.registry import Site
from pan2kg.store.rules import derive
from pan2kg.store.store import open_store
from pan2kg.turtle.writer import read_prefixes


def main() -> None:
    project, people = Project.at(sys.argv[1]), People(sys.argv[2])
    settings = web.Settings(hosts=frozenset({"127.0.0.1"}))
    bound = web.listen("127.0.0.1", 0)

    def load() -> Evaluator:
        return Evaluator(open_store(project, derive).inner, settings.limits, read_prefixes(project))

    keeper = Keeper(load, workers=2, close=[bound])
    keeper.start()
    store, release = WorkerStore(keeper, settings.limits.seconds), ServedRelease("copy", keeper.state)
    bundle = find_bundle()

    def make() -> Site:
        return Site(SiteContext(Graph(project, store, language="fr"), mode="served", bundle=bundle, writable=True))

    site = RefreshedSite(make, release)
    desk = ReviewPages(project, store, site, keeper, Sessions(people))
    pages = Pages(site, bundle.files() if bundle else {}, keeper=keeper)
    routes = [web.route(path, desk.answer, "GET, HEAD, POST") for path in DESK_PATHS]
    routes.append(web.route("/{path:path}", pages.answer, "GET, HEAD"))
    endpoint = sparql.Endpoint(Pool(keeper, settings.limits.seconds), settings, release, sparql.EDITOR)
    edge = web.assemble(settings, web.Operations(), endpoint.answer, more=routes)

    def ready() -> None:
        sys.stdout.write(f"{bound.getsockname()[1]}\n")
        sys.stdout.flush()

    web.Server(edge, ready).run(sockets=[bound])
    keeper.close()


if __name__ == "__main__":
    main()
