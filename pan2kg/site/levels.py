"""Levels of evidence on pages: the one that is shown, the mark of a level, and the line that says on what figures rest.

A page shows the headline level unless its address asks for another, and then says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level, level
from pan2kg.coherence.known import basis_line
from pan2kg.site.pieces import NOTHING, piece
from pan2kg.tables.figure_words import according_to, basis_words, named

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.coherence.known import Known
    from pan2kg.site.page_context import PageContext

ASKED: Final = "evidence"
"""How the level is called in an address."""
BEFORE: Final[Mapping[str, Level]] = {"declared": Level.OTHER, "inferred": Level.EDITORS, "all": Level.EDITORS}
"""What addresses of the first release asked for, as the levels that show at least the same."""


def level_in(arguments: Mapping[str, str]) -> Level:
    """The level an address asks for; that of the headline where it asks for none, or for none there is.

    >>> [level_in({"evidence": asked}).key for asked in ("plan", "declared", "machine", "")]
    ['plan', 'other', 'official', 'official']
    """
    asked = arguments.get(ASKED, "")
    found = BEFORE.get(asked) or level(asked)
    return found if found in FIGURED else HEADLINE


def shown(context: PageContext) -> Known:
    """What is known at the level the page shows."""
    return context.graph.known(level_in(context.request.arguments))


def handed(context: PageContext) -> dict[str, str]:
    """The level as an address hands it on: nothing where it is that of the headline."""
    found = level_in(context.request.arguments)
    return {} if found is HEADLINE else {ASKED: found.key}


def options(context: PageContext) -> list[tuple[str, str]]:
    """The levels a reader can choose, from firm to weak, under what an address says."""
    language = context.request.language
    return [("" if one is HEADLINE else one.key, according_to(one).say(language)) for one in FIGURED]


def mark(context: PageContext, found: Level | None) -> Markup:
    """The mark of a level beside what has it; nothing for what is outside every figure."""
    return piece("level")(found.key, named(found).say(context.request.language)) if found else NOTHING


def basis(context: PageContext, made: Known) -> str:
    """On what the figures of a level rest, in one sentence."""
    return basis_words(basis_line(made), context.request.language)
