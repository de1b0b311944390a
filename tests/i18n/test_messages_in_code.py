"""What the code says stands in the catalogues: each key it uses, in each language, with the same places for values."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pan2kg
from pan2kg import errors, portal as access
from pan2kg.i18n import Messages

PACKAGE = Path(pan2kg.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
ERRORS = {
    name
    for module in (errors, access)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, errors.Pan2kgError)
}
CONTEXT_OF = {"error_message": "error", "why": "server", "busy": "server", "noted": "draft"}
# what a module calls the function that chooses a message of its own context
OWN = {
    "push.py": {"why": "portal", "fault": "error"},
    "inspection.py": {"_fault": "inspection"},
    "remote.py": {"_fault": "error"},
}
CONTEXTS = ("error", "server", "portal", "inspection", "progress", "help", "argparse", "draft")


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def keys_of(value: ast.expr | None) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from (*keys_of(value.body), *keys_of(value.orelse))


def used(path: Path) -> Iterator[tuple[str, str]]:
    contexts = CONTEXT_OF | OWN.get(path.name, {})
    twofold = {"Message"}
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module == "pan2kg.i18n":
            twofold |= {"say"} & {alias.name for alias in node.names}
    for call in (node for node in nodes(path) if isinstance(node, ast.Call)):
        name = called(call)
        argument = call.args[0] if call.args else None
        if name in ERRORS:
            remedies = (keyword.value for keyword in call.keywords if keyword.arg == "remedy")
            yield from (("error", key) for value in (argument, *remedies) for key in keys_of(value))
        elif name in contexts:
            yield from ((contexts[name], key) for key in keys_of(argument))
        elif name == "RefusalError" and len(call.args) > 1:  # behind the status
            yield from (("server", key) for key in keys_of(call.args[1]))
        elif name in twofold and len(call.args) > 1:
            yield from (
                (context, key) for context in keys_of(argument) for key in keys_of(call.args[1])
            )


def test_every_message_the_code_names_is_in_the_catalogue() -> None:
    named = {(*pair, path.name) for path in MODULES for pair in used(path)}
    assert len(named) > 300
    missing = [row for row in named if row[0] in CONTEXTS and not Messages(row[0]).has(row[1])]
    assert not missing, f"write these messages into pan2kg/i18n/catalogues: {sorted(missing)}"


# two words in a row, or a word beside a value or a number
SENTENCE = re.compile(
    r"(?<![\w#:/.?&-])(?:"
    r"[A-Za-zÀ-ÿ][a-zß-ÿ’']+[,;:.]? (?:[A-Za-zÀ-ÿ][a-zß-ÿ’']+|\{\}(?= |$))(?![\w:/=-])"
    r"|(?:\{\}|\d) [a-zß-ÿ’']{2,}(?![\w:/=.(-]))"
)
MARKUP = re.compile(r"</?[a-z][\w-]*(?: [^<>]*)?>|<!--.*?-->|# .*\n")
# what has such words and is none for a reader: SPARQL, policies of a browser, media types, other
# languages
OTHER = re.compile(
    r"\b(SELECT|ASK|CONSTRUCT|PREFIX|WHERE|FILTER|OPTIONAL|INSERT|CREATE|VALUES|BIND)\b(?=[^.]*[{?<])"
    r"|<\w|=\"|-src '|: \{\}|;\s*charset=|\\[bdws]|^[@.%]|^Options \+|font-"
    r"|^\s*(di)?graph \{|^ +(graph|node|edge) \{|subgraph"
)
# what is called with words for who writes the program: a fault of its own, a cache, a type, a
# docstring
PROGRAMMER = {
    "ValueError", "KeyError", "TypeError", "RuntimeError", "AttributeError", "CatalogueError", "once", "cached", "cast",
    "GraphReading", "compile",
}  # fmt: skip
ALLOWED = tomllib.loads(Path(__file__).with_name("no_sentences.toml").read_text(encoding="utf-8"))[
    "code"
]


def for_a_reader(text: str) -> bool:
    bare = MARKUP.sub("", text)
    words = bare.split()
    is_list_of_keys = all(re.fullmatch(r"[a-z-]+", word) for word in words) and 4 * bare.count(
        "-"
    ) >= len(words)
    return bool(SENTENCE.search(bare) and not OTHER.search(bare)) and not is_list_of_keys


def texts(every: tuple[ast.AST, ...]) -> Iterator[tuple[int, str]]:
    apart: set[ast.AST] = set()
    for node in every:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            apart.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            apart |= set(node.values)
        elif isinstance(node, ast.FormattedValue) and node.format_spec:
            apart |= set(ast.walk(node.format_spec))
        elif isinstance(node, ast.Call) and called(node) in PROGRAMMER:
            apart |= set(ast.walk(node))
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            apart |= set(ast.walk(node.annotation))
        elif isinstance(node, ast.FunctionDef) and node.returns:
            apart |= set(ast.walk(node.returns))
    for node in every:
        if isinstance(node, ast.JoinedStr) and node not in apart:
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in apart:
            yield node.lineno, node.value


def test_no_sentence_for_a_reader_stands_in_code_and_a_planted_one_is_found() -> None:
    sentences = {
        (text, f"{path.relative_to(PACKAGE)}:{line}")
        for path in MODULES
        for line, text in texts(nodes(path))
        if for_a_reader(text)
    }
    new = sorted(row for row in sentences if row[0] not in ALLOWED)
    assert not new, (
        f"write it into the catalogues, or say in no_sentences.toml why it is none for a reader: {new}"
    )
    assert not ALLOWED.keys() - {text for text, _ in sentences}, (
        "take these out: no module has them"
    )
    for source in (
        '"There is no plan."',
        '"the folder"',
        '"Keine Maßnahme"',
        'f"{n} actions"',
        'f"Plan {name}"',
        'f"<p>No plan was <b>found</b></p>"',
        'parser.add_argument("--x", help="what to show")',
    ):
        assert any(
            for_a_reader(text) for _, text in texts(tuple(ast.walk(ast.parse(f"x = {source}"))))
        ), source
    for text in (
        "plan",
        "text/html; charset=utf-8",
        "SELECT ?plan WHERE { ?plan a ?kind of }",
        "# A remark\n",
    ):
        assert not for_a_reader(text), text
