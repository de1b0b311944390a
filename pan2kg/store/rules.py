"""Deriving: the CONSTRUCT files of ``queries/rules/``, run in the order of their names.

Each rule fills a named graph of its own, so that what is computed is never mistaken for what a
source says; the one that links works by what they share fills one for each kind of link. Later
rules may use what earlier ones derived. Those that make such links, or build on them, say
``#+ links: yes`` in their header: figures and most questions need none of them, and a store can be
opened without. :mod:`pan2kg.store.links` makes these links faster than the engine does. Where a
project has rules of its own in their place or among them, they are run as they are written.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import QueryError
from pan2kg.i18n import SOURCE_LANGUAGE
from pan2kg.project import Project, read_text
from pan2kg.store.links import ALL, LINK_RULES, SHARED, LinkKind, derive_links, link_kinds
from pan2kg.store.project_files import load_project
from pan2kg.store.store import LocalStore, Store, Triples, construct
from pan2kg.turtle.vocabulary import PAN, ROOT, graph_of

_LINKS = re.compile(r"\A(?:#[^\n]*\n)*?#\+ links: yes$", re.MULTILINE)
"""The header line that says so, as long as only lines of the header stand before it."""
_SUMMARY = re.compile(r"^#\+ summary:(.*)$", re.MULTILINE)


def rule_files(project: Project) -> dict[str, Path]:
    """The rules by their names, which the ends of their graphs’ addresses are; numbers order the files.

    >>> list(rule_files(Project.packaged()))[:2]
    ['main-label', 'names']
    """
    return {
        path.stem.lstrip("0123456789-"): path
        for path in sorted((project.queries / "rules").glob("*.rq"))
    }


def needs_links(text: str) -> bool:
    """Whether a rule makes links of works that share something, or builds on them, by its header.

    >>> needs_links("#+ summary: x\\n#+ links: yes\\nCONSTRUCT {} WHERE {}")
    True
    >>> needs_links("CONSTRUCT {} WHERE {}\\n#+ links: yes")
    False
    """
    return bool(_LINKS.match(text))


def open_store(project: Project, *, links: bool = True) -> LocalStore:
    """The project's graph in memory with what its rules derive.

    Links of works that share something are among it with ``links`` alone.

    Raises:
        ProjectError: a file cannot be read.
        TurtleError: a file is not Turtle.
        QueryError: a rule is no CONSTRUCT query.
    """
    store = load_project(project)
    derive(store, project, links=links)
    return store


def derive(
    store: LocalStore,
    project: Project,
    only: Collection[str] | None = None,
    *,
    links: bool = True,
    limit: int = ALL,
) -> None:
    """Run the rules over the store and add what they derive: all, without those that need links, or ``only`` some.

    Of more than ``limit`` links of works that share something the strongest of each work are
    derived, as far as the program's own rules make them. A dump that comes without rules brings
    what they derived, and is left as it is.

    Raises:
        QueryError: there is no such rule, or one is no CONSTRUCT query.
    """
    rules = rule_files(project)
    if project.data and not rules:
        return
    for name in only or ():
        if name not in rules:
            raise QueryError("no-rule", remedy="there-are", name=name, names=", ".join(rules))
    texts = {name: read_text(path) for name, path in rules.items() if only is None or name in only}
    waiting = [name for name, text in texts.items() if links or not needs_links(text)]

    def graph_of_rule(name: str) -> str:
        return graph_of(f"derived/{name}", project.space)

    while waiting:
        shipped = _shipped_rules(waiting, rules, project)
        if shipped and derive_links(
            store, shipped.names, graph_of_rule, shipped.space, limit=limit
        ):
            waiting = waiting[len(shipped.names) :]
            continue
        name = waiting.pop(0)
        try:
            # added before the next rule runs: rules build on what earlier ones derived
            if name == SHARED:
                _fill_by_kind(store, texts[name], graph_of_rule)
            else:
                store.fill(graph_of_rule(name), texts[name])
        except QueryError as error:
            raise error.inside(project.name_of(rules[name])) from None


def derived_names(project: Project, store: Store) -> list[str]:
    """The names of the graphs that the rules fill: of each rule one, of links that share something one a kind.

    >>> names = derived_names(Project.packaged(), load_project(Project.packaged()))
    >>> "rests-on" in names, "shared-topic" in names, "shared" in names
    (True, True, False)
    """
    names: list[str] = []
    for name in rule_files(project):
        names += link_kinds(store) if name == SHARED else [name]
    return names


def rule_summaries(project: Project, kinds: Mapping[str, LinkKind]) -> dict[str, str]:
    """What each rule of a project derives, in English, by its name; of kinds of links what they are."""
    summaries = {}
    for name, path in rule_files(project).items():
        stated = _SUMMARY.search(read_text(path))
        summaries[name] = stated[1].strip() if stated else ""
    if SHARED in summaries:
        del summaries[SHARED]
        for kind in kinds.values():
            summaries[kind.name] = kind.definitions.get(SOURCE_LANGUAGE, "")
    return summaries


def _fill_by_kind(store: LocalStore, text: str, graph_of_rule: Callable[[str], str]) -> None:
    """Run the rule that links works by what they share as it is written, each kind into a graph of its own."""
    triples = construct(store, text)
    name_of_type = {kind.iri: kind.name for kind in link_kinds(store).values()}
    name_of_link = {}
    for triple in triples:
        if triple.predicate.value == f"{PAN}linkType":
            name_of_link[triple.subject] = name_of_type[str(triple.object)[1:-1]]
    by_name = defaultdict[str, Triples](list)
    for triple in triples:
        by_name[name_of_link[triple.subject]].append(triple)
    for name, of_kind in by_name.items():
        store.add(graph_of_rule(name), of_kind)


class _ShippedRules(NamedTuple):
    """The program's own rules of links at the head of those to run; addresses of their links begin with ``space``."""

    names: list[str]
    space: str


def _shipped_rules(
    names: Sequence[str], rules: Mapping[str, Path], project: Project
) -> _ShippedRules | None:
    """The rules at the head of a list that link works by what they share.

    None where they have to be run as written: one is not the program's, one of another kind stands
    among them, or what is said of links is derived without them.
    """
    head = list(takewhile(LINK_RULES.__contains__, names))
    is_whole = not {*LINK_RULES}.intersection(names).difference(head)
    if SHARED not in head or not is_whole:
        return None
    shipped = Project.packaged().queries / "rules"
    if project.queries / "rules" == shipped:
        return _ShippedRules(head, ROOT)
    texts = {}
    shipped_texts = {}
    for name in head:
        path = shipped / rules[name].name
        if not path.is_file():
            return None
        texts[name] = read_text(rules[name])
        shipped_texts[name] = read_text(path)
    for space in (project.space, ROOT):
        # as « pan2kg init » writes them for a project whose addresses begin so
        beginning = f'"{space}id/link/"'
        written = {
            name: text.replace(f'"{ROOT}id/link/"', beginning)
            for name, text in shipped_texts.items()
        }
        if written == texts:
            return _ShippedRules(head, space)
    return None
