"""How readable the package is, in numbers: what `tests/ceilings.toml` holds bars for.

    python tests/house.py              # each figure beside its bar
    python tests/house.py --worst 25   # the functions of greatest complexity, the densest modules

Sizes are nodes of the syntax tree, which neither packing nor formatting changes. Complexity counts what a
reader has to follow: conditions, loops, handlers, conditional expressions, ``and`` and ``or``, and each loop
and condition of a comprehension. A function inside another counts for itself.
"""

import argparse
import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = ROOT / "pan2kg"
BARS: Final = ROOT / "tests" / "ceilings.toml"

FUNCTION: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOP: Final = (ast.For, ast.While, ast.AsyncFor)
BLOCK: Final = (
    *FUNCTION,
    *LOOP,
    ast.ClassDef,
    ast.If,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.Match,
)
DENSE: Final = (
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
    ast.IfExp,
)
BRANCH: Final = (
    ast.If,
    ast.IfExp,
    ast.With,
    ast.AsyncWith,
    ast.Assert,
    ast.match_case,
    ast.ExceptHandler,
)
WIDTH: Final = 100
"""Columns of a line of code."""
VAGUE_WORDS: Final = """
    one two other others found said made known given taken read told asked held kept left rest seen
    shown put got here there thing things what which whose each own same such some any these those
    first last new old part parts way where who it its them they named looked written meant
"""
VAGUE: Final = frozenset(VAGUE_WORDS.split())
"""Names that do not say what they hold."""


class Graded(NamedTuple):
    """A function or a module with what it is graded by, the greatest first when sorted in reverse."""

    grade: int
    place: str


class House(NamedTuple):
    """All figures by the name of their bar, and where to begin to lower them."""

    figures: dict[str, float]
    functions: list[Graded]
    modules: list[Graded]


def within(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions and classes inside it."""
    waiting = [function]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if not isinstance(child, (*FUNCTION, ast.ClassDef)):
                waiting.append(child)
                yield child


def weight(node: ast.AST) -> int:
    """What a node adds to the complexity of its function."""
    if isinstance(node, BRANCH):
        return 1
    if isinstance(node, LOOP):
        return 1 + bool(node.orelse)
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.Try):
        return int(bool(node.orelse))
    return 0


def complexity(function: ast.AST) -> int:
    """Independent ways through a function, 1 for one without a branch."""
    return 1 + sum(weight(node) for node in within(function))


def is_packed(node: ast.AST) -> bool:
    """Whether several assignments stand in one, ``a, b = x, y``, where nothing is swapped."""
    if not isinstance(node, ast.Assign):
        return False
    target = node.targets[0]
    if not isinstance(node.value, ast.Tuple) or not isinstance(target, ast.Tuple):
        return False
    loaded = {name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)}
    stored = {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
    return len(target.elts) == len(node.value.elts) and not loaded & stored


def is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Each name that is assigned or taken as an argument."""
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg) and node.arg not in ("self", "cls"):
            yield node.arg


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions at the top level and methods of public classes, without an underscore."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    homes: list[ast.Module | ast.ClassDef] = [tree]
    homes += [node for node in classes if not node.name.startswith("_")]
    for home in homes:
        for node in home.body:
            if isinstance(node, FUNCTION) and not node.name.startswith("_"):
                yield node


def prose(nodes: Iterable[ast.AST]) -> set[int]:
    """The numbers of the lines of docstrings."""
    lines: set[int] = set()
    for node in nodes:
        if not isinstance(node, (ast.Module, ast.ClassDef, *FUNCTION)):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            text = node.body[0]
            lines.update(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return lines


class Module(NamedTuple):
    """What is counted in one module, its functions by their complexity, and the names of its classes."""

    counted: Counter[str]
    functions: list[tuple[int, ast.FunctionDef | ast.AsyncFunctionDef]]
    classes: list[str]


def look(text: str, tree: ast.Module) -> Module:
    """All that is counted in one module; its tree is walked once, each function and simple statement once more."""
    counted: Counter[str] = Counter()
    counted["fmt"] = text.count("# fmt: skip") + text.count("# fmt: off")
    nodes = list(ast.walk(tree))
    counted["nodes"] = len(nodes)
    functions = []
    classes = []
    for node in nodes:
        if isinstance(node, DENSE):
            counted["dense"] += 1
        if isinstance(node, (ast.ClassDef, *FUNCTION)):
            counted["prompts"] += (ast.get_docstring(node, clean=False) or "").count(">>> ")
        if isinstance(node, FUNCTION):
            functions.append((complexity(node), node))
        if isinstance(node, ast.ClassDef):
            classes.append(node.name)
        if isinstance(node, ast.stmt):
            counted["statements"] += 1
            counted["packed"] += is_packed(node)
            if not isinstance(node, BLOCK) and not is_text(node):
                counted["simple"] += 1
                counted["nodes of simple"] += sum(1 for _ in ast.walk(node))
        if isinstance(node, ast.ImportFrom):
            counted["stars"] += node.names[0].name == "*"
    counted["above 20"] = sum(grade > 20 for grade, _ in functions)
    counted["above 30"] = sum(grade > 30 for grade, _ in functions)
    for function in public(tree):
        counted["public"] += 1
        counted["documented"] += ast.get_docstring(function, clean=False) is not None
    names = list(bound(nodes))
    counted["bindings"] = len(names)
    counted["vague"] = sum(name in VAGUE for name in names)
    documented = prose(nodes)
    for number, line in enumerate(text.splitlines(), 1):
        is_code = line.strip() and not line.strip().startswith("#") and number not in documented
        if is_code:
            counted["code lines"] += 1
            counted["wide lines"] += len(line) > WIDTH
    return Module(counted, functions, classes)


def share(part: float, whole: float, of: int = 100) -> float:
    """A part of a whole, 0 of nothing, with one decimal."""
    return round(of * part / max(whole, 1), 1)


def measured(paths: Iterable[Path]) -> House:
    """All figures of these modules."""
    total: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    functions = []
    modules = []
    for path in sorted(paths):
        text = path.read_text(encoding="utf-8")
        module = look(text, ast.parse(text))
        counted = module.counted
        place = path.relative_to(ROOT).as_posix()
        modules.append(Graded(round(share(counted["dense"], counted["statements"])), place))
        for grade, function in module.functions:
            functions.append(Graded(grade, f"{place}:{function.lineno} {function.name}"))
        classes.update(module.classes)
        total.update(counted)
    catalogues = (PACKAGE / "i18n" / "catalogues").glob("*.po")
    figures = {
        "nodes": total["nodes"],
        "nodes_a_simple_statement": share(total["nodes of simple"], total["simple"], 1),
        "dense_expressions_per_100_statements": share(total["dense"], total["statements"]),
        "functions_of_complexity_above_20": total["above 20"],
        "functions_of_complexity_above_30": total["above 30"],
        "packed_assignments": total["packed"],
        "excuses_from_the_formatter": total["fmt"],
        "star_imports": total["stars"],
        "percent_of_code_lines_above_100_columns": share(total["wide lines"], total["code lines"]),
        "class_names_used_twice": sum(number > 1 for number in classes.values()),
        "percent_of_vague_names": share(total["vague"], total["bindings"]),
        "messages": max(path.read_text(encoding="utf-8").count("\nmsgid ") for path in catalogues),
        "percent_of_public_functions_documented": share(total["documented"], total["public"]),
        "doctest_prompts": total["prompts"],
    }
    return House(figures, sorted(functions, reverse=True), sorted(modules, reverse=True))


def bars() -> tuple[dict[str, float], dict[str, float]]:
    """What each figure may be at most, and what some must be at least."""
    table = tomllib.loads(BARS.read_text(encoding="utf-8"))
    return table["most"], table["least"]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worst", type=int, default=0, metavar="N")
    options = parser.parse_args()
    house = measured(PACKAGE.rglob("*.py"))
    most, least = bars()
    if options.worst:
        for graded in (*house.functions[: options.worst], *house.modules[: options.worst]):
            sys.stdout.write(f"{graded.grade:6} {graded.place}\n")
        return 0
    for name, figure in house.figures.items():
        bar = f"≥ {least[name]}" if name in least else f"≤ {most[name]}"
        sys.stdout.write(f"{name:42}{figure:>10}  {bar}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
