"""No country stands in the program, in what can be asked, or in what the words mean: a project's profile says it."""

import ast
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDERS: Final = ("pan2kg", "queries", "ontology")
ENDINGS: Final = {".py", ".po", ".html", ".css", ".toml", ".rq", ".ttl", ".jsonld"}
COUNTRY: Final = re.compile(
    r"luxemb|legilux|\blu-[a-z][a-z-]*-\d|\bLUX\b|\bPAN [12]\b|\b(action|Maßnahme)(\]\])? 3\.3\b|-3-3\b",
    re.IGNORECASE,
)
ALLOWED: Final = {
    "pan2kg/turtle/countries.toml": "a row for each country",
    "pan2kg/coherence/figures.py": "the names figures had in the release before",
    "pan2kg/i18n/catalogues": "the name of the language",
    "ontology/schemes/milestonetype.ttl": "two retired concepts, whose addresses stay",
}
"""Where a country may be named, and why."""
LANGUAGE: Final = re.compile(r'^msgid "(lb|language\.lb)"\nmsgstr .*$', re.MULTILINE)


def words(path: Path) -> str:
    text = path.read_text("utf-8")
    if path.suffix == ".po":
        return LANGUAGE.sub("", text)
    if path.suffix != ".py" or not COUNTRY.search(
        text
    ):  # few modules have such an example: only these are parsed
        return text
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            lines[node.lineno - 1 : node.end_lineno] = [""] * (
                (node.end_lineno or node.lineno) - node.lineno + 1
            )
    return "\n".join(lines)


def test_no_country_is_named_in_program_questions_and_ontology() -> None:
    paths = [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in ENDINGS
    ]
    assert len(paths) > 500
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:90]}"
        for path in paths
        if path.relative_to(ROOT).as_posix() not in ALLOWED
        for number, line in enumerate(words(path).splitlines(), 1)
        if COUNTRY.search(line)
    ]
    assert not found, f"let graph/profile.ttl say these: {found}"
