"""Coherence: where plans meet, where their texts say so, and what experts judge.

Three layers stay apart: *potential* (what two actions share), *explicitness* (what texts and web sites
cite) and *interaction* (signed judgement). There is no single score.

The modules in their one order; each imports only from those before it::

    basis          what every figure rests on: n, weights, filters, release, "as of"
    matrix         the one door to scipy.sparse
    uses           actions × instruments
    strength       weights, strength, bits, contributions, explanation
    hoisting       what a whole plan is founded on
    links          all linked pairs at once, and the links to write down
    citations      who cites whom
    debt           linked pairs that are not acknowledged
    index          action 3.3, pair by pair
    participation  actions that bridge plans, and what is lost without them
    bodies         fragmentation, overlap, who should talk
    completeness   five fields, each present, vague or absent
    obligations    due dates, margins, and what cannot be said
    scores         interaction matrices as CSV
    interaction    signed sums, second order, intervals of ranks
    agreement      how far assessors agree
    pairs          the coherence matrix: one vector a pair of plans
    chance         whether two plans share more than chance would have it
    editions       one edition and the next, with the same weights
    questions      the SPARQL texts
    reading        the one door to the store: works, uses, citations, bodies
    records        the same for obligations, fields, scores and statements
"""
