"""Exhibits: each question about coherence as one table, with what it rests on and what it cannot say.

The modules in their one order; each imports only from those before it::

    words         what exhibits say, in French and in English
    texts         the SPARQL texts of what only exhibits read
    material      a store read once, and what was chosen of it
    case          rows, columns, notes and the exhibit they make
    cells         the coherence matrix of plans, and action 3.3
    debts         what plans owe each other in citations
    ties          why two actions are linked
    editions      one edition of a plan and the next
    mandates      who leads, who overlaps, who should talk
    measures      actions: bridges, losses, the five fields
    duties        obligations, dependencies, recommendations
    audiences     target groups, other countries, chance, what the figures can bear
    judgements    experts' scores: sums, ripples, opposition, agreement
    ledger        scores written down as links
    moment        what can be said of one day
    gaps          one list a kind of gap
    register      every exhibit by its name
"""
