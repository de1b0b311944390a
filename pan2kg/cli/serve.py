"""The command ``pan2kg serve``: the graph and its pages over HTTP, from this machine.

Here the options become settings, the port is listened to, and the processes are forked that hold
the graph. What answers is put together in :mod:`pan2kg.cli.service`, imported while these load it.
"""

import argparse
import os
import socket
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pan2kg.cli import arguments, journal
from pan2kg.cli.arguments import FILE, FLAG, SEVERAL, Options, an_address
from pan2kg.cli.opening import cache_of, project_of
from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project

if TYPE_CHECKING:
    from pan2kg.server.edge import Settings
    from pan2kg.server.reviewers import People

TOKEN = "PAN2KG_TOKEN"  # noqa: S105  # the name of a variable, not a secret
MEGABYTE = 2**20

_POSITIVE = arguments.decimal(r"(?=.*[1-9])(\d{1,12}(\.\d+)?|\.\d+)", "no-seconds")
_NUMBER = {"metavar": "N", "type": arguments.integer(range(1, 2**40 + 1), "no-whole-number")}
SERVE: Options = {
    "--host": {"default": "127.0.0.1"},
    "--port": {"type": arguments.integer(range(2**16), "no-whole-number"), "default": 8000},
    "--allow-host": {"metavar": "NAME", **SEVERAL},
    "--base": {"metavar": "URL", "type": an_address},
    "--proxy": {"metavar": "ADDRESS", **SEVERAL},
    "--no-browser": FLAG,
    "--endpoint": {"metavar": "URL", "help": "endpoint"},
    "--release": {"metavar": "DIR", "type": Path},
    "--writable": FLAG,
    "--token-file": FILE,
    "--people": {**FILE, "type": Path},
    "--person-header": {"metavar": "NAME", "default": ""},
    "--public": FLAG,
    "--access-log": FILE,
    "--watch": {**FLAG, "help": "serve.watch"},
    "--journal": {**FILE, "type": Path},
    "--timeout": {"metavar": "S", "type": _POSITIVE, "default": 30.0},
    "--max-rows": {**_NUMBER, "default": 1_000_000},
    "--max-bytes": {**_NUMBER, "default": 256 * MEGABYTE},
    "--memory": {**_NUMBER, "metavar": "MB", "default": 1024},
    "--total-memory": {**_NUMBER, "metavar": "MB", "default": 0},
    "--connections": {**_NUMBER, "default": 1024},
    "--workers": {**_NUMBER, "default": 8},
    "--allow-service": {"metavar": "IRI", **SEVERAL},
    "--default-graph": {"choices": ("union", "own"), "default": "union"},
}


def run_serve(options: argparse.Namespace) -> int:
    """Answer over HTTP until the service is stopped; 1 where no process holds the graph any more.

    Raises:
        ProjectError: options that exclude each other or lack one, a file that cannot be read, an
            address that cannot be listened at, or a graph that cannot be loaded.
        EndpointError: the endpoint that is named does not answer.
    """
    if not hasattr(os, "fork"):
        raise ProjectError("needs-posix")
    from pan2kg.server import listening

    is_with_others = options.writable or options.endpoint or options.watch or options.project
    if options.release and is_with_others:
        raise ProjectError("release-alone")
    _refuse_changes(options.journal)
    settings = _settings(options)
    token = _token(options)
    with listening.listen(options.host, options.port) as bound:
        if options.endpoint is None:
            return _answer_held(options, settings, bound, token)
        from pan2kg.cli import service

        return service.relay(options, settings, bound)


def _refuse_changes(path: Path | None) -> None:
    """Refuse a journal in which changes lie, which nobody would make again."""
    if path and path.exists() and journal.read_journal(path).strip():
        raise ProjectError("journal-holds-changes", place=Place(str(path)))


def _settings(options: argparse.Namespace) -> "Settings":
    from pan2kg.server import edge
    from pan2kg.server.answering import Limits

    names = [options.host, *options.allow_host]
    if options.base:
        names.append(urlsplit(options.base).hostname or "")
    listens_to_all = False
    with suppress(ValueError):  # a name is no address
        listens_to_all = ip_address(options.host).is_unspecified
    limits = Limits(
        options.timeout,
        options.max_rows,
        options.max_bytes,
        options.memory * MEGABYTE,
        options.total_memory * MEGABYTE,
    )
    return edge.Settings(
        limits=limits,
        hosts=frozenset(map(str.lower, names)),
        by_number=listens_to_all,
        base=options.base or "",
        proxies=tuple(map(edge.read_network, options.proxy)),
        connections=options.connections,
        is_public=options.public,
        union=options.default_graph == "union",
        graphs=f"{project_of(options).space}graph/",
        services=frozenset(options.allow_service),
    )


def _token(options: argparse.Namespace) -> str:
    """The token of whoever runs the service; empty where only those listed review, or nobody does."""
    if options.person_header and not options.proxy:
        raise ProjectError("header-of-nobody")
    if not options.writable:
        return ""
    if options.endpoint is not None:
        raise ProjectError("endpoint-not-written")
    token = os.environ.get(TOKEN, "")
    if options.token_file:
        try:
            token = Path(options.token_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ProjectError("token-unreadable", place=Place(options.token_file)) from None
    if not token.strip() and not options.people and not options.person_header:
        raise ProjectError("needs-token", remedy="give-token", token=TOKEN)
    return token.strip()


def _answer_held(
    options: argparse.Namespace, settings: "Settings", bound: socket.socket, token: str
) -> int:
    """Answer from a graph that is held in processes, which are forked before anything else runs."""
    from pan2kg.server.answering import Evaluator
    from pan2kg.server.keeper import Keeper

    project = Project.at(options.release) if options.release else project_of(options)
    folder = cache_of(options)
    services = settings.services

    def load() -> Evaluator:
        from pan2kg.store import cache
        from pan2kg.turtle.writer import read_prefixes

        store = cache.open_kept(project, folder).inner
        return Evaluator(store, settings.limits, read_prefixes(project), services)

    keeper = Keeper(load, workers=options.workers, connects=bool(services), close=[bound])
    try:
        people = _people(options, token)
        from pan2kg.cli import service

        if options.release:
            return service.answer_release(options, settings, bound, project, keeper)
        return service.answer_project(options, settings, bound, project, keeper, people)
    finally:
        keeper.close()


def _people(options: argparse.Namespace, token: str) -> "People | None":
    """Who may decide on candidates, None where nobody may."""
    if not options.writable:
        return None
    from pan2kg.server import reviewers

    listed = reviewers.read_people(options.people) if options.people else ()
    return reviewers.People(token, listed, options.person_header)
