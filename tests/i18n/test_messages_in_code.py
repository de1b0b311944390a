"""What the code says stands in the catalogues: each key it uses, in each language, with the same places for values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pan2kg
from pan2kg import errors
from pan2kg.i18n.catalogue import CATALOGUES, LANGUAGES, SOURCE_LANGUAGE, Messages
from pan2kg.i18n.compilation import read_entries
from pan2kg.publish.portal import access

PACKAGE = Path(pan2kg.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
ERRORS = {
    name
    for module in (errors, access)
    for name, found in vars(module).items()
    if isinstance(found, type) and issubclass(found, errors.Pan2kgError)
}
CONTEXT_OF = {"told": "error", "why": "server"}
OWN = {
    "steps.py": {"_why": "portal"},
    "inspection.py": {"_fault": "inspection"},
    "remote.py": {"_fault": "error"},
    "manifest.py": {"fault": "error"},
}
"""What a module calls the function that chooses a message of its own context."""
CONTEXTS = ("error", "server", "portal", "inspection", "progress", "help", "argparse")
SAY = re.compile(r"^from pan2kg\.i18n\.message import .*\bsay\b", re.MULTILINE)
PLACE = re.compile(r"\{(\w+)\}")


def keys_of(value: ast.expr | None) -> Iterator[str]:
    """The keys an expression may be: a text, or either of two."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from keys_of(value.body)
        yield from keys_of(value.orelse)


def used(path: Path) -> Iterator[tuple[str, str]]:
    """Context and key of each message that is named in the code."""
    contexts = CONTEXT_OF | OWN.get(path.name, {})
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    twofold = {"Message"} | ({"say"} if SAY.search(text) else set())
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
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
    """A key without a message would only be noticed when the error happens."""
    named = {(*pair, path.name) for path in MODULES for pair in used(path)}
    assert len(named) > 300
    missing = sorted(
        f"{name}: « {key} » ({context})"
        for context, key, name in named
        if context in CONTEXTS and not Messages(context).has(key)
    )
    assert not missing, "write these messages into pan2kg/i18n/catalogues:\n" + "\n".join(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_them_with_the_same_places(language: str) -> None:
    """A place a translation lacks would swallow what is named in it; one too many would be a fault of its own."""
    said = {
        tag: {
            (entry.context, entry.key): set(PLACE.findall(" ".join(entry.forms)))
            for entry in read_entries(CATALOGUES[tag].read_text(encoding="utf-8"))
            if entry.context in CONTEXTS
        }
        for tag in (SOURCE_LANGUAGE, language)
    }
    assert said[language] == said[SOURCE_LANGUAGE]
