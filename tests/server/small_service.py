"""A service over a small store of triples, started by the tests as a program of its own. It starts such services as it
is told by lines of JSON on standard input, ``{"start": {…}}``, each forked from this process, which
has read the program already and has no thread; it answers with the service's process, its port and
the process that holds the graph. ``{"wait": process, "seconds": 300}`` is answered with how a
service ended, once it has; if that takes longer, this process ends. With an argument it is one
service, with these options."""

import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from pan2kg.server import asking, edge, listening, pages, sparql, web
from pan2kg.server.answering import Evaluator, Limits
from pan2kg.server.keeper import Keeper
from pan2kg.server.operations import Operations
from pan2kg.server.protocol import ServedRelease
from pan2kg.server.reloading import Reloading
from pan2kg.store.store import Store, select

SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PAGES = {
    "index.html": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "many.html": "SELECT ?n WHERE { ?s ?p ?n }",
    "slow.html": SLOW,
    "fault.html": "",
}


class SmallPage(NamedTuple):
    media: str
    body: bytes
    is_passing: bool = False


class SmallSite:
    def __init__(self, store: Store) -> None:
        self.store = store

    def page(self, path: str, arguments: Mapping[str, str], /) -> SmallPage | None:
        if path not in PAGES:
            return None
        if path == "fault.html":
            raise ZeroDivisionError("a fault of the software")
        counted = " ".join(select(self.store, PAGES[path]).values("n"))
        line = f"<p>{counted} {arguments.get('say', '')}</p>"
        return SmallPage(
            "text/html; charset=utf-8", f"<!DOCTYPE html><title>Count</title>{line * 100}".encode()
        )

    def missing(self, _: str, /) -> None:
        return None


class FaultyStore:
    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def query(self, text: str, **named: object) -> object:
        if "FAULT" in text:
            raise ZeroDivisionError("a fault of the software")
        return self.store.query(text, **named)  # type: ignore[arg-type]


def options_of_a_service() -> dict[str, Any]:
    gc.freeze()
    orders = os.fdopen(os.dup(0), encoding="utf-8")
    for line in orders:
        order: dict[str, Any] = json.loads(line)
        if "wait" in order:
            signal.alarm(order["seconds"])
            answer = str(os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1]))
            signal.alarm(0)
        else:
            read, write = os.pipe()
            process = os.fork()
            if process == 0:
                nothing = os.open(os.devnull, os.O_RDONLY)
                for file, number in ((nothing, 0), (write, 1)):
                    os.dup2(file, number)
                for file in (nothing, read, write):
                    os.close(file)
                orders.close()
                return dict(order["start"])
            os.close(write)
            with os.fdopen(read, encoding="ascii") as answers:
                answer = f"{process} {answers.readline().strip()}"
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    sys.exit()


def load_from(options: dict[str, Any]) -> ox.Store:
    store = ox.Store()
    if options.get("data"):
        store.load(Path(options["data"]).read_bytes(), format=ox.RdfFormat.N_QUADS)
    is_again = Path(options.get("once", "")).is_file()
    for name in ("once", "loading"):
        if name in options:
            Path(options[name]).touch()
    if "loading" in options or is_again:
        time.sleep(600)
    return FaultyStore(store) if options.get("faulty") else store  # type: ignore[return-value]


def main(options: dict[str, Any]) -> None:
    # limits are shorter that a test cannot wait for; a query without end takes all of a core until
    # the end
    for name, value in {"LEAVE_SECONDS": 0.2, **options}.items():
        for place in (web, edge, listening, asking, asking.WorkerAnswer):
            if name.isupper() and hasattr(place, name):
                setattr(place, name, value)
    limits = Limits(
        options.get("seconds", 2.0),
        options.get("rows", 10**6),
        options.get("size", 2**26),
        options.get("memory", 2**29),
        options.get("total", 0),
    )
    proxies = tuple(map(edge.read_network, options.get("proxies", [])))
    services = frozenset(options.get("services", []))
    settings = edge.Settings(
        limits,
        frozenset({"127.0.0.1"}),
        proxies=proxies,
        union=options.get("union", True),
        services=services,
        connections=options.get("connections", 1024),
        is_public=options.get("public", True),
    )
    bound = listening.listen("127.0.0.1", 0)
    if options.get("file_size"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (options["file_size"],) * 2)

    def load() -> Evaluator:
        return Evaluator(load_from(options), limits, {"e": "http://example.org/"}, services)

    keeper = Keeper(
        load, workers=options.get("workers", 4), for_pages=2, connects=bool(services), close=[bound]
    )
    keeper.start()
    release = ServedRelease("small", keeper.state)
    pool = asking.Pool(keeper, limits.seconds)
    operations = Operations(options.get("log", ""), lambda: keeper.is_up)
    operations.open_log()
    operations.measure(pool)
    if options.get("watch"):
        reloading = Reloading(keeper.reload, lambda: [Path(options["data"])], options["watch"])
        signal.signal(signal.SIGHUP, lambda *_: reloading.wanted.set())
        reloading.start()
    store = asking.WorkerStore(keeper, limits.seconds)
    more = []
    if options.get("pages"):
        site = pages.RefreshedSite(lambda: SmallSite(store), release)
        shown = pages.Pages(site, lambda: {"asset-0123.py": Path(__file__)}, keeper=keeper)
        more.append(web.route("/{path:path}", shown.answer, "GET, HEAD"))
    endpoint = sparql.Endpoint(pool, settings, release, sparql.EDITOR if more else "")
    application = edge.assemble(settings, operations, endpoint.answer, endpoint.graph, more)

    def ready() -> None:
        holder = Path(f"/proc/{keeper.supervisor}/task/{keeper.supervisor}/children")
        process = holder.read_text(encoding="ascii").split()[0] if holder.exists() else 0
        sys.stdout.write(f"{bound.getsockname()[1]} {process}\n")
        sys.stdout.flush()

    if options.get("slow_loop"):
        sys.modules["uvloop"] = None  # type: ignore[assignment]  # as where the extra was not installed
    server = listening.Server(application, ready)
    keeper.on_lost.append(lambda: setattr(server, "should_exit", True))
    server.run(sockets=[bound])
    keeper.close()


if __name__ == "__main__":
    # a shell that starts the tests in the background lets them ignore it, and what they start as
    # well
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(json.loads(sys.argv[1]) if sys.argv[1:] else options_of_a_service())
