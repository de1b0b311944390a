"""Two states of the graph set side by side: what changed, in words, as a table, as a patch and as a feed.

A state is a set of quads in which blank nodes bear the labels of RDF Dataset Canonicalization (RDFC-1.0, W3C 2024),
so that two states are compared as sets and sorted once: nothing is quadratic.

**The patch** is an RDF dataset in TriG: what is added to the graph ``g`` stands in the graph
``https://w3id.org/pan2kg/change/added?graph=<g, percent-encoded>``, what is removed from it in ``…/removed?graph=…``;
without ``?graph=`` the default graph is meant. The default graph of the patch says which state it leads from and to,
each named by the hash of its canonical form (RFC 6920): applied to any other it is refused.
Why this and not RDF Patch or SPARQL Update: any RDF tool reads it and can ask it questions (« which graphs were
touched? »), it carries the names of graphs, and it needs no parser of its own. SPARQL Update cannot name a blank node
to be deleted and is not RDF; RDF Patch is not RDF either. Blank nodes are written as IRIs (RDF 1.1 Concepts, 3.5).

The modules in their one order; each imports only from those before it::

    words      what is said, in French, English and German
    side       a state of the graph: a project, a release, a file
    compare    what was added and removed, which files moved, what was derived
    patch      the difference as RDF, and applied
    naming     what things and properties are called
    thing      the difference thing by thing
    telling    in words, as text and as Markdown; notes of a version
    sheet      as CSV and JSON
    feed       as Atom
    command    ``pan2kg diff``
"""
