"""What the program has is documented: commands, options, questions, rules, figures, pictures, variables, exit codes.

``docs/reference.md`` is written from the program, and ``PAN2KG_REWRITE=1 pytest tests/test_docs.py``
writes it anew. What has no words in one of the languages is named, and so is what a document
speaks of and the program does not have.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox
import pytest

from pan2kg.charts import registry
from pan2kg.cli import arguments, ask, main
from pan2kg.cli.parser import Parser
from pan2kg.coherence import figures
from pan2kg.i18n import LANGUAGES, SOURCE_LANGUAGE, Messages, Text
from pan2kg.i18n.message import using_language
from pan2kg.project import Project
from pan2kg.store import queries
from pan2kg.store.queries import Parameter, Query
from pan2kg.validation import questions, quotations, rights, style, wording
from pan2kg.validation.evaluation import quality_queries

ROOT: Final = Path(__file__).resolve().parent.parent
REFERENCE: Final = ROOT / "docs" / "reference.md"
GUIDE: Final = ROOT / "docs" / "guide.md"
SOFTWARE: Final = ROOT / "docs" / "software.md"
DOCUMENTS: Final = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md")))
HELP: Final = Messages("help")
SHACL: Final = "http://www.w3.org/ns/shacl#"
SHARED_BY: Final = 3
"""An option that says the same of so many commands is explained once."""


class Entry(NamedTuple):
    """Something the program has: its name, what is said of it by language, and what stands beside it in a table."""

    name: str
    words: Mapping[str, str]
    more: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        return self.words.get(SOURCE_LANGUAGE, "")


def _words(context: Messages, key: str) -> dict[str, str]:
    """What the catalogues say under a key; nothing in a language that lacks it."""
    return {
        language: context.say(key, language) for language in LANGUAGES if context.has(key, language)
    }


# Commands and options


class Option(NamedTuple):
    shown: str
    help: str
    """The key of its words, or the values it takes where these say enough."""
    values: str


class Command(NamedTuple):
    name: str
    options: tuple[Option, ...]
    kinds: tuple[Command, ...]


def parser() -> Parser:
    with using_language(SOURCE_LANGUAGE):
        made = main.build_parser()
        made.explain()
    return made


def _command(parser: argparse.ArgumentParser, name: str) -> Command:
    options = []
    kinds: tuple[Command, ...] = ()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            kinds = tuple(
                _command(inner, f"{name} {word}".strip()) for word, inner in action.choices.items()
            )
        elif not isinstance(action, argparse._HelpAction):
            options.append(_option(action))
    return Command(name, tuple(options), kinds)


def _option(action: argparse.Action) -> Option:
    values = ", ".join(map(str, action.choices or ()))
    metavar = str(action.metavar or ("" if action.nargs == 0 else action.dest.upper()))
    names = [f"`{name} {metavar}".strip() + "`" for name in action.option_strings]
    shown = ", ".join(names) or f"`{metavar}`"
    return Option(shown, action.help or "", values)


def commands() -> tuple[Command, ...]:
    """The commands as the parser has them, the program itself first."""
    whole = _command(parser(), "")
    return (Command("", whole.options, ()), *whole.kinds)


def _with_kinds(listed: Iterable[Command]) -> Iterator[Command]:
    for command in listed:
        yield command
        yield from _with_kinds(command.kinds)


def option_entries(listed: Iterable[Command]) -> Iterator[Entry]:
    for command in _with_kinds(listed):
        for option in command.options:
            has_values_alone = bool(option.values) and option.help == option.values
            words = dict.fromkeys(LANGUAGES, option.help)
            yield Entry(
                f"pan2kg {command.name} {option.shown}",
                words if has_values_alone else _words(HELP, option.help),
            )


def _key_of(command: Command) -> str:
    kind = command.name.removeprefix("coherence ")
    return (
        f"question.{kind}" if kind != command.name else f"command.{command.name.replace(' ', '-')}"
    )


def command_entries(listed: Iterable[Command]) -> Iterator[Entry]:
    for command in _with_kinds(listed):
        if command.name:
            yield Entry(f"pan2kg {command.name}", _words(HELP, _key_of(command)))


# Questions, rules, figures, pictures


def question_entries() -> Iterator[Entry]:
    for query in _questions():
        words = {tag: query.header.get(f"question_{tag}", "") for tag in LANGUAGES}
        words[SOURCE_LANGUAGE] = query.header.get("question", "")
        options = ", ".join(f"`--{given.option}`" for given in query.parameters)
        yield Entry(f"`{query.name}`", words, (options,))


def _questions() -> list[Query]:
    found = queries.read_queries(Project.at(ROOT)).values()
    return sorted(
        (query for query in found if query.group != "quality"), key=lambda query: query.name
    )


def parameter_entries() -> Iterator[Entry]:
    """What questions are told, but for the language, which is an option of the command."""
    for query in _questions():
        for given in query.parameters:
            if given.name == "language":
                continue
            words = dict(given.meanings) | {SOURCE_LANGUAGE: given.meaning}
            yield Entry(f"`--{given.option}`", words, (f"`{query.name}`",))


def figure_entries() -> Iterator[Entry]:
    context = Messages("figure")
    for figure in figures.FIGURES:
        yield Entry(
            f"`{figure.id}`",
            _words(context, f"{figure.id}.meaning"),
            (_words(context, figure.message("formula").key).get(SOURCE_LANGUAGE, ""),),
        )


def picture_entries() -> Iterator[Entry]:
    """The pictures, with what stands below the title of each; "…" where it names what is drawn."""
    context = Messages("chart")
    for name, draw in registry.PICTURES.items():
        words = _words(context, f"{name}-lead")
        taken = [key for key in inspect.signature(draw).parameters if key != "subject"]
        options = ", ".join(f"`--{key}`" for key in taken)
        shown = {tag: re.sub(r"{\w+}", "…", said) for tag, said in words.items()}
        yield Entry(f"`{name}`", shown, (options,))


def shape_files() -> list[Path]:
    return sorted(ROOT.glob("ontology/shapes/*.ttl"))


def shape_entries() -> Iterator[Entry]:
    messages: dict[str, dict[str, str]] = {}
    severities: dict[str, str] = {}
    for file in shape_files():
        for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE):
            name = f"`{re.split('[#/]', quad.subject.value)[-1]}`"
            if quad.predicate.value == f"{SHACL}message" and isinstance(quad.object, ox.Literal):
                messages.setdefault(name, {})[quad.object.language or ""] = quad.object.value
            elif quad.predicate.value == f"{SHACL}severity":
                severities[name] = quad.object.value.removeprefix(SHACL).lower()
    for name, severity in sorted(severities.items()):
        yield Entry(name, messages.get(name, {}), (severity,))


def quality_entries() -> Iterator[Entry]:
    for quality in quality_queries(Project.at(ROOT)):
        rule = quality.rule
        yield Entry(f"`{rule.key}`", rule.message.by_language(), (str(rule.severity),))


def line_entries() -> Iterator[Entry]:
    for rules in (
        style.STYLE_RULES,
        wording.TEXT_RULES,
        quotations.QUOTATION_RULES,
        rights.RIGHTS_RULES,
        questions.QUESTION_RULES,
    ):
        for rule in rules.values():
            yield Entry(f"`{rule.key}`", rule.message.by_language(), (str(rule.severity),))


def every_entry() -> Iterator[Entry]:
    listed = commands()
    yield from command_entries(listed)
    yield from option_entries(listed)
    yield from question_entries()
    yield from parameter_entries()
    yield from figure_entries()
    yield from picture_entries()
    yield from line_entries()
    yield from quality_entries()
    yield from shape_entries()


# The reference, as it is printed


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    ruled = [heads, ["---"] * len(heads), *cells]
    return "".join(f"| {' | '.join(row)} |\n" for row in ruled)


def _meaning(option: Option) -> str:
    """What an option is for, and the values it takes where its words do not name them."""
    says = HELP.say(option.help, SOURCE_LANGUAGE) if HELP.has(option.help) else option.help
    return f"{says} ({option.values})" if option.values and option.values not in says else says


def _sentence(words: str) -> str:
    return words if words.endswith(("?", ".")) else f"{words[:1].upper()}{words[1:]}."


def _options_of(command: Command, shared: frozenset[Option]) -> str:
    """The options of a command and of its kinds: those of its own explained, those of many commands named."""
    takers: dict[Option, list[str]] = {}
    for inner in _with_kinds([command]):
        for option in inner.options:
            takers.setdefault(option, []).append(inner.name.removeprefix(command.name).strip())
    rows = []
    for option, kinds in takers.items():
        if option not in shared:
            is_of_all = "" in kinds or len(kinds) == len(command.kinds)
            rows.append((option.shown, _meaning(option), "all" if is_of_all else ", ".join(kinds)))
    text = ""
    if rows and command.kinds:
        text = "\n" + _table(("option", "what it says", "of"), rows)
    elif rows:
        text = "\n" + _table(("option", "what it says"), (row[:2] for row in rows))
    of_many = [option.shown for option in takers if option in shared]
    return f"{text}\nAlso: {', '.join(of_many)}.\n" if of_many else text


def _section_of(command: Command, shared: frozenset[Option]) -> str:
    (entry, *kinds) = command_entries([command])
    text = f"\n### `{entry.name}`\n\n{_sentence(entry.says)}\n"
    if kinds:
        rows = [(f"`{kind.name}`", _sentence(kind.says)) for kind in kinds]
        text += "\n" + _table(("command", "what it answers or does"), rows)
    return text + _options_of(command, shared)


def _shared(listed: Iterable[Command]) -> frozenset[Option]:
    takers = Counter[Option]()
    for command in listed:
        takers.update({option for inner in _with_kinds([command]) for option in inner.options})
    return frozenset(option for option, number in takers.items() if number >= SHARED_BY)


def _commands_section() -> str:
    (program, *listed) = commands()
    shared = _shared(listed)
    order = dict.fromkeys(
        option for inner in _with_kinds(listed) for option in inner.options if option in shared
    )
    explained = [(option.shown, _meaning(option)) for option in (*program.options, *order)]
    sections = "".join(_section_of(command, shared) for command in listed)
    return (
        "## Commands\n\nMany commands have these options, and name them after “Also”:\n\n"
        + _table(("option", "what it says"), explained)
        + sections
    )


def exit_codes() -> dict[int, str]:
    """The exit codes, as ``pan2kg --help`` tells them."""
    told = HELP.say("examples", SOURCE_LANGUAGE).partition("exit codes:")[2]
    return {
        int(code): words for code, words in re.findall(r"(\d+) ([^;]+)", " ".join(told.split()))
    }


def _listed(
    title: str,
    lead: str,
    heads: Sequence[str],
    entries: Iterable[Entry],
    *,
    more_first: bool = False,
) -> str:
    rows = [
        (entry.name, *entry.more, entry.says)
        if more_first
        else (entry.name, entry.says, *entry.more)
        for entry in entries
    ]
    return f"\n## {title}\n\n{lead}\n\n{_table(heads, rows)}"


def _parameters() -> list[Entry]:
    """The parameters of questions, one entry for those that are called alike and mean the same."""
    asked: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], Entry] = {}
    for entry in parameter_entries():
        key = (entry.name, entry.says)
        first.setdefault(key, entry)
        asked.setdefault(key, []).extend(entry.more)
    return [first[key]._replace(more=(", ".join(asked[key]),)) for key in sorted(first)]


LEAD: Final = """# Reference

What the program has, as it says it itself. Nobody edits this page:
`PAN2KG_REWRITE=1 pytest tests/test_docs.py` writes it from the program.

"""


def reference() -> str:
    rules = [*line_entries(), *quality_entries(), *shape_entries()]
    codes = [(str(code), words) for code, words in exit_codes().items()]
    return "".join(
        (
            LEAD,
            _commands_section(),
            "\n## Exit codes\n\nEach command ends with one of these.\n\n",
            _table(("code", "what it means"), codes),
            _listed(
                "Questions",
                "`pan2kg ask NAME` answers these. `pan2kg coherence` answers those of its kinds above.",
                ("name", "question", "parameters"),
                question_entries(),
            ),
            _listed(
                "Parameters of questions",
                "A question is told these.",
                ("parameter", "what it means", "question"),
                _parameters(),
            ),
            _listed(
                "Figures",
                "`pan2kg coherence figures` gives their values.",
                ("figure", "what it means", "how it is computed"),
                figure_entries(),
            ),
            _listed(
                "Pictures",
                "`pan2kg picture NAME -o FILE` draws these.",
                ("picture", "what it shows", "parameters"),
                picture_entries(),
            ),
            _listed(
                "Rules",
                "`pan2kg check` looks at these: the layout and the words of files, quality queries, and shapes.",
                ("rule", "severity", "what is to hold"),
                rules,
                more_first=True,
            ),
        )
    )


def test_the_reference_says_what_the_program_has() -> None:
    text = reference()
    if os.environ.get("PAN2KG_REWRITE"):
        REFERENCE.write_text(text, encoding="utf-8")
    assert REFERENCE.read_text(encoding="utf-8") == text, (
        "PAN2KG_REWRITE=1 pytest tests/test_docs.py writes the reference"
    )


def lacking() -> list[str]:
    """What has no words in one of the languages."""
    return [entry.name for entry in every_entry() if not all(map(entry.words.get, LANGUAGES))]


def test_everything_has_words_in_every_language() -> None:
    assert not lacking(), "say in each language what these are"


# What a document speaks of

VARIABLE: Final = re.compile(r"\bPAN2KG_[A-Z]+(?:_[A-Z]+)*\b")
PRODUCT: Final = ("pan2kg/**/*.py", "hatch_build.py")
DEVELOPMENT: Final = ("tests/**/*.py", "benchmarks/*", "conftest.py", ".ci/run")
# programs of others in blocks of code, and options of others and of our own scripts
OTHER_PROGRAMS: Final = ("podman", "python ", "npm ", "pip ", "openssl")
OTHER_OPTIONS: Final = {"--help", "--worst", "--union-default-graph"}


def _variables_of(patterns: Iterable[str]) -> set[str]:
    files = [path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()]
    return {name for file in files for name in VARIABLE.findall(file.read_text(encoding="utf-8"))}


def _explained(document: Path) -> set[str]:
    """The variables that begin a row of a table of a document."""
    rows = re.findall(r"^\| (`PAN2KG_[^|]+) \|", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in VARIABLE.findall(row)}


def test_each_variable_of_the_environment_is_explained_in_a_table() -> None:
    product = _variables_of(PRODUCT)
    assert _explained(GUIDE) == product, "docs/guide.md has a table of the program's variables"
    assert _explained(SOFTWARE) == _variables_of(DEVELOPMENT) - product, (
        "docs/software.md has a table of the variables of tests and gate"
    )
    spoken = {
        name for page in DOCUMENTS for name in VARIABLE.findall(page.read_text(encoding="utf-8"))
    }
    assert spoken <= product | _explained(SOFTWARE), "a document names a variable nothing reads"


def _codes_of(tree: ast.Module) -> Iterator[int]:
    """The numbers with which functions of the command line end."""
    for node in ast.walk(tree):
        ends: list[ast.expr | None] = []
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("exit", "_exit")):
            ends = [*node.args]
        elif isinstance(node, ast.FunctionDef) and node.name.startswith(("run_", "main", "_run")):
            ends = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return)]
        for end in ends:
            for value in (end.body, end.orelse) if isinstance(end, ast.IfExp) else (end,):
                if isinstance(value, ast.Constant) and type(value.value) is int:
                    yield value.value


def test_exit_codes_are_those_the_help_tells() -> None:
    files = sorted(ROOT.glob("pan2kg/cli/*.py"))
    codes = {code for file in files for code in _codes_of(ast.parse(file.read_text("utf-8")))}
    assert codes == set(exit_codes()), "say in the examples of « help » what each exit code means"
    for page in DOCUMENTS:
        told = re.findall(r"[Ee]xit codes?(: [^.]+| \d+)", page.read_text(encoding="utf-8"))
        assert {int(code) for words in told for code in re.findall(r"\b\d+\b", words)} <= codes


def _code_in(document: Path) -> Iterator[str]:
    """The lines of code of a document: spans, and lines of blocks with those that go on joined."""
    for span in re.findall(r"```.*?```|`[^`]+`", document.read_text(encoding="utf-8"), re.DOTALL):
        text = span.replace("\\\n", " ")
        yield from text.splitlines() if text.startswith("```") else [" ".join(text.split())]


def _typed(shown: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", shown))


def test_each_option_in_the_documents_is_one_the_program_takes() -> None:
    (program, *listed) = commands()
    taken = {
        command.name: {
            name
            for inner in _with_kinds([command])
            for option in (*program.options, *inner.options)
            for name in _typed(option.shown)
        }
        | OTHER_OPTIONS
        for command in listed
    }
    taken["ask"] |= {name for entry in parameter_entries() for name in _typed(entry.name)}
    taken["picture"] |= {name for entry in picture_entries() for name in _typed(entry.more[0])}
    all_taken = set().union(*taken.values())
    unknown = []
    for page in DOCUMENTS:
        for line in _code_in(page):
            if any(program in line for program in OTHER_PROGRAMS):
                continue
            command = re.search(r"\bpan2kg ([a-z]+)\b", line)
            known = taken.get(command[1], set()) if command else all_taken
            unknown += [f"{page.name}: {name} in {line}" for name in sorted(_typed(line) - known)]
    assert not unknown, "a document names an option the program does not take"


# What is left out is seen


def _plant_option(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setitem(ask.FIND, "--planted", arguments.FLAG)


def _plant_command(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setitem(main.COMMANDS, "planted", "ask")
    monkeypatch.setattr(ask, "PLANTED", {}, raising=False)


def _plant_questions(monkeypatch: pytest.MonkeyPatch, query: Query) -> None:
    shipped = queries.read_queries(Project.at(ROOT))
    monkeypatch.setattr(queries, "read_queries", lambda _: {**shipped, query.name: query})


def _plant_question(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    header = {"question": "Planted?", "question_fr": "Planté ?"}
    _plant_questions(monkeypatch, Query("planted", "coverage", "", "planted.rq", header))


def _plant_parameter(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    plans = queries.read_queries(Project.at(ROOT))["plans"]
    planted = Parameter("planted", '""', "what is planted")
    _plant_questions(monkeypatch, replace(plans, parameters=(*plans.parameters, planted)))


def _plant_figure(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    planted = replace(figures.FIGURES[0], id="planted")
    monkeypatch.setattr(figures, "FIGURES", (*figures.FIGURES, planted))


def _plant_picture(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setitem(registry.PICTURES, "planted", registry.PICTURES["ego"])


def _plant_rule(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    planted = replace(wording.TEXT_RULES["text-date"], key="planted", message=Text())
    monkeypatch.setitem(wording.TEXT_RULES, "planted", planted)


def _plant_shape(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    file = folder / "planted.ttl"
    file.write_text(
        f'<urn:shape#planted> <{SHACL}severity> <{SHACL}Info> ; <{SHACL}message> "Planted."@en .',
        encoding="utf-8",
    )
    files = [*shape_files(), file]
    monkeypatch.setattr("tests.test_docs.shape_files", lambda: files)


PLANTED: Final = (
    _plant_option,
    _plant_command,
    _plant_question,
    _plant_parameter,
    _plant_figure,
    _plant_picture,
    _plant_rule,
    _plant_shape,
)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_what_is_planted_and_not_documented_is_named(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    plant: Callable[[pytest.MonkeyPatch, Path], None],
) -> None:
    plant(monkeypatch, tmp_path)
    assert any("planted" in name for name in lacking())


def test_what_has_words_and_is_not_in_the_reference_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ask.FIND, "--planted", {**arguments.FLAG, "help": "ask.list"})
    assert not lacking()
    assert "--planted" in reference()
    assert "--planted" not in REFERENCE.read_text(encoding="utf-8")
