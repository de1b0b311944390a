"""A writable service over a project, started by the tests as a program of its own.

    python serving.py FOLDER TOKEN

It prints its port once it listens.
"""

from __future__ import annotations

import sys

from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.server.application import new_server
from pan2kg.server.assembly import assemble
from pan2kg.server.channel import Limits, PoolLimits
from pan2kg.server.evaluation import Evaluator
from pan2kg.server.pages import Pages, RefreshedSite
from pan2kg.server.people import People
from pan2kg.server.pool import Pool
from pan2kg.server.public_address import PublicAddress, hosts_of, listen
from pan2kg.server.review import ReviewPages, Sessions, addresses, reloader
from pan2kg.server.settings import Release, Settings
from pan2kg.server.sparql import PoolStore
from pan2kg.server.workers import start_fork_server
from pan2kg.site.bundle import find_bundle
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.store.rules import derive
from pan2kg.store.store import open_store
from pan2kg.turtle.writer import read_prefixes


def main() -> None:
    project, people = Project.at(sys.argv[1]), People(sys.argv[2])
    limits = Limits()
    settings = Settings(limits, PoolLimits(workers=2), PublicAddress(hosts_of("127.0.0.1")), people)
    bound = listen("127.0.0.1", 0)

    def load() -> Evaluator:
        return Evaluator(open_store(project, derive).inner, limits, read_prefixes(project))

    fork_server = start_fork_server(load, limits.seconds, close=[bound])
    store, release = PoolStore(fork_server), Release("copy", fork_server)
    bundle = find_bundle()

    def make() -> Site:
        return Site(SiteContext(Graph(project, store, language="fr"), mode="served", bundle=bundle, writable=True))

    site = RefreshedSite(make, release)
    review_pages = ReviewPages(project, store, site, reloader(project, store, fork_server), Sessions(people))
    pages = Pages(site.site, release, bundle.files() if bundle else {})
    application = assemble(
        settings, Pool(fork_server, settings.pool_limits), release, pages=pages, more=addresses(review_pages)
    )

    def ready() -> None:
        sys.stdout.write(f"{bound.getsockname()[1]}\n")
        sys.stdout.flush()

    new_server(application, ready).run(sockets=[bound])
    fork_server.close()


if __name__ == "__main__":
    main()
