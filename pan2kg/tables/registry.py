"""Every exhibit by its name, and the thirty questions by the exhibit that answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pan2kg.tables.actions import bodies, bridges, complete, lost
from pan2kg.tables.citations import debt, unacknowledged
from pan2kg.tables.coverage import other_countries, target_groups, trust
from pan2kg.tables.editions import compared, moment
from pan2kg.tables.gaps import gaps
from pan2kg.tables.links import explanation
from pan2kg.tables.material import Choice, Material
from pan2kg.tables.obligations import dependencies, duties, recommendations
from pan2kg.tables.plans import by_chance, matrix, three_three
from pan2kg.tables.scores import disagreement, interaction, opposed, ripple

if TYPE_CHECKING:
    from pan2kg.tables.table import Exhibit

Maker = Callable[[Material, Choice], "Exhibit"]

EXHIBITS: Mapping[str, Maker] = {
    "matrix": matrix,
    "debt": debt,
    "unacknowledged": unacknowledged,
    "gaps": gaps,
    "index": three_three,
    "explain": explanation,
    "bodies": bodies,
    "obligations": duties,
    "compare": compared,
    "interaction": interaction,
    "participation": bridges,
    "loss": lost,
    "completeness": complete,
    "target-groups": target_groups,
    "dependencies": dependencies,
    "recommendations": recommendations,
    "ripple": ripple,
    "chance": by_chance,
    "trust": trust,
    "as-of": moment,
    "other-countries": other_countries,
    "disagreement": disagreement,
    "opposed": opposed,
}
"""Each exhibit's maker: it takes the material and a choice, and returns the exhibit."""
