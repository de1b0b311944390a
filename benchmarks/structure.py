"""Measures how the package is laid out: modules, lines by kind, imports, arrows between rooms, one question's walk.

    python benchmarks/structure.py                this clone python benchmarks/structure.py
    OTHER-CLONE    another one, to compare: the same figures of its files

Only files are read, but for the walk, which answers one question in a process of its own and looks
at the calls that are open at the same time. It is never a test.
"""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
KINDS = ("code", "docstring", "comment", "blank")
WALK = """
import sys
deepest = []
def look(frame, event, argument):
    global deepest
    if event == "call":
        names = []
        while frame:
            name = frame.f_globals.get("__name__") or ""
            if name.startswith("pan2kg") and name not in names:
                names.append(name)
            frame = frame.f_back
        if len(names) > len(deepest):
            deepest = names
try:
    from pan2kg.cli.main import main
except ImportError:
    from pan2kg.cli import main
sys.setprofile(look)
main(["ask", "shared-instruments", "--format", "csv"])
sys.setprofile(None)
loaded = sum(name.startswith("pan2kg") for name in sys.modules)
sys.stderr.write(f"\\n{loaded} {len(deepest)}\\n")
"""


@dataclass(frozen=True, slots=True)
class Module:
    """A module: its name below the package, its text and what it is when parsed."""

    name: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The entry of the package it lies in."""
        return self.name.partition(".")[0] or "__init__"


def read_modules(package: Path) -> list[Module]:
    """All modules of a package, by name."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = [
            part for part in path.relative_to(package).with_suffix("").parts if part != "__init__"
        ]
        text = path.read_text(encoding="utf-8")
        found.append(Module(".".join(parts), text, ast.parse(text)))
    return found


def count_lines(modules: list[Module]) -> Counter[str]:
    """Lines by kind: blank, comment, docstring, import, code."""
    counted: Counter[str] = Counter()
    for module in modules:
        kinds: dict[int, str] = {}
        for node in ast.walk(module.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                kinds |= dict.fromkeys(
                    range(node.lineno, (node.end_lineno or node.lineno) + 1), "import"
                )
            if isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str):
                kinds |= dict.fromkeys(
                    range(node.lineno, (node.end_lineno or node.lineno) + 1), "docstring"
                )
        for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
            if token.type == tokenize.COMMENT and token.line.lstrip().startswith("#"):
                kinds.setdefault(token.start[0], "comment")
        for number, line in enumerate(module.text.splitlines(), 1):
            counted[kinds.get(number, "code" if line.strip() else "blank")] += 1
    return counted


def imported(module: Module, names: set[str]) -> Iterator[str]:
    """The modules of the package that a module imports, lazily too."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("pan2kg"):
            continue
        base = (node.module or "").removeprefix("pan2kg").lstrip(".")
        for alias in node.names:
            whole = f"{base}.{alias.name}".lstrip(".")
            yield whole if whole in names else base


def circling(arrows: set[tuple[str, str]]) -> int:
    """How many arrows lie on a circle: no order of the rooms lets all of them run one way."""
    after: dict[str, set[str]] = {}
    for one, two in arrows:
        after.setdefault(one, set()).add(two)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for room in after.get(waiting.pop(), set()) - seen:
                seen.add(room)
                waiting.append(room)
        return seen

    from_each = {room: reached(room) for room in after}
    return sum(one in from_each.get(two, set()) for one, two in arrows)


def walk(clone: Path) -> tuple[str, str]:
    """Modules loaded by a cold ``ask``, and the most modules whose calls are open at the same time."""
    environment = {**os.environ, "PYTHONPATH": str(clone)}
    done = subprocess.run(
        [sys.executable, "-c", WALK],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, deepest = done.stderr.split()[-2:]
    return loaded, deepest


def main() -> None:
    clone = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE.parent
    modules = read_modules(clone / "pan2kg")
    names = {module.name for module in modules}
    lines = count_lines(modules)
    pairs = [
        (module, other)
        for module in modules
        for other in set(imported(module, names))
        if other != module.name
    ]
    rooms = {(one.room, two.partition(".")[0] or "__init__") for one, two in pairs}
    arrows = {(one, two) for one, two in rooms if one != two and two != "__init__"}
    importers = Counter(other for _, other in pairs)
    inits = sum(
        "/" in str(path) and path.name == "__init__.py" for path in (clone / "pan2kg").rglob("*.py")
    )
    entries = [
        path for path in (clone / "pan2kg").iterdir() if path.name not in ("__pycache__", "data")
    ]
    loaded, deepest = walk(clone)
    written = lines["code"] + lines["import"]
    for what, value in (
        ("entries in `pan2kg/`", len(entries)),
        ("modules", f"{len(modules)} ({inits} of them `__init__`)"),
        ("modules with a single importer", sum(importers[name] == 1 for name in names)),
        ("lines of Python", f"{sum(lines.values()):,}"),
        (
            "– code / docstrings / comments / blank",
            " / ".join(f"{lines[kind]:,}" for kind in KINDS),
        ),
        (
            "– imports, share of code",
            f"{lines['import']:,}, {100 * lines['import'] / written:.1f} %",
        ),
        ("arrows between rooms", len(arrows)),
        ("– of which lie on a circle", circling(arrows)),
        ("modules loaded by a cold `ask`", loaded),
        ("longest walk of `ask`, in modules", deepest),
    ):
        sys.stdout.write(f"| {what} | {value} |\n")


if __name__ == "__main__":
    main()
