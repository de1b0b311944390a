"""The coherence and gap report of a plan."""
