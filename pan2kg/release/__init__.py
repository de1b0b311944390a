"""A release: everything that is published of a graph in one folder, which checks itself before it is there."""
