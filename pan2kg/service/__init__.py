"""The graph over HTTP: the SPARQL 1.1 protocols, and the pages, in a service that no query can freeze."""
