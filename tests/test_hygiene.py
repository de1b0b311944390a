"""What must not lie about in the house, and numbers that must agree."""

import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Final

import pan2kg

ROOT: Final = Path(__file__).resolve().parents[1]
MADE: Final = {".git", ".venv", "build", "dist", "node_modules"}

UNWANTED: Final = {
    "the address of a package registry": (
        r"[p]ypi\.org|[p]ythonhosted\.org|registry\.[n]pmjs|[n]pmjs\.com|deb\.[d]ebian\.org|[c]rates\.io|[m]aven\.org"
    ),
    "a path of one machine": r"(?:^|[^\w.:/-])/(?:[h]ome|[r]oot|[t]mp|[U]sers|[w]ork)/",
    "a note of unfinished work": r"(?:#|//|<!--)\s*(?:[T]ODO|[F]IXME)\b",
    "the mark of a merge conflict": r"^(?:<{7}|>{7})(?: |$)",
}
"""Patterns with a bracket in each word, so that they do not find themselves."""

WHERE: Final = """
import subprocess, sys
import pan2kg
from hypothesis import given, strategies
from tests.lots import by_lot

def test_where(tmp_path):
    print("package:", pan2kg.__file__, sep=" ")
    print(subprocess.check_output([sys.executable, "-c", "import pan2kg; print('package:', pan2kg.__file__)"],
                                  cwd=tmp_path, text=True))
    print("drawn:", by_lot(range(10**6), 3))

@given(strategies.integers())
def test_examples(number):
    print("drawn:", number)
"""


@cache
def texts() -> dict[str, str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = (
        [ROOT / name for name in listed.stdout.split("\0") if name]
        if listed.returncode == 0
        else ROOT.rglob("*")
    )
    paths = {path.relative_to(ROOT): path for path in names if path.is_file()}
    data = {
        name.as_posix(): path.read_bytes()
        for name, path in paths.items()
        if not MADE & set(name.parts)
    }
    return {name: text.decode("utf-8") for name, text in data.items() if b"\0" not in text}


def project_table() -> dict[str, object]:
    table: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    return table


def only(pattern: str, file: str) -> str:
    found = re.search(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{file} has no line like {pattern}"
    return found[1]


def test_tracked_files_hold_nothing_unwanted_and_nothing_built() -> None:
    for unwanted, words in UNWANTED.items():
        found = [
            f"{name}:{text.count(chr(10), 0, match.start(0)) + 1}: {match[0].strip()}"
            for name, text in texts().items()
            for match in re.finditer(words, text, re.MULTILINE)
        ]
        assert not found, f"{unwanted} stands in\n" + "\n".join(found)
    built = [
        name
        for name in texts()
        if re.search(r"(^|/)(__pycache__|.*\.egg-info)/|\.(pyc|whl|min\.js)$", name)
    ]
    assert not built, "git rm --cached these"
    runs = {
        name
        for name, text in texts().items()
        if name.startswith("tests/") and "asyncio" + ".run(" in text
    }
    scripts = {"tests/server/test_pool.py"}  # in a process of its own
    assert runs - scripts == {"tests/server/conftest.py"}, (
        "call awaited() of tests/server/conftest.py"
    )


def test_versions_licences_and_the_date_of_the_release_agree() -> None:
    for file, pattern in {
        "CITATION.cff": r"^version: (\S+)$",
        "CHANGELOG.md": r"^## (\d\S*) - \d{4}-\d\d-\d\d$",
        "ontology/pan2kg.ttl": r'^ +owl:versionInfo "([^"]+)"',
    }.items():
        assert only(pattern, file) == project_table()["version"], (
            f"set the version in {file}, or in pyproject.toml"
        )
    assert version("pan2kg") == project_table()["version"], "install the clone again"
    released = only(r'^date-released: "(\S+)"$', "CITATION.cff")
    assert only(r"^## \d\S* - (\S+)$", "CHANGELOG.md") == released, (
        "CITATION.cff and CHANGELOG.md name two dates"
    )
    listed = re.findall(
        r"^  - (\S+)$", only(r"^license:\n((?:  - \S+\n)+)", "CITATION.cff"), re.MULTILINE
    )
    assert " AND ".join(listed) == project_table()["license"], (
        "CITATION.cff and pyproject.toml name other licences"
    )


def test_every_console_script_loads_and_the_public_names_are_these() -> None:
    scripts = [
        script
        for script in entry_points(group="console_scripts")
        if script.value.startswith("pan2kg.")
    ]
    assert {script.name: script.value for script in scripts} == project_table()["scripts"]
    assert all(callable(script.load()) for script in scripts)
    assert pan2kg.__all__ == ["Answer", "Graph", "Pan2kgError", "__version__", "open_graph"]
    assert all(hasattr(pan2kg, name) for name in pan2kg.__all__)


def test_the_documents_use_public_names_and_all_of_them() -> None:
    pages = "\n".join(
        words
        for name, words in texts().items()
        if re.match(r"(README|CONTRIBUTING|docs/.*)\.md$", name)
    )
    used = set(re.findall(r"(?<![/\w])pan2kg\.([A-Za-z_]\w*)(?=\W)(?!\.)", pages))
    modules = {path.stem for path in (ROOT / "pan2kg").glob("*.py")} | {"cli"}
    assert not used - set(pan2kg.__all__) - modules, "a page names what pan2kg does not have"
    missing = [name for name in pan2kg.__all__ if not re.search(rf"\b{name}\b", pages)]
    assert not missing, "say in README.md or docs/ what these are for"


def test_the_example_of_a_fact_is_in_the_graph() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```turtle\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    graph = [text for name, text in texts().items() if name.startswith("graph/")]
    assert examples
    assert all(any(example in text for text in graph) for example in examples), (
        "copy it from graph/ again"
    )


def test_both_ways_to_call_pytest_test_the_package_of_this_clone_and_a_commit_draws_the_same_again(
    tmp_path: Path,
) -> None:
    """So do the processes that tests start, wherever they stand, and whatever the order of sets."""
    test = tmp_path / "test_where.py"
    drawn = []
    test.write_text(WHERE, encoding="utf-8")
    bare = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TMPDIR": str(tmp_path),
        "PAN2KG_SEED": "a" * 40,
    }
    options = [
        "-n",
        "0",
        "-q",
        "-s",
        "-p",
        "conftest",
        "-c",
        str(ROOT / "pyproject.toml"),
        str(test),
    ]
    ways = ([sys.executable, "-m", "pytest"], [str(Path(sys.executable).with_name("pytest"))])
    for hashes, command in enumerate(ways):
        environment = bare | {"PYTHONHASHSEED": str(hashes)}
        done = subprocess.run(
            [*command, *options],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert (
            re.findall("^package: (.*)$", done.stdout, re.MULTILINE)
            == [str(ROOT / "pan2kg" / "__init__.py")] * 2
        )
        drawn.append(re.findall("^drawn: .*$", done.stdout, re.MULTILINE))
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) > 50
