"""Deriving: the CONSTRUCT files of ``queries/rules/``, run in the order of their names.

Each rule fills a named graph of its own, so that what is computed is never mistaken for what a source says. Later rules
may use what earlier ones derived. The rules that link works by what they share are run as :mod:`pan2kg.store.links`
does, which gives the same triples; as written where a project has rules of its own in their place or among them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path

from pan2kg.errors import QueryError
from pan2kg.project import Project, read_text
from pan2kg.store.links import ALL, KINDS, LINK_RULES, derive_links
from pan2kg.store.store import LocalStore, needs
from pan2kg.turtle.vocabulary import ROOT, graph_of


def rule_files(project: Project) -> dict[str, Path]:
    """The rules by their names, which the ends of their graphs’ addresses are; numbers order the files.

    >>> list(rule_files(Project.packaged()))[:2]
    ['main-label', 'names']
    """
    return {path.stem.lstrip("0123456789-"): path for path in sorted((project.queries / "rules").glob("*.rq"))}


def derive(
    store: LocalStore, project: Project, only: Iterable[str] | None = None, *, done: Collection[str] = (),
    limit: int = ALL,
) -> None:  # fmt: skip
    """Run the rules over the store and add what they derive, or ``only`` some and the ones they build on.

    A rule says in its header what it builds on, ``#+ needs: rests-on``. Those in ``done`` have run already. Of more
    than ``limit`` links of works that share something the strongest of each work are derived, as far as the program's
    own rules make them. A dump that comes without rules brings what they derived, and is left as it is.
    """
    rules = rule_files(project)
    if project.data and not rules:
        return
    wanted = rules if only is None else with_needs(only, project)
    waiting = [name for name in rules if name in wanted and name not in done]
    graphs = {name: graph_of(f"derived/{name}", project.space) for name in waiting}
    while waiting:
        joining, space = _joining(waiting, rules, project)
        if joining and derive_links(store, {name: graphs[name] for name in joining}, space, limit=limit):
            waiting = waiting[len(joining) :]
            continue
        name = waiting.pop(0)
        try:
            # added before the next rule runs: rules build on what earlier ones derived
            store.fill(graphs[name], read_text(rules[name]))
        except QueryError as error:
            raise error.inside(project.name_of(rules[name])) from None


def derive_when_asked(store: LocalStore, project: Project, *, done: Collection[str] = ()) -> None:
    linear = linear_rules(project)
    derive(store, project, linear, done=done)
    if waiting := frozenset(rule_files(project)).difference(linear):
        store.waiting.append((waiting, partial(derive, project=project, only=waiting, done=linear)))


def linear_rules(project: Project) -> list[str]:
    """The rules that say what they build on and do not build on links of works that share something."""
    header = {name: needs(read_text(path)) for name, path in rule_files(project).items()}
    of_links = {name for name, needed in header.items() if name in LINK_RULES or needed is None}
    while more := {name for name, needed in header.items() if of_links.intersection(needed or ())} - of_links:
        of_links |= more
    return [name for name in header if name not in of_links]


def _joining(names: Sequence[str], rules: Mapping[str, Path], project: Project) -> tuple[list[str], str]:
    """The rules at the head of a list that link works by what they share, and what addresses of their links begin with.

    None where they have to be run as written: one is not the program's, one of another kind stands among them, or
    levels are derived without all kinds of links.
    """
    head = list(takewhile(LINK_RULES.__contains__, names))
    is_whole = not {*LINK_RULES}.intersection(names).difference(head)
    if not head or not is_whole or not ({*head} <= {*KINDS} or {*KINDS} <= {*head}):
        return [], ""
    shipped = Project.packaged().queries / "rules"
    if project.queries / "rules" == shipped:
        return head, ROOT
    texts = {rules[name].name: read_text(rules[name]) for name in head}
    originals = {name: read_text(shipped / name) if (shipped / name).is_file() else "" for name in texts}
    for space in dict.fromkeys((project.space, ROOT)):
        # as « pan2kg init » writes the program's for a project whose addresses begin so
        if all(originals[name].replace(f'"{ROOT}id/link/"', f'"{space}id/link/"') == texts[name] for name in texts):
            return head, space
    return [], ""


def view_space(project: Project) -> str:
    rules = rule_files(project)
    return _joining([name for name in rules if name in LINK_RULES], rules, project)[1]


def with_needs(names: Iterable[str], project: Project) -> set[str]:
    rules, needed = rule_files(project), set[str]()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in rules:
            raise QueryError("no-rule", remedy="there-are", name=name, names=", ".join(rules))
        if name not in needed:
            needed.add(name)
            waiting += needs(read_text(rules[name])) or []
    return needed
