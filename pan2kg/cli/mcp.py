"""The command that answers an assistant: ``pan2kg mcp``."""

from __future__ import annotations

import argparse

from pan2kg.cli.arguments import add_language, cache_of, project_of, tell_links


def add_mcp(command: argparse.ArgumentParser) -> None:
    """The language it answers in."""
    add_language(command)


def run_mcp(options: argparse.Namespace) -> int:
    """Answer over standard input and output until they are closed.

    Raises:
        FormatError: the extra « mcp » is not installed.
    """
    from pan2kg.graph.graph import Graph
    from pan2kg.server.assistant import Assistant, serve_assistant
    from pan2kg.store.cache import open_kept

    project = project_of(options)
    # all rules: an assistant may ask any question, and links are what many are about
    store = open_kept(project, cache_of(options))
    tell_links(store)
    named = [word for folder in options.project or () for word in ("--project", folder)]
    uncached = ["--no-cache"] if options.no_cache else []
    serve_assistant(Assistant(Graph(project, store, language=options.language), (*named, *uncached)))
    return 0
