"""A published plan becomes a draft: lines, numbering, entries, outline, Turtle to complete."""
