"""The pieces of pages that are written by the thousand, as the macros of ``templates/_pieces.html`` write them."""

from __future__ import annotations

from functools import partial
from typing import Final

from pan2kg.tables.template import macro, markup

NOTHING: Final = markup("")
piece: Final = partial(macro, "_pieces.html")
"""The macro of a name; what it is given is escaped unless it is markup."""
