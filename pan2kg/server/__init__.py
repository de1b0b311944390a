"""The graph over HTTP: the SPARQL 1.1 protocols and the pages, over worker processes."""
