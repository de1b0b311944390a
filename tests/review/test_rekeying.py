"""Giving links the keys of what they say: in their blocks and wherever they are named, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from pan2kg.errors import ProjectError
from pan2kg.project import Project
from pan2kg.review.add import rekeyed
from pan2kg.turtle.vocabulary import link_iri, thing
from pan2kg.validation.check import check
from pan2kg.validation.report import Kind
from tests.conftest import Cli
from tests.copies import FEW, copy

LINKS = "graph/plans/lu-bhr-2/links.ttl"
OLD = "link:1d5596c59ff28c70"
ENDS = (thing("plan", "lu-bhr-2"), thing("plan", "lu-bhr-1"))
NEW = "link:" + link_iri("succession", *ENDS, relation="extends").rsplit("/", 1)[-1]


@pytest.fixture
def edited(tmp_path: Path) -> Project:
    """A project in which somebody has corrected the relation of a link that another file names."""
    root = copy(tmp_path, FEW)
    links = root / LINKS
    text = links.read_text(encoding="utf-8").replace("relation:complements", "relation:extends", 1)
    links.write_text(text, encoding="utf-8")
    head = "@prefix link: <https://w3id.org/pan2kg/id/link/> .\n@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n"
    block = f'\nlink:0 a pan:Link ;\n    pan:note "{OLD}"@en ;\n    pan:of {OLD} .\n'
    (root / "graph" / "other.ttl").write_text(head + block, encoding="utf-8")
    return Project.at(root)


def test_two_links_that_say_the_same_are_refused(edited: Project) -> None:
    links = edited.root / LINKS
    text = links.read_text(encoding="utf-8")
    block = text[text.index(f"{OLD} a") :].partition("\n\n")[0]
    links.write_text(f"{text}\n{block.replace(OLD, 'link:1')}\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="Two links would have the key"):
        rekeyed(edited)


def test_the_command_shows_the_change_before_it_writes_it(edited: Project, cli: Cli) -> None:
    assert rekeyed(Project.at(Path(__file__).parents[2])) == (), "links that have their keys are left alone"
    changed = {one.name: one for one in rekeyed(edited)}
    assert set(changed) == {LINKS, "graph/other.ttl"}
    assert changed[LINKS].new == changed[LINKS].old.replace(OLD, NEW)
    assert changed["graph/other.ttl"].new == changed["graph/other.ttl"].old.replace(f"of {OLD}", f"of {NEW}")
    before = (edited.root / LINKS).read_text(encoding="utf-8")
    shown = cli("rekey", "--dry-run", "--language", "en", cwd=edited.root)
    assert (shown.returncode, f"+{NEW} a pan:Link ;" in shown.stdout) == (0, True)
    assert "nothing was written" in shown.stderr
    assert (edited.root / LINKS).read_text(encoding="utf-8") == before
    written = cli("rekey", "--language", "en", cwd=edited.root)
    assert (written.stdout, written.stderr) == (shown.stdout, "Written: 1 key in 2 files.\n")
    assert "Every link has the key" in cli("rekey", "--language", "en", cwd=edited.root).stderr
    keys = [one.rule.key for one in check(edited, kinds=[Kind.TEXT]).findings]
    assert "text-link-key" not in keys
