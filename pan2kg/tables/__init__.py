"""What is computed, as tables that can be cited, and the writers of all tables."""

from pan2kg.tables.formats import *
from pan2kg.tables.table import *
