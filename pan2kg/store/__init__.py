"""Where triples are kept, derived and asked: in memory, behind an endpoint, as of a day."""
