"""What an assistant is answered, asked by the SDK's own client: in this process, and over a pipe as assistants do. The
SDK takes most of a second to be read, which only who runs a test of it needs wait."""

# ruff: noqa: ANN401 - the SDK's services and JSON

import shutil
import sys
from typing import Any

import pytest

from pan2kg.graph.graph import Graph
from pan2kg.server import assistant as module
from tests.server.conftest import awaited

mcp = pytest.importorskip("mcp", reason="the extra « mcp » is not installed")
LINKED = {"one": "lu-bhr-2-4-3", "two": "lu-bhr-1-m5"}
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def english(few: Graph) -> Graph:
    return Graph(few.project, few.store, language="en")


@pytest.fixture(scope="module")
def service(english: Graph) -> Any:
    return module.build(module.Assistant(english, ("--project", str(english.project.root))))


def call(service: Any, tool: str, /, **arguments: object) -> Any:
    async def ask() -> Any:
        async with mcp.Client(service) as client:
            done = await client.call_tool(tool, arguments)
            return (
                getattr(done.content[0], "text", "") if done.is_error else done.structured_content
            )

    return awaited(ask)


def test_answers_come_with_their_caveats_level_basis_and_documents(
    service: Any, english: Graph
) -> None:
    answer = call(
        service, "ask", question="actions-of-plan", parameters={"plan": "lu-bhr-2"}, limit=5
    )
    assert (len(answer["rows"]), answer["left_out"]) == (5, 15)
    assert answer["caveats"]
    assert "texts read in full for" in answer["basis"]
    assert all(document["title"] for document in answer["documents"])
    assert any(document["read_at"] for document in answer["documents"])
    answer = call(service, "figure", name="debt", plans=["lu-bhr-2"], evidence="plan")
    table = english.table("debt", plans=["lu-bhr-2"], evidence="plan")
    assert (answer["rows"], answer["level"], answer["basis"]) == (
        table.rows[:100],
        "plan",
        table.basis,
    )
    former = call(service, "ask", question="parts-of-plan", parameters={"plan": "lu-bhr-2"})
    assert former["rows"] == english.ask("parts-of-plan", plan="lu-bhr-2").rows
    assert call(service, "explain", one="lu-bhr-1", two="lu-bhr-2")["title"]
    answer = call(service, "about", thing="32017R0821")
    assert answer["label"].startswith("Regulation (EU) 2017/821")
    assert any(line["documents"] and line["certainty"] == "stated" for line in answer["statements"])
    assert answer["documents"][0]["read_at"].startswith("https://")


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("ask", {"question": "shared-instrument"}, "Did you mean"),
        ("figure", {"name": "debts"}, "There is no table « debts »"),
        ("figure", {"name": "debt", "evidence": "rumour"}, "rumour"),
        ("explain", {"one": "lu-bhr-2", "two": "lu-bhr-2"}, ""),
        ("about", {"thing": "zzzzz"}, "Nothing is called"),
        ("sparql", {"query": "DELETE WHERE { ?s ?p ?o }"}, ""),
        ("sparql", {"query": "SELECT nonsense"}, ""),
        ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}, ""),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(
    service: Any, tool: str, arguments: Any, words: str
) -> None:
    answer = call(service, tool, **arguments)
    assert isinstance(answer, str)
    assert (words in answer, "Traceback" in answer, "\n" in answer.strip()) == (True, False, False)


def test_a_query_of_its_own_is_answered_and_one_without_end_is_ended(
    service: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SECONDS", 600)  # however busy the machine
    answer = call(service, "sparql", query="SELECT ?plan { ?plan a pan:Plan }", limit=2)
    assert (len(answer["rows"]), answer["left_out"] > 1) == (2, True)
    assert call(service, "sparql", query="ASK { ?plan a pan:Plan }")["answer"] is True
    assert "hints" not in answer
    answer = call(service, "sparql", query="SELECT ?plan { ?plan a pan:Plann }")
    assert (answer["rows"], len(answer["hints"])) == ([], 1)
    assert answer["hints"][0].endswith("Did you mean pan:Plan?")
    monkeypatch.setattr(module, "SECONDS", 1)
    assert "not answered within 1 seconds" in call(service, "sparql", query=ENDLESS)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))  # it ends and says nothing
    assert "more memory" in call(service, "sparql", query="ASK {}")


def test_an_assistant_starts_the_command_and_asks_over_a_pipe(few: Graph) -> None:
    words = ["-m", "pan2kg.cli.main", "mcp", "--project", str(few.project.root), "--language", "fr"]
    server = mcp.StdioServerParameters(command=sys.executable, args=words)
    question = {"question": "why-linked", "parameters": LINKED, "limit": 1000}

    async def ask() -> Any:
        async with mcp.Client(server) as client:
            tools = (await client.list_tools()).tools
            calls = [("find", {"words": "PAN2"}), ("ask", question)]
            return tools, *[(await client.call_tool(*call)).structured_content for call in calls]

    tools, entries, linked = awaited(ask)
    names = {"find", "questions", "ask", "figures", "figure", "explain", "about", "sparql"}
    assert {tool.name for tool in tools} == names
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools)
    assert (entries["found"][0]["key"], entries["found"][0]["kind"]) == ("lu-bhr-2", "plan")
    assert len(linked["rows"]) == len(few.ask("why-linked", **LINKED)) > 0, (
        "links that rules derive are there too"
    )
