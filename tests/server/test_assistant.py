"""What an assistant is answered, asked by the SDK's own client: in this process, and over a pipe as assistants do.

The SDK takes most of a second to be read, which only who runs a test of it needs wait.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import pytest

from pan2kg.graph.graph import Graph
from pan2kg.server import assistant as module
from pan2kg.server.assistant import Assistant, build
from tests.server.conftest import awaited

LINKED: Final = {"one": "lu-bhr-2-4-3", "two": "lu-bhr-1-m5"}


@pytest.fixture(autouse=True, scope="module")
def _sdk() -> None:
    pytest.importorskip("mcp", reason="the extra « mcp » is not installed")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A query may take as long as the machine needs; the test of one without end says less."""
    monkeypatch.setattr(module, "SECONDS", 600)


@pytest.fixture(scope="module")
def english(few: Graph) -> Graph:
    """A few plans, read in English."""
    return Graph(few.project, few.store, language="en")


@pytest.fixture(scope="module")
def service(english: Graph, _sdk: None) -> Any:  # noqa: ANN401 - as the SDK types it
    return build(Assistant(english, ("--project", str(english.project.root))))


def call(service: Any, tool: str, /, **arguments: object) -> Any:  # noqa: ANN401 - JSON
    """What a tool answers, or its sentence where it refuses."""
    from mcp import Client

    async def asked() -> Any:  # noqa: ANN401
        async with Client(service) as client:
            done = await client.call_tool(tool, arguments)
            return getattr(done.content[0], "text", "") if done.is_error else done.structured_content

    return awaited(asked)


def test_every_tool_says_what_it_does_and_that_it_only_reads(service: Any) -> None:  # noqa: ANN401
    from mcp import Client

    async def listed() -> Any:  # noqa: ANN401
        async with Client(service) as client:
            return await client.list_tools()

    tools = awaited(listed).tools
    assert {tool.name for tool in tools} == {
        "find", "questions", "ask", "figures", "figure", "explain", "about", "sparql",
    }  # fmt: skip
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools)


def test_a_question_is_answered_with_its_caveats_level_basis_and_documents(service: Any) -> None:  # noqa: ANN401
    answer = call(service, "ask", question="actions-of-plan", parameters={"plan": "lu-bhr-2"}, limit=5)
    assert (len(answer["rows"]), answer["left_out"]) == (5, 15)
    assert answer["caveats"]
    assert "texts read in full for" in answer["basis"]
    assert all(document["title"] for document in answer["documents"])
    assert any(document["read_at"] for document in answer["documents"])


def test_a_figure_is_the_one_of_the_command_line(service: Any, english: Graph) -> None:  # noqa: ANN401
    answer = call(service, "figure", name="debt", plans=["lu-bhr-2"], evidence="plan")
    table = english.table("debt", plans=["lu-bhr-2"], evidence="plan")
    assert answer["rows"] == table.rows[:100]
    assert (answer["level"], answer["basis"]) == ("plan", table.basis)


def test_two_actions_are_explained_and_a_thing_is_told_with_its_documents(service: Any) -> None:  # noqa: ANN401
    assert call(service, "explain", one="lu-bhr-1", two="lu-bhr-2")["title"]
    told = call(service, "about", thing="32017R0821")
    assert told["label"].startswith("Regulation (EU) 2017/821")
    assert any(one["documents"] and one["certainty"] == "stated" for one in told["statements"])
    assert told["documents"][0]["read_at"].startswith("https://")


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
    service: Any,  # noqa: ANN401
    tool: str,
    arguments: dict[str, str],
    words: str,
) -> None:
    answer = call(service, tool, **arguments)
    assert isinstance(answer, str)
    assert words in answer
    assert "Traceback" not in answer
    assert "\n" not in answer.strip()


def test_a_query_of_its_own_is_answered_and_one_without_end_is_ended(
    service: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = call(service, "sparql", query="SELECT ?plan { ?plan a pan:Plan }", limit=2)
    assert (len(answer["rows"]), answer["left_out"] > 1) == (2, True)
    assert call(service, "sparql", query="ASK { ?plan a pan:Plan }")["answer"] is True
    monkeypatch.setattr(module, "SECONDS", 1)
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    assert "not answered within 1 seconds" in call(service, "sparql", query=endless)


def test_an_assistant_starts_the_command_and_asks_over_a_pipe(few: Graph) -> None:
    from mcp import Client, StdioServerParameters

    asked_for = ["mcp", "--project", str(few.project.root), "--language", "fr"]
    server = StdioServerParameters(command=sys.executable, args=["-m", "pan2kg.cli.main", *asked_for])

    async def asked() -> Any:  # noqa: ANN401
        async with Client(server) as client:
            found = (await client.call_tool("find", {"words": "PAN2"})).structured_content
            question = {"question": "why-linked", "parameters": LINKED, "limit": 1000}
            return found, (await client.call_tool("ask", question)).structured_content

    found, linked = awaited(asked)
    assert (found["found"][0]["key"], found["found"][0]["kind"]) == ("lu-bhr-2", "plan")
    assert len(linked["rows"]) == len(few.ask("why-linked", **LINKED)) > 0, "links that rules derive are there too"
