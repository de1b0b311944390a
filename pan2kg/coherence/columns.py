"""Where plans meet, from columns of numbers alone: one SQL text, which DuckDB runs here and Spark on many machines."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping

from pan2kg.coherence.evidence import HEADLINE, Level
from pan2kg.coherence.weight import HUB, LINKED
from pan2kg.errors import FormatError
from pan2kg.project import Project, read_text

PlanPair = tuple[str, str, float, float, int]
"""Two plans by IRI, the bits they share specifically and through general texts, and their linked pairs of actions."""


def sql_text() -> str:
    return read_text(Project.packaged().queries / "columns" / "pairs-of-plans.sql")


def choice(at: Level = HEADLINE, hub: int = HUB, linked: int = LINKED) -> str:
    """The table of one row that says what is chosen, as SQL."""
    return f"SELECT {int(at)} AS level, {hub} AS hub, {linked} AS linked"


def pairs_of_plans(
    tables: Mapping[str, object], at: Level = HEADLINE, *, hub: int = HUB, linked: int = LINKED
) -> list[PlanPair]:
    """What plans share at a level, and how many pairs of their actions a specific text links.

    ``tables`` are plans, texts, paths and uses, as Arrow tables or whatever else DuckDB scans. The figures are those of
    :func:`~pan2kg.coherence.weight.plan_pairs` and :func:`~pan2kg.coherence.weight.linked_actions`.
    """
    try:
        import duckdb
    except ImportError:
        raise FormatError("needs-pyarrow", remedy="install-parquet") from None
    # without a folder of its own it would write what memory does not hold into the current one
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "temp_directory": tempfile.gettempdir(),
    }
    with duckdb.connect(":memory:", config=settings) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        connection.execute(f"CREATE VIEW choice AS {choice(at, hub, linked)}")
        return connection.execute(sql_text()).fetchall()
