"""The catalogue of a release in DCAT-AP."""
