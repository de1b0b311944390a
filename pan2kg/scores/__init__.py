"""What experts judge: signed scores of one action on another, how far assessors agree, and what follows from them.

This package stands beside the core, which reads the scores a graph holds (:mod:`pan2kg.graph.scores`)
and knows nothing of what is done with them here: ``matrix`` reads a matrix as it is typed,
``measures`` computes, ``tables`` shows, ``review`` takes what is entered on a page, ``ledger``
writes both as links. Command line, service and site use it, and :mod:`pan2kg` tells the registry of
tables which ones it has.
"""

from functools import partial

from pan2kg.tables.kinds import TableKind

__all__ = ["table_kinds"]

# scores hold whether or not a plan runs, so that each table is made from the whole graph
_kind = partial(TableKind, room="scores", whole=True)


def table_kinds() -> tuple[TableKind, ...]:
    """The tables of this package, in the order in which they are listed.

    >>> [kind.name for kind in table_kinds()][:3]
    ['interaction', 'ripple', 'dematel']
    """
    return (
        _kind("interaction", "tables.interaction", ("matrices", "write"), example="scores.csv ¹"),
        _kind("ripple", "tables.ripple", ("matrices",), number=25, example="¹"),
        _kind("dematel", "tables.influence", ("matrices",), example="¹"),
        _kind("chains", "tables.chained", ("matrices", "cut"), example="¹"),
        _kind("groups", "tables.groups", ("matrices", "groups"), example="¹"),
        _kind("agreement", "tables.agreed", ("matrices",), example="¹"),
        _kind("disagreement", "tables.disagreement", ("matrices", "all"), number=26, example="¹"),
        _kind("opposed", "tables.opposed", ("matrices",), number=14, example="¹"),
    )
