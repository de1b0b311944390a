"""Review: what waits for a decision, decisions as they are typed, and how they are written to the graph.

Nothing here knows of HTTP. What is decided is appended to a file of the plan it belongs to; no line
that stands in the project is ever changed.
"""
