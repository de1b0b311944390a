"""Which concept stands for each wording of a role, a relation or a level in the collected facts."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, SKOS

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "facts"
WORDS = Path(__file__).with_name("facts-words.csv")
COLUMNS = {"role": ("role", "bodies"), "link": ("relation", "links"), "instrument": ("relation", "instruments")}


def words() -> list[dict[str, str]]:
    with WORDS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_wording_has_one_line_and_only_concepts_that_exist() -> None:
    schemes = (ROOT / "ontology" / "schemes").glob("*.ttl")
    known = {str(one) for path in schemes for one in rdflib.Graph().parse(path).subjects(RDF.type, SKOS.Concept)}
    named = [name for row in words() for name in (*row["concepts"].split(), *row["link_type"].split())]
    missing = {name for name in named if "https://w3id.org/pan2kg/id/" + name.replace(":", "/") not in known}
    assert not missing, f"declare these in ontology/schemes, or mend {WORDS.name}: {sorted(missing)}"
    assert all(row["concepts"] or row["note"] for row in words()), "a wording without a concept says why"
    twice = [key for key, n in Counter((row["kind"], row["wording"]) for row in words()).items() if n > 1]
    assert not twice, f"keep one line of each in {WORDS.name}: {twice}"


@pytest.mark.skipif(not FACTS.is_dir(), reason="The collected facts do not lie beside the project.")
@pytest.mark.parametrize("kind", sorted(COLUMNS))
@pytest.mark.parametrize("folder", ["more-lu", "countries"])
def test_every_wording_of_the_facts_has_its_line(kind: str, folder: str) -> None:
    column, files = COLUMNS[kind]
    known = {row["wording"] for row in words() if row["kind"] == kind}
    paths = [path for path in (FACTS / folder).glob(f"*-{files}.csv") if "-new-" not in path.name]
    assert paths
    used = set()
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            used |= {row[column] for row in csv.DictReader(file)}
    assert used <= known, f"add these to {WORDS.name}: {sorted(used - known)}"
