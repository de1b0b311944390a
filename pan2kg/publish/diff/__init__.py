"""Two states of the graph side by side: what changed."""
