"""What rooms that stand on this one do for the methods of a graph, without its importing them."""

from collections.abc import Callable
from typing import Any

offered: Callable[[str], Callable[..., Any]]
"""What does the work of a method of a graph, by its name; the package, which knows every room, says it.

``table_kinds`` are the tables that stand beside the core."""
