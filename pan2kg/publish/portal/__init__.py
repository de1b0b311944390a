"""A release on a data portal that runs udata."""
