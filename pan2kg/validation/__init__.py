"""House style, SHACL shapes and quality queries, brought together in one report."""
