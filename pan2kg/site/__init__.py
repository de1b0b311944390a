"""The pages of the graph: served, exported as a folder, and opened from disk, always the same."""
