"""Coherence: where plans meet, where their texts say so, and when.

*Potential* (what two works share) and *explicitness* (what texts and web sites cite) stay apart,
and apart from the judgement of experts (:mod:`pan2kg.scores`). There is no single score, and a
number says on whose word it rests.

What a reader of figures asks, all from a :class:`~pan2kg.graph.graph.Graph`, at one of four levels
of evidence: ``graph.figures(level)``, ``graph.weight(x, y, level)``, ``graph.occasions(level)``,
``graph.known(level)`` for all that follows from the small ``graph.tables``.

Of a figure, ``figures.FIGURES`` has the words (``name``, ``meaning``, ``formula``, ``among``,
messages in the context « figure »), ``rows(known)`` the list behind it, and ``value(known, rows)``
its number: nobody else counts links. ``known.basis_line(known)`` is what is printed beside it. Of a
cell, ``readings.cell`` says yes, no or unread; how anything stands is a :class:`Standing`.

The modules in their one order; each imports only from those before it::

    standing         what is known of something: stated, absent, not read, and how a duty stands
    evidence         levels of evidence, the firmest of several; what was read
    texts            the tree of texts, how common a text is; who names what, and its products
    weight           low, high and broad of a pair; all pairs; from columns, by SQL
    citations        which plan could cite which, occasions, citation rate, debt, coherence index
    known            the tables, and all that follows from them at a level
    figures          the register of figures, the order of pairs, counts led back to one another
    agreement        how far people who judge the same agree
    use_matrix       actions × instruments, and what plans rest on of themselves
    bodies           who leads what, and what bodies might coordinate
    action_measures  actions one by one: participation, what would be lost, how fully described
    likeness         how like one another titles are
    succession       one edition of a plan and the next
    obligations      due dates, margins, and what cannot be said
    reading          the door to the store for all of these
"""

from pan2kg.coherence.evidence import (
    BITS,
    FIGURED,
    HEADLINE,
    Aspect,
    Basis,
    Extent,
    Extents,
    Level,
    Measured,
    Reading,
    Readings,
    Works,
    counts,
    coverage,
    firmest,
    level,
    listed,
)
from pan2kg.coherence.standing import Standing

__all__ = [
    "BITS",
    "FIGURED",
    "HEADLINE",
    "Aspect",
    "Basis",
    "Extent",
    "Extents",
    "Level",
    "Measured",
    "Reading",
    "Readings",
    "Standing",
    "Works",
    "counts",
    "coverage",
    "firmest",
    "level",
    "listed",
]
