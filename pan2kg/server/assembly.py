"""The parts of the service put together: one function for a graph held here, one for a graph somewhere else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from pan2kg.server.application import Application, Handler
from pan2kg.server.graph_store import ROOT, GraphStore
from pan2kg.server.pages import Pages
from pan2kg.server.pool import Pool
from pan2kg.server.relay import Relay, no_store
from pan2kg.server.settings import Release, Settings
from pan2kg.server.sparql import Endpoint

EDITOR = "{language}/sparql.html"


def assemble(
    settings: Settings,
    pool: Pool,
    release: Release,
    *,
    pages: Pages | None = None,
    more: tuple[tuple[str, Handler], ...] = (),
    posted: Mapping[str, Handler] | None = None,
) -> Application:
    """The service over a graph held here; ``more`` and ``posted`` as the application takes them."""
    endpoint = Endpoint(pool, settings, release, EDITOR if pages else "").answer
    store = GraphStore(pool, settings, release).answer
    return Application(
        settings.hosts,
        {"/sparql": endpoint, "/sparql/": endpoint, ROOT: store},
        ((f"{ROOT}/", store), *more),
        pages.answer if pages else None,
        posted or {},
    )


def assemble_relay(
    settings: Settings, url: str, *, pages: Pages | None = None, more: tuple[tuple[str, Handler], ...] = ()
) -> Application:
    """The service over a graph somewhere else; ``more`` as the application takes it."""
    relay = Relay(url, settings, EDITOR if pages else "").answer
    store = partial(no_store, url=url)
    return Application(
        settings.hosts,
        {"/sparql": relay, "/sparql/": relay, ROOT: store},
        ((f"{ROOT}/", store), *more),
        pages.answer if pages else None,
    )
