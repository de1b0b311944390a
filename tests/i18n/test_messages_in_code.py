"""What the code says stands in the catalogues: each key it uses, in each language, with the same places for values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pan2kg
from pan2kg import errors
from pan2kg.i18n.catalogue import Messages
from pan2kg.publish import portal as access

PACKAGE = Path(pan2kg.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
ERRORS = {
    name
    for module in (errors, access)
    for name, found in vars(module).items()
    if isinstance(found, type) and issubclass(found, errors.Pan2kgError)
}
CONTEXT_OF = {"told": "error", "why": "server", "noted": "draft"}
OWN = {
    "push.py": {"why": "portal", "fault": "error"},
    "inspection.py": {"_fault": "inspection"},
    "remote.py": {"_fault": "error"},
}
"""What a module calls the function that chooses a message of its own context."""
CONTEXTS = ("error", "server", "portal", "inspection", "progress", "help", "argparse", "draft")
SAY = re.compile(r"^from pan2kg\.i18n\.message import .*\bsay\b", re.MULTILINE)


Nodes = tuple[ast.AST, ...]


@cache
def nodes(path: Path) -> Nodes:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def keys_of(value: ast.expr | None) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from keys_of(value.body)
        yield from keys_of(value.orelse)


def used(path: Path) -> Iterator[tuple[str, str]]:
    contexts = CONTEXT_OF | OWN.get(path.name, {})
    twofold = {"Message"} | ({"say"} if SAY.search(path.read_text(encoding="utf-8")) else set())
    for call in (node for node in nodes(path) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        first = call.args[0] if call.args else None
        if name in ERRORS:
            remedy = next((one.value for one in call.keywords if one.arg == "remedy"), None)
            yield from (("error", key) for key in (*keys_of(first), *keys_of(remedy)))
        elif name in contexts:
            yield from ((contexts[name], key) for key in keys_of(first))
        elif name in twofold and len(call.args) > 1:
            yield from ((context, key) for context in keys_of(first) for key in keys_of(call.args[1]))


def test_every_message_the_code_names_is_in_the_catalogue() -> None:
    named = {(*pair, path.name) for path in MODULES for pair in used(path)}
    assert len(named) > 300
    missing = sorted(
        f"{name}: « {key} » ({context})"
        for context, key, name in named
        if context in CONTEXTS and not Messages(context).has(key)
    )
    assert not missing, "write these messages into pan2kg/i18n/catalogues:\n" + "\n".join(missing)


SENTENCE = re.compile(
    r"(?<![\w#:/.?&-])(?:"
    r"[A-Za-zÀ-ÿ][a-zß-ÿ’']+[,;:.]? (?:[A-Za-zÀ-ÿ][a-zß-ÿ’']+|\{\}(?= |$))(?![\w:/=-])"
    r"|(?:\{\}|\d) [a-zß-ÿ’']{2,}(?![\w:/=.(-]))"
)
"""Two words in a row, or a word beside a value or a number."""
MARKUP = re.compile(r"</?[a-z][\w-]*(?: [^<>]*)?>|<!--.*?-->")
OTHER = re.compile(
    r"\b(SELECT|ASK|CONSTRUCT|PREFIX|WHERE|FILTER|OPTIONAL|INSERT|CREATE|VALUES|BIND)\b(?=[^.]*[{?<])"
    r"|<\w|=\"|-src '|: \{\}|;\s*charset=|\\[bdws]|^[@.%]|^Options \+|font-"
    r"|^\s*(di)?graph \{|^ +(graph|node|edge) \{|subgraph"
)
"""What has such words and is none for a reader: SPARQL, policies of a browser, media types, other languages."""
PROGRAMMER = {
    "ValueError", "KeyError", "TypeError", "RuntimeError", "AttributeError", "CatalogueError", "once", "cast",
    "GraphReading",
}  # fmt: skip
"""What is called with words for who writes the program: a fault of its own, a cache, a type, a docstring."""
ALLOWED = {
    "Basic {}": "what a request says of who asks (RFC 7617)",
    "Bearer {}": "the same (RFC 6750)",
    "Liberation Sans": "a font",
    "List Bullet": "a style of Word documents, by the name it has in all of them",
    "cited by": "a column of a picture's data, as its CSV has it",
    "{} decimal": "a scale as it is typed",
    "column acts on row": "what the corner of a matrix may say",
    "la colonne agit sur la ligne": "the same",
    "die spalte wirkt auf die zeile": "the same",
    "two works": "an option of tables, by name",
    "plan, action": "columns of a table, by name",
    "pan2kg coherence figures --figure {}": "a command as it is typed",
    "any action": "an option of tables, by name",
    "two plans": "an option of tables, by name",
    "accepted, derived": "a value of a basis, which tables say in words",
    "left out": "a value of a basis",
    "recorded for {} of {} actions": "a value of a basis",
    "not assessed": "a standing as JSON and CSV have it",
    "on time": "a standing",
    "due unknown": "a standing",
    "verification source": "a field of an action",
    "expected result": "a field of an action",
    "xsd:gYear, xsd:gYearMonth or xsd:date, as its form tells": "a datatype of a column",
    "not yet": "a standing of a plan on a day",
    "in force": "a standing of a plan on a day",
    "Prefix not found": "words of the engine",
    "one of ": "words of the engine",
    "pan2kg coherence gaps {}": "a command",
    "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif": "names of fonts",
    "Requests that were answered.": "what a metric means, in English as its name",
    "Bytes of answers.": "what a metric means, in English as its name",
    "Time to an answer.": "what a metric means, in English as its name",
    "Workers that answer a query.": "what a metric means, in English as its name",
    "Queries that wait for a worker.": "what a metric means, in English as its name",
    "States of the data since the start.": "what a metric means, in English as its name",
    "Whether a process holds the graph.": "what a metric means, in English as its name",
}


COMMENT = re.compile(r"# .*\n")
"""A comment in a file that is written, in English as those of the code."""


def for_a_reader(text: str) -> bool:
    bare = COMMENT.sub("", MARKUP.sub("", text))
    return bool(SENTENCE.search(bare) and not OTHER.search(bare)) and not is_list_of_keys(bare)


def is_list_of_keys(text: str) -> bool:
    words = text.split()
    hyphened = sum("-" in word for word in words)
    return all(re.fullmatch(r"[a-z-]+", word) for word in words) and 4 * hyphened >= len(words)


def texts(every: Nodes) -> Iterator[tuple[int, str]]:
    apart: set[ast.AST] = set()
    for node in every:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            apart.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            apart |= set(node.values)
        elif isinstance(node, ast.FormattedValue) and node.format_spec:
            apart |= set(ast.walk(node.format_spec))
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            apart |= set(ast.walk(node)) if name in PROGRAMMER or name == "compile" else set()
    for node in every:
        if isinstance(node, ast.JoinedStr) and node not in apart:
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in apart:
            yield node.lineno, node.value


def test_no_sentence_for_a_reader_stands_in_code() -> None:
    found = {
        (f"{path.relative_to(PACKAGE)}:{line}", text)
        for path in MODULES
        for line, text in texts(nodes(path))
        if for_a_reader(text)
    }
    new = sorted(f"{where}: {text[:100]!r}" for where, text in found if text not in ALLOWED)
    assert not new, "write it into the catalogues, or say in ALLOWED why it is none for a reader:\n" + "\n".join(new)
    assert not ALLOWED.keys() - {text for _, text in found}, "take these out of ALLOWED: no module has them"


def test_a_sentence_is_found_and_what_is_none_is_left_alone() -> None:
    for source in (
        '"There is no plan."', '"the folder"', '"Keine Maßnahme"', 'f"{n} actions"', 'f"Plan {name}"',
        'f"<p>No plan was <b>found</b></p>"', '"The plan WHERE nothing is known"',
        'parser.add_argument("--x", help="what to show")', 'told(CheckError("nothing is there"))',
    ):  # fmt: skip
        assert any(for_a_reader(text) for _, text in texts(tuple(ast.walk(ast.parse(f"x = {source}"))))), source
    for text in (
        "plan", "text/html; charset=utf-8", "SELECT ?plan WHERE { ?plan a ?kind of }", '<b class="two words">{}</b>',
        "# A remark\n",
    ):  # fmt: skip
        assert not for_a_reader(text), text
