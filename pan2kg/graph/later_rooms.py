"""What rooms that stand on this one do for the methods of a graph, which may not import them.

A room imports only rooms above it, and yet ``graph.table()`` is to make a table. So the package,
which knows every room, puts :data:`offered` here when it is imported, and the graph asks it.
"""

from collections.abc import Callable
from typing import Any

offered: Callable[[str], Callable[..., Any]]
"""The function that does the work of a method of a graph, by the name of the method.

Of ``table``, ``picture`` and ``network`` it is that of tables and charts; of ``table_kinds`` it
gives the tables that stand beside the core.
"""
