"""A knowledge graph of policy coherence: where national plans meet, and on whose word.

>>> import pan2kg
>>> graph = pan2kg.open_graph()
>>> graph.ask("shared-instruments", language="en").columns[0]
'instrument'
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pan2kg.graph import later_rooms

if TYPE_CHECKING:
    from pan2kg.errors import Pan2kgError
    from pan2kg.graph.answer import Answer
    from pan2kg.graph.graph import Graph, open_graph

    __version__: str

__all__ = ["Answer", "Graph", "Pan2kgError", "__version__", "open_graph"]


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for, so that the command line starts fast."""
    if name == "__version__":
        from importlib.metadata import version

        return version("pan2kg")
    if name == "Pan2kgError":
        from pan2kg.errors import Pan2kgError

        return Pan2kgError
    if name in __all__:
        from pan2kg.graph import graph

        return getattr(graph, name)
    raise AttributeError(f"module 'pan2kg' has no attribute {name!r}")


def _offered(method: str) -> Callable[..., Any]:
    # the one place that knows every room tells the graph what those above it do for its methods,
    # and the registry of tables which ones stand beside the core, when they are asked
    if method == "table":
        from pan2kg.tables.writers import answer_of

        return answer_of
    if method == "table_kinds":
        from pan2kg.scores import table_kinds

        return table_kinds
    if method == "picture":
        from pan2kg.charts.registry import draw

        return draw
    from pan2kg.tables.network import select_network

    return select_network


later_rooms.offered = _offered


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
