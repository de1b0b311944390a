"""What a command reads before it answers: the project, the graph that is kept of it, an endpoint.

Nothing heavy is imported before it is opened.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.output import tell
from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import Message, say
from pan2kg.project import Project, reason

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.store.remote import RemoteStore
    from pan2kg.store.store import LocalStore


def project_of(options: argparse.Namespace) -> Project:
    if options.project:
        return Project.together(options.project)
    options.nearest = Project.find()
    return options.nearest  # type: ignore[no-any-return]


def cache_of(options: argparse.Namespace) -> Path | None:
    from pan2kg.store import cache

    if getattr(options, "no_cache", False):
        return None
    if not (folder := getattr(options, "cache", None)):
        return cache.cache_folder()
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError("cannot-use-cache", place=Place(folder), reason=reason(error)) from None
    return Path(folder)


def open_kept(options: argparse.Namespace, project: Project, *, links: bool = True) -> "LocalStore":
    """The graph of a project with what rules derive, as it is kept between commands, to be read only."""
    from pan2kg.store import cache

    return cache.open_kept(project, cache_of(options), links=links, read_only=True)


def open_endpoint(
    project: Project, options: argparse.Namespace, *, is_ours: bool = True
) -> "RemoteStore":
    from pan2kg.graph import datasets
    from pan2kg.store import loading, remote

    store = remote.open_remote(
        options.endpoint, timeout=max(1, int(options.timeout)), is_ours=is_ours
    )
    if is_ours:
        releases = datasets.differing_releases(store, project)
        if releases:
            tell(say("progress", "other-release", there=releases[0], here=releases[1]))
        tell(loading.not_examined(store, project))
    return store


def note_on_links(store: "LocalStore") -> Message | None:
    """What is to be said where the strongest of the links alone are held."""
    from pan2kg.store import links

    missing = links.missing_links(store)
    if not missing:
        return None
    counts = {"held": missing[0], "ways": missing[1], "top": links.TOP}
    return Message("progress", "links-strongest", counts)


def open_graph(options: argparse.Namespace, *, tells: bool = True) -> "Graph":
    """The graph a command answers from: its project's with all that rules derive, or that of an endpoint it names."""
    from pan2kg.graph import graph

    project = project_of(options)
    language = getattr(options, "language", "fr")
    day = getattr(options, "as_of", None)
    if getattr(options, "endpoint", None) is not None:
        return graph.Graph(project, open_endpoint(project, options), language=language, as_of=day)
    store = open_kept(options, project)
    if tells:
        tell(note_on_links(store))
    return graph.Graph(project, store, language=language, as_of=day)
