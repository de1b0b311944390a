"""What is said to be deprecated leaves a tombstone, and is in nothing else."""

from __future__ import annotations

from pathlib import Path

from pan2kg.graph.graph import open_graph
from tests.copies import FEW, copy

ACTION = "https://w3id.org/pan2kg/id/action/lu-bhr-2-4-3"
HEIR = "https://w3id.org/pan2kg/id/action/lu-bhr-2-4-2"


def test_what_is_deprecated_is_a_tombstone_in_tables_counts_and_questions(tmp_path: Path) -> None:
    copied = copy(tmp_path / "copy", FEW)
    actions = copied / "graph" / "plans" / "lu-bhr-2" / "actions.ttl"
    text = actions.read_text("utf-8")
    head = "action:lu-bhr-2-4-3 a pan:Action ;\n"
    assert head in text
    gone = f"{head}    owl:deprecated true ;\n    dcterms:isReplacedBy action:lu-bhr-2-4-2 ;\n"
    prefix = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    actions.write_text(prefix + text.replace(head, gone), "utf-8")
    graph = open_graph(copied)
    assert ACTION not in graph.uses.actions
    assert ACTION not in {entry.iri for entry in graph.labels.of_kind("action")}
    rows = graph.ask("actions-of-plan", plan="lu-bhr-2").rows
    assert ACTION not in {str(cell).strip("<>") for row in rows for cell in row}
    assert graph.retired[ACTION] == (HEIR,)
    assert not [one for one in graph.involvements if one.work == ACTION]
