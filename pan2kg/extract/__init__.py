"""A published plan becomes a draft: lines, numbering, entries, outline, Turtle to complete."""

from pan2kg.extract.document import *
from pan2kg.extract.names import *
from pan2kg.extract.numbering import *
