"""A knowledge graph of policy coherence: where national plans meet, and on whose word.

>>> import pan2kg
>>> graph = pan2kg.open_graph()
>>> graph.ask("shared-instruments", language="en").columns[0]
'instrument'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
