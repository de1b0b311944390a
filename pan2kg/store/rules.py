"""Deriving: the CONSTRUCT files of ``queries/rules/``, run in the order of their names; and the links some derive.

Each rule fills a named graph of its own, so that what is computed is never mistaken for what a
source says. Later rules may use what earlier ones derived. Two works of different plans are linked
by each text, body, topic and target group they share, as the rules from ``40-shared-instrument`` on
define. Here these links are read off tables of work × thing, in a third of the time; of more than
:data:`ALL` only the :data:`TOP` of each work and kind, through what fewest works share. Where a
project has rules of its own in their place or among them, somebody states a link of such a kind, or
a thing has no name, they are run as they are written.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import combinations, product, takewhile
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import pyoxigraph as ox

from pan2kg.errors import QueryError
from pan2kg.project import Project, read_text
from pan2kg.store.queries import LEVELS, program_query
from pan2kg.store.store import LocalStore, Store, Term, needs, plain, select
from pan2kg.turtle.vocabulary import ID, PAN, RDF, ROOT, graph_of, rule_of, thing

SHARED: Final = ("shared-instrument", "shared-body", "shared-topic", "shared-target-group")
"""The kinds of derived links, the strongest evidence first."""
LINK_RULES: Final = (*SHARED, "derived-from", "derived-level", "linked-to", "linked-to-at-level")
"""The rules whose triples are made here, in the order in which they run."""
ALL: Final = 100_000
"""Up to so many links are made, all of them; of a graph with more, those of each work that are strongest."""
TOP: Final = 2
"""Of each work and kind so many links are made where there are too many: those through what fewest works share."""
JOINED: Final = {
    "linked-to": {"linkedTo": 2},
    "linked-to-at-level": {"linkedToAtPlan": 1, "linkedToAtOther": 3, "linkedToAtEditors": 4},
}
"""The plain triples of rules, each with the weakest rank at which two works have it."""
DERIVED_FROM: Final = "http://www.w3.org/ns/prov#wasDerivedFrom"
VERSION: Final = 1
_TYPES: Final = {f"{ID}linktype/{kind}" for kind in SHARED}
_RANKS: Final = {f"{ID}evidencelevel/{name}": rank for rank, name in enumerate(LEVELS, 1)}
_ALIKE: Final = (
    (f"{RDF}type", f"{PAN}Link"),
    (f"{PAN}status", f"{ID}linkstatus/derived"),
    (f"{PAN}certainty", f"{ID}certainty/derived"),
)
_CONCEPTS: Final = frozenset({*_TYPES, *_RANKS, *(value for _, value in _ALIKE)})
_COUNTED: Final = frozenset((f"{ID}linkstatus/accepted", f"{ID}linkstatus/derived"))
Pair = tuple[str, str]
T = TypeVar("T")


class AsWrittenError(Exception):
    """A node without a name stands where a link needs one, or a link is stated too: the rules have to say it."""


class Link(NamedTuple):
    iri: str
    kind: str
    ends: Pair
    shared: tuple[str, ...]


def _named(term: Term | None) -> str:
    if term is None or isinstance(term, ox.BlankNode):
        raise AsWrittenError
    return str(term)


def _rows(store: Store, name: str) -> Sequence[tuple[Term | None, ...]]:
    return select(store, program_query(name)).rows


def _shared(store: Store) -> tuple[Mapping[str, set[str]], dict[str, dict[str, list[str]]]]:
    homes: dict[str, set[str]] = defaultdict(set)
    for work, home in _rows(store, "links/works"):
        if not isinstance(work, ox.NamedNode):
            raise AsWrittenError
        homes[work.value].add(_named(home))
    works_of: dict[str, dict[str, list[str]]] = {kind: defaultdict(list) for kind in SHARED}
    rows = (
        (plain(kind), _named(work)[1:-1], _named(shared))
        for kind, work, shared in _rows(store, "links/shared")
    )
    for name, subject, value in sorted(rows):
        if subject in homes:
            works_of[name][value].append(subject)
    return homes, works_of


def _ways(
    homes: Mapping[str, Collection[str]], tables: Iterable[Mapping[str, Collection[str]]]
) -> int:
    ways = 0
    for works_of in tables:
        for works in works_of.values():
            of_plan = Counter(frozenset(homes[work]) for work in works)
            within = sum(number * number for plans, number in of_plan.items() if len(plans) == 1)
            ways += (len(works) ** 2 - within) // 2
    return ways


def _strongest(
    homes: Mapping[str, set[str]], works_of: Mapping[str, list[str]], top: int
) -> dict[Pair, list[str]]:
    """Of each work the ``top`` pairs through what fewest works share, with all that the two share.

    Among those that share a thing the ones that follow in the order of addresses are taken, not
    everybody's first.
    """
    shared_by: dict[str, set[str]] = defaultdict(set)
    for shared, works in works_of.items():
        for work in works:
            shared_by[work].add(shared)
    places = {
        shared: {work: at for at, work in enumerate(works)} for shared, works in works_of.items()
    }
    by_pair: dict[Pair, list[str]] = {}
    for work in sorted(shared_by):
        partners: set[str] = set()
        for shared in sorted(shared_by[work], key=lambda shared: (len(works_of[shared]), shared)):
            works = works_of[shared]
            place = places[shared][work]
            for step in range(1, len(works)):
                if len(partners) == top:
                    break
                partner = works[(place + step) % len(works)]
                if partner not in partners and len(homes[work] | homes[partner]) > 1:
                    partners.add(partner)
                    ends = (work, partner) if work < partner else (partner, work)
                    by_pair.setdefault(ends, sorted(shared_by[work] & shared_by[partner]))
    return by_pair


def read_links(
    store: Store, space: str, *, kinds: Collection[str] = SHARED, limit: int = ALL, top: int = TOP
) -> tuple[dict[str, Link], int]:
    homes, tables = _shared(store)
    wanted = {kind: works_of for kind, works_of in tables.items() if kind in kinds}
    number = _ways(homes, wanted.values())
    links: dict[str, Link] = {}
    for kind, works_of in wanted.items():
        by_pair: dict[Pair, list[str]] = {}
        if number > limit:
            by_pair = _strongest(homes, works_of, top)
        else:
            for shared, works in works_of.items():
                for pair in combinations(works, 2):
                    if len(homes[pair[0]] | homes[pair[1]]) > 1:
                        by_pair.setdefault(pair, []).append(shared)
        for ends, things in by_pair.items():
            # as pan2kg.turtle.vocabulary.link_iri makes it for ends that are sorted
            iri = thing(
                "link",
                hashlib.sha256(f"{kind}||{ends[0]}|{ends[1]}||".encode()).hexdigest()[:16],
                space,
            )
            links[iri] = Link(iri, kind, ends, tuple(sorted(things)))
    return links, number


@dataclass(frozen=True)
class LinkView:
    """The derived links of a graph by their addresses, and what is said of each.

    ``levels`` has for each work and what it rests on or involves a bit a rank: the low four of
        texts, the high four of
    bodies. ``grounds`` are the statements a link rests on, by its kind, an end and what is shared;
    ``graphs`` the named graphs of the rules that say so.
    """

    links: Mapping[str, Link]
    levels: Mapping[Pair, int]
    grounds: Mapping[tuple[str, str, str], Sequence[str]]
    plan_of: Mapping[str, Sequence[str]]
    graphs: Mapping[str, str]

    def rests(self, link: Link) -> list[str]:
        of = product((link.kind,), link.ends, link.shared)
        return sorted({ground for place in of for ground in self.grounds.get(place, ())})

    def level(self, link: Link) -> str:
        rank = len(LEVELS)  # topics and target groups were assigned by editors
        if link.kind not in SHARED[2:]:
            both = 0
            for shared in link.shared:
                both |= self.levels.get((link.ends[0], shared), 0) & self.levels.get(
                    (link.ends[1], shared), 0
                )
            both = (both | both >> 4) & 0b1111
            rank = (both & -both).bit_length()
        return f"{ID}evidencelevel/{LEVELS[rank - 1]}" if rank else ""

    def lines(self, link: Link) -> Iterator[tuple[str, str, str]]:
        kind = link.kind
        for name, value in (*_ALIKE, (f"{PAN}linkType", f"{ID}linktype/{kind}")):
            yield kind, name, f"<{value}>"
        yield kind, f"{PAN}derivedBy", f'"{kind} {VERSION}"'
        for end in link.ends:
            yield kind, f"{PAN}between", f"<{end}>"
        for shared in link.shared:
            yield kind, f"{PAN}via", shared
        for statement in self.rests(link):
            yield "derived-from", DERIVED_FROM, statement
        if level := self.level(link):
            yield "derived-level", f"{PAN}evidenceLevel", f"<{level}>"

    def about(self, iri: str) -> Iterator[tuple[str, str, Term, str]]:
        if link := self.links.get(iri):
            for rule, name, value in self.lines(link):
                yield iri, name, _term(value), self.graphs[rule]

    def towards(self, iri: str) -> Iterator[tuple[str, str, Term, str]]:
        value = f"<{iri}>"
        if iri in _CONCEPTS:
            lines = ((link.iri, *line) for link in self.links.values() for line in self.lines(link))
            yield from (
                (link, name, _term(value), self.graphs[rule])
                for link, rule, name, at in lines
                if at == value
            )
        for name, by_value in self._pointing.items():
            for link in by_value.get(value, ()):
                rule = "derived-from" if name == DERIVED_FROM else self.links[link].kind
                yield link, name, _term(value), self.graphs[rule]

    @cached_property
    def _pointing(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        links = self.links.values()
        ends = ((f"<{end}>", link.iri) for link in self.links.values() for end in link.ends)
        shared = ((value, link.iri) for link in links for value in link.shared)
        rests = ((value, link.iri) for link in links for value in self.rests(link))
        return {
            f"{PAN}between": gathered(ends),
            f"{PAN}via": gathered(shared),
            DERIVED_FROM: gathered(rests),
        }


def read_view(
    store: Store,
    links_in: str,
    graphs_in: str,
    *,
    kinds: Collection[str] = SHARED,
    limit: int = ALL,
    top: int = TOP,
) -> LinkView | None:
    """The links of a store in which the rules before theirs have run, and what is said of them.

    Addresses of links begin with ``links_in``, those of the graphs of rules with ``graphs_in``.
    None where the rules must be asked: something has no name, or somebody speaks of a derived link
    or states one of such a kind.
    """
    try:
        links, _ = read_links(store, links_in, kinds=kinds, limit=limit, top=top)
        for link, of in _rows(store, "links/spoken-of"):
            if plain(link) in links or plain(of) in _TYPES:
                return None
        levels: dict[Pair, int] = defaultdict(int)
        for work, shared, rank in _rows(store, "links/levels"):
            levels[_named(work)[1:-1], _named(shared)] |= 1 << (int(plain(rank)) - 1)
        grounds: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for kind, end, shared, statement in _rows(store, "links/statements"):
            grounds[plain(kind), _named(end)[1:-1], _named(shared)].append(_named(statement))
    except AsWrittenError:
        return None
    plans = {plain(plan) for (plan,) in _rows(store, "links/plans")}
    homes = ((plain(work), plain(home)) for work, home in _rows(store, "links/works"))
    plan_of = gathered((work, home) for work, home in homes if home in plans)
    graphs = {
        rule: graph_of(f"derived/{rule}", graphs_in)
        for rule in (*SHARED, "derived-from", "derived-level")
    }
    return LinkView(links, dict(levels), dict(grounds), plan_of, graphs)


def gathered(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for name, member in pairs:
        groups[name].append(member)
    return dict(groups)


def joined_works(store: Store, view: LinkView) -> dict[Pair, int]:
    ranks: dict[Pair, int] = {}
    joins = [
        (link.ends, _RANKS[level]) for link in view.links.values() if (level := view.level(link))
    ]
    described: dict[str, dict[str, set[str]]] = {}
    for link, name, value in _rows(store, "links/described"):
        statements = described.setdefault(_named(link), defaultdict(set))
        _named(value)
        statements[plain(name).removeprefix(PAN)].add(plain(value))
    for statements in described.values():
        if _COUNTED & statements["status"]:
            pairs = [
                *combinations(sorted(statements["between"]), 2),
                *product(statements["from"], statements["to"]),
            ]
            joins += product(pairs, filter(None, map(_RANKS.get, statements["evidenceLevel"])))
    for (work_a, work_b), rank in joins:
        ends = (work_a, work_b) if work_a < work_b else (work_b, work_a)
        ranks[ends] = min(rank, ranks.get(ends, rank))
    return ranks


def derive_links(
    store: LocalStore, graphs: Mapping[str, str], space: str, *, limit: int = ALL, top: int = TOP
) -> bool:
    """Add to a store what rules derive, each into the graph named for it; false where they have to run as written."""
    kinds = SHARED if {*graphs}.difference(SHARED) else {*graphs}
    view = read_view(store, space, space, kinds=kinds, limit=limit, top=top)
    if view is None:
        return False
    lines: dict[str, list[str]] = {rule: [] for rule in LINK_RULES}
    for link in view.links.values():
        for rule, name, value in view.lines(link):
            lines[rule].append(f"<{link.iri}> <{name}> {value} .\n")
    if JOINED.keys() & graphs.keys():
        try:
            joined = joined_works(store, view)
        except AsWrittenError:
            return False
        for (work_a, work_b), rank in joined.items():
            for rule, names in JOINED.items():
                for name in (name for name, weakest in names.items() if rank <= weakest):
                    lines[rule].append(
                        f"<{work_a}> <{PAN}{name}> <{work_b}> .\n<{work_b}> <{PAN}{name}> <{work_a}> .\n"
                    )
    for rule, graph in graphs.items():
        # the engine wrote these terms itself: to look at each again takes a fifth of the time
        text = "".join(lines[rule]).encode()
        to = ox.NamedNode(graph)
        store.inner.load(text, format=ox.RdfFormat.N_TRIPLES, to_graph=to, lenient=True)
    return True


def missing_links(store: LocalStore) -> tuple[int, int] | None:
    """How many derived links a store has of how many ways its works are joined, where not all of these are there."""
    waits = bool(store.waiting)
    count_held = sum(
        1 for _ in store.held.quads_for_pattern(None, ox.NamedNode(f"{PAN}derivedBy"), None)
    )
    if not count_held and not waits:
        return None
    try:
        homes, tables = _shared(store)
        ways = _ways(homes, tables.values())
        if waits and ways > ALL:
            count_held = len(read_links(store, "")[0])
    except AsWrittenError:
        return None
    return (count_held, ways) if ways > max(ALL, count_held) else None


def has_links(store: LocalStore) -> bool:
    names = (name.value for name in store.held.named_graphs() if isinstance(name, ox.NamedNode))
    return bool(store.waiting) or any(rule_of(name) in SHARED for name in names)


def bare_term(term: str) -> str:
    return term[1:-1] if term.startswith("<") else plain(_term(term))


@lru_cache(maxsize=1 << 16)
def _term(notation: str) -> Term:
    if notation.startswith("<"):
        return ox.NamedNode(notation[1:-1])
    (quad,) = ox.parse(
        f"<http://e/a> <http://e/b> {notation} .", format=ox.RdfFormat.N_TRIPLES, lenient=True
    )
    term: Term = quad.object  # no quoted triples: RDF 1.1
    return term


def rule_files(project: Project) -> dict[str, Path]:
    """The rules by their names, which the ends of their graphs’ addresses are; numbers order the files.

    >>> list(rule_files(Project.packaged()))[:2]
    ['main-label', 'names']
    """
    return {
        path.stem.lstrip("0123456789-"): path
        for path in sorted((project.queries / "rules").glob("*.rq"))
    }


def derive(
    store: LocalStore,
    project: Project,
    only: Iterable[str] | None = None,
    *,
    done: Collection[str] = (),
    limit: int = ALL,
) -> None:
    """Run the rules over the store and add what they derive, or ``only`` some and the ones they build on.

    A rule says in its header what it builds on, ``#+ needs: rests-on``. Those in ``done`` have run
    already. Of more than ``limit`` links of works that share something the strongest of each work
    are derived, as far as the program's own rules make them. A dump that comes without rules brings
    what they derived, and is left as it is.
    """
    rules = rule_files(project)
    if project.data and not rules:
        return
    wanted = rules if only is None else with_needs(only, project)
    waiting = [name for name in rules if name in wanted and name not in done]
    graphs = {name: graph_of(f"derived/{name}", project.space) for name in waiting}
    while waiting:
        joining, space = _joining(waiting, rules, project)
        if joining and derive_links(
            store, {name: graphs[name] for name in joining}, space, limit=limit
        ):
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
    while (
        more := {name for name, needed in header.items() if of_links.intersection(needed or ())}
        - of_links
    ):
        of_links |= more
    return [name for name in header if name not in of_links]


def _joining(
    names: Sequence[str], rules: Mapping[str, Path], project: Project
) -> tuple[list[str], str]:
    """The rules at the head of a list that link works by what they share, and what addresses of their links begin with.

    None where they have to be run as written: one is not the program's, one of another kind stands
    among them, or levels are derived without all kinds of links.
    """
    head = list(takewhile(LINK_RULES.__contains__, names))
    is_whole = not {*LINK_RULES}.intersection(names).difference(head)
    if not head or not is_whole or not ({*head} <= {*SHARED} or {*SHARED} <= {*head}):
        return [], ""
    shipped = Project.packaged().queries / "rules"
    if project.queries / "rules" == shipped:
        return head, ROOT
    texts = {rules[name].name: read_text(rules[name]) for name in head}
    originals = {
        name: read_text(shipped / name) if (shipped / name).is_file() else "" for name in texts
    }
    for space in dict.fromkeys((project.space, ROOT)):
        # as « pan2kg init » writes the program's for a project whose addresses begin so
        if all(
            originals[name].replace(f'"{ROOT}id/link/"', f'"{space}id/link/"') == texts[name]
            for name in texts
        ):
            return head, space
    return [], ""


def view_space(project: Project) -> str:
    rules = rule_files(project)
    return _joining([name for name in rules if name in LINK_RULES], rules, project)[1]


def with_needs(names: Iterable[str], project: Project) -> set[str]:
    rules = rule_files(project)
    needed = set[str]()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in rules:
            raise QueryError("no-rule", remedy="there-are", name=name, names=", ".join(rules))
        if name not in needed:
            needed.add(name)
            waiting += needs(read_text(rules[name])) or []
    return needed
