"""Links as pages show them: what they join, by what, and why; each with an anchor of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.site.node import content, unfold
from pan2kg.site.place import kind_and_key
from pan2kg.site.template import escape, markup
from pan2kg.vocabulary import ID, PAN

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.basis import Notes, Say
    from pan2kg.site.node import Node
    from pan2kg.site.speaker import Speaker

KINDS: Final = (
    "uses-instrument", "instrument-relation", "cross-reference", "builds-on", "succession", "interaction",
    "external-statement", "shared-instrument", "shared-body", "shared-target-group", "shared-topic",
)  # fmt: skip
"""Kinds of links in the order in which a page has them."""
ENDS: Final = (PAN + "from", PAN + "to", PAN + "between")
COUNTING: Final = ("accepted", "derived")
"""The statuses of links that count."""
UNFOLDED: Final = 12
"""How many links by something shared are listed without being folded."""
_FROM: Final = "http://www.w3.org/ns/prov#wasDerivedFrom"
_TOLD: Final = frozenset({*ENDS, _FROM, PAN + "linkType", PAN + "relation", PAN + "via", PAN + "derivedBy"})
"""What the line of a link says already."""
_OWNERS: Final = (PAN + "involvedIn", PAN + "from")
"""Whose statement it is a link was derived from."""


@dataclass(frozen=True, slots=True)
class End:
    """An end of a link: its name and address, and those of its plan; empty for a plan and for what is in none."""

    thing: Markup
    plan: Markup

    def written(self) -> str:
        """The end with its plan."""
        return f'{self.thing} <span class="plan">{self.plan}</span>' if self.plan else self.thing


@dataclass(frozen=True, slots=True)
class Connection:
    """A link: its key and kind, what it says, where it starts and leads, by way of what, and the why of it.

    ``way`` is ``out`` or ``in`` seen from the thing of the page, ``both`` where it has no direction, and ``over``
    where it is seen from outside; the ends are then both there, else only the other one. ``rests`` are the statements
    of others a link was derived from, each with whose it is.
    """

    key: str
    kind: str
    way: str
    relation: Markup
    ends: tuple[End, ...]
    via: tuple[Markup, ...]
    why: Node
    status: str
    rests: tuple[tuple[Markup, Node], ...]

    @property
    def counts(self) -> bool:
        """Whether it is more than a proposal."""
        return self.status in COUNTING

    @property
    def is_stated(self) -> bool:
        """Whether a document says so, not the editors or a rule."""
        return self.why.mark is not None and self.why.mark.badge == "declared"

    def written(self, t: Say, *, anchor: bool = True) -> Markup:
        """The link as an item of a list, which addresses may point to where it has an ``anchor``."""
        mark = self.why.mark
        name = f' id="{escape(self.key)}"' if anchor else ""
        status = "" if self.counts else f'<span class="badge gap">{escape(t(f"status-{self.status}"))}</span>'
        via = f'<span class="via">{escape(t("by-way-of"))} {", ".join(self.via)}</span>' if self.via else ""
        return markup(
            f'<li{name} class="link {mark.badge if mark else ""}">\n{self._joined(t)}'
            f"{mark.written(t) if mark else ''}\n{status}{via}{self._reasons(t)}</li>\n"
        )

    def _joined(self, t: Say) -> str:
        """What the link joins, and by what relation."""
        ends = [end.written() for end in self.ends]
        if self.way == "over":
            arrow = f' <span class="relation">{self.relation} →</span> '
            return (arrow if self.relation else ' <span class="relation">↔</span> ').join(ends)
        if self.way == "in":
            here = f'<span class="relation">{self.relation} → {escape(t("here"))}</span>'
            return f"{', '.join(ends)}{escape(t('colon'))} {here}\n"
        before = f'<span class="relation">{self.relation}{escape(t("colon"))}</span> ' if self.relation else ""
        return f"{before}{', '.join(ends)}"

    def _reasons(self, t: Say) -> str:
        """Why there is a link: what is quoted, the statements it was derived from, what else is said of it."""
        if not (self.why.quotes or self.rests or self.why.facts):
            return ""
        quotes = "".join([quote.written(t) for quote in self.why.quotes])
        rests = [f"{owner}{escape(t('colon'))} {node.written(t)}" for owner, node in self.rests]
        facts = [f"{fact.heading(t)} {content(one, t)}" for fact in self.why.facts for one in fact.values]
        filled = filter(None, (rests, facts))
        lists = "".join(f'<ul class="facts"><li>{"</li><li>".join(items)}</li></ul>' for items in filled)
        return f"<details><summary>{escape(t('why'))}</summary>\n{quotes}{lists}</details>\n"


@dataclass(frozen=True, slots=True)
class Group:
    """The links of one kind."""

    kind: str
    name: str
    connections: tuple[Connection, ...]

    @property
    def number(self) -> int:
        """How many there are, proposals and rejected ones left out."""
        return sum(one.counts for one in self.connections)

    def written(self, t: Say) -> Markup:
        """The links as a list; a long one of weak links is folded."""
        items = "".join([one.written(t) for one in self.connections])
        listed = f'<ul class="links">\n{items}</ul>\n'
        if len(self.connections) <= UNFOLDED or not self.kind.startswith("shared-"):
            return markup(listed)
        words = escape(t("links-listed", n=len(self.connections)))
        return markup(f'<details class="many"><summary>{words}</summary>\n{listed}</details>\n')


def links_of(speaker: Speaker, iri: str) -> list[str]:
    """The links a thing is an end of."""
    return speaker.library.statements.pointing(iri, *ENDS)


def grouped(notes: Notes, links: Iterable[str], here: str = "") -> list[Group]:
    """Links by kind, as seen from the thing of the page, else from outside; those of a kind by plan and name."""
    speaker = notes.speaker
    found: dict[str, list[tuple[tuple[str, ...], Connection]]] = {}
    for link in links:
        made = connection(notes, link, here)
        found.setdefault(made.kind, []).append((_order(speaker, link, here), made))
    kinds = sorted(found, key=lambda kind: (KINDS.index(kind) if kind in KINDS else len(KINDS), kind))
    return [
        Group(kind, _named(speaker, kind, ordered), ordered)
        for kind in kinds
        if (ordered := tuple(one for _, one in sorted(found[kind], key=lambda pair: pair[0])))
    ]


def _named(speaker: Speaker, kind: str, made: Iterable[Connection]) -> str:
    """What links of a kind are called: who says so of those that are made from outside."""
    stated = {one.is_stated for one in made}
    if kind == "external-statement" and stated != {True}:
        return speaker.t("tie-external-both" if True in stated else "tie-comparison")
    return kind_name(speaker, kind)


def kind_name(speaker: Speaker, kind: str) -> str:
    """What a kind of links is called, as a heading."""
    return speaker.t(f"tie-{kind}") if kind in KINDS else speaker.name(f"{ID}linktype/{kind}")


def connection(notes: Notes, link: str, here: str) -> Connection:
    """One link."""
    speaker, statements = notes.speaker, notes.speaker.library.statements
    starts, leads = statements.values(link, ENDS[0]), statements.values(link, ENDS[1])
    both = statements.values(link, ENDS[2])
    way = "over" if not here else "both" if both else "out" if here in starts else "in"
    ends = [iri for iri in (*starts, *leads, *both) if iri != here]
    return Connection(
        kind_and_key(link)[1] or link.rpartition("/")[2],
        kind_of_link(speaker, link),
        way,
        markup(", ".join(str(speaker.label(iri)) for iri in statements.values(link, PAN + "relation"))),
        tuple(End(speaker.link(iri), _plan(speaker, iri, short=not here)) for iri in ends),
        tuple(map(speaker.link, statements.values(link, PAN + "via"))),
        unfold(notes, link, frozenset({here, *ends} if here else ends), without=_TOLD),
        kind_and_key(statements.one(link, PAN + "status"))[1],
        tuple(_rested(notes, one, owner) for one, owner in _rests(speaker, link) if owner != here),
    )


def kind_of_link(speaker: Speaker, link: str) -> str:
    """The key of the type of a link."""
    return kind_and_key(speaker.library.statements.one(link, PAN + "linkType"))[1]


def _rests(speaker: Speaker, link: str) -> Iterator[tuple[str, str]]:
    """The statements a link was derived from, and whose they are."""
    statements = speaker.library.statements
    for iri in statements.values(link, _FROM):
        yield iri, next((found for name in _OWNERS if (found := statements.one(iri, name))), "")


def _rested(notes: Notes, iri: str, owner: str) -> tuple[Markup, Node]:
    """A statement a link was derived from, under the name of whose it is."""
    shared = frozenset({owner, notes.speaker.library.statements.one(iri, PAN + "involves")})
    node = unfold(notes, iri, shared, without=frozenset({PAN + "linkType", *_OWNERS}))
    return (notes.speaker.link(owner) if owner else markup("")), node


def _plan(speaker: Speaker, iri: str, *, short: bool) -> Markup:
    """The plan of an end, by its short name where two plans are compared and named above."""
    plans = speaker.library.statements.values(iri, PAN + "inPlan")
    if short:
        return markup(", ".join(str(speaker.short(plan)) for plan in plans))
    return speaker.links(plans)


def _order(speaker: Speaker, link: str, here: str) -> tuple[str, ...]:
    statements = speaker.library.statements
    ends = [iri for name in ENDS for iri in statements.values(link, name) if iri != here]
    plans = (statements.one(iri, PAN + "inPlan") or iri for iri in ends)
    return (*(speaker.name(plan).casefold() for plan in plans), *(speaker.name(iri).casefold() for iri in ends), link)
