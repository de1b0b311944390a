"""A release, its catalogue, the difference of two, and the portal."""
