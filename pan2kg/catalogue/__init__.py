"""The catalogue of a release in DCAT-AP: what a portal harvests, written from the graph's own facts."""
