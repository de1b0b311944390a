"""The commands as a user runs them, in a folder of their own: what they print, what they refuse, what they leave."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest

from tests.conftest import ROOT
from tests.copies import PLANS

if TYPE_CHECKING:
    import pan2kg
    from tests.conftest import Cli

HEAVY = ("rdflib", "networkx", "pyshacl", "scipy", "pandas", "SPARQLWrapper", "pyoxigraph")


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, pan2kg.cli.main\n"
        "try: pan2kg.cli.main.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for command in ("ask", "sparql", "check", "draft", "add", "dump", "init"):
        assert f"\n    {command}" in done.stdout
    assert done.stdout.endswith("[]\n")


def test_a_question_is_answered_from_any_folder(cli: Cli) -> None:
    done = cli("ask", "shared-instruments")
    assert done.returncode == 0
    assert done.stdout.startswith("Which actions of different plans rest on the same instrument?\n")
    assert "Regulation (EU) 2017/821" in done.stdout


def test_an_answer_speaks_french(cli: Cli) -> None:
    done = cli("ask", "actions-of-plan", "--plan", "lu-bhr-2", "--language", "fr")
    assert "Quelles actions un plan comporte-t-il\u00a0?" in done.stdout
    assert "Communiquer et sensibiliser" in done.stdout
    assert "20 lignes" in done.stdout


def test_a_parameter_may_be_given_with_an_equals_sign_or_as_an_iri(cli: Cli) -> None:
    iri = "https://w3id.org/pan2kg/id/plan/lu-bhr-2"
    answers = {
        cli("ask", "actions-of-plan", *given, "--format", "csv").stdout
        for given in ([f"--plan={iri}"], ["--plan", "lu-bhr-2"], ["--plan", "plan:lu-bhr-2"], ["--plan", f"<{iri}>"])
    }
    assert len(answers) == 1
    assert answers.pop().count("\n") == 21


@pytest.mark.parametrize(("form", "sign"), [("turtle", "@prefix"), ("jsonld", '"@id"')])
def test_triples_are_written_as_a_graph(cli: Cli, form: str, sign: str) -> None:
    query = "CONSTRUCT { ?s a ?type } WHERE { ?s a ?type } LIMIT 3"
    done = cli("sparql", query, "--format", form)
    assert done.returncode == 0
    assert sign in done.stdout


def test_a_query_is_read_from_a_file_or_from_standard_input(cli: Cli, tmp_path: Path) -> None:
    query = "SELECT (COUNT(*) AS ?plans) WHERE { ?plan a <https://w3id.org/pan2kg/ontology#Plan> }"
    (tmp_path / "q.rq").write_text(query)
    from_file = cli("sparql", "q.rq", "--format", "csv").stdout
    assert (
        from_file
        == cli("sparql", "-", "--format", "csv", stdin=query).stdout
        == cli("sparql", query, "--format", "csv").stdout
    )
    assert from_file.splitlines()[0] == "plans"


def test_ask_gives_yes_or_no_in_every_format(cli: Cli) -> None:
    assert cli("sparql", "ASK { ?s ?p ?o }").stdout == "yes\n"
    assert cli("sparql", "ASK { ?s ?p ?o }", "--language", "fr").stdout == "oui\n"
    assert json.loads(cli("sparql", "ASK {}", "--format", "json").stdout)["boolean"] is True


def test_an_answer_goes_whole_into_a_file(cli: Cli, tmp_path: Path) -> None:
    assert cli("ask", "plans", "--format", "csv", "-o", "plans.csv").stdout == ""
    assert (tmp_path / "plans.csv").read_text() == cli("ask", "plans", "--format", "csv").stdout
    assert [path.name for path in tmp_path.iterdir()] == ["plans.csv"]


def test_an_answer_says_which_defaults_it_was_asked_with(cli: Cli) -> None:
    said = "Not told otherwise, the question was asked with --action lu-bhr-2-4-3."
    question = ("ask", "loss-if-dropped", "--least-level", "official")
    assert said in " ".join(cli(*question).stdout.split())
    assert said in cli(*question, "--format", "md").stdout
    data = cli(*question, "--format", "csv")
    assert "Not told" not in data.stdout
    assert said in data.stderr
    assert "Not told" not in cli("ask", "plan-citations").stdout, "a default that restricts nothing"
    assert "with --least-level official." in " ".join(cli("ask", "shared-instruments").stdout.split())


SUMMARY: Final = "Read it before any figure about a plan."
COUNT: Final = len([*PLANS.iterdir()])
BASIS: Final = f"{COUNT} plans, of which"


@pytest.mark.parametrize("form", ["table", "md", "html", "json", "csv", "tsv", "xml"])
def test_what_a_question_says_of_itself_stands_around_its_answer_and_beside_pure_data(cli: Cli, form: str) -> None:
    done = cli("ask", "plans", "--format", form, "--language", "en")
    assert done.returncode == 0
    assert "lu-bhr-2" in done.stdout or "PAN 2" in done.stdout
    is_data = form in ("csv", "tsv", "xml")
    said = " ".join((done.stderr if is_data else done.stdout).split())
    assert SUMMARY in said
    assert BASIS in said
    assert "with what the editors concluded" in said
    assert SUMMARY not in done.stdout if is_data else done.stderr == ""


def test_a_spreadsheet_has_it_on_a_sheet_of_its_own(cli: Cli, tmp_path: Path) -> None:
    assert cli("ask", "uncovered-principles", "--format", "xlsx", "-o", "a.xlsx", "--language", "de").stderr == ""
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        words = html.unescape("".join(book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2)))
        names = book.read("xl/workbook.xml").decode()
    assert re.findall(r'<sheet [^>]*?name="(\w+)"', names) == ["data", "about"]
    assert f"{COUNT} Pläne" in words


def test_json_stays_the_format_of_sparql_with_more_in_its_head(cli: Cli) -> None:
    answer = json.loads(cli("ask", "plans", "--format", "json", "--language", "fr").stdout)
    assert list(answer) == ["head", "results"]
    assert list(answer["head"]["about"]) == ["question", "summary", "basis"]
    read = ox.parse_query_results(json.dumps(answer).encode(), format=ox.QueryResultsFormat.JSON)
    assert isinstance(read, ox.QuerySolutions)
    assert len(list(read)) == len(answer["results"]["bindings"]) == COUNT


@pytest.mark.parametrize(("language", "no"), [("fr", "non"), ("en", "no"), ("de", "nein")])
def test_a_no_and_a_day_are_written_as_the_reader_does(cli: Cli, language: str, no: str) -> None:
    question = ("loss-if-dropped", "--least-level", "editors")
    lost = cli("ask", *question, "--language", language, "--format", "md").stdout
    assert f"| {no} |" in lost
    assert "false" not in lost
    due = {"fr": "17/12/2021", "en": "2021-12-17", "de": "17.12.2021"}[language]
    assert due in cli("ask", "late-actions", "--language", language, "--format", "html").stdout


def test_a_question_of_ones_own_is_answered_as_it_was_written(cli: Cli) -> None:
    done = cli("sparql", "SELECT (true AS ?returned) {}", "--language", "fr")
    assert done.stdout.split()[:3] == ["returned", "--------", "true"]
    assert "plans" not in done.stdout


def test_a_remote_store_gives_the_same_answers(cli: Cli, few: pan2kg.Graph, endpoint: str) -> None:
    for question in (["shared-instruments"], ["why-linked"], ["actions-of-plan", "--plan", "lu-bhr-1"]):
        assert (
            cli("ask", *question, "--format", "csv", "--endpoint", endpoint).stdout
            == cli("ask", *question, "--format", "csv", "--project", str(few.project.root)).stdout
            != ""
        )


def test_a_cache_gives_the_same_answer_and_is_found_again(cli: Cli, few: pan2kg.Graph, tmp_path: Path) -> None:
    plans = ("ask", "plans", "--project", str(few.project.root))
    said = {cli(*plans, "--cache", "cache").stdout for _ in range(3)}
    assert said == {cli(*plans, "--no-cache").stdout}
    assert len(list((tmp_path / "cache").glob("*/*/made.json"))) == 1


def test_a_dump_is_the_same_twice_and_holds_derived_graphs(cli: Cli, few: pan2kg.Graph, tmp_path: Path) -> None:
    of_few = ("--project", str(few.project.root))
    for name in ("one.nq", "two.nq"):
        assert cli("dump", *of_few, "-o", name).returncode == 0
    data = (tmp_path / "one.nq").read_bytes()
    assert data == (tmp_path / "two.nq").read_bytes()
    assert b"graph/derived/shared-instrument>" in data
    assert cli("dump", *of_few, "-o", "graph.trig").returncode == 0
    assert (tmp_path / "graph.trig").read_bytes().startswith(b"@prefix")


def test_a_draft_says_which_language_it_guessed(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text("1. Former les juges et les avocats\n2. Informer les entreprises\n")
    guessed = "plan.txt, the language was guessed to be fr; if it is not, name it with --language\n"
    assert cli("draft", "plan.txt", "--plan", "be-bhr-1").stderr.startswith(guessed)
    assert guessed not in cli("draft", "plan.txt", "--plan", "be-bhr-1", "--language", "fr").stderr


def _complete(file: Path) -> None:
    """Choose what a draft leaves open, as a person does."""
    text = file.read_text(encoding="utf-8")
    graph = "<https://be.example/graph/plans/be-bhr-1> a pan:SourceGraph"
    assert graph in text
    spaces = {
        name: f"@prefix {name}: <https://w3id.org/pan2kg/id/{name}/> .\n" for name in ("completeness", "plantype")
    }
    text = text.replace("@prefix dcterms:", spaces["completeness"] + "@prefix dcterms:")
    text = text.replace("@prefix rdfs:", spaces["plantype"] + "@prefix rdfs:")
    text = text.replace(graph, "@prefix sourcekind: <https://w3id.org/pan2kg/id/sourcekind/> .\n\n" + graph)
    text = text.replace('"plan.txt"@fr .', '"plan.txt"@fr ;\n    pan:sourceKind sourcekind:official-page .')
    text = text.replace(
        '"Plan d’action"@fr ;',
        '"Plan d’action"@fr ;\n    dcterms:type plantype:national-action-plan ;\n'
        "    pan:listCompleteness completeness:complete ;",
    )
    file.write_text(text, encoding="utf-8")


def test_a_new_project_is_checked_asked_and_filled(cli: Cli, tmp_path: Path) -> None:
    assert "Next: pan2kg draft" in cli("init", "mine", "--country", "be", "--without-core").stdout
    assert cli("check", "--project", "mine").returncode == 0
    assert "1 row\n" in cli("ask", "plans", "--project", "mine").stdout, "the example"
    (tmp_path / "plan.txt").write_text("Plan d’action\n\n1. Former\n1.1. Former les juges\n1.2. Former les avocats\n")
    drafted = cli("draft", "plan.txt", "--plan", "be-bhr-1", "--language", "fr", "-o", "mine/graph/plans/be-bhr-1.ttl")
    assert drafted.returncode == 0, drafted.stderr
    assert "Former les juges" in cli("ask", "actions-of-plan", "--plan", "be-bhr-1", "--project", "mine").stdout
    unfinished = cli("check", "--project", "mine")
    assert unfinished.returncode == 1
    assert re.findall(r"^VIOLATION (\S+)", unfinished.stdout, re.MULTILINE) == [
        "pan:DocumentShape-source-kind",
        "pan:PlanShape-list-completeness",
        "pan:PlanShape-type",
    ], "what only a person can say"
    _complete(tmp_path / "mine" / "graph" / "plans" / "be-bhr-1.ttl")
    assert cli("check", "--project", "mine").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_answer_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "pan2kg.cli.main", "ask", "plans"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "Cannot write the answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_output_in_a_narrow_encoding_is_no_fault(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pan2kg.cli.main", "ask", "plans", "--language", "fr"]
    narrow = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=narrow, check=False)
    assert done.returncode == 0, done.stderr


def test_malformed_turtle_is_named_with_file_and_line(cli: Cli, own_project: Path) -> None:
    (own_project / "graph" / "plans" / "x.ttl").write_text("@prefix a: <http://a/> .\n\na:b a\n")
    done = cli("ask", "plans", "--project", str(own_project))
    assert done.returncode == 2
    assert "graph/plans/x.ttl:" in done.stderr
    assert "This is not Turtle" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_not_utf_8_is_named(cli: Cli, own_project: Path) -> None:
    (own_project / "ontology" / "prefixes.ttl").write_bytes(b"# \xe9\n")
    done = cli("ask", "plans", "--project", str(own_project), "--format", "table")
    assert done.returncode == 2
    assert "prefixes.ttl:1: The file is not UTF-8" in done.stderr


def test_a_reader_that_stops_early_is_no_fault(tmp_path: Path) -> None:
    command = f"'{sys.executable}' -m pan2kg.cli.main ask who-does-what | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stderr == ""
