"""The project's graph as one thing to be asked: what it holds, what things are called, what links them.

:func:`open_graph` opens the :class:`Graph` of a project, which has everything else as its readings,
each made once: ``graph.labels`` (:class:`Labels`, an :class:`Entry` a thing), ``graph.ties``
(:class:`GraphTies`), ``graph.statements`` (:class:`Statements`), ``graph.parts`` (:class:`Parts`),
``graph.search`` (:class:`Search`). What it answers a question with is an :class:`Answer`.

The modules::

    answer       rows of an answer, with what one needs to cite them
    datasets     what a project says of itself: its profile, its release, its notice
    labels       what things are called, and where their pages are
    links        links between plans
    link_network links as a network
    plan_parts   parts of plans in order, the actions under them, and how many sources count
    scores       interaction scores as the graph holds them
    search       things by what a person types
    nameable     what a text can name
    statements   what is stated of things, and on whose word
    later_rooms  what rooms that stand on this one do for the methods of a graph
    graph        the graph itself

A name is imported when it is asked for, since a question on the command line needs no numbers.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pan2kg.graph.answer import Answer
    from pan2kg.graph.datasets import CountryProfile, Release
    from pan2kg.graph.graph import Graph, open_graph
    from pan2kg.graph.labels import Entry, Labels, Name
    from pan2kg.graph.links import GraphTies, Tie
    from pan2kg.graph.plan_parts import Part, Parts
    from pan2kg.graph.scores import Scale, Scores
    from pan2kg.graph.search import Findable, Search
    from pan2kg.graph.statements import Statement, Statements

__all__ = [
    "Answer",
    "CountryProfile",
    "Entry",
    "Findable",
    "Graph",
    "GraphTies",
    "Labels",
    "Name",
    "Part",
    "Parts",
    "Release",
    "Scale",
    "Scores",
    "Search",
    "Statement",
    "Statements",
    "Tie",
    "open_graph",
]

_MODULES = (
    "answer",
    "datasets",
    "labels",
    "links",
    "plan_parts",
    "scores",
    "search",
    "statements",
    "graph",
)
"""Where the names this room offers are looked for: the graph, which needs most, is the last."""


def __getattr__(name: str) -> object:
    """Import what this room offers when it is asked for.

    >>> from pan2kg.graph import Scale
    >>> Scale.__module__
    'pan2kg.graph.scores'
    """
    if name in __all__:
        for module_name in _MODULES:
            module = import_module(f"{__name__}.{module_name}")
            if name in vars(module):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
