"""Every exhibit by its name, and the thirty questions by the exhibit that answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pan2kg.exhibits.audiences import other_countries, target_groups, trust
from pan2kg.exhibits.cells import by_chance, matrix, three_three
from pan2kg.exhibits.debts import debt, unacknowledged
from pan2kg.exhibits.duties import dependencies, duties, recommendations
from pan2kg.exhibits.editions import compared
from pan2kg.exhibits.gaps import gaps
from pan2kg.exhibits.judgements import disagreement, interaction, opposed, ripple
from pan2kg.exhibits.mandates import bodies
from pan2kg.exhibits.material import Choice, Material
from pan2kg.exhibits.measures import bridges, complete, lost
from pan2kg.exhibits.moment import moment
from pan2kg.exhibits.ties import explanation

if TYPE_CHECKING:
    from pan2kg.exhibit import Exhibit

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
