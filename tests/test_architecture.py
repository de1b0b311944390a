"""The map of the house: the rooms in one order, each importing only rooms before it."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

from pan2kg.graph import later_rooms

PACKAGE: Final = Path(__file__).resolve().parents[1] / "pan2kg"

ROOMS: Final = (
    "errors", "project", "templates", "i18n", "turtle", "store", "extract", "validation", "coherence",
    "graph", "tables", "charts", "findings", "review", "scores", "site", "publish",
    "portal", "server", "cli",
)  # fmt: skip
"""From the ground up: a room knows only those that stand before it."""

BESIDE: Final = {"portal": {"cli"}, "scores": {"cli", "server", "site"}}
"""A package beside the core, and the rooms people enter by that alone may import it: the core knows nothing of it."""
CALLED: Final = {"portal": "cli.portal"}
"""A package beside the core that a command imports when it is called, and nothing else."""

FOR_ALL: Final = {"errors", "i18n"}
"""What can go wrong, and how it is said, is for every room."""

ENTRIES: Final = 22
"""How many names ``ls pan2kg`` may show at most, so that they tell the story at a glance."""

DOORS: Final = {
    "SPARQLWrapper": {"store.remote"},
    "jinja2": {"templates"},
    "matplotlib": {"charts.registry"},
    "mcp": {"server.assistant"},
    "networkx": {"graph.link_network", "tables.network_files", "tables.network_places"},
    "pandas": {"graph.answer"},
    "pypdfium2": {"extract.pdf"},
    "prometheus_client": {"server.operations"},
    "pyarrow": {"tables.parquet"},
    "pyshacl": {"validation.reference"},
    "duckdb": {"coherence.weight"},
    "rdflib": {"store.exports", "store.terms", "validation.reference"},
    "uvicorn": {"server.edge", "server.listening"},
    "openpyxl": {"extract.process", "review.filled", "tables.spreadsheet"},
}
"""Each roughly typed library, and the few modules that import it."""

BOUNDARY: Final = {"server.edge", "server.holder"}
"""Where a fault of ours ends: its traceback in the log, one sentence for who asked; or the process it is in."""


@cache
def modules() -> dict[str, tuple[ast.AST, ...]]:
    names = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names[".".join(part for part in parts if part != "__init__")] = tuple(ast.walk(tree))
    return names


def imports(among: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in among:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            whole = [f"{base}.{alias.name}" for alias in node.names]
            yield from (
                (node.lineno, name if name.removeprefix("pan2kg.") in modules() else base)
                for name in whole
            )


def named(among: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """What a module that imports by name names in strings: a module of the house, or what stands in one."""
    walked = list(among)
    if any(
        isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module")
        for node in walked
    ):
        for node in walked:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                name = node.value.removeprefix("pan2kg.")
                called = [
                    candidate
                    for candidate in (name, name.rpartition(".")[0])
                    if candidate in modules()
                ]
                yield from (
                    (node.lineno, f"pan2kg.{module}") for module in called[:1] if "." in module
                )


@cache
def arrows() -> tuple[tuple[str, int, str], ...]:
    return tuple(
        (module, *arrow)
        for module, nodes in modules().items()
        for arrow in (*imports(nodes), *named(nodes))
    )


COUNTING: Final = {
    "coherence.citations": {"occasions", "related"},
    "coherence.texts": {"weigh"},
    "coherence.weight": {"action_pairs", "plan_levels", "plan_pairs", "potential"},
}
"""What finds links: the register of figures and what is known at a level ask it, and nobody else."""
READS_STATEMENTS: Final = {"graph.graph", "site.pair"}
"""What reads the statements that join two plans one by one: the page that shows the argument of a pair."""


def room(module: str) -> str:
    return module.split(".")[0]


def told(offenders: list[str]) -> str:
    return "\n".join(["", *offenders])


def test_the_rooms_are_those_of_the_package_which_is_seen_at_a_glance() -> None:
    assert sorted(ROOMS) == sorted({room(module) for module in modules()} - {""}), (
        "give a new room its place in ROOMS"
    )
    entries = sorted(path.name for path in PACKAGE.iterdir() if path.name != "__pycache__")
    assert len(entries) <= ENTRIES, f"find the room of the new one: {entries}"


def test_a_room_imports_only_rooms_before_it_and_names_modules_in_full() -> None:
    ours = [
        (module, line, room(name.removeprefix("pan2kg.")))
        for module, line, name in arrows()
        if "pan2kg." in name
    ]
    back = [
        f"{module}:{line} imports {of}"
        for module, line, of in ours
        if module
        and of not in {room(module), *FOR_ALL}
        and of not in ROOMS[: ROOMS.index(room(module))]
    ]
    assert not back, (
        "one way down, in functions too; what two rooms need stands in the earlier one:"
        + told(back)
    )
    vague = [
        f"{module}:{line}"
        for module, line, name in arrows()
        if name.startswith(".") or name == "pan2kg"
    ]
    assert not vague, "write « from pan2kg.errors import … »:" + told(vague)


def test_a_package_beside_the_core_is_known_to_the_rooms_people_enter_by() -> None:
    for package, doors in BESIDE.items():
        offenders = [
            f"{module}:{line} imports {name}"
            for module, line, name in arrows()
            if room(name.removeprefix("pan2kg.")) == package
            and module
            and room(module) not in {package, *doors}
        ]
        assert not offenders, (
            "the core stands without it: offer it in pan2kg/__init__.py, or hand it over"
            + told(offenders)
        )


def test_a_package_that_is_called_is_known_to_its_command_alone() -> None:
    for package, command in CALLED.items():
        known_to = {
            module
            for module, _, name in arrows()
            if room(name.removeprefix("pan2kg.")) == package and room(module) != package
        }
        assert known_to == {command}, f"nothing else may need {package}"
        (tree, *_) = modules()[command]
        assert isinstance(tree, ast.Module)
        at_start = [name for _, name in imports(tree.body) if name.startswith(f"pan2kg.{package}")]
        assert not at_start, "import it in the function that runs the command"


def test_no_module_imports_itself_in_a_circle() -> None:
    known: dict[str, set[str]] = {module: set() for module in modules()}
    for module, _, name in arrows():
        if name.startswith("pan2kg."):
            known[module].add(name.removeprefix("pan2kg."))
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise AssertionError(
            f"these are one module, or what they share is a third: {circle}"
        ) from None


def test_names_in_strings_are_arrows_and_the_graph_is_told_by_the_package_what_later_rooms_offer() -> (
    None
):
    assert ("graph.graph", "pan2kg.coherence.reading") in {
        (module, name) for module, _, name in arrows()
    }
    above = "from importlib import import_module\nimport_module('pan2kg.site.registry')\nx = 'tables.writers.answer_of'"
    assert {name for _, name in named(ast.walk(ast.parse(above)))} == {
        "pan2kg.site.registry",
        "pan2kg.tables.writers",
    }
    assert all(
        callable(later_rooms.offered(method))
        for method in ("network", "picture", "table", "table_kinds")
    )


def test_a_rough_library_has_one_door() -> None:
    used: dict[str, set[str]] = {library: set() for library in DOORS}
    for module, (tree, *_) in modules().items():
        assert isinstance(tree, ast.Module)
        runs = (
            node
            for node in tree.body
            if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        )
        for _, name in imports(part for node in runs for part in ast.walk(node)):
            if name.split(".")[0] in DOORS:
                used[name.split(".")[0]].add(module)
    assert used == DOORS, "import the library in its door only, and let that narrow its types"


def test_links_are_found_in_one_place() -> None:
    found = {
        (module, alias.name)
        for module, nodes in modules().items()
        if room(module) != "coherence"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if alias.name in COUNTING.get(node.module.removeprefix("pan2kg."), set())
    }
    assert not found, (
        "add what is missing to coherence/known.py or coherence/figures.py, with a test"
    )


def test_templates_count_no_links() -> None:
    counted = re.compile(r"\b(?:linked|meetings|cites|cited)(?:\.plans)?\s*\|\s*(?:length|count)")
    assert counted.search("{{ cites.plans|length }}")
    found = [
        path.name
        for path in sorted(PACKAGE.rglob("*.html"))
        if counted.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["pairs.html"], "hand the figure of the register to the template"


def test_statements_between_plans_are_read_for_their_argument_alone() -> None:
    readers = {
        module
        for module, nodes in modules().items()
        for node in nodes
        if isinstance(node, ast.Attribute)
        and node.attr == "ties"
        and not isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Attribute | ast.Name)
        and ast.unparse(node.value).endswith("graph")
    }
    assert readers <= READS_STATEMENTS, "ask Graph.meetings or Graph.known which plans are linked"


def test_the_library_does_not_print_and_names_what_it_catches() -> None:
    prints = [
        f"{module}:{node.lineno}"
        for module, nodes in modules().items()
        if room(module) != "cli"
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert not prints, "return the text, and let cli write it:" + told(prints)
    broad = [
        f"{module}:{node.lineno}"
        for module, nodes in modules().items()
        if module not in BOUNDARY
        for node in nodes
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or re.search(r"\b(Base)?Exception\b", ast.unparse(node.type)))
    ]
    assert not broad, "this catches everything; name what can happen:" + told(broad)


def test_what_a_room_offers_hides_none_of_its_modules() -> None:
    for path in PACKAGE.glob("*/__init__.py"):
        room = import_module(f"pan2kg.{path.parent.name}")
        names = {module.stem: vars(room).get(module.stem) for module in path.parent.glob("*.py")}
        assert not [
            name for name, thing in names.items() if thing and not isinstance(thing, ModuleType)
        ], room
