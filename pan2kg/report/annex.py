"""The pairs of actions one by one, with why they are linked, and the statements behind all figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.links import link_rows
from pan2kg.report import evidence
from pan2kg.report.blocks import Fold, Prose, Section, Shown
from pan2kg.report.row import name, without
from pan2kg.report.words import say
from pan2kg.tables.cells import decimal
from pan2kg.tables.links import explanation
from pan2kg.tables.material import Choice, Material

if TYPE_CHECKING:
    from pan2kg.coherence.links import SharedLink
    from pan2kg.tables.table import Exhibit

MOST: Final = 300
"""How many pairs of actions of two plans are explained one by one, strongest first; the others are counted."""

Pairs = Mapping[tuple[str, str], list["SharedLink"]]


def linked_pairs(material: Material, plans: frozenset[str]) -> Pairs:
    """The linked pairs of actions of two plans of which one is among those given, strongest first, by the two plans."""
    planned = {action for at, action in enumerate(material.linking.actions) if material.linking.has_plan(at)}
    found: dict[tuple[str, str], list[SharedLink]] = {}
    for row in link_rows(material.linking, material.links):
        ends = sorted((material.home_of[row.one], material.home_of[row.two]))
        if {row.one, row.two} <= planned and plans & set(ends):
            found.setdefault((ends[0], ends[1]), []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (-round(row.strength or 0.0, 9), row.one, row.two))
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def annex(material: Material, plans: frozenset[str], plan: str) -> Section:
    """Everything the figures are drawn from."""
    language = material.language
    pairs = linked_pairs(material, plans)
    linked = {action for rows in pairs.values() for row in rows for action in (row.one, row.two)}
    own = {action for action, home in material.home_of.items() if home == plan}
    tables = (
        ("statements", evidence.statements(material, linked | own)),
        ("citations", evidence.citations(material, plans)),
        ("fields", evidence.fields(material, plan)),
        ("duty-sources", evidence.duties(material)),
        ("annotated", evidence.annotated(material)),
    )
    between = tuple(_pair_of_plans(material, plan, ends, rows) for ends, rows in pairs.items())
    first = () if pairs else (Prose(say("prose", "no-pairs", language)),)
    parts = [Section("pairs", say("section", "all-pairs", language), first, between)]
    parts += [
        Section(key, say("section", key, language), (Shown(table, key, folded=key == "annotated"),))
        for key, table in tables
    ]
    blocks = (Prose(say("prose", "evidence", language)),)
    return Section("evidence", say("section", "evidence", language), blocks, tuple(parts))


def exhibits_of(section: Section) -> Iterator[Exhibit]:
    """The tables of a section and of its parts."""
    for block in section.blocks:
        shown = block.shown if isinstance(block, Fold) else block
        if isinstance(shown, Shown):
            yield shown.exhibit
    for part in section.parts:
        yield from exhibits_of(part)


def _pair_of_plans(material: Material, plan: str, ends: tuple[str, str], rows: list[SharedLink]) -> Section:
    language = material.language
    title = say("section", "pairs", language, one=material.label(ends[0]), two=material.label(ends[1]))
    counted = [Prose(say("prose", "pairs", language, n=len(rows)))]
    if len(rows) > MOST:
        counted.append(Prose(say("prose", "pairs-left-out", language, n=len(rows) - MOST)))
    return Section(name("pairs", *ends), title, (*counted, *(_pair(material, plan, row) for row in rows[:MOST])))


def _pair(material: Material, plan: str, row: SharedLink) -> Fold:
    called = name("pair", row.one, row.two)
    ends = sorted((row.one, row.two), key=lambda action: (material.home_of[action] != plan, action))
    made = explanation(material, Choice(actions=tuple(ends)))
    things = tuple((action, material.label(action)) for action in ends)
    notes = tuple(note.say(material.language) for note in made.notes)
    shown = Shown(without(made, "place", "address", "path"), f"table-{called}")
    return Fold(called, decimal(row.strength or 0.0, material.language), things, shown, notes)
