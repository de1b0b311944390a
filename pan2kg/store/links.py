"""Links of works that share something, as the rules define them, read off tables of work × thing.

Two works of different plans are linked by each thing they share: a text, a body, a topic. What can
be shared is said by the concepts of ``scheme:linktype`` that have ``pan:joins``: :func:`link_kinds`
reads them, and nothing else lists these kinds. The rules that make links are run as they are written
where a thing has no name or somebody states a link of such a kind; here the same links are made in a
third of the time. Of more than :data:`ALL` only the :data:`TOP` of each work and kind are made,
through what fewest works share: the number of links grows with the square of what is shared.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import NamedTuple, TypeVar

import pyoxigraph as ox

from pan2kg.store.program import program_query
from pan2kg.store.queries import LEVELS
from pan2kg.store.store import LocalStore, Store, Term, is_true, plain, select, text_rows
from pan2kg.turtle.vocabulary import ID, PAN, RDF, rule_of, thing

SHARED = "shared"
"""The rule that makes links of works that share something, each kind in a graph of its own."""
LINK_RULES = (SHARED, "derived-from", "derived-level", "linked-to", "linked-to-at-level")
"""The rules whose triples are made here, in the order in which they run."""
ALL = 100_000
"""Up to so many links are made, all of them; of a graph with more, those of each work that are strongest."""
TOP = 2
"""Of each work and kind so many links are made where there are too many."""
JOINED = {
    "linked-to": {"linkedTo": 2},
    "linked-to-at-level": {"linkedToAtPlan": 1, "linkedToAtOther": 3, "linkedToAtEditors": 4},
}
"""The plain triples of rules, each with the weakest rank at which two works have it."""
BY_EDITORS = "editors"
"""What ``pan:levelOfLink`` says where editors assigned what is shared; else it is ``weaker-side``."""
DERIVED_FROM = "http://www.w3.org/ns/prov#wasDerivedFrom"
VERSION = 1
_RANKS = {f"{ID}evidencelevel/{name}": rank for rank, name in enumerate(LEVELS, 1)}
_NO_LEVELS: frozenset[int] = frozenset()
_COUNTED = frozenset((f"{ID}linkstatus/accepted", f"{ID}linkstatus/derived"))
_ALIKE = (
    f"<{RDF}type> <{PAN}Link>",
    f"<{PAN}status> <{ID}linkstatus/derived>",
    f"<{PAN}certainty> <{ID}certainty/derived>",
)
"""What is said of every derived link."""
Pair = tuple[str, str]
T = TypeVar("T")
K = TypeVar("K")


class AsWrittenError(Exception):
    """A node without a name stands where a link needs one, or a link is stated too: the rules have to say it."""


class LinkKind(NamedTuple):
    """A kind of derived links, as its concept says.

    ``joins`` is the property whose value the two works share. ``strength`` is its place among the
    kinds, from 1, the strongest evidence. Where ``is_by_editors``, every link rests on the editors'
    word; else on that of the weaker of its two sides. ``is_shown_first`` says whether pages and
    pictures show it where nothing is chosen.
    """

    iri: str
    name: str
    joins: str
    strength: int
    is_by_editors: bool
    is_shown_first: bool
    definitions: Mapping[str, str]


class Link(NamedTuple):
    """A derived link: its address, its kind, the two works it joins, and in N-Triples what they share."""

    iri: str
    kind: LinkKind
    ends: Pair
    shared: tuple[str, ...]


@dataclass(frozen=True)
class WorksByShared:
    """What can be shared: ``homes`` has the plans of each work, ``tables`` by kind the works of each thing."""

    homes: Mapping[str, set[str]]
    tables: Mapping[str, Mapping[str, list[str]]]

    def ways(self) -> int:
        """In how many ways works of different plans are joined: once for each thing two of them share."""
        number = 0
        for works_of in self.tables.values():
            for works in works_of.values():
                of_plan = Counter(frozenset(self.homes[work]) for work in works)
                within = sum(n * n for plans, n in of_plan.items() if len(plans) == 1)
                number += (len(works) ** 2 - within) // 2
        return number

    def are_of_two_plans(self, work_a: str, work_b: str) -> bool:
        return len(self.homes[work_a] | self.homes[work_b]) > 1


def _named(term: Term | None) -> str:
    if term is None or isinstance(term, ox.BlankNode):
        raise AsWrittenError
    return str(term)


def _iri(term: Term | None) -> str:
    return _named(term)[1:-1]


def _rows(store: Store, name: str) -> Sequence[tuple[Term | None, ...]]:
    return select(store, program_query(name)).rows


def link_kinds(store: Store) -> dict[str, LinkKind]:
    """The kinds of links that rules derive, by name, the strongest first.

    >>> from pan2kg.project import Project
    >>> from pan2kg.store.project_files import load_project
    >>> [kind.name for kind in link_kinds(load_project(Project.packaged())).values()]
    ['shared-instrument', 'shared-body', 'shared-target-group', 'shared-topic']
    """
    definitions: dict[str, dict[str, str]] = {}
    for concept, words in _rows(store, "links/kind-definitions"):
        if isinstance(words, ox.Literal):
            definitions.setdefault(plain(concept), {})[words.language or ""] = words.value
    kinds = {}
    for row in text_rows(store, program_query("links/kinds")):
        iri, name, joins, strength, level, is_first = row
        kinds[name] = LinkKind(
            iri,
            name,
            joins,
            int(strength),
            level == BY_EDITORS,
            is_true(is_first),
            definitions.get(iri, {}),
        )
    return kinds


def read_shared(store: Store) -> WorksByShared:
    """What the works of a store can share, by kind of link; works of a thing are in the order of addresses.

    Raises:
        AsWrittenError: a work or a plan has no name.
    """
    homes: dict[str, set[str]] = defaultdict(set)
    for work, home in _rows(store, "links/works"):
        if not isinstance(work, ox.NamedNode):
            raise AsWrittenError
        homes[work.value].add(_named(home))
    entries = [
        (plain(kind), _iri(work), _named(value))
        for kind, work, value in _rows(store, "links/shared")
    ]
    tables: dict[str, dict[str, list[str]]] = {}
    for name, subject, shared in sorted(entries):
        if subject in homes:
            tables.setdefault(name, {}).setdefault(shared, []).append(subject)
    return WorksByShared(homes, tables)


def _every_pair(works: WorksByShared, kind: str) -> dict[Pair, list[str]]:
    by_pair: dict[Pair, list[str]] = {}
    for shared, members in works.tables[kind].items():
        for pair in combinations(members, 2):
            if works.are_of_two_plans(*pair):
                by_pair.setdefault(pair, []).append(shared)
    return by_pair


def _strongest_pairs(works: WorksByShared, kind: str, top: int) -> dict[Pair, list[str]]:
    """Of each work the ``top`` pairs through what fewest works share, with all that the two share.

    Among those that share a thing the ones that follow in the order of addresses are taken, not
    everybody's first.
    """
    works_of = works.tables[kind]
    shared_by: dict[str, set[str]] = defaultdict(set)
    for shared, members in works_of.items():
        for work in members:
            shared_by[work].add(shared)

    def partners_of(work: str) -> Iterator[str]:
        for shared in sorted(shared_by[work], key=lambda shared: (len(works_of[shared]), shared)):
            members = works_of[shared]
            place = places[shared][work]
            for step in range(1, len(members)):
                partner = members[(place + step) % len(members)]
                if works.are_of_two_plans(work, partner):
                    yield partner

    places = {
        shared: {work: place for place, work in enumerate(members)}
        for shared, members in works_of.items()
    }
    by_pair: dict[Pair, list[str]] = {}
    for work in sorted(shared_by):
        partners: set[str] = set()
        for partner in partners_of(work):
            if len(partners) == top:
                break
            partners.add(partner)
            ends = (work, partner) if work < partner else (partner, work)
            by_pair.setdefault(ends, sorted(shared_by[work] & shared_by[partner]))
    return by_pair


def read_links(store: Store, space: str, *, limit: int = ALL, top: int = TOP) -> dict[str, Link]:
    """The links of works that share something, by address; addresses begin with ``space``.

    Where works are joined in more ways than ``limit``, the ``top`` links of each work and kind are
    made alone.

    Raises:
        AsWrittenError: something that a link needs has no name.
    """
    kinds = link_kinds(store)
    works = read_shared(store)
    has_too_many = works.ways() > limit
    links = {}
    for name in works.tables:
        kind = kinds[name]
        if has_too_many:
            by_pair = _strongest_pairs(works, name, top)
        else:
            by_pair = _every_pair(works, name)
        for ends, shared in by_pair.items():
            # as pan2kg.turtle.vocabulary.link_iri makes it for ends that are sorted
            digest = hashlib.sha256(f"{name}||{ends[0]}|{ends[1]}||".encode()).hexdigest()
            iri = thing("link", digest[:16], space)
            links[iri] = Link(iri, kind, ends, tuple(sorted(shared)))
    return links


class _Said(NamedTuple):
    """What is said of links: on whose word each rests, and on what statements.

    ``levels`` has for each work and what it rests on or involves the numbers of its levels, as
    ``links/levels`` counts them: those of texts from 1, then those of bodies. ``grounds`` are
    statements by the kind of link, an end and what is shared.
    """

    levels: Mapping[Pair, set[int]]
    grounds: Mapping[tuple[str, str, str], Sequence[str]]

    def rests(self, link: Link) -> list[str]:
        places = product((link.kind.name,), link.ends, link.shared)
        return sorted({ground for place in places for ground in self.grounds.get(place, ())})

    def rank(self, link: Link) -> int:
        """The rank of the level of evidence of a link, 1 the firmest; 0 where nobody says it."""
        if link.kind.is_by_editors:
            return len(LEVELS)
        firmest = 0
        start, end = link.ends
        for shared in link.shared:
            of_both = self.levels.get((start, shared), _NO_LEVELS) & self.levels.get(
                (end, shared), _NO_LEVELS
            )
            for level in of_both:
                rank = (level - 1) % len(LEVELS) + 1
                firmest = min(firmest or rank, rank)
        return firmest


def _read_said(store: Store) -> _Said:
    levels: dict[Pair, set[int]] = defaultdict(set)
    for work, shared, level in _rows(store, "links/levels"):
        levels[_iri(work), _named(shared)].add(int(plain(level)))
    grounds: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for kind, end, shared, statement in _rows(store, "links/statements"):
        grounds[plain(kind), _iri(end), _named(shared)].append(_named(statement))
    return _Said(levels, grounds)


def _refuse_stated(store: Store, links: Mapping[str, Link]) -> None:
    # somebody states a link of a kind that is derived, or says more of one: other rules read both
    kinds = link_kinds(store)
    own_types = {kind.iri for kind in kinds.values()}
    own_graphs = {*kinds, *LINK_RULES}
    for link, type_, graph in text_rows(store, program_query("links/spoken-of")):
        is_own = link in links or type_ in own_types
        if is_own and rule_of(graph) not in own_graphs:
            raise AsWrittenError


def gathered(pairs: Iterable[tuple[K, T]]) -> dict[K, list[T]]:
    """The second members of pairs by the first ones, in their order.

    >>> gathered([("a", 1), ("b", 2), ("a", 3)])
    {'a': [1, 3], 'b': [2]}
    """
    groups: dict[K, list[T]] = defaultdict(list)
    for name, member in pairs:
        groups[name].append(member)
    return dict(groups)


def _stated_joins(store: Store) -> Iterator[tuple[Pair, int]]:
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
            ranks = filter(None, map(_RANKS.get, statements["evidenceLevel"]))
            yield from product(pairs, ranks)


def _joined_works(joins: Iterable[tuple[Pair, int]]) -> dict[Pair, int]:
    """The firmest rank at which two works are joined, by the works in the order of addresses."""
    ranks: dict[Pair, int] = {}
    for (work_a, work_b), rank in joins:
        ends = (work_a, work_b) if work_a < work_b else (work_b, work_a)
        ranks[ends] = min(rank, ranks.get(ends, rank))
    return ranks


def _lines_of_link(link: Link, said: _Said) -> Iterator[tuple[str, str]]:
    """What is said of a link as pairs: the graph that says it, and verb and value in N-Triples."""
    name = link.kind.name
    for line in _ALIKE:
        yield name, line
    yield name, f"<{PAN}linkType> <{link.kind.iri}>"
    yield name, f'<{PAN}derivedBy> "{name} {VERSION}"'
    for end in link.ends:
        yield name, f"<{PAN}between> <{end}>"
    for shared in link.shared:
        yield name, f"<{PAN}via> {shared}"
    for statement in said.rests(link):
        yield "derived-from", f"<{DERIVED_FROM}> {statement}"
    if rank := said.rank(link):
        yield "derived-level", f"<{PAN}evidenceLevel> <{ID}evidencelevel/{LEVELS[rank - 1]}>"


def _lines_of_joins(joined: Mapping[Pair, int]) -> Iterator[tuple[str, str]]:
    for (work_a, work_b), rank in joined.items():
        for rule, weakest_of in JOINED.items():
            for name, weakest in weakest_of.items():
                if rank <= weakest:
                    yield rule, f"<{work_a}> <{PAN}{name}> <{work_b}> .\n"
                    yield rule, f"<{work_b}> <{PAN}{name}> <{work_a}> .\n"


def derive_links(
    store: LocalStore,
    rules: Collection[str],
    graph_of_rule: Callable[[str], str],
    space: str,
    *,
    limit: int = ALL,
    top: int = TOP,
) -> bool:
    """Add to a store what ``rules``, some of :data:`LINK_RULES`, derive; false where they have to run as written.

    ``graph_of_rule`` gives the address of the graph of a rule or kind; those of links begin with ``space``.
    """
    lines: dict[str, list[str]] = defaultdict(list)
    try:
        links = read_links(store, space, limit=limit, top=top)
        _refuse_stated(store, links)
        said = _read_said(store)
        joins = [(link.ends, rank) for link in links.values() if (rank := said.rank(link))]
        joined = _joined_works([*joins, *_stated_joins(store)])
    except AsWrittenError:
        return False
    for link in links.values():
        for rule, line in _lines_of_link(link, said):
            lines[rule].append(f"<{link.iri}> {line} .\n")
    for rule, line in _lines_of_joins(joined):
        lines[rule].append(line)
    for name, written in lines.items():
        rule = SHARED if name not in LINK_RULES else name
        if rule in rules:
            store.load_triples(graph_of_rule(name), "".join(written).encode())
    return True


def missing_links(store: LocalStore) -> tuple[int, int] | None:
    """How many derived links a store has of how many ways its works are joined, where not all of these are there."""
    name = ox.NamedNode(f"{PAN}derivedBy")
    held = sum(1 for _ in store.inner.quads_for_pattern(None, name, None))
    if not held:
        return None
    try:
        ways = read_shared(store).ways()
    except AsWrittenError:
        return None
    return (held, ways) if ways > max(ALL, held) else None
