"""The noun: a project, its store, and each reading of it made once."""
