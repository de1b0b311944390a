"""Coherence: where plans meet, where their texts say so, and what experts judge.

Three layers stay apart: *potential* (what two works share), *explicitness* (what texts and web sites cite) and
*interaction* (signed judgement). There is no single score, and a number says on whose word it rests.

What a reader of figures asks, all from a :class:`~pan2kg.graph.graph.Graph`; a level is ``plan``, ``official`` (the
headline, where none is named), ``other`` or ``editors``::

    graph.figures(level)         each figure of the register: value, its four nested values, population, basis line
    graph.weight(x, y, level)    low ≤ high, broad, settled and the contributions of two plans or two actions, in bits
    graph.occasions(level)       ordered pairs of related plans with verdict, state, bits and debt
    graph.known(level)           all that follows from the tables: linked pairs, pairs of actions, chronology …
    graph.tables                 the small tables: works, uses, steps, statements, dates, readings

Of a figure, ``figures.FIGURES`` has the words (``name``, ``meaning``, ``formula``, ``among``, messages in the context
« figure »), ``rows(known)`` the list behind it, and ``value(known, rows)`` its number: nobody else counts links.
``known.basis_line(known)`` is what is printed beside it. Of a cell, ``readings.cell`` says yes, no or unread.

The modules in their one order; each imports only from those before it::

    evidence       five levels of evidence, and the firmest of several
    spans          partial dates as spans
    texts          the tree of texts, classes of use, how common a text is
    reading_state  what was read, three states of a cell, coverage
    weight         low, high and broad of a pair; all pairs of plans and of actions
    feasible       which plan could cite which: verdicts
    occasions      occasions to cite, citation rate, debt, returns, coherence index
    known          the tables, and all that follows from them at a level
    figures        the register of figures
    known_tables   the tables as the store holds them

Beside them::

    basis          what a table that shows no links rests on
    matrix         incidences of rows and columns, and their products, over numpy
    columns        pairs of plans from columns of numbers, in blocks of rows
    cluster        the one door to PySpark, which shares out the blocks
    uses           names of actions and plans; actions × instruments
    citations      who cites whom, with the document and the day it was seen
    layers         scores and leads between two plans
    participation  actions that bridge plans, what is lost without them, completeness
    bodies         fragmentation, overlap, who should talk
    obligations    due dates, margins, and what cannot be said
    scale          what scores may be: bounds, counts, decimals
    scores         interaction matrices as CSV
    interaction    signed sums, second order, intervals of ranks, sums between groups
    dematel        influence over any number of steps, in four vectors
    chains         chains of effects without repetition
    agreement      how far assessors agree, at five levels
    chance         whether two plans share more than chance would have it
    editions       one edition and the next, with the same weights
    reading        the door to the store for all of these
"""
