"""The page of obligations: what is due, what answers it, how late; as picture, table and calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.picture.gallery import draw_on
from pan2kg.site.calendar import Event, write_calendar
from pan2kg.site.shelf import show
from pan2kg.site.template import markup

if TYPE_CHECKING:
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values


def values(speaker: Speaker) -> Values:
    """What the page shows."""
    language = speaker.request.language
    exhibit = speaker.library.exhibit("obligations", language)
    ground = speaker.library.ground(language, speaker.picture_address)
    return {
        "title": speaker.t("obligations-title"),
        "picture": markup(draw_on(ground, "timeline").svg) if exhibit.rows else "",
        "table": show(exhibit, speaker),
        "downloads": [
            (speaker.href("obligations.ics"), speaker.t("download-calendar")),
            (speaker.href("figure/obligations.csv"), "CSV"),
            (speaker.href("figure/obligations.json"), "JSON"),
        ],
    }


def calendar(speaker: Speaker) -> str:
    """Obligations with a known day of falling due, as a calendar."""
    library = speaker.library
    events = [
        Event(f"{found.iri}@pan2kg", found.due, speaker.name(found.iri), speaker.name(found.instrument))
        for found in library.material(speaker.request.language).obligations
        if found.due
    ]
    name = speaker.t("obligations-title")
    return write_calendar(sorted(events, key=lambda e: (e.day, e.uid)), name=name, stamp=library.as_of)
