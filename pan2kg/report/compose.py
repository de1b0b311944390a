"""The gap report: one table a kind of gap, each with its number and its query, and what cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pan2kg.i18n.text import Text, in_words
from pan2kg.report.blocks import Block, Points, Prose, Section, Shown
from pan2kg.report.row import leading, only
from pan2kg.report.words import say
from pan2kg.tables.cells import dated
from pan2kg.tables.gaps import KINDS, gaps
from pan2kg.tables.material import Choice, Material
from pan2kg.tables.words import coded

if TYPE_CHECKING:
    from pan2kg.tables.table import Exhibit


def gap_report(material: Material, plan: str) -> Section:
    """The gaps of a plan: all kinds at a glance, one by one, and what cannot be told."""
    language = material.language
    whole = gaps(material, Choice(plans=(plan,)))
    counts = {str(row["gap"]): (row["gaps_number"], row["gaps_of"]) for row in whole.rows}
    glance = leading(
        only(whole, "gap", "gaps_number", "gaps_of"),
        gap=lambda row: f"gap-{row['gap']}",
        gaps_number=lambda row: f"gap-{row['gap']}",
    )
    parts = (
        Section("gaps-all", say("section", "gaps-all", language), (Shown(replace(glance, notes=()), "gaps-table"),)),
        *(_kind(material, plan, kind, counts[kind]) for kind in KINDS),
        Section("unknown", say("section", "unknown", language), (_unknown(material, whole, counts),)),
    )
    return Section("gaps", say("section", "gaps", language), (Prose(say("prose", "gaps", language)),), parts)


def _kind(material: Material, plan: str, kind: str, counts: tuple[object, object]) -> Section:
    language = material.language
    listed = gaps(material, Choice(plans=(plan,), part=kind))
    when = in_words(material.as_of, language)
    if counts[1] is None:
        counted = say("prose", "gap-none", language, day=when)
    else:
        counted = say("prose", "gap-count", language, n=int(str(counts[0])), of=int(str(counts[1])), day=when)
    blocks: list[Block] = [Prose(counted), Shown(_listed(kind, listed), f"gap-table-{kind}")]
    return Section(f"gap-{kind}", coded("gap", kind).say(language), tuple(blocks), listed=False)


def _listed(kind: str, listed: Exhibit) -> Exhibit:
    """The list without columns nothing stands in, and without what the sentence above it says."""
    filled = [one.key for one in listed.columns if one.key != "gap" and any(row.get(one.key) for row in listed.rows)]
    basis = replace(listed.basis, filters=tuple(one for one in listed.basis.filters if one[0] != "gap"))
    table = only(listed, *(filled or ["subject"]))
    return replace(table, title=coded("gap", kind), summary=Text("", ""), notes=listed.notes[1:], basis=basis)


def _unknown(material: Material, whole: Exhibit, counts: Mapping[str, tuple[object, object]]) -> Points:
    """What cannot be computed, and why; with the kinds of gap that could not be assessed."""
    language = material.language
    reasons = [dated(note).say(language) for note in whole.notes]
    open_kinds = [
        say("prose", "gap-open", language, gap=coded("gap", kind).say(language))
        for kind, (_, of) in counts.items()
        if of is None
    ]
    return Points((*reasons, *open_kinds))
