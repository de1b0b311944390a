"""The command ``pan2kg load``: a project's graph, with what is derived, is brought to an endpoint."""

from __future__ import annotations

import argparse
import sys

from pan2kg.cli.arguments import Progress, add_endpoint, cache_of, project_of
from pan2kg.cli.values import a_link
from pan2kg.i18n.message import say


def add_load(command: argparse.ArgumentParser) -> None:
    """Where to, and what may be done there."""
    add_endpoint(command, required=True)
    command.add_argument("--store", metavar="URL", type=a_link, help="load.store")
    command.add_argument("--update", metavar="URL", type=a_link, help="load.update")
    command.add_argument("--replace", action="store_true", help="load.replace")
    command.add_argument("--beside", action="store_true", help="load.beside")


def run_load(options: argparse.Namespace) -> int:
    """Bring the graph there, and look whether questions will be answered.

    Raises:
        EndpointError: it takes no graphs, holds some that are not to be touched, breaks off, or could not answer.
    """
    from pan2kg.store.cache import open_kept
    from pan2kg.store.loading import Target, load_graph
    from pan2kg.store.remote import open_remote

    project, progress = project_of(options), Progress()
    target = Target(
        options.endpoint, options.store or "", options.update or "", options.replace, options.beside, options.timeout
    )  # fmt: skip
    progress(say("progress", "loading"))
    try:
        loaded = load_graph(
            open_kept(project, cache_of(options)), target, f"{project.space}graph/",
            lambda done, whole: progress(say("progress", "graphs-put", done=str(done), whole=str(whole))),
        )  # fmt: skip
    finally:
        progress.finish()
    told = {"graphs": loaded.graphs, "statements": loaded.statements, "dropped": loaded.dropped, "way": loaded.way}
    sys.stderr.write(f"{say('progress', 'graph-loaded', **{key: str(value) for key, value in told.items()})}\n")
    open_remote(options.endpoint, timeout=options.timeout)
    return 0
