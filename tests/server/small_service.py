"""A service over a small store of triples, started by the tests as a program of its own.

    python small_service.py '{"data": "file.nq", "seconds": 2, …}'

It prints its port, and the process of its fork server, once it listens. Without an argument it starts such services as
it is told by lines of JSON on standard input, ``{"start": {…}}``, each forked from this process, which has read the
program already and has no thread; it answers with the service's process and what that printed. ``{"wait": process,
"seconds": 300}`` is answered with how a service ended, once it has; if that takes longer, this process ends.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from pan2kg.server import application, request, workers
from pan2kg.server.application import new_server
from pan2kg.server.assembly import assemble
from pan2kg.server.channel import Limits, PoolLimits
from pan2kg.server.evaluation import Evaluator, Journal
from pan2kg.server.operations import AccessLog, Operations, Reloading
from pan2kg.server.pages import Pages
from pan2kg.server.people import People
from pan2kg.server.pool import Pool
from pan2kg.server.public_address import PublicAddress, hosts_of, listen, read_network
from pan2kg.server.settings import Release, Settings
from pan2kg.server.sparql import PoolStore
from pan2kg.server.workers import ForkServer, start_fork_server
from pan2kg.store.store import Store, select

SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@dataclass(frozen=True)
class SmallPage:
    media: str
    body: bytes
    is_passing: bool = False


@dataclass(frozen=True)
class SmallSite:
    """A site that asks its store as the real one does."""

    store: Store

    def page(self, path: str, arguments: Mapping[str, str], /) -> SmallPage | None:
        pages = {
            "index.html": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
            "many.html": "SELECT ?n WHERE { ?s ?p ?n }",
            "slow.html": SLOW,
            "fault.html": "",
        }
        if path not in pages:
            return None
        if path == "fault.html":
            raise ZeroDivisionError("a fault of the software")
        counted = " ".join(select(self.store, pages[path]).values("n"))
        said = f"<p>{counted} {arguments.get('say', '')}</p>"
        return SmallPage("text/html; charset=utf-8", f"<!DOCTYPE html><title>Count</title>{said * 100}".encode())

    def missing(self, _: str, /) -> None:
        return None


class FaultyStore:
    """A store with a fault of the software in it, as far as the service asks it."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def query(self, text: str, **named: object) -> object:
        if "FAULT" in text:
            raise ZeroDivisionError("a fault of the software")
        return self.store.query(text, **named)  # type: ignore[arg-type]

    def update(self, text: str, base_iri: str | None = None) -> None:
        if "FAULT" in text:
            raise ZeroDivisionError("a fault of the software")
        self.store.update(text, base_iri=base_iri)


def _wait(given: dict[str, Any]) -> None:
    """Take too long to load: always, or whenever it is not the first time."""
    is_first = not Path(given.get("once", "")).is_file()
    for name in ("once", "loading"):
        if name in given:
            Path(given[name]).touch()
    if "loading" in given or not is_first:
        time.sleep(600)


def _operations(given: dict[str, Any], fork_server: ForkServer) -> Operations:
    """What is seen of the service, and what it is told; limits a test cannot wait for are made shorter."""
    for name in ("SLOW", "BODY_SECONDS", "LEAST_RATE"):
        setattr(request, name, given.get(name, getattr(request, name)))
    workers.EARLY = given.get("early", workers.EARLY)  # type: ignore[misc]
    # a query without end takes all of a core until then
    application.LEAVE_SECONDS = given.get("leave", 0.2)  # type: ignore[misc]
    if given.get("watch"):
        reloading = Reloading(fork_server.reload, lambda: [Path(given["data"])], given["watch"])
        signal.signal(signal.SIGHUP, reloading.ask)
        reloading.start()
    log = AccessLog(given["log"]) if given.get("log") else None
    if log:
        log.reopen()
    return Operations(log, lambda: not fork_server.line.is_lost)


def options_of_a_service() -> dict[str, Any]:
    """Start services as told until nobody tells any more; in each of them, its options."""
    gc.freeze()
    orders = os.fdopen(os.dup(0), encoding="utf-8")
    for line in orders:
        order = json.loads(line)
        if "wait" in order:
            signal.alarm(order["seconds"])
            answer = str(os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1]))
            signal.alarm(0)
        else:
            read, write = os.pipe()
            process = os.fork()
            if process == 0:
                nothing = os.open(os.devnull, os.O_RDONLY)
                for old, new in ((nothing, 0), (write, 1)):
                    os.dup2(old, new)
                for file in (orders.fileno(), nothing, read, write):
                    os.close(file)
                orders.detach()
                started: dict[str, Any] = order["start"]
                return started
            os.close(write)
            with os.fdopen(read, encoding="ascii") as said:
                answer = f"{process} {said.readline().strip()}"
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    sys.exit()


def main(given: dict[str, Any]) -> None:
    limits = Limits(
        given.get("seconds", 2.0), given.get("rows", 10**6), given.get("size", 2**26), given.get("memory", 2**29)
    )
    pool_limits = PoolLimits(
        workers=given.get("workers", 4),
        slots=given.get("slots", 2),
        queue=given.get("queue", 64),
        wait=given.get("wait", 10.0),
        patience=given.get("patience", 60.0),
        memory=given.get("total_memory", 2**40),
    )
    settings = Settings(
        limits,
        pool_limits,
        PublicAddress(hosts_of("127.0.0.1"), "", tuple(map(read_network, given.get("proxies", [])))),
        People(given.get("token", "")),
        given.get("union", True),
        services=frozenset(given.get("services", [])),
        connections=given.get("connections", 128),
        is_public=given.get("public", True),
    )
    bound = listen("127.0.0.1", 0)
    journal = Journal.open(Path(given["journal"])) if given.get("journal") else None

    if given.get("file_size"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (given["file_size"],) * 2)

    def load() -> Evaluator:
        store = ox.Store()
        if given.get("data"):
            store.load(Path(given["data"]).read_bytes(), format=ox.RdfFormat.N_QUADS)
        _wait(given)
        if given.get("recursion"):
            sys.setrecursionlimit(given["recursion"])
        held: ox.Store = FaultyStore(store) if given.get("faulty") else store  # type: ignore[assignment]
        if journal:
            journal.replay(store)
        return Evaluator(held, limits, {"e": "http://example.org/"}, frozenset(given.get("services", [])))

    fork_server = start_fork_server(
        load, limits.seconds, close=[bound], connects=bool(settings.services), journal=journal
    )
    release = Release("small", fork_server)
    store = PoolStore(fork_server)
    asset = Path(__file__)
    pages = Pages(lambda: SmallSite(store), release, {"asset-0123.py": asset}) if given.get("pages") else None
    operations = _operations(given, fork_server)
    assembled = assemble(settings, Pool(fork_server, pool_limits), release, pages=pages, operations=operations)

    def ready() -> None:
        sys.stdout.write(f"{bound.getsockname()[1]} {fork_server.line.process}\n")
        sys.stdout.flush()

    def leave() -> None:
        server.should_exit = True

    if given.get("slow_loop"):
        sys.modules["uvloop"] = None  # type: ignore[assignment]  # as where the extra was not installed
    server = new_server(assembled, ready)
    fork_server.on_lost.append(leave)
    server.run(sockets=[bound])
    fork_server.close()


if __name__ == "__main__":
    # a shell that starts the tests in the background lets them ignore it, and what they start as well
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(json.loads(sys.argv[1]) if sys.argv[1:] else options_of_a_service())
