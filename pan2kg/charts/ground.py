"""What a picture is drawn from: a store read once, a language, and what must stand in its source line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar, cast

import pyoxigraph as ox

from pan2kg.charts.names import Names, read_names
from pan2kg.coherence.links import Links, project
from pan2kg.coherence.reading import read_citations, read_profiles, read_uses
from pan2kg.coherence.strength import hoist
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import Language, Messages, format_of
from pan2kg.store.store import Store, Table, Term, plain, select
from pan2kg.turtle.vocabulary import XSD

if TYPE_CHECKING:
    from pan2kg.coherence.bodies import Profile
    from pan2kg.coherence.citations import Citation
    from pan2kg.coherence.uses import Uses

_WORDS: Final = Messages("chart")

Address = Callable[[tuple[str, ...]], str]
"""Where a mark leads that stands for some things, given their IRIs; empty for nowhere."""

Reading = TypeVar("Reading")

Cell = str | int | float | date | None

_RELEASE = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?version ?issued WHERE {
    { ?set a dcat:Dataset ; dcat:version|owl:versionInfo ?version BIND(0 AS ?rank) }
    UNION
    { ?set a owl:Ontology ; owl:versionInfo ?version BIND(1 AS ?rank) }
    OPTIONAL { ?set dcterms:modified|dcterms:issued ?issued }
} ORDER BY ?rank ?version DESC(?issued)
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """A store with the uses read from it, and how pictures of it are worded.

    ``linking`` are the uses without what whole plans are founded on: what links actions.
    ``as_of`` is the day a picture looks back from; where none is given only what depends on it asks for one.
    """

    store: Store
    uses: Uses
    linking: Uses
    language: Language
    as_of: date | None = None
    issued: str = ""
    address: Address | None = None
    readings: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Who cites whom, read once for all pictures drawn on this ground."""
        return self.once("citations", lambda: read_citations(self.store))

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """Topics, target groups, leads and bodies, read once."""
        return self.once("profiles", lambda: read_profiles(self.store))

    @property
    def across(self) -> Links:
        """The linked pairs of actions of different plans, computed once."""
        return self.once("across", lambda: project(self.linking).across(self.linking))

    def once(self, name: str, read: Callable[[], Reading]) -> Reading:
        """What is read for all pictures drawn on this ground: made when it is first asked for."""
        if name not in self.readings:
            self.readings[name] = read()
        return cast("Reading", self.readings[name])

    def say(self, key: str, **values: object) -> str:
        """Words in the language of the picture."""
        return _WORDS.say(key, self.language, **values)

    def listed(self, parts: Iterable[str]) -> str:
        """Things one after the other, with the semicolons of the language."""
        return format_of("semicolon", self.language).join(parts)

    def names(self, things: Iterable[str]) -> Names:
        """What things are called in the language of the picture."""
        wanted, known = set(things), self.once("names", Names)
        if missing := wanted - known.keys():
            known.update(read_names(self.store, missing, self.language))
        return Names((iri, known[iri]) for iri in wanted)

    def leads(self, *things: str) -> str:
        """Where a mark leads that stands for some things."""
        return self.address(things) if self.address else ""


def read_ground(
    store: Store, language: Language, *, release: str = "", as_of: date | None = None, address: Address | None = None
) -> Ground:
    """Read what every picture needs; without ``release`` the one the store itself names is printed.

    Raises:
        ProjectError: the store holds no action.
    """
    named = [(plain(version), plain(issued)[:10]) for version, issued in select(store, _RELEASE).rows]
    found = named[0] if named and not release else (release, "")
    uses = read_uses(store, release=found[0], as_of=as_of)
    return Ground(store, uses, hoist(uses)[0], language, as_of, found[1], address)


def table(columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Rows of plain values as a table of terms, as answers to questions are; None stays None.

    >>> table(("plan", "linked"), [("http://e/p", 3), ("-", None)]).values("linked")
    ['3', '']
    """
    return Table(columns, tuple(tuple(_term(cell) for cell in row) for row in rows))


def _term(cell: Cell) -> Term | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, date):
        return ox.Literal(cell.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))
    if isinstance(cell, float):
        return ox.Literal(f"{cell:.6f}".rstrip("0").rstrip("."), datatype=ox.NamedNode(f"{XSD}decimal"))
    if isinstance(cell, int):
        return ox.Literal(cell)
    return ox.NamedNode(cell) if cell.startswith(("http://", "https://")) and " " not in cell else ox.Literal(cell)


def whole(value: object, name: str, *, least: int = 1) -> int:
    """A parameter that counts something, as a number or as text.

    Raises:
        QueryError: it is no whole number, or below ``least``.

    >>> whole("12", "top")
    12
    >>> whole("many", "top")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: « many » is no value for « top ». Give a whole number from 1.
    """
    text = str(value).strip()
    if not text.isascii() or not text.isdecimal() or int(text) < least:
        raise QueryError("no-value-for", remedy="whole-number-from", value=value, name=name, least=least)
    return int(text)
