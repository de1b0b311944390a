"""The network of links, and its exports for other programs."""
