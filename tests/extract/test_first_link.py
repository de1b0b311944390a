"""From a published document to the first accepted link by the command line, as somebody begins with a country."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, Cli

DOCUMENTS = ROOT / "tests" / "data" / "documents"
PAGE = Path(__file__).with_name("measures.html")
AFTER = "Le Gouvernement rend compte des Principes directeurs des Nations Unies."
LIST = "Plan d’action national\n\n1. Former les juges\n2. Transposer la directive 2014/95/UE\n3. Informer\n"


FILES = (
    PAGE,
    DOCUMENTS / "plan.pdf",
    DOCUMENTS / "plan.odt",
    DOCUMENTS.parent / "outlines" / "lu-bhr-2.fr.txt",
)


@pytest.fixture
def country(tmp_path: Path, cli: Cli) -> Path:
    begun = cli(
        "init", "pays", "--country", "be", "--base", "https://data.example/", "--publisher", "Etat"
    )
    assert begun.returncode == 0, begun.stderr
    return tmp_path / "pays"


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_a_link_of_a_fresh_draft_can_be_accepted(source: Path, country: Path, cli: Cli) -> None:
    name = Path(shutil.copy(source, country)).name
    target = country / "graph" / "plans" / "be-bhr-1.ttl"
    drafted = cli(
        "draft",
        name,
        "--plan",
        "be-bhr-1",
        "--publisher",
        "Etat",
        "--language",
        "fr",
        "-o",
        str(target),
        cwd=country,
    )
    assert drafted.returncode == 0, drafted.stderr
    assert cli("mentions", name, "--plan", "be-bhr-1", cwd=country).returncode == 0
    found = cli("candidates", name, "--plan", "be-bhr-1", cwd=country)
    assert found.returncode == 0, found.stderr
    if source == PAGE:
        # what stands behind the last action is of the plan
        lines = (country / "work" / "be-bhr-1" / "candidates.jsonl").read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines if AFTER in line]
        resolution = [row for row in rows if row["target"].endswith("/ungp")]
        assert [line["action_or_plan"].rpartition("/")[2] for line in resolution] == ["be-bhr-1"]
    if source == PAGE:
        before = target.read_bytes()
        (country / "other.txt").write_text("Rien de tout cela n’est écrit ici.\n", "utf-8")
        assert (
            cli("anchor", "other.txt", "--document", "be-bhr-1-text", cwd=country).returncode == 1
        )
        assert target.read_bytes() == before
    anchored = cli("anchor", name, "--document", "be-bhr-1-text", cwd=country)
    assert anchored.returncode == 0, anchored.stderr
    assert target.read_text("utf-8").count("pan:sha256") == 1
    decided = cli(
        "review", "--plan", "be-bhr-1", "--by", "Ann", stdin="a\nj\n" * 6 + "q\n", cwd=country
    )
    assert decided.returncode == 0, decided.stderr
    assert "linkstatus:accepted" in (target.parent / "be-bhr-1-reviewed.ttl").read_text("utf-8")
    wrong = [line for line in cli("check", cwd=country).stdout.splitlines() if "style-" in line]
    assert not wrong


def test_a_draft_has_the_country_of_its_key_and_none_is_invented(
    country: Path, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text(LIST)
    countries = {}
    for key in ("be-bhr-1", "de-bhr-1", "un-bhr-1"):
        for folder in (tmp_path, country):
            drafted = cli("draft", str(tmp_path / "list.txt"), "--plan", key, cwd=folder)
            assert drafted.returncode == 0, drafted.stderr
            said = re.findall(r"dcterms:spatial <.*/country/(\w+)>", drafted.stdout)
            countries[key, folder.name == "pays"] = said
            assert ("country" in drafted.stderr) == (not said)
    assert countries["be-bhr-1", True] == countries["be-bhr-1", False] == ["BEL"]
    assert countries["de-bhr-1", True] == countries["de-bhr-1", False] == ["DEU"]
    assert countries["un-bhr-1", True] == countries["un-bhr-1", False] == []


def test_an_unknown_document_is_refused_with_the_nearest_and_how_many_there_are(
    country: Path, cli: Cli
) -> None:
    (country / "list.txt").write_text(LIST)
    for number in (1, 2):
        target = country / "graph" / "plans" / f"be-bhr-{number}.ttl"
        command = ("draft", "list.txt", "--plan", f"be-bhr-{number}", "-o", str(target))
        assert cli(*command, cwd=country).returncode == 0
    for typed, near in (
        ("be-bhr-1-txt", "be-bhr-1-text"),
        ("document:be-bhr-2-txt", "be-bhr-2-text"),
    ):
        refused = cli("anchor", "list.txt", "--document", typed, "--language", "en", cwd=country)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert re.search(rf"Did you mean .*{near}.*\? There are \d+ documents\.\n", refused.stderr)
    refused = cli("anchor", "list.txt", "--document", "zzz", "--language", "en", cwd=country)
    assert re.search(r"Did you mean .+\? There are \d+ documents\.\n", refused.stderr)


def test_a_draft_does_not_overwrite_what_somebody_completed(country: Path, cli: Cli) -> None:
    (country / "list.txt").write_text(LIST)
    target = country / "graph" / "plans" / "be-bhr-1.ttl"
    command = ("draft", "list.txt", "--plan", "be-bhr-1", "-o", str(target))
    assert [cli(*command, cwd=country).returncode for _ in range(2)] == [0, 0]
    completed = target.read_bytes() + b"\n# checked by hand\n"
    target.write_bytes(completed)
    refused = cli(*command, cwd=country)
    assert (refused.returncode, target.read_bytes(), target.name in refused.stderr) == (
        2,
        completed,
        True,
    )
    assert cli(*command[:-1], "/dev/null", cwd=country).returncode == 0


STATED = """@prefix certainty: <https://w3id.org/pan2kg/id/certainty/> .
@prefix completeness: <https://w3id.org/pan2kg/id/completeness/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix plan: <https://data.example/id/plan/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://data.example/graph/plans/be-bhr-1/plan> a pan:SourceGraph ;
    rdfs:label "Plan"@fr ;
    pan:certainty certainty:stated .

plan:be-bhr-1 a pan:Plan ;
    dcterms:identifier "be-bhr-1" ;
    skos:prefLabel "Plan d’action national"@fr ;
    pan:listCompleteness completeness:unknown ;
    pan:certainty certainty:stated .
"""


@pytest.mark.parametrize("name", ["actions.ttl", "plan.ttl", ""])
def test_a_plan_of_the_graph_without_actions_is_added_to_and_not_stated_twice(
    country: Path, cli: Cli, name: str
) -> None:
    (country / "list.txt").write_text(LIST)
    folder = country / "graph" / "plans" / "be-bhr-1"
    folder.mkdir(parents=True)
    stated = folder / "plan.ttl"
    stated.write_text(STATED, encoding="utf-8")
    output = ["-o", str(folder / name)] if name else []
    command = ("draft", "list.txt", "--plan", "be-bhr-1", "--list", "complete", *output)
    drafted = cli(*command, "--publisher", "Etat", cwd=country)
    assert drafted.returncode == 0, drafted.stderr
    assert "graph/plans/be-bhr-1/plan.ttl" in drafted.stderr
    if not name:
        (folder / "actions.ttl").write_text(drafted.stdout, encoding="utf-8")
    files = [path.read_text("utf-8") for path in folder.glob("*.ttl")]
    assert sum(text.count("plan:be-bhr-1 a ") for text in files) == 1
    assert sum(text.count(" a pan:Action ;") for text in files) == 3
    if not name:
        assert stated.read_text("utf-8") == STATED
        return
    block = stated.read_text("utf-8").split("plan:be-bhr-1 a ")[1].split("\n\n")[0]
    assert "    pan:measureCount 3 ;\n    pan:listCompleteness completeness:complete ;\n" in block
    assert "/country/BEL> ;" in block
    assert "completeness:unknown" not in block
    wrong = [line for line in cli("check", cwd=country).stdout.splitlines() if "style-" in line]
    assert not wrong
