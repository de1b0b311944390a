"""Deriving: the CONSTRUCT files of ``queries/rules/``, run in the order of their names.

Each rule fills a named graph of its own, so that what is computed is never mistaken for what a
source says. Later rules may use what earlier ones derived.

The rules that link works by what they share are run as the view of :mod:`pan2kg.store.derived_links`, which gives the
same triples; as written where a project has rules of its own in their place or among them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path

from pan2kg.errors import QueryError
from pan2kg.project import Project, read_text
from pan2kg.store.derived_links import ALL, KINDS, LINK_RULES, BlankNodeError, derive_links
from pan2kg.store.store import LocalStore, Waiting, needs
from pan2kg.turtle.vocabulary import ROOT, graph_of


def rule_files(project: Project) -> list[Path]:
    """The rules of a project in the order they run."""
    return sorted((project.queries / "rules").glob("*.rq"))


def rule_name(path: Path) -> str:
    """The name of a rule, and the end of its graph's address; the number that orders the files is left out.

    >>> rule_name(Path("queries/rules/20-shared-topic.rq"))
    'shared-topic'
    """
    return path.stem.lstrip("0123456789-")


def derive(
    store: LocalStore,
    project: Project,
    only: Iterable[str] | None = None,
    *,
    done: Collection[str] = (),
    limit: int = ALL,
) -> None:
    """Run the rules over the store and add what they derive.

    With ``only``, names of rules, those and the ones they build on are run: a rule says so in its
    header, ``#+ needs: rests-on``. Those in ``done`` have run already. Of more than ``limit`` links of works that share
    something the strongest of each work are derived, as far as the program's own rules make them. A dump that comes
    without rules brings what they derived, and is left as it is.

    Raises:
        QueryError: a rule is not a CONSTRUCT query, or is named and not there.
    """
    rules = {rule_name(path): path for path in rule_files(project)}
    if project.data and not rules:
        return
    wanted = rules if only is None else _with_needs(only, rules)
    left = [name for name in rules if name in wanted and name not in done]
    own = project.space
    graphs = {name: graph_of(f"derived/{name}", own) for name in left}
    while left:
        joining, space = _joining(left, rules, project)
        if joining and _derive_links(store, {name: graphs[name] for name in joining}, space, limit):
            left = left[len(joining) :]
            continue
        name = left.pop(0)
        # added before the next rule runs: rules build on what earlier ones derived
        _run(store, graphs[name], rules[name], project)


def derive_when_asked(store: LocalStore, project: Project, *, done: Collection[str] = ()) -> None:
    """Run the rules, but those by which links of works that share something come in, which wait until they are seen.

    Raises:
        QueryError: a rule is not a CONSTRUCT query.
    """
    linear = linear_rules(project)
    derive(store, project, linear, done=done)
    if left := [rule_name(path) for path in rule_files(project) if rule_name(path) not in linear]:
        store.waiting.append(Waiting(frozenset(left), partial(derive, project=project, only=left, done=linear)))


def linear_rules(project: Project) -> list[str]:
    """The rules whose triples grow with what is stated: those that do not build on links of works that share something.

    A rule that does not say what it builds on may build on these links, and is not among them.
    """
    rules = {rule_name(path): path for path in rule_files(project)}
    header = {name: needs(read_text(path)) for name, path in rules.items()}
    of_links = {name for name, needed in header.items() if name in LINK_RULES or needed is None}
    while more := {name for name, needed in header.items() if of_links.intersection(needed or ())} - of_links:
        of_links |= more
    return [name for name in rules if name not in of_links]


def _joining(names: Sequence[str], rules: Mapping[str, Path], project: Project) -> tuple[list[str], str]:
    """The rules at the head of a list that link works by what they share, and what addresses of their links begin with.

    None where they cannot be run as a view: one is not the program's, one of another kind stands among them, or the
    levels of links are derived and not all kinds of links are.
    """
    found = list(takewhile(LINK_RULES.__contains__, names))
    whole = not {*LINK_RULES}.intersection(names).difference(found)
    if not found or not whole or not ({*found} <= {*KINDS} or {*KINDS} <= {*found}):
        return [], ""
    shipped = Project.packaged().queries / "rules"
    if project.queries / "rules" == shipped:
        return found, ROOT
    texts = {name: read_text(rules[name]) for name in found}
    for space in dict.fromkeys((project.space, ROOT)):
        if all(text == _as_shipped(shipped / rules[name].name, space) for name, text in texts.items()):
            return found, space
    return [], ""


def view_space(project: Project) -> str:
    """What addresses of derived links begin with; empty where the rules are run as written, not as a view."""
    rules = {rule_name(path): path for path in rule_files(project)}
    return _joining([name for name in rules if name in LINK_RULES], rules, project)[1]


def _as_shipped(path: Path, space: str) -> str:
    """A rule of the program as ``pan2kg init`` writes it for a project whose addresses begin with ``space``."""
    return read_text(path).replace(f'"{ROOT}id/link/"', f'"{space}id/link/"') if path.is_file() else ""


def _derive_links(store: LocalStore, graphs: Mapping[str, str], space: str, limit: int) -> bool:
    try:
        derive_links(store, graphs, space, limit=limit)
    except BlankNodeError:
        return False
    return True


def _run(store: LocalStore, graph: str, path: Path, project: Project) -> None:
    try:
        store.fill(graph, read_text(path))
    except QueryError as error:
        raise error.inside(project.name_of(path)) from None


def with_needs(names: Iterable[str], project: Project) -> set[str]:
    """Some rules of a project, and those they build on.

    Raises:
        QueryError: there is no such rule.
    """
    return _with_needs(names, {rule_name(path): path for path in rule_files(project)})


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
