"""All pictures by name, and one function that draws any of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pan2kg.charts import flows, matrices, time_axis, time_map
from pan2kg.charts.frame import Picture
from pan2kg.charts.subject import Address, Subject
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.i18n.message import either

if TYPE_CHECKING:
    from pan2kg.coherence.evidence import Level
    from pan2kg.graph.graph import Graph

_WORDS: Final = Messages("chart")
_FUNCTIONS: Final[Mapping[str, Callable[..., Picture]]] = {
    "time-map": time_map.draw_time_map,
    "bridge": flows.draw_bridge,
    "plans-of": time_axis.draw_plans_of,
    "plan-matrix": matrices.draw_plan_matrix,
    "action-matrix": matrices.draw_action_matrix,
    "lanes": flows.draw_lanes,
    "timeline": time_axis.draw_timeline,
    "upset": matrices.draw_upset,
    "ministries": matrices.draw_ministries,
    "ego": flows.draw_ego,
}


@dataclass(frozen=True, slots=True)
class PictureKind:
    """What a picture answers, in every language, and the function that draws it."""

    question: Text
    function: Callable[..., Picture]

    @property
    def parameters(self) -> tuple[str, ...]:
        """What it can be told, beside the language."""
        return tuple(name for name in inspect.signature(self.function).parameters if name != "subject")


PICTURES: Final[Mapping[str, PictureKind]] = {
    name: PictureKind(_WORDS.text(f"{name}-question"), function) for name, function in _FUNCTIONS.items()
}
"""The pictures by name, in the order in which one would look at them."""


def draw(
    name: str, graph: Graph, *, address: Address | None = None, evidence: Level | str = "", **parameters: object
) -> Picture:
    """The picture of that name, drawn from a graph in its language, at a level of ``evidence``.

    The level is that of the headline where none is given; what rests on a weaker word is not drawn. Numbers among
    ``parameters`` may be given as text. The graph's release and day stand in the source line; ``address`` gives, for
    the IRIs a mark stands for, where it leads. The same arguments and data give the same bytes.

    Raises:
        QueryError: an unknown picture, parameter, level, plan or action, with the nearest names.
        ProjectError: the graph holds no action.

    >>> from pan2kg.graph.graph import open_graph
    >>> picture = draw("plan-matrix", open_graph(), top=4)
    >>> picture.title, len(picture.table.rows), picture.svg.startswith("<svg ")
    ('Where plans meet, and where they cite each other', 6, True)
    """
    takes = find_picture(name).parameters
    unknown = [key for key in parameters if key not in takes]
    if unknown:
        listed = ", ".join(takes)
        raise QueryError("picture-parameter", remedy="it-takes", name=name, parameter=unknown[0], takes=listed)
    return draw_on(Subject(graph, address, graph.known(evidence).level), name, **parameters)


def draw_on(subject: Subject, name: str, **parameters: object) -> Picture:
    """The same where the store was read already, for several pictures of one graph."""
    return find_picture(name).function(subject, **parameters)


def find_picture(name: str) -> PictureKind:
    """The kind of picture of that name; a QueryError with the nearest names where there is none."""
    if name in PICTURES:
        return PICTURES[name]
    near = get_close_matches(name, PICTURES, n=2, cutoff=0.5) or list(PICTURES)
    raise QueryError("no-picture", remedy="did-you-mean", name=name, names=either(near))
