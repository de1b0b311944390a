"""The dossier: the coherence and gap report of a plan, as one web page and as Markdown.

The modules in their one order; each imports only from those before it::

    words      what the dossier says, in French and in English
    block      what it consists of: sections, paragraphs, tables, pictures, headline figures
    row        rows that can be found, and cells that lead to the rows behind them
    evidence   the statements behind the figures
    drawing    pictures with their data
    annex      the pairs of actions one by one, and the statements
    part       the sections on plans, debt, action 3.3, actions, bodies, obligations, editions
    gap        one table a kind of gap, and what cannot be computed
    method     how it is computed, what it rests on, how to cite it
    compose    the whole dossier of a plan
    hypertext  as one HTML file
    markdown   as Markdown
    writing    into a folder, whole or not at all
    command    what the command line calls
"""
