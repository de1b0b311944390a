"""Published weights are read back: two releases are compared on those of the earlier."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.cli.main import main
from pan2kg.coherence.known import basis_line, known
from pan2kg.errors import ProjectError
from pan2kg.publish.changes import (
    Side,
    change_list,
    graph_of,
    read_report,
    refigured,
    side_of,
    side_of_store,
    write_text,
)
from pan2kg.publish.edition import Edition
from pan2kg.publish.tables import published_weights, read_weights
from pan2kg.store.store import is_derived, read_quads
from pan2kg.tables.figure_words import basis_words
from pan2kg.turtle.vocabulary import PAN

Row = dict[str, str]


@pytest.fixture
def changed(folder: Path, tmp_path: Path) -> Callable[[Callable[[list[Row]], list[Row]]], Path]:
    """The release with other lines in its weights."""

    def make(change: Callable[[list[Row]], list[Row]]) -> Path:
        (tmp_path / "tables").mkdir()
        shutil.copy(folder / "release.json", tmp_path)
        with (folder / "tables" / "weights.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (tmp_path / "tables" / "weights.csv").open("w", encoding="utf-8", newline="") as file:
            written = csv.DictWriter(file, rows[0])
            written.writeheader()
            written.writerows(change(rows))
        return tmp_path

    return make


def twice(rows: list[Row]) -> list[Row]:
    return [row | {"gain": str(2 * float(row["gain"]))} for row in rows]


def test_the_figures_of_a_release_on_its_own_published_weights_are_its_figures(folder: Path, edition: Edition) -> None:
    graph = edition.graph
    other = graph.weighed_as(read_weights(folder))
    for level in ("plan", "editors"):
        mine, theirs = graph.known(level), other.known(level)
        assert theirs.shared == pytest.approx(mine.shared, abs=1e-4)
        assert [(one.source, one.target) for one in theirs.occasions] == [
            (one.source, one.target) for one in mine.occasions
        ]
    line = basis_line(other.known())
    assert (line.weights, line.fresh, basis_line(graph.known()).weights) == ("0.1.0", 0, "")
    assert basis_words(line, "en").endswith("; weights of texts as release 0.1.0 published them.")


def test_every_weight_is_that_of_the_earlier_release(
    changed: Callable[[Callable[[list[Row]], list[Row]]], Path], edition: Edition
) -> None:
    mine, theirs = edition.graph.known(), edition.graph.weighed_as(read_weights(changed(twice))).known()
    assert mine.shared
    assert theirs.shared == pytest.approx({pair: 2 * bits for pair, bits in mine.shared.items()}, abs=1e-4)


def test_a_text_the_earlier_release_does_not_know_has_the_weight_of_the_later_and_that_is_said(
    changed: Callable[[Callable[[list[Row]], list[Row]]], Path], edition: Edition
) -> None:
    text = edition.graph.known().potential.weights.texts[0]
    earlier = read_weights(changed(lambda rows: [row for row in twice(rows) if row["iri"] != text]))
    mine, theirs = edition.graph.known(), edition.graph.weighed_as(earlier).known()
    own, kept = (made.potential.weights.gain for made in (mine, theirs))
    assert kept[0] == own[0]
    assert kept[1:] == pytest.approx(2 * own[1:], abs=1e-4)
    assert "1 text it does not know has the weight of this graph." in basis_words(basis_line(theirs), "en")
    assert "1 texte qu’elle ne connaît pas" in basis_words(basis_line(theirs), "fr")


def test_a_comparison_of_editions_says_whose_weights_it_took(
    changed: Callable[[Callable[[list[Row]], list[Row]]], Path],
    capsys: pytest.CaptureFixture[str],
    few_edition: Edition,
) -> None:
    told = []
    for more in ([], ["--weights", str(changed(twice))]):
        words = ["coherence", "compare", "lu-bhr-1", "lu-bhr-2", "--part", "plan", "--evidence", "editors"]
        words += ["--project", str(few_edition.project.root)]
        assert main([*words, "--format", "json", *more]) == 0
        told.append(json.loads(capsys.readouterr().out))
    one, two = told
    assert (one["basis"]["line"]["weights"], two["basis"]["line"]["weights"]) == ("", "0.1.0")
    sums = [sum(row["low_base"] + row["low_new"] for row in made["rows"]) for made in told]
    assert sums[1] == pytest.approx(2 * sums[0], abs=1e-3)
    assert sums[0] > 0


def test_what_holds_no_weights_is_refused_with_its_line(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no published weights here"):
        read_weights(tmp_path)
    with pytest.raises(ProjectError, match=r"plans\.csv:2: This is no line of weights"):
        read_weights(folder / "tables" / "plans.csv")
    assert published_weights(tmp_path) is None


def test_each_derived_link_by_a_shared_text_says_what_it_weighs_at_its_level(folder: Path, edition: Edition) -> None:
    with (folder / "tables" / "computed-links.csv").open(encoding="utf-8", newline="") as file:
        stated = {row["iri"]: row for row in csv.DictReader(file) if row["type"].endswith("/shared-instrument")}
    said = {
        (quad.subject.value, quad.predicate.value.rpartition("#")[2]): float(quad.object.value)
        for quad in read_quads(folder / "data" / "pan2kg.nq.gz")
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
        if quad.predicate.value.startswith(f"{PAN}weight")
    }
    assert len(said) == 3 * len(stated) > 0
    for link, row in stated.items():
        one, two = row["between"].split("|")
        weight = edition.graph.known(row["evidence_level"].rpartition("/")[2]).weight(one, two)
        wanted = (weight.low, weight.high, weight.broad)
        assert [said[link, name] for name in ("weight", "weightHigh", "weightBroad")] == pytest.approx(wanted, abs=1e-6)
        assert float(row["weight"]) == said[link, "weight"]
        assert weight.low + weight.broad > 0, "a derived link rests on a text both share at its level"


YOUTH = "https://w3id.org/pan2kg/id/link/4fe5cbc62f0f48db"
"""By it the first youth plan names the act on youth: its only text, which the third names too."""


@pytest.fixture(scope="module")
def states(few_edition: Edition) -> tuple[Side, Side]:
    """The graph of a few plans, and the same where the first youth plan names no text."""
    old = side_of_store(few_edition.store, "0.1.0")
    return old, side_of((quad for quad in old.quads if quad.subject != ox.NamedNode(YOUTH)), "later")


def test_what_changed_between_two_states_tells_their_figures_on_the_weights_of_the_earlier(
    states: tuple[Side, Side],
) -> None:
    told = write_text(read_report(change_list(*states)), "en")
    found = re.search(r"Pairs sharing a text: (\d+) → (\d+)", told)
    assert found, told
    assert int(found[1]) - int(found[2]) == 1, "the pair of the first and the third youth plan"
    assert "weights of texts as release 0.1.0 published them." in told


def test_a_text_that_became_commoner_or_rarer_changes_no_sum_by_itself(
    states: tuple[Side, Side], few_folder: Path, few_edition: Edition
) -> None:
    found = [refigured(change_list(*states), weights) for weights in (published_weights(few_folder), None)]
    for one in found:
        assert one is not None
        assert {new.figure.id for _, new in one.changed} >= {"sharing-plan-pairs", "plans-with-texts"}
        assert "debt" not in {new.figure.id for _, new in one.changed}
    # on its own weights the later state would owe less, though none of the plans concerned changed
    tables = few_edition.graph.tables
    later = replace(tables, uses=tuple(use for use in tables.uses if use.link != YOUTH))
    owed, then = (sum(one.bits for one in known(made).occasions if one.is_expected) for made in (tables, later))
    assert then < owed - 0.01


def test_a_state_without_levels_of_evidence_has_no_figures(states: tuple[Side, Side]) -> None:
    stated = [side_of((one for one in side.quads if not is_derived(graph_of(one))), side.name) for side in states]
    assert refigured(change_list(*stated)) is None
