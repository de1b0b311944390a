"""A thing is meant by whatever it is called, at every door; words that mean several are refused with these."""

from collections.abc import Callable

import pytest

import pan2kg
from pan2kg.charts.choice import find
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.server.assistant import Assistant
from tests.conftest import Cli

SPACE = "https://w3id.org/pan2kg/id/"
ELI = "http://data.europa.eu/eli/"
PLAN = f"{SPACE}plan/lu-bhr-2"
ACTION = f"{SPACE}action/lu-bhr-2-4-3"
MINERALS = f"{ELI}reg/2017/821/oj"
WHISTLE = f"{ELI}dir/2019/1937/oj"
DUE_DILIGENCE = f"{ELI}dir/2024/1760/oj"
NAMES = {
    PLAN: (
        "lu-bhr-2", "LU-BHR-2", "plan:lu-bhr-2", PLAN, f"<{PLAN}>", "PAN 2", "pan 2", "PAN2", "NAP 2", "PAN\u00a02",
    ),
    ACTION: (
        "lu-bhr-2-4-3", "action:lu-bhr-2-4-3", ACTION, "4.3 PAN 2", "4.3 · PAN 2", "4.3, PAN 2", "PAN 2 4.3",
        "action 4.3 NAP 2", "4.3 lu-bhr-2",
    ),
    MINERALS: (
        "reg-2017-821", "32017R0821", "32017r0821", "2017R0821", "2017/821", "821/2017", MINERALS,
        MINERALS.removesuffix("/oj"), "eli/reg/2017/821",
    ),
    WHISTLE: ("2019/1937", "32019L1937", "2019L1937", f"{ELI}dir/2019/1937"),
    DUE_DILIGENCE: ("CSDDD", "csddd", "CS3D", "2024/1760"),
    f"{SPACE}body/maee": ("maee", "MAEE", "body:maee"),
    "http://metadata.un.org/sdg/8": ("ODD 8", "SDG 8"),
    f"{SPACE}instrument/ungp": ("UNGP",),
    f"{ELI}reg/2016/679/oj": ("GDPR", "2016/679"),
    f"{SPACE}topic/due-diligence": ("due-diligence",),
}  # fmt: skip
CASES = [(words, iri) for iri, names in NAMES.items() for words in names]


def test_there_are_forty_names_at_least() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize(("words", "iri"), CASES)
def test_a_thing_is_meant_by_whatever_it_is_called(
    words: str, iri: str, graph: pan2kg.Graph
) -> None:
    assert graph.resolve(words) == iri
    assert graph.meant(words) == iri
    if not words.startswith("<") and "/id/" not in words and not words.startswith("http"):
        found = graph.found(words) if graph.labels.entries[iri].has_page else [iri]
        assert found[0] == iri, "the command find and the assistant"


DOORS: dict[str, tuple[str, tuple[str, ...], Callable[[Graph, str], str]]] = {
    "coherence": (PLAN, NAMES[PLAN], lambda graph, words: graph.plan(words)),
    "loss": (ACTION, NAMES[ACTION], lambda graph, words: graph.action(words)),
    "picture": (PLAN, NAMES[PLAN], find),
    "network": (
        PLAN,
        NAMES[PLAN],
        lambda graph, words: PLAN * (PLAN in graph.network(plan=words)),
    ),
    "ask": (
        "lu-bhr-2",
        NAMES[PLAN],
        lambda graph, words: graph.ask("actions-of-plan", plan=words).rows[0]["action"].rpartition("/")[2][:8],
    ),
    "ask about a text": (
        "True",
        NAMES[MINERALS],
        lambda graph, words: str(len(graph.ask("affected-by-instrument", instrument=words)) > 0),
    ),
    "assistant": (
        MINERALS,
        NAMES[MINERALS],
        lambda graph, words: str(Assistant(graph).about(words)["iri"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_doors_take_all_names(door: str, graph: pan2kg.Graph) -> None:
    wanted, names, ask = DOORS[door]
    assert {words: ask(graph, words) for words in names} == dict.fromkeys(names, wanted)


def test_what_means_several_things_is_refused_with_them_and_a_kind_chooses(
    graph: pan2kg.Graph,
) -> None:
    with pytest.raises(QueryError, match=r"« 4\.3 » may mean .* or .*lu-bhr-2-4-3.*Give the IRI\."):
        graph.resolve("4.3")
    with pytest.raises(QueryError, match=r"Nothing in the graph is called « lu-bhr-22 ».*lu-bhr-2"):
        graph.resolve("lu-bhr-22")
    with pytest.raises(QueryError, match=r"« 1\.1 » may mean .*lu-bhr-2-1-1"):
        graph.action("1.1")


def test_commands_take_names(cli: Cli) -> None:
    for words in ("PAN 2", "2019/1937", "CSDDD", "32017R0821", "4.3 PAN 2"):
        assert cli("find", words).returncode == 0, words
    assert cli("ask", "actions-of-plan", "--plan", "PAN 2").returncode == 0
    assert cli("ask", "affected-by-instrument", "--instrument", "2017/821").returncode == 0
    refused = cli("ask", "actions-of-plan", "--plan", "Coalition agreement", "--language", "en")
    assert refused.returncode == 2
    assert "may mean" in refused.stderr
