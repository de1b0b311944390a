"""Deriving: the CONSTRUCT files of ``queries/rules/``, run in the order of their names.

Each rule fills a named graph of its own, so that what is computed is never mistaken for what a
source says. Later rules may use what earlier ones derived.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pan2kg.errors import QueryError
from pan2kg.project import Project, read_text
from pan2kg.store.store import LocalStore, Triples, construct
from pan2kg.turtle.vocabulary import graph_of

_NEEDS = re.compile(r"^#\+ needs:(.*)$", re.MULTILINE)


def rule_files(project: Project) -> list[Path]:
    """The rules of a project in the order they run."""
    return sorted((project.queries / "rules").glob("*.rq"))


def rule_name(path: Path) -> str:
    """The name of a rule, and the end of its graph's address; the number that orders the files is left out.

    >>> rule_name(Path("queries/rules/20-shared-topic.rq"))
    'shared-topic'
    """
    return path.stem.lstrip("0123456789-")


def derive(store: LocalStore, project: Project, only: Iterable[str] | None = None) -> None:
    """Run the rules over the store and add what they derive.

    With ``only``, names of rules, those and the ones they build on are run: a rule says so in its
    header, ``#+ needs: rests-on``. A dump that comes without rules brings what they derived, and is left as it is.

    Raises:
        QueryError: a rule is not a CONSTRUCT query, or is named and not there.
    """
    rules = {rule_name(path): path for path in rule_files(project)}
    if project.data and not rules:
        return
    wanted = None if only is None else _with_needs(only, rules)
    for name, path in rules.items():
        if wanted is None or name in wanted:
            # added before the next rule runs: rules build on what earlier ones derived
            store.add(graph_of(f"derived/{name}", project.space), _run(store, path, project.name_of(path)))


def _run(store: LocalStore, path: Path, name: str) -> Triples:
    try:
        return construct(store, read_text(path))
    except QueryError as error:
        raise error.inside(name) from None


def _with_needs(names: Iterable[str], rules: Mapping[str, Path]) -> set[str]:
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in rules:
            raise QueryError("no-rule", remedy="there-are", name=name, names=", ".join(rules))
        if name not in found:
            found.add(name)
            left += needs(read_text(rules[name])) or []
    return found


def needs(text: str) -> list[str] | None:
    """The rules a query or rule builds on, from its header; ``None`` where it does not say.

    >>> needs("#+ needs: main-label rests-on\\nSELECT * {}"), needs("SELECT * {}")
    (['main-label', 'rests-on'], None)
    """
    match = _NEEDS.search(text)
    return match[1].split() if match else None
