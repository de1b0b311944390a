"""Where triples are kept, derived and asked: in memory, behind an endpoint, as of a day."""

from pan2kg.store.queries import *
from pan2kg.store.rules import *
from pan2kg.store.store import *
