"""An exhibit as a piece of a page: its things lead to their pages, its notes, basis and query stand below."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pan2kg.site.template import markup
from pan2kg.tables.markup import Anchors, html_foot, html_table, html_text

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.speaker import Speaker
    from pan2kg.tables.cells import Row
    from pan2kg.tables.table import Exhibit


def show(exhibit: Exhibit, speaker: Speaker, *, name: str = "") -> Markup:
    """Table, notes, basis and query of an exhibit, as markup; ``name`` starts the ids made for it."""
    language = speaker.request.language
    anchors = Anchors(name or exhibit.name, leads=partial(_leads, speaker), spoken=partial(_spoken, speaker))
    caption = html_text(exhibit.title, language)
    return markup(
        f"<sortable-table>{html_table(exhibit, language, anchors, caption=caption)}</sortable-table>\n"
        f"{html_foot(exhibit, language)}"
    )


def _leads(speaker: Speaker, _: Row, __: str, item: str) -> str:
    return speaker.address(item)


def _spoken(speaker: Speaker, item: str) -> str:
    entry = speaker.library.index.entry(item)
    if entry is None or not entry.texts or speaker.request.language in entry.texts:
        return ""
    return speaker.library.index.label(item, speaker.request.language).language
