"""Levels of evidence on pages: the one that is shown, the mark of a level, and the line that says on what figures rest.

A page shows the headline level unless its address asks for another, and then says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level
from pan2kg.coherence.known import basis_line
from pan2kg.site.choice import EVIDENCE, level_in
from pan2kg.site.pieces import NOTHING, piece
from pan2kg.tables.figure_words import according_to, basis_words, named

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.coherence.known import Known
    from pan2kg.site.page_context import PageContext


def shown(context: PageContext) -> Known:
    """What is known at the level the page shows."""
    return context.graph.known(level_in(context.request.arguments))


def handed(context: PageContext) -> dict[str, str]:
    """The level as an address hands it on: nothing where it is that of the headline."""
    found = level_in(context.request.arguments)
    return {} if found is HEADLINE else {EVIDENCE: found.key}


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
