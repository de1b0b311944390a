"""Turtle as people edit it: tokens, blocks with file and line, and the writer in house style."""
