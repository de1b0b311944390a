"""What was recorded of things and what was not, read once from what figures are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.coherence.completeness import completeness
from pan2kg.tables.gaps import KINDS

if TYPE_CHECKING:
    from pan2kg.i18n.text import Text
    from pan2kg.tables.material import Material


@dataclass(frozen=True, slots=True)
class Lack:
    """A gap a thing has a part in: its kind, what else has a part in it, and in which respect."""

    kind: str
    other: str
    detail: Text | None


def read_lacks(material: Material) -> Mapping[str, tuple[Lack, ...]]:
    """The gaps of all kinds, by each thing that has a part in one: the same that the pages of gaps list."""
    found: dict[str, list[Lack]] = {}
    for kind, find in KINDS.items():
        for gap in find(material, frozenset()).gaps:
            found.setdefault(gap.subject, []).append(Lack(kind, gap.other, gap.detail))
            if gap.other:
                found.setdefault(gap.other, []).append(Lack(kind, gap.subject, gap.detail))
    return {iri: tuple(lacks) for iri, lacks in found.items()}


def read_recorded(material: Material) -> frozenset[str]:
    """The actions of which any of the five fields, a text, a body or a target group was recorded.

    Topics do not count: editors gave them from the title alone.
    """
    rows = completeness(material.uses, material.fields)
    texts = {material.uses.actions[at] for at in material.uses.table.rows.tolist()}
    tagged = {p.work for p in material.profiles if p.bodies or p.leads or p.groups}
    return frozenset(texts | tagged | {row.action for row in rows if row.annotated})


def read_drawable(material: Material) -> frozenset[str]:
    """The actions a picture can be drawn around: those that rest on a text, cite or are cited."""
    texts = {material.uses.actions[at] for at in material.uses.table.rows.tolist()}
    cited = {end for citation in material.citations for end in (citation.source, citation.target)}
    return frozenset(texts | (cited & material.home_of.keys()))
