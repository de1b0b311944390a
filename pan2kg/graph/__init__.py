"""The project's graph as one thing to be asked: what it holds, what things are called, what links them."""

from collections.abc import Callable
from typing import Any

offered: Callable[[str], Callable[..., Any]]
"""What rooms that stand on this one do for the methods of a graph, by the name of the method: the package says it.

``table_kinds`` are the tables that stand beside the core."""
