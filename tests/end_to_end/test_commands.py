"""The commands as a user runs them, in a folder of their own: what they print, what they refuse, what they leave."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest

from pan2kg.turtle.blocks import read_turtle_files, written_about
from pan2kg.turtle.vocabulary import ID
from tests.copies import FEW, PLANS, copy

if TYPE_CHECKING:
    import pan2kg
    from tests.conftest import Cli


def test_a_parameter_may_be_given_with_an_equals_sign_or_as_an_iri(cli: Cli) -> None:
    iri = "https://w3id.org/pan2kg/id/plan/lu-bhr-2"
    answers = {
        cli("ask", "actions-of-plan", *given, "--format", "csv").stdout
        for given in (
            [f"--plan={iri}"],
            ["--plan", "lu-bhr-2"],
            ["--plan", "plan:lu-bhr-2"],
            ["--plan", f"<{iri}>"],
        )
    }
    assert len(answers) == 1
    assert answers.pop().count("\n") == 21


def test_an_answer_says_which_defaults_it_was_asked_with(cli: Cli) -> None:
    said = "Not told otherwise, the question was asked with --plan lu-bhr-2."
    question = ("ask", "actions-of-plan")
    assert said in " ".join(cli(*question).stdout.split())
    assert said in cli(*question, "--format", "md").stdout
    data = cli(*question, "--format", "csv")
    assert "Not told" not in data.stdout
    assert said in data.stderr
    assert "Not told" not in cli("ask", "plan-citations").stdout, "a default that restricts nothing"
    assert "with --least-level official." in " ".join(
        cli("ask", "shared-instruments").stdout.split()
    )


SUMMARY: Final = "Read it before any figure about a plan."
COUNT: Final = len([*PLANS.glob("*.ttl")]) - len([*PLANS.glob("*-unverified.ttl")])


def test_a_remote_store_gives_the_same_answers(cli: Cli, few: pan2kg.Graph, endpoint: str) -> None:
    for question in (
        ["shared-instruments"],
        ["why-linked"],
        ["parts-of-plan", "--plan", "lu-bhr-2"],
    ):
        assert (
            cli("ask", *question, "--format", "csv", "--endpoint", endpoint).stdout
            == cli("ask", *question, "--format", "csv", "--project", str(few.project.root)).stdout
            != ""
        )


def test_a_cache_gives_the_same_answer_and_a_dump_the_same_bytes(
    cli: Cli, few: pan2kg.Graph, tmp_path: Path
) -> None:
    of_few = ("--project", str(few.project.root))
    said = {
        cli("ask", "plans", *of_few, *options).stdout
        for options in [("--cache", "cache")] * 2 + [("--no-cache",)]
    }
    assert (len(said), len(list((tmp_path / "cache").glob("*/*/made.json")))) == (1, 1)
    for name in ("one.nq", "two.nq", "graph.trig"):
        assert cli("dump", *of_few, "-o", name).returncode == 0
    data, again, trig = (
        (tmp_path / name).read_bytes() for name in ("one.nq", "two.nq", "graph.trig")
    )
    assert data == again
    assert (b"graph/derived/shared-instrument>" in data, trig[:7]) == (True, b"@prefix")


def test_a_query_is_read_from_a_file_or_standard_input_and_answered_as_it_was_written(
    cli: Cli, tmp_path: Path
) -> None:
    query = "SELECT (COUNT(*) AS ?plans) WHERE { ?plan a <https://w3id.org/pan2kg/ontology#Plan> }"
    (tmp_path / "q.rq").write_text(query)
    given = (("q.rq", ""), ("-", query), (query, ""))
    (answer,) = {
        cli("sparql", words, "--format", "csv", stdin=stdin).stdout for words, stdin in given
    }
    assert answer.splitlines() == ["plans", str(COUNT)]
    assert [cli("sparql", "ASK {}", "--language", name).stdout for name in ("en", "fr")] == [
        "yes\n",
        "oui\n",
    ]
    assert json.loads(cli("sparql", "ASK {}", "--format", "json").stdout)["boolean"] is True
    own = cli("sparql", "SELECT (true AS ?returned) {}", "--language", "fr").stdout
    assert (own.split()[:3], "plans" in own) == (["returned", "--------", "true"], False)
    triples = "CONSTRUCT { ?s a ?type } WHERE { ?s a ?type } LIMIT 3"
    for form, sign in (("turtle", "@prefix"), ("jsonld", '"@id"')):
        assert sign in cli("sparql", triples, "--format", form).stdout


@pytest.mark.parametrize("form", ["table", "md", "html", "json", "csv", "tsv", "xml", "xlsx"])
def test_what_a_question_says_of_itself_stands_around_its_answer_and_beside_pure_data(
    cli: Cli, form: str, tmp_path: Path
) -> None:
    done = cli("ask", "plans", "--format", form, "--language", "en", "-o", "answer")
    assert (done.returncode, done.stdout, [path.name for path in tmp_path.iterdir()]) == (
        0,
        "",
        ["answer"],
    )
    if form == "xlsx":
        with zipfile.ZipFile(tmp_path / "answer") as book:
            words = html.unescape(book.read("xl/sharedStrings.xml").decode())
            names = book.read("xl/workbook.xml").decode()
        assert re.findall(r'<sheet [^>]*?name="(\w+)"', names) == ["data", "about"]
        assert f"{COUNT} plans" in words
        return
    text = (tmp_path / "answer").read_text(encoding="utf-8")
    is_data = form in ("csv", "tsv", "xml")
    said = " ".join((done.stderr if is_data else text).split())
    for words in (SUMMARY, f"{COUNT} plans, of which", "with what the editors concluded"):
        assert words in said
    assert SUMMARY not in text if is_data else done.stderr == ""
    if form == "json":
        answer = json.loads(text)
        assert [list(answer), list(answer["head"]["about"])] == [
            ["head", "results"],
            ["question", "summary", "basis"],
        ]
        read = ox.parse_query_results(text.encode(), format=ox.QueryResultsFormat.JSON)
        assert isinstance(read, ox.QuerySolutions)
        assert len(list(read)) == COUNT


def test_a_yes_and_a_day_are_written_as_the_reader_does(cli: Cli) -> None:
    for language, yes, due in (
        ("fr", "oui", "17/12/2021"),
        ("en", "yes", "2021-12-17"),
        ("de", "ja", "17.12.2021"),
    ):
        shared = cli("ask", "common-instruments", "--language", language, "--format", "md")
        assert (f"| {yes} |" in shared.stdout, "true" in shared.stdout) == (True, False)
        assert due in cli("ask", "late-actions", "--language", language, "--format", "html").stdout


def test_a_new_project_is_checked_asked_and_filled(cli: Cli, tmp_path: Path) -> None:
    assert "Next: pan2kg draft" in cli("init", "mine", "--country", "be", "--without-core").stdout
    assert cli("check", "--project", "mine").returncode == 0
    assert "1 row\n" in cli("ask", "plans", "--project", "mine").stdout, "the example"
    (tmp_path / "plan.txt").write_text(
        "Plan d’action\n\n1. Former\n1.1. Former les juges\n1.2. Former les avocats\n"
    )
    draft = (
        "draft",
        "plan.txt",
        "--plan",
        "be-bhr-1",
        "--list",
        "complete",
        "--type",
        "national-action-plan",
    )
    guessed = "plan.txt, the language was guessed to be fr; if it is not, name it with --language\n"
    assert cli(*draft).stderr.startswith(guessed)
    file = tmp_path / "mine" / "graph" / "plans" / "be-bhr-1.ttl"
    drafted = cli(*draft, "--language", "fr", "-o", str(file))
    assert (drafted.returncode, guessed in drafted.stderr) == (0, False)
    assert (
        "Former les juges"
        in cli("ask", "actions-of-plan", "--plan", "be-bhr-1", "--project", "mine").stdout
    )
    unfinished = cli("check", "--project", "mine")
    kinds = re.findall(r"^VIOLATION (\S+)", unfinished.stdout, re.MULTILINE)
    assert (unfinished.returncode, kinds) == (1, ["pan:DocumentShape-source-kind"]), (
        "what only a person can say"
    )
    graph = "\n<https://be.example/graph/plans/be-bhr-1> a pan:SourceGraph"
    space = "@prefix sourcekind: <https://w3id.org/pan2kg/id/sourcekind/> .\n"
    kind = '"plan.txt"@fr ;\n    pan:sourceKind sourcekind:official-page .'
    text = file.read_text(encoding="utf-8").replace('"plan.txt"@fr .', kind)
    file.write_text(text.replace(graph, f"{space}\n{graph[1:]}"), encoding="utf-8")
    assert cli("check", "--project", "mine").returncode == 0


def test_a_file_that_cannot_be_read_is_named_with_its_line(cli: Cli, own_project: Path) -> None:
    (own_project / "graph" / "plans" / "x.ttl").write_text("@prefix a: <http://a/> .\n\na:b a\n")
    done = cli("ask", "plans", "--project", str(own_project))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert re.search(r"graph/plans/x\.ttl:.*This is not Turtle", done.stderr)
    (own_project / "graph" / "plans" / "x.ttl").unlink()
    (own_project / "ontology" / "prefixes.ttl").write_bytes(b"# \xe9\n")
    done = cli("ask", "plans", "--project", str(own_project), "--format", "table")
    assert (done.returncode, "prefixes.ttl:1: The file is not UTF-8" in done.stderr) == (2, True)


def test_a_thing_is_found_with_every_line_where_it_is_said_to_be(
    cli: Cli, few: pan2kg.Graph
) -> None:
    root = few.project.root

    def find(*words: str) -> str:
        return cli("find", *words, "--project", str(root)).stdout

    lines = json.loads(find("32017R0821", "--format", "json"))
    assert {line["predicate"] for line in lines} >= {
        "dcterms:identifier",
        "pan:to",
        "pan:shortName",
    }
    for line in lines[::9]:
        written = (root / line["file"]).read_text(encoding="utf-8").splitlines()[line["line"] - 1]
        assert line["predicate"] in written
        assert line["object"] in written
    shown = find("MAEE", "--language", "fr")
    assert shown.startswith("Ministère des Affaires étrangères et européennes")
    assert "\ngraph/" in shown
    assert "maee-coop" in shown.partition("S’appellent aussi ainsi")[2]
    table = find(
        "lu-bhr-2-4-3", "--format", "tsv", "--columns", "line,file", "--sort=-line", "--limit", "2"
    )
    head, *rows = (row.split("\t") for row in table.splitlines())
    assert (head, len(rows)) == (["line", "file"], 2)
    assert int(rows[0][0]) >= int(rows[1][0])
    for iri in (f"{ID}action/lu-bhr-2-4-3", f"{ID}body/maee"):
        whole, needed = (read_turtle_files(few.project, naming) for naming in ("", iri))
        places = [
            [(file.name, line.line) for file, _, line in written_about(files, iri)]
            for files in (whole, needed)
        ]
        assert places[0] == places[1] != []
        assert len(needed) < len(whole), "no file that names a thing is passed over"


def test_mentions_are_told_and_candidates_written_beside_the_graph(
    cli: Cli, tmp_path: Path
) -> None:
    folder = copy(tmp_path / "few", FEW)
    (tmp_path / "plan.txt").write_text(
        "Le plan met en œuvre la directive 2014/24/UE et contribue à l’ODD 8.\n", "utf-8"
    )
    project = ("--project", str(folder), "--language", "en")
    for typed, words in (
        (("mentions",), "No document is named. Name a file"),
        (("candidates", "plan.txt"), "--plan"),
        (("mentions", "--plan", "lu-bhr-2"), "No document of lu-bhr-2 was read. Name the file"),
        (("mentions", "nowhere.txt"), "nowhere.txt"),
        (("candidates", "x.txt", "--plan", "xx-1"), "xx-1"),
    ):
        refused = cli(*typed, *project)
        assert (refused.returncode, words in refused.stderr, refused.stderr.count("\n")) == (
            2,
            True,
            1,
        )
    assert not (folder / "work").exists()
    assert "directive 2014/24/UE" in cli("mentions", "plan.txt", *project).stdout
    rows = list(
        csv.DictReader(io.StringIO(cli("mentions", "plan.txt", "--format", "csv", *project).stdout))
    )
    assert [row["words of the document"] for row in rows] == ["directive 2014/24/UE", "ODD 8"]
    lines = cli("mentions", "plan.txt", "--format", "jsonl", *project).stdout.splitlines()
    assert [json.loads(line)["target"].rpartition("/")[2] for line in lines] == ["oj", "8"]
    made = cli("candidates", "plan.txt", "--plan", "lu-bhr-2", *project)
    assert (made.returncode, made.stdout.startswith("2 candidates\n")) == (0, True)
    kept = sorted(path.name for path in (folder / "work" / "lu-bhr-2").iterdir())
    assert kept == ["candidates.jsonl", "document.json", "mentions.jsonl"]
    assert cli("candidates", "--plan", "lu-bhr-2", *project).stdout == made.stdout
    assert cli("mentions", "--plan", "lu-bhr-2", *project).stdout.count("2014/24/UE") == 1


def test_a_project_found_nearby_is_named_and_one_that_was_typed_is_not(
    cli: Cli, own_project: Path
) -> None:
    inside = own_project / "graph"
    query = ("sparql", "ASK {}", "--no-cache")
    assert cli(*query, cwd=inside).stderr == f"Project: {own_project}\n"
    assert cli(*query, "--project", str(own_project), cwd=inside).stderr == ""
    assert cli(*query, cwd=own_project.parent).stderr == "", (
        "the shipped project is the one everybody expects"
    )
    refused = cli("ask", "plns", "--no-cache", cwd=inside)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)


LINK_WEIGHTS: Final = b"<https://w3id.org/pan2kg/graph/derived/link-weight> ."
TITLE: Final = '"Communicating and raising awareness"@en'


def test_a_question_as_of_a_day_says_what_it_leaves_out(cli: Cli, few: pan2kg.Graph) -> None:
    plans = ("ask", "plans", "--project", str(few.project.root))
    today = cli(*plans)
    then = cli(*plans, "--as-of", "31/12/2015")
    assert then.returncode == 0
    assert "As of 31 December 2015, left out:" in then.stdout
    rows = [
        int(found)
        for said in (then, today)
        for found in re.findall(r"^(\d+) rows$", said.stdout, re.MULTILINE)
    ]
    assert 0 < rows[0] < rows[1]
    data = cli(*plans, "--as-of", "2015-12-31", "--format", "csv")
    assert ("left out" in data.stdout, "left out" in data.stderr) == (False, True)


LINK: Final = (
    "https://e.lu/fr/question/who-should-talk.html?as-of=2021-06-30&body=body:mj&release={}"
)


def test_a_question_of_the_release_before_is_answered_by_its_table(cli: Cli) -> None:
    question = ("ask", "loss-if-dropped", "--least-level", "plan", "--format", "csv")
    asked = cli(*question, "--action", "lu-bhr-2-4-3")
    table = cli("coherence", "loss", "lu-bhr-2-4-3", "--evidence", "plan", "--format", "csv")
    assert (asked.returncode, asked.stdout) == (0, table.stdout)
    assert "`pan2kg coherence loss`" in asked.stderr
    assert asked.stdout == cli(*question).stdout, "the example of the profile"
    address = "https://e.lu/en/question/parts-of-plan.html?plan=plan:lu-bhr-2&release=0.0.9"
    linked = cli("ask", address, "--format", "csv")
    assert (linked.returncode, linked.stdout.count("\n")) == (0, 10)
    assert "release 0.0.9" in linked.stderr


def test_a_permanent_link_is_answered_as_the_question_it_fixes(cli: Cli, few: pan2kg.Graph) -> None:
    form = ("--format", "csv", "--project", str(few.project.root))
    typed = cli(
        "ask", "who-should-talk", "--body", "mj", "--as-of", "2021-06-30", "--language", "fr", *form
    )
    linked = cli("ask", LINK.format(few.release), *form)
    assert (linked.returncode, linked.stdout, linked.stderr) == (0, typed.stdout, typed.stderr)
    assert linked.stdout.count("\n") > 1
    other = cli("ask", LINK.format("0.0.9"), "--project", str(few.project.root))
    assert (other.returncode, "Ce lien a été fait avec la version 0.0.9" in other.stdout) == (
        0,
        True,
    )


def test_a_difference_is_told_and_its_patch_leads_from_old_to_new(cli: Cli, tmp_path: Path) -> None:
    old = copy(tmp_path / "old", FEW)
    new = copy(tmp_path / "new", FEW)
    file = next(
        path
        for path in (new / "graph" / "plans").glob("*.ttl")
        if TITLE in path.read_text(encoding="utf-8")
    )
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(TITLE, '"Talking about it"@en'), encoding="utf-8")
    told = cli("diff", str(old), str(new))
    assert told.returncode == 0
    assert "Talking about it" in told.stdout
    patch, made, wanted = (tmp_path / name for name in ("patch.trig", "made.nq", "wanted.nq"))
    assert cli("diff", str(old), str(new), "--format", "rdf", "-o", str(patch)).returncode == 0
    assert cli("diff", "--apply", str(patch), str(old), "-o", str(made)).returncode == 0
    assert cli("dump", "--project", str(new), "-o", str(wanted)).returncode == 0
    # Projects are compared as they would be released, with the weights of their links; a dump has
    # none.
    told_lines = [line for line in made.read_bytes().splitlines() if LINK_WEIGHTS not in line]
    assert told_lines == wanted.read_bytes().splitlines()
