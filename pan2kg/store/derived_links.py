"""The links rules derive, as a view over what actions and plans share.

Two works of different plans are linked by each text, body, topic and target group they share. What defines these links
are the rules in ``queries/rules/`` from ``40-shared-instrument`` on; they join every two works, which grows with the
square of how many share a thing. Here the same triples are made from tables of work × thing, in about a third of the
time, and of a graph that has more than :data:`ALL` of them only the :data:`TOP` of each work and kind, through what
fewest works share. Each link that is made is the one the rules make, with everything they say of it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final, NamedTuple

import pyoxigraph as ox

from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, Store, Term, select
from pan2kg.turtle.vocabulary import ID, PAN, RDF, thing

KINDS: Final = ("shared-instrument", "shared-body", "shared-topic", "shared-target-group")
"""The kinds of derived links, the strongest evidence first."""
LINK_RULES: Final = (*KINDS, "derived-from", "derived-level", "linked-to", "linked-to-at-level")
"""The rules whose triples are made here, in the order in which they run."""
ALL: Final = 100_000
"""Up to so many links are made, all of them; of a graph with more, those of each work that are strongest."""
TOP: Final = 2
"""Of each work and kind so many links are made where there are too many: those through what fewest works share."""

Pair = tuple[str, str]

_OFFICIAL, _OTHER, _EDITORS = 2, 3, 4
LEVELS: Final = ("plan", "official", "other", "editors")
"""The levels of evidence by rank, from 1."""
JOINED: Final = {
    "linked-to": {"linkedTo": _OFFICIAL},
    "linked-to-at-level": {"linkedToAtPlan": 1, "linkedToAtOther": _OTHER, "linkedToAtEditors": _EDITORS},
}
"""The plain triples of rules, each with the weakest rank at which two works have it."""
_COUNTED: Final = frozenset((f"{ID}linkstatus/accepted", f"{ID}linkstatus/derived"))
DERIVED_FROM: Final = "http://www.w3.org/ns/prov#wasDerivedFrom"
"""The property by which a derived link names the statements it rests on."""


class BlankNodeError(Exception):
    """A node without a name stands where a link needs one: what follows of it say the rules themselves."""


class Link(NamedTuple):
    """A derived link: its kind, its two ends sorted, and what they share, as terms are written in N-Triples."""

    iri: str
    kind: str
    ends: Pair
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a view, and in how many ways works are joined in all."""

    every: tuple[Link, ...]
    number: int
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class SharedIncidence:
    """Which works share what of one kind: the table of work × thing that its links are read from, both ways sorted."""

    kind: str
    homes: Mapping[str, frozenset[str]]
    works: Mapping[str, Sequence[str]]
    things: Mapping[str, Sequence[str]]

    def joins(self, work_a: str, work_b: str) -> bool:
        """Whether two works are of different plans."""
        return len(self.homes[work_a] | self.homes[work_b]) > 1

    @property
    def ways(self) -> int:
        """In how many ways works of different plans share a thing, in closed form; no link has less than one."""
        return sum(map(self._ways, self.works.values()))

    def _ways(self, works: Sequence[str]) -> int:
        of_plan = Counter(self.homes[work] for work in works)
        within_plan = sum(number * number for homes, number in of_plan.items() if len(homes) == 1)
        return int((len(works) ** 2 - within_plan) // 2)

    def pairs(self) -> dict[Pair, list[str]]:
        """Every two works of different plans that share something, with what they share."""
        by_pair: dict[Pair, list[str]] = {}
        for shared, works in self.works.items():
            for work_a, work_b in combinations(works, 2):
                if self.joins(work_a, work_b):
                    by_pair.setdefault((work_a, work_b), []).append(shared)
        return by_pair

    def strongest(self, top: int) -> dict[Pair, list[str]]:
        """Of each work the ``top`` pairs through what fewest works share, with all that the two share.

        Among those that share a thing the ones that follow in the order of addresses are taken, so that a thing many
        share does not lead everybody to the first of them.
        """
        by_pair: dict[Pair, list[str]] = {}
        places = {shared: {work: at for at, work in enumerate(works)} for shared, works in self.works.items()}
        for work_a, shared_by in self.things.items():
            partners: set[str] = set()
            for shared in sorted(shared_by, key=lambda shared: (len(self.works[shared]), shared)):
                for work_b in _following(self.works[shared], places[shared][work_a]):
                    if len(partners) == top:
                        break
                    if work_b not in partners and self.joins(work_a, work_b):
                        partners.add(work_b)
                        ends = (work_a, work_b) if work_a < work_b else (work_b, work_a)
                        by_pair.setdefault(ends, sorted({*shared_by}.intersection(self.things[work_b])))
        return by_pair


def _following(works: Sequence[str], at: int) -> Iterator[str]:
    for step in range(1, len(works)):
        yield works[(at + step) % len(works)]


def read_incidences(store: Store) -> tuple[SharedIncidence, ...]:
    """The table of each kind, strongest first.

    Raises:
        BlankNodeError: a work, or what it shares, has no name.
    """
    homes: dict[str, set[str]] = defaultdict(set)
    for work, home in _rows(store, "links/works"):
        homes[_iri(work)].add(_written(home))
    of = {work: frozenset(at) for work, at in homes.items()}
    works: dict[str, dict[str, list[str]]] = {kind: defaultdict(list) for kind in KINDS}
    by_kind: dict[str, dict[str, list[str]]] = {kind: defaultdict(list) for kind in KINDS}
    rows = sorted((_text(kind), _iri(work), _written(shared)) for kind, work, shared in _rows(store, "links/shared"))
    for kind, one, shared in rows:
        if one in of:
            works[kind][shared].append(one)
            by_kind[kind][one].append(shared)
    return tuple(SharedIncidence(kind, of, works[kind], by_kind[kind]) for kind in KINDS)


def read_links(store: Store, space: str, *, kinds: Collection[str] = KINDS, limit: int = ALL, top: int = TOP) -> Links:
    """The derived links of some kinds, of a store in which the rules before them have run.

    Raises:
        BlankNodeError: a work, or what it shares, has no name.
    """
    tables = [table for table in read_incidences(store) if table.kind in kinds]
    number = sum(table.ways for table in tables)
    whole = number <= limit
    pairs = ((table.kind, table.pairs() if whole else table.strongest(top)) for table in tables)
    every = tuple(
        Link(link_key(kind, ends, space), kind, ends, tuple(sorted(shared)))
        for kind, of in pairs
        for ends, shared in of.items()
    )
    return Links(every, number, whole)


def missing_links(store: LocalStore) -> tuple[int, int] | None:
    """How many derived links a store has, and in how many ways its works are joined, where that is too many for all.

    None where all of them are there, or none was to be.
    """
    waits = bool(store.waiting)
    count_held = sum(1 for _ in store.held.quads_for_pattern(None, ox.NamedNode(f"{PAN}derivedBy"), None))
    try:
        ways = sum(table.ways for table in read_incidences(store)) if count_held or waits else 0
        if waits and ways > ALL:
            count_held = len(read_links(store, "").every)
    except BlankNodeError:
        return None
    return (count_held, ways) if ways > max(ALL, count_held) else None


def link_key(kind: str, ends: Pair, space: str) -> str:
    """The address of a derived link; that of :func:`pan2kg.turtle.vocabulary.link_iri` for ends that are sorted."""
    digest = hashlib.sha256(f"{kind}||{ends[0]}|{ends[1]}||".encode()).hexdigest()
    return thing("link", digest[:16], space)


def joined_works(store: LocalStore, links: Links, levels: Mapping[Pair, int]) -> dict[Pair, int]:
    """The works that are linked, each two sorted, with the firmest rank: by these links and all others that count.

    ``levels`` are those of :func:`read_levels`.
    """
    ranks: dict[Pair, int] = {}
    for (work_a, work_b), rank in _Made(store, links, levels).joined().items():
        ends = (work_a, work_b) if work_a < work_b else (work_b, work_a)
        ranks[ends] = min(rank, ranks.get(ends, rank))
    return ranks


class _Made:
    """What follows from derived links, and from what is stated of links: levels, statements and plain triples."""

    def __init__(self, store: LocalStore, links: Links, levels: Mapping[Pair, int]) -> None:
        self.links: Final = links.every
        self.stated: Final = _stated(store)
        self._masks: Final = levels
        kinds = {f"{ID}linktype/{kind}": kind for kind in KINDS}
        by_iri = {link.iri: link for link in self.links}
        self.typed: Final = [
            (link, kinds[kind], _with(statements, by_iri.get(link)))
            for link, statements in self.stated.items() for kind in statements["linkType"] if kind in kinds
        ]  # fmt: skip
        """Links of these kinds that are stated too: they have what is said of them as well as what is derived."""

    def shares(self) -> Iterator[tuple[str, str, Iterable[Pair], Collection[str]]]:
        """Each link of a derived kind: its address, its kind, the pairs it joins, and what they share."""
        again = {link for link, *_ in self.typed}
        for link in self.links:
            if link.iri not in again:
                yield link.iri, link.kind, (link.ends,), link.shared
        for iri, kind, statements in self.typed:
            yield iri, kind, _sorted_pairs(statements["between"]), statements["via"]

    def ranks(self) -> Iterator[tuple[str, int, Iterable[Pair]]]:
        """The rank of each link of a derived kind that has one."""
        masks = self._masks
        for iri, kind, pairs, shared in self.shares():
            if rank := rank_of(kind, pairs, shared, masks):
                yield iri, rank, pairs

    def joined(self) -> dict[Pair, int]:
        """The firmest rank at which two works are linked, by derived links and by all others that count."""
        ranks_of: dict[Pair, int] = {}
        counted = {iri for iri, statements in self.stated.items() if _COUNTED & statements["status"]}
        derived = {link.iri for link in self.links}
        for iri, rank, pairs in self.ranks():
            if iri in derived or iri in counted:
                for pair in pairs:
                    ranks_of[pair] = min(rank, ranks_of.get(pair, rank))
        for iri, statements in self.stated.items():
            if iri in counted or iri in derived:
                ranks = [_RANKS[level] for level in statements["evidenceLevel"] if level in _RANKS]
                for rank, pair in product(
                    ranks, (*_sorted_pairs(statements["between"]), *product(statements["from"], statements["to"]))
                ):
                    ranks_of[pair] = min(rank, ranks_of.get(pair, rank))
        return ranks_of


def rank_of(kind: str, pairs: Iterable[Pair], shared: Collection[str], levels: Mapping[Pair, int]) -> int:
    """The rank of a link by its kind, the pairs it joins and what they share; 0 where no level is known."""
    if kind in KINDS[2:]:
        return _EDITORS
    both = 0
    for (work_a, work_b), via in product(pairs, shared):
        both |= levels.get((work_a, via), 0) & levels.get((work_b, via), 0)
    both = (both | both >> 4) & 0b1111
    return (both & -both).bit_length()


_RANKS: Final = {f"{ID}evidencelevel/{name}": rank for rank, name in enumerate(LEVELS, 1)}


def _with(statements: Mapping[str, set[str]], link: Link | None) -> Mapping[str, Collection[str]]:
    between, via = (link.ends, link.shared) if link else ((), ())
    return {"between": statements["between"].union(between), "via": statements["via"].union(via)}


def _sorted_pairs(ends: Iterable[str]) -> Sequence[Pair]:
    return tuple(combinations(sorted(ends), 2))


def _stated(store: LocalStore) -> dict[str, dict[str, set[str]]]:
    by_link: dict[str, dict[str, set[str]]] = {}
    for link, name, value in _rows(store, "links/described"):
        key = _iri(name).removeprefix(PAN)
        statements = by_link.setdefault(_iri(link), defaultdict(set))
        statements[key].add(_written(value) if key == "via" else _text(value))
    return by_link


def read_levels(store: Store) -> dict[tuple[str, str], int]:
    """For each work and what it rests on or involves, a bit a rank: the low four of texts, the high four of bodies."""
    levels: dict[tuple[str, str], int] = {}
    for work, shared, rank in _rows(store, "links/levels"):
        ends = _iri(work), _written(shared)
        levels[ends] = levels.get(ends, 0) | 1 << (int(_text(rank)) - 1)
    return levels


def derive_links(
    store: LocalStore, graphs: Mapping[str, str], space: str, *, limit: int = ALL, top: int = TOP
) -> Links:
    """Add to a store what these rules derive, each into its named graph; the links that were made.

    ``graphs`` names the graph of each rule that is wanted. The rules these build on have run.

    Raises:
        BlankNodeError: a node without a name stands where a link needs one; the store is as it was.
    """
    kinds = KINDS if {*graphs}.difference(KINDS) else {*graphs}
    links = read_links(store, space, kinds=kinds, limit=limit, top=top)
    derivation = _Made(store, links, read_levels(store))
    statements = read_grounds(store) if "derived-from" in graphs else {}
    lines_of: dict[str, Iterator[str]] = {kind: _nodes(links, kind) for kind in KINDS}
    lines_of["derived-from"] = (
        f"<{iri}> <{DERIVED_FROM}> {statement} .\n"
        for iri, kind, pairs, shared in derivation.shares()
        for end, via in product({end for pair in pairs for end in pair}, shared)
        for statement in statements.get((kind, end, via), ())
    )
    lines_of["derived-level"] = (
        f"<{iri}> <{PAN}evidenceLevel> <{ID}evidencelevel/{LEVELS[rank - 1]}> .\n"
        for iri, rank, _ in derivation.ranks()
    )
    joined = derivation.joined() if JOINED.keys() & graphs.keys() else {}
    lines_of |= {rule: _plain(joined, names) for rule, names in JOINED.items()}
    # what is read of the store is read before anything is added to it: a link made twice says nothing new
    texts = {graph: "".join(lines_of[rule]) for rule, graph in graphs.items()}
    for graph, text in texts.items():
        # the engine wrote these terms itself: to look at each again takes a fifth of the time
        to = ox.NamedNode(graph)
        store.inner.load(text.encode(), format=ox.RdfFormat.N_TRIPLES, to_graph=to, lenient=True)
    return links


def _nodes(links: Links, kind: str) -> Iterator[str]:
    alike = (
        (f"{RDF}type", f"<{PAN}Link>"),
        (f"{PAN}linkType", f"<{ID}linktype/{kind}>"),
        (f"{PAN}status", f"<{ID}linkstatus/derived>"),
        (f"{PAN}certainty", f"<{ID}certainty/derived>"),
        (f"{PAN}derivedBy", f'"{kind} {VERSIONS[kind]}"'),
    )
    between, via = f"{PAN}between", f"{PAN}via"
    for link in links.every:
        if link.kind == kind:
            pairs_said = [
                *alike,
                *((between, f"<{end}>") for end in link.ends),
                *((via, shared) for shared in link.shared),
            ]
            yield "".join([f"<{link.iri}> <{name}> {value} .\n" for name, value in pairs_said])


VERSIONS: Final = dict.fromkeys(KINDS, 1)
"""The version of each rule that makes links, as its links say."""


def _plain(joined: Mapping[Pair, int], names: Mapping[str, int]) -> Iterator[str]:
    for (work_a, work_b), rank in joined.items():
        for name, weakest in names.items():
            if rank <= weakest:
                yield f"<{work_a}> <{PAN}{name}> <{work_b}> .\n<{work_b}> <{PAN}{name}> <{work_a}> .\n"


def read_grounds(store: Store) -> dict[tuple[str, str, str], list[str]]:
    """The statements a link rests on, by its kind, one of its ends and what is shared.

    Raises:
        BlankNodeError: a statement has no name.
    """
    grounds: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for kind, end, shared, statement in _rows(store, "links/statements"):
        grounds[_text(kind), _text(end), _written(shared)].append(_written(statement))
    return grounds


def _rows(store: Store, name: str) -> Iterable[tuple[Term | None, ...]]:
    return select(store, program_query(name)).rows


def _iri(term: Term | None) -> str:
    if not isinstance(term, ox.NamedNode):
        raise BlankNodeError
    return term.value


def _text(term: Term | None) -> str:
    if term is None or isinstance(term, ox.BlankNode):
        raise BlankNodeError
    return term.value


def _written(term: Term | None) -> str:
    if term is None or isinstance(term, ox.BlankNode):
        raise BlankNodeError
    return str(term)
