"""README and the guide are executed: every command they print is run, in order, and prints what they say. A line that
is only `…` stands for any lines. ``PAN2KG_REWRITE=1 pytest tests/test_documentation.py`` writes the
first lines of today's output into the blocks, and the table of questions from the registries."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import pan2kg
from pan2kg.i18n import Message
from pan2kg.project import Project
from pan2kg.store.queries import read_queries
from pan2kg.tables.kinds import table_kinds
from tests.conftest import BARE, Commands

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "guide.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
SHOWN = 14
LISTED = (
    "<!-- questions: written from queries/ and pan2kg/tables/kinds.py by tests/test_documentation.py -->",
    "<!-- end of questions -->",
)
MARKS = "¹²³"
PLAN = "Plan d’action national\n\n1. Former\n1.1. Former les juges\n1.2. Former les avocats\n"


def _commands(block: str) -> list[tuple[str, list[str]]]:
    listed = [part.splitlines() for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(lines[0], lines[1:]) for lines in listed]


def _run(command: str, folder: Path, commands: Commands) -> str:
    words = shlex.split(command)
    assert words[0] == "pan2kg"
    if words[1] == "serve":
        return _serve(folder)
    done = commands.run(words[1:], folder, columns="80")
    assert done.returncode == 0, f"{command}: {done.stderr}{done.stdout[-500:]}"
    return done.stdout + done.stderr


def _serve(folder: Path) -> str:
    command = [sys.executable, "-m", "pan2kg.cli.main", "serve", "--no-browser", "--port", "0"]
    environment = {**BARE, "PATH": os.environ["PATH"], "COLUMNS": "80"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, cwd=folder, env=environment
    ) as service:
        assert service.stdout is not None
        said = service.stdout.readline()
        service.terminate()
        _, faults = service.communicate(timeout=600)
        assert (service.returncode, faults) == (0, "")
    return re.sub(r":\d+/", ":8000/", said)


@pytest.mark.parametrize("page", [README, GUIDE], ids=lambda page: page.name)
def test_a_page_prints_what_the_tool_prints(tmp_path: Path, commands: Commands, page: Path) -> None:
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    for command, expected in (
        listed for block in BLOCK.findall(text) for listed in _commands(block)
    ):
        asked = command.rpartition("&& .venv/bin/")[2]
        if not asked.startswith("pan2kg"):
            continue
        printed = _run(asked, tmp_path, commands).rstrip("\n").splitlines()
        if os.environ.get("PAN2KG_REWRITE"):
            shown = printed if len(printed) <= SHOWN else [*printed[:SHOWN], "…"]
            was, now = (
                "".join(f"{line}\n" for line in [f"$ {command}", *lines])
                for lines in (expected, shown)
            )
            text = text.replace(was, now, 1)
        else:
            pattern = "".join(
                r"(?:.*\n)*" if line == "…" else re.escape(line) + r"\n" for line in expected
            )
            same = re.fullmatch(pattern, "".join(f"{line}\n" for line in printed))
            assert same, f"{page.name} prints something else for `{command}`:\n" + "\n".join(
                printed[:20]
            )
    if os.environ.get("PAN2KG_REWRITE"):
        page.write_text(text, encoding="utf-8")


PAGES: Final = (
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("docs/*.md")),
    *(ROOT / folder / "README.md" for folder in ("benchmarks", "texts", "web")),
)


# what a program makes, or names by its kind
MADE: Final = {
    "doc/plan/lu-bhr-2.ttl",
    "graph/plans/lu-bhr-2-reviewed.ttl",
    "graph/plans/lu-bhr-2-readings.ttl",
    "names-in-texts.ttl",
}
NAMED: Final = re.compile(
    r"`([\w./-]+\.(?:py|toml|rq|ttl|mjs))`"
    r"|`((?:pan2kg|tests|docs|graph|ontology|queries|benchmarks|deploy|texts)/[\w./-]*)`"
    r"|\]\((?!http)([^)#]+)(?:#[^)]*)?\)"
)
"""A file in a code span, a folder of the clone, the target of a link."""


def test_each_path_in_the_documents_exists() -> None:
    files = [
        f"/{path.relative_to(ROOT).as_posix()}"
        for path in ROOT.rglob("*")
        if not {".git", ".venv", "node_modules", ".mypy_cache"} & set(path.parts)
    ]
    lacking = []
    for page in PAGES:
        if page.name == "CHANGELOG.md":  # it names what was taken away
            continue
        for match in NAMED.finditer(page.read_text(encoding="utf-8")):
            name = next(filter(None, match.groups())).strip("/").removeprefix("../")
            is_there = any(file.endswith(f"/{name}") for file in files)
            if not is_there and name not in MADE and not name.startswith("-"):
                lacking.append(f"{page.name}: {name}")
    assert not lacking, "name a file that exists"


def test_the_guide_speaks_python_that_runs(
    graph: pan2kg.Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pan2kg, "open_graph", lambda: graph)
    results = doctest.testfile(str(GUIDE), module_relative=False, encoding="utf-8")
    assert results.attempted > 4
    assert results.failed == 0


def _questions() -> Iterator[tuple[int, str, str]]:
    for query in sorted(read_queries(Project.at(ROOT)).values(), key=lambda query: query.name):
        if query.group != "quality":
            number = re.search(r"question-(\d+)", query.header.get("tags", ""))
            options = "".join(
                f" --{given.option} …" for given in query.parameters if given.name != "language"
            )
            yield (
                int(number[1]) if number else 31,
                query.question(),
                f"`pan2kg ask {query.name}{options}`",
            )
    for name, kind in table_kinds().items():
        words = re.fullmatch(rf"(.*?) ?([{MARKS}]?)", kind.example)
        assert words
        typed = " ".join(filter(None, [name, words[1]]))
        yield (
            kind.number or 31,
            str(Message("help", f"question.{name}")),
            f"`pan2kg coherence {typed}` {words[2]}".rstrip(),
        )


def test_the_guide_lists_every_question_as_the_registries_have_it() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    rows = "".join(
        f"| {number if number < 31 else ''} | {question} | {command} |\n"
        for number, question, command in sorted(_questions(), key=lambda row: row[0])
    )
    table = f"{LISTED[0]}\n| | Question | Command |\n|---|---|---|\n{rows}{LISTED[1]}"
    if os.environ.get("PAN2KG_REWRITE"):
        (before, _, rest) = text.partition(LISTED[0])
        end = LISTED[1]
        GUIDE.write_text(f"{before}{table}{rest.partition(end)[2]}", encoding="utf-8")
    else:
        assert table in text, (
            "PAN2KG_REWRITE=1 pytest tests/test_documentation.py writes the table of questions"
        )
    # 27 asked whether a link goes beyond chance, which is not answered any more
    asked = {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert asked == {*range(1, 31)} - {27}


def test_every_link_into_the_project_leads_somewhere() -> None:
    for file in PAGES:
        targets = re.findall(r"\]\(([^)#\s]+)\)", file.read_text(encoding="utf-8"))
        broken = [
            target
            for target in targets
            if "://" not in target and not (file.parent / target).exists()
        ]
        assert not broken, file.name


LONGEST: Final = 40
"""Words of a sentence: most have half as many."""


def _unreleased(text: str) -> str:
    """What the next release will say: the sections before stand as they were published."""
    return text.split("\n## ")[1]


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a document: without code, tables, headings and where links lead."""
    text = re.sub(r"^(```|~~~).*?^\1|<!--.*?-->", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"`[^`]*`", "CODE", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.|\||#+)\s)", text):
        if not block.lstrip().startswith(("|", "#")):
            yield from re.split(r"(?<=[.!?…])[)»”\"*]*\s+(?=[^a-zà-ÿ])", " ".join(block.split()))


def _words(sentence: str) -> int:
    return len(re.findall(r"\w[\w’'./-]*", sentence))


def test_sentences_are_told_apart() -> None:
    text = "# A\n\nOne is `a b`, see [it](x.md). 12 are\nmore.\n\n* A third.\n* And `x`.\n\n| a |\n|---|\n"
    assert list(filter(None, _sentences(text))) == [
        "One is CODE, see [it].",
        "12 are more.",
        "* A third.",
        "* And CODE.",
    ]


def test_no_sentence_is_too_long_to_be_read_once() -> None:
    long = []
    for document in PAGES:
        text = document.read_text(encoding="utf-8")
        for sentence in _sentences(_unreleased(text) if document.name == "CHANGELOG.md" else text):
            if _words(sentence) > LONGEST:
                long.append(f"{document.name}: {sentence}")
    assert not long, f"say it in several sentences, none above {LONGEST} words"


CHANGED: Final = {
    "linked pairs of plans (home)": ("linked-plan-pairs",),
    "the matrix's pairs": ("citing-pairs", "sharing-plan-pairs"),
    "linked pairs of actions": ("linked-action-pairs",),
    "linked actions": ("linked-actions",),
    "occasions to cite": ("occasions",),
    "index of action 3.3, all plans": ("coherence-index-all",),
}


def test_the_changelog_gives_the_headline_figures_as_they_are_now(
    root: Path, graph: pan2kg.Graph
) -> None:
    sections = (root / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1:]
    taken = {one.figure.id: one for one in graph.figures()}
    for row, figures in CHANGED.items():
        line = re.compile(rf"^ +\| {re.escape(row)} \| [^|]+ \| ([^|]+) \| \S", re.MULTILINE)
        # the newest section that tells of it
        cells = next((told for told in map(line.search, sections) if told), None)
        assert cells, f"CHANGELOG says of « {row} » the value before, the value now, and why"
        said = [float(one) for one in re.findall(r"\d+(?:\.\d+)?", cells[1])]
        wanted = [round(value[0] or 0, 2) for figure in figures for value in taken[figure].nested]
        assert said[: len(wanted)] == wanted, f"say in CHANGELOG what « {row} » is now, and why"
