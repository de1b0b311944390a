"""Runs commands for the tests: a process that has read the program and the shipped graph once, and forks for each. All
workers of a run ask the same one, each command by a connection to its socket: a line of JSON
(``arguments``, ``folder``, ``environment`` and the three files of standard input, output and error)
is answered by a line with the exit code, or by nothing where the command was ended before it had
one."""

import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from socketserver import ForkingMixIn, StreamRequestHandler, UnixStreamServer
from typing import Any

import pan2kg
from pan2kg import templates
from pan2kg.cli.main import main
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import Labels, read_labels
from pan2kg.project import Project
from pan2kg.store import cache as caches, links, names, rules
from pan2kg.store.store import LocalStore, Store
from pan2kg.validation import changes
from pan2kg.validation.changes import CheckedChange
from pan2kg.validation.evaluation import Engine
from pan2kg.validation.report import Report, Severity
from tests.once import checked

SHIPPED = Project.at(Path(__file__).resolve().parent.parent)


def keep_shipped_graph() -> None:
    """Let whoever opens the shipped graph have the one that is read here, once, with all its rules, labels and names.

    A question that asks for no links gets the same rows with them: tests/queries shows it. A folder
    of states that is named is used; the usual one need not be, since what it would give is here.
    """
    anew = rules.open_store
    again = caches.open_kept
    read = read_labels
    kept = anew(SHIPPED)
    labels = read(kept)
    missing_links = links.missing_links
    missing = missing_links(kept)
    read_names = names._read_names
    called = read_names(kept)

    def open_store(project: Project, *, links: bool = True) -> LocalStore:
        return kept if project == SHIPPED and links else anew(project, links=links)

    def open_kept(project: Project, folder: Path | None, **chosen: bool) -> LocalStore:
        is_usual = folder is None or folder == caches.cache_folder()
        return kept if project == SHIPPED and is_usual else again(project, folder, **chosen)

    def labels_of(store: Store) -> Labels:
        return labels if store is kept else read(store)

    def missing_of(store: LocalStore) -> tuple[int, int] | None:
        return missing if store is kept else missing_links(store)

    def names_of(store: Store) -> Mapping[names.Reason, Mapping[str, set[str]]]:
        return called if store is kept else read_names(store)

    replaced: dict[str, tuple[object, object]] = {
        "open_store": (anew, open_store),
        "open_kept": (again, open_kept),
        "read_labels": (read, labels_of),
        "missing_links": (missing_links, missing_of),
        "_read_names": (read_names, names_of),
    }
    for name, (held, instead) in replaced.items():
        for module in list(sys.modules.values()):
            if getattr(module, name, None) is held:
                setattr(module, name, instead)
    keep_readings(kept)


def keep_readings(kept: LocalStore) -> None:
    """Let each graph over the shipped store, as of today, begin with what many commands read of it first."""
    known = Graph(SHIPPED, kept)
    known.found("PAN 2")
    known.known()
    known.uses_at()
    known.profiles_at()
    begin = Graph.__init__

    def __init__(graph: Graph, project: Project, store: Store, **chosen: Any) -> None:  # noqa: ANN401, N807
        begin(graph, project, store, **chosen)
        if store is kept and graph.as_of == known.as_of:
            graph._kept.update(known._kept)

    setattr(Graph, "__init__", __init__)  # noqa: B010 - as whoever opens one begins it


def keep_shipped_report() -> None:
    anew = changes.check_change

    def check_change(
        project: Project,
        change: CheckedChange,
        *,
        fail_on: Severity,
        engine: Engine,
        tell: Callable[[str], None],
    ) -> Report:
        if project == SHIPPED and change == CheckedChange() and engine is Engine.SPARQL:
            return replace(checked(project), fail_on=fail_on)
        return anew(project, change, fail_on=fail_on, engine=engine, tell=tell)

    setattr(changes, "check_change", check_change)  # noqa: B010 - as the commands find it


def run(
    arguments: Sequence[str],
    folder: str,
    environment: dict[str, str],
    files: Sequence[str],
    patience: int,
) -> int:
    signal.alarm(patience)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(files):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), number)
    sys.argv = ["pan2kg", *arguments]
    try:
        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    sys.stdout.flush()
    return code


class Asked(StreamRequestHandler):
    def handle(self) -> None:
        code = 1
        try:
            code = run(**json.loads(self.rfile.readline()))
        finally:
            if (fault := sys.exc_info())[0]:
                sys.excepthook(*fault)
            sys.stderr.flush()
            self.wfile.write(f"{code}\n".encode())
            os._exit(code & 0xFF)


class Server(ForkingMixIn, UnixStreamServer):
    request_queue_size = 64

    def __init__(self, address: str) -> None:
        super().__init__(address, Asked)
        self._starter = os.getppid()

    def service_actions(self) -> None:
        super().service_actions()
        if os.getppid() != self._starter:
            sys.exit()


def serve(address: str) -> None:
    for module in walk_packages(pan2kg.__path__, "pan2kg."):
        import_module(module.name)
    keep_shipped_graph()
    keep_shipped_report()
    setattr(os, "fsync", os.fstat)  # noqa: B010 - whatever is written is read by tests, and not after the power failed
    for name in templates.environment().list_templates():
        templates.environment().get_template(name)
    gc.freeze()
    with Server(address) as server:
        print("ready", flush=True)  # noqa: T201 - for who started it
        server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1])
