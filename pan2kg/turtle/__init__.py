"""Turtle as people edit it: tokens, blocks with file and line, and the writer in house style."""

from pan2kg.turtle.vocabulary import *
from pan2kg.turtle.writer import *
