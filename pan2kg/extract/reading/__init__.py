"""A file of any format becomes a document: one module a format, and a process with limits around them."""
